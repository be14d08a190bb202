"""Who may do what: permissions, roles, scopes, and the policy that decides."""

"""Message texts: HTML to entities, what clients make tappable, and the limits on length."""

"""What runs without being asked: rules, alerts, and how they are told."""

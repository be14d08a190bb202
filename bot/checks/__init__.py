"""What `pierhead check` looks at, one module a subject. Nothing here makes or changes anything."""

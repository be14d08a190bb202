"""Pictures of what was measured: worded and laid out here, drawn by a program of its own."""

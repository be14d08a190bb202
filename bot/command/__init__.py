"""What a command is: declared once, and everything else derived from the declaration."""

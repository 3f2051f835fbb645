"""What protections stop, row by row."""

"""The rules and their catalogue."""

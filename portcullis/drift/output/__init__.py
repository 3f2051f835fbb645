"""The comparison, in each format."""

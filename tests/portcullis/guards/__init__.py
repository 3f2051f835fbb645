"""The guards of an update."""

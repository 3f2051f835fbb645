"""The release path: who may do what on it, and whether it holds."""

"""Managed files as they are on GitHub, and what an update would overwrite."""

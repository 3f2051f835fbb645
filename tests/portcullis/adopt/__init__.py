"""Adoption of what exists."""

"""Mistakes in a declaration: each is reported once, with its place and what is allowed."""

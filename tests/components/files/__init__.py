"""Managed files: what they hold, and that tools find nothing in them."""

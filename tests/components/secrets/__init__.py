"""Secrets: where values come from, what they have to be, and that nothing prints them."""

"""Secrets: where values come from, what they have to be, and that nothing of them is told."""

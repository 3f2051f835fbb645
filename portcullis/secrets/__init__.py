"""Secrets by command: what there is, and what is to be done about it."""

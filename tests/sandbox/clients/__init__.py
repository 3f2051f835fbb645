"""Clients that nobody here wrote, each doing real work over the surface."""

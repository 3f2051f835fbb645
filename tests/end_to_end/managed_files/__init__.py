"""Managed files that people change too, on the real engine."""

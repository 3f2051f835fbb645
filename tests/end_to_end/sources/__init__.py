"""Secrets from every source, to every target, on the real engine."""

"""Incidents, without a GitHub."""

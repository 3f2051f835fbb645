"""Incidents of an organization in the sandbox."""

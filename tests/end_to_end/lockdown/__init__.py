"""Lockdowns of an organization in the sandbox."""

"""Secrets: where they are stored, who sees them, where they come from and how old they are."""

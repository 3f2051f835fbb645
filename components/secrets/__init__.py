"""Secrets: references in YAML, values from their sources, straight to GitHub."""

"""A Pulumi provider for settings of GitHub that the GitHub provider lacks.

`table.py` declares the settings. It runs as a plugin of its own: docs/github-settings.md.
"""

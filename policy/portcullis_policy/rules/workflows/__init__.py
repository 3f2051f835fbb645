"""Workflow files: their text, releases, the rest of the stack, and the linters."""

"""Workflow files: their text, expressions and refs, and where foreign text goes in them."""

"""Pulumi ESC: the stand-in for its service, and what Portcullis does with it."""

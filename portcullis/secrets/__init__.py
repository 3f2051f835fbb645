"""Secrets by command: what there is, new values, what changed behind Portcullis' back."""

"""Secrets around a run: what there is, what changed behind Portcullis' back, new values."""

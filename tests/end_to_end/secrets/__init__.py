"""Secrets on GitHub: listed, compared, deleted; no value leaves the run."""

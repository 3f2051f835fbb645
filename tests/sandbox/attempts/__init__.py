"""Attempts to publish by somebody who must not."""

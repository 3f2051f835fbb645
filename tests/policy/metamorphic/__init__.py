"""Rewrites that keep the meaning of a configuration, and so every finding and every silence."""

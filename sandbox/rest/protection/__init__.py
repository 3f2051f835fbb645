"""Rulesets, classic branch protection, environments and deployments."""

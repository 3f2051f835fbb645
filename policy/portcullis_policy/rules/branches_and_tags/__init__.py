"""Branches and release tags: rulesets and classic protection."""

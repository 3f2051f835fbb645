"""Seed files: their models, their checks, and how they are applied."""

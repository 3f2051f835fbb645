"""Repositories and what belongs to them, except their code."""

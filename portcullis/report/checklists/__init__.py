"""Checklists that facts answer: each item is met, is not, or cannot be known."""

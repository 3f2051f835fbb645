"""Recognize repositories and teams by their numeric id, and follow their names."""

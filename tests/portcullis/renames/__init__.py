"""Renames, without engine or GitHub."""

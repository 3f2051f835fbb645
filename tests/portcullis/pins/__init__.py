"""Tests of the refresh of pinned actions."""

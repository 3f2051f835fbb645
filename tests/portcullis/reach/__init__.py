"""Tests of `portcullis reach`, and of what previews and pull requests say of it."""

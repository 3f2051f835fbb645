"""Tests of `portcullis check`."""

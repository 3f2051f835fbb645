"""Tests of portcullis/archive."""

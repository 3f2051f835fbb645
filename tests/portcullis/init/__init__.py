"""Tests of `portcullis init`."""

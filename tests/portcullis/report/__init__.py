"""Tests of `portcullis report`."""

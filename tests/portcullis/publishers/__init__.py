"""Tests of the check of publishers."""

"""Tests of the model of the release path."""

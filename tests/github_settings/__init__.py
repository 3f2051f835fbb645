"""Tests of the provider of GitHub's settings."""

"""Tests of what the workflows of a configuration repository ask."""

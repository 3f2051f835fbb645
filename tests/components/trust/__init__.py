"""Tests of what the trust of outside systems is made from."""

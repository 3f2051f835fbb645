"""Tests of who trusts the tokens that the sandbox's jobs get."""

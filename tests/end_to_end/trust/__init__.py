"""Tests of what Vault and AWS grant to workflow jobs, on the real engine."""

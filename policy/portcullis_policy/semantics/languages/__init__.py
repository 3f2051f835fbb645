"""Patterns of refs and of identity tokens as regular languages."""

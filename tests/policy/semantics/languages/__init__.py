"""Patterns as regular languages."""

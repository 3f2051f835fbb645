"""Tests of the REST endpoints."""

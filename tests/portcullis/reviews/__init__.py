"""Tests of the daily check and of reviews."""

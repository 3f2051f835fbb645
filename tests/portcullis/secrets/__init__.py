"""Tests of the commands around secrets."""

"""Tests of the commands around Pulumi ESC."""

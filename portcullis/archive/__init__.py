"""Adds the organization's audit log, and the records of runs, to the audit archive."""

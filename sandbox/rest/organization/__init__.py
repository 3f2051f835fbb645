"""Organizations, Apps, the audit log and rate limits."""

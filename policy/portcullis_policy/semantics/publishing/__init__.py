"""Publishing: which jobs do it, with which credentials, and what they may do beside it."""

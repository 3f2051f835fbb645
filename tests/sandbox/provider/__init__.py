"""The real GitHub provider against the sandbox."""

"""Where the live organization differs from its declaration."""

"""Take what exists on GitHub into the stack's state."""

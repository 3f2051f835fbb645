"""What people write, and what they are told about mistakes in it."""

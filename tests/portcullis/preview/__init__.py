"""What a preview shows."""

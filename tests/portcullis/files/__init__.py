"""What people changed in managed files."""

"""What people write, and how mistakes in it are reported."""

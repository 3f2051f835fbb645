"""Values of secrets on their way into where they live; the declaration only refers to them."""

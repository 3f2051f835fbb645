"""What workflow jobs run on, and what their tokens say about them."""

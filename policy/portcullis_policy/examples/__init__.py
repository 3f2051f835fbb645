"""What the examples of rules are made of."""

"""How Pulumi runs the pack."""

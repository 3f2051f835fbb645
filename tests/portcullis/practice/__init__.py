"""Practice stacks."""

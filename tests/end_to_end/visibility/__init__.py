"""The order of a change of visibility, so that nothing becomes public by accident."""

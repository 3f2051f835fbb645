"""What the workflows of a configuration repository ask: which stacks change, what was reviewed."""

"""Practice stacks: organizations on a sandbox on this machine, thrown away at will."""

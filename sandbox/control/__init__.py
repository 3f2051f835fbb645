"""The control interface, by which tests and people steer the sandbox."""

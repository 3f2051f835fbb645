"""The reader of the live organization, against the sandbox and against GitHub's failures."""

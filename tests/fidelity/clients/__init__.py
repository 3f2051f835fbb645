"""Programs of others, unchanged, against the sandbox: each does on it what it does on GitHub."""

"""The organization as it is on GitHub, read from any address by as few requests as possible."""

"""Who holds a secret, how it is sealed, and which repositories see it."""

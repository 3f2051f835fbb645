"""AWS and Vault: what they trust GitHub with, and the audit archive."""

"""What AWS and Vault trust."""

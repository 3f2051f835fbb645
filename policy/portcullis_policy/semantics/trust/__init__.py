"""What AWS and Vault trust: documents read, and the workflow jobs that they let in."""

"""What AWS and Vault grant to a workflow job, by the job's OIDC token instead of a stored key."""

"""The release path: what a repository publishes, and the environments and workflows of that."""

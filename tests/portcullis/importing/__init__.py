"""`portcullis import`: from a live organization to YAML."""

"""`portcullis import`: a live organization as YAML, and nothing on GitHub is changed."""

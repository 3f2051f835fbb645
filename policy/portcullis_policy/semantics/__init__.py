"""What settings mean: GitHub, AWS, Vault, patterns and workflow files."""

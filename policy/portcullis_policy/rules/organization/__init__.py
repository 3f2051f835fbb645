"""The organization: its settings, roles and GitHub Actions."""

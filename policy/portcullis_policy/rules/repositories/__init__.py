"""Repositories: settings, access, and the files that guide people and Dependabot."""

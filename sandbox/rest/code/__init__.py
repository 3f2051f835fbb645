"""Git data, branches, tags, files and pull requests."""

"""Pull requests, releases and the defaults of a repository."""

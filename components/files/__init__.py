"""Files that Portcullis keeps in repositories: how each is written."""

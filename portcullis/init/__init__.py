"""`portcullis init`: a configuration repository for one organization or several."""

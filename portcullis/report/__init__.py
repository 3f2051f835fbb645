"""`portcullis report`: what is known of an organization, as a page and as JSON."""

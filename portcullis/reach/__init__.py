"""`portcullis reach`: who can publish, and how."""

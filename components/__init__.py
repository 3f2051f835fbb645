"""What an organization is made of: one file a concept, its model and its component side by side."""

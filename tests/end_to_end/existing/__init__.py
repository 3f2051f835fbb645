"""What exists on GitHub already: adoption, renames, default branches."""

"""The command `portcullis drift`."""

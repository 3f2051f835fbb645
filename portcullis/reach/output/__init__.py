"""The formats of `portcullis reach`, one module each."""

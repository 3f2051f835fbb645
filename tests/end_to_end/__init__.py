"""The whole of Portcullis on the real engine and the real provider plugin."""

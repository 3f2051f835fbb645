"""Close the release path of an organization at once, and open it again exactly as it was."""

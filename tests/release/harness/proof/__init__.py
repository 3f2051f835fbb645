"""What stands in for Sigstore, and what reads signatures and lists of components."""

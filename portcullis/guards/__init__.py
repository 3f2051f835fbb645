"""Guards: what an update does only after somebody has named it, for one run."""

"""Records: an entry when a run begins, and one when it ends, chained by hashes."""

"""`make bench`: time and requests, as ratios in one run."""

"""Who can publish: the release path as clauses, and the smallest sets of actors that suffice."""

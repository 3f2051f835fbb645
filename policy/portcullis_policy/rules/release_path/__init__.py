"""RP: the smallest sets of people and stolen credentials that suffice to publish."""

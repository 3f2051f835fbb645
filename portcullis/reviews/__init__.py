"""What a schedule runs: issues on what has to be done, each opened, updated and closed in place."""

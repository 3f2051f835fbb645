"""Release workflows, executed: from a pushed tag to the installed package."""

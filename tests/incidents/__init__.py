"""Public incidents, and the settings that stop what happened in each."""

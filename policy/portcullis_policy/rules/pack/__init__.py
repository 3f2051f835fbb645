"""The stack and the pack itself: duplicates, settings and exemptions."""

"""A sound organization, and what is changed in it."""

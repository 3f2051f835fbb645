"""Records as the JSON objects that GitHub's description names: one function an object."""

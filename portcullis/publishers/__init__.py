"""Whether the latest releases came from the declared publishers, by what the registries publish."""

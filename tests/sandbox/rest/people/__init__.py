"""People, as REST shows them."""

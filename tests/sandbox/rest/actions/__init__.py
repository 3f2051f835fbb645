"""Actions, as REST shows them."""

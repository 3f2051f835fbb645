"""Write the generated pages and JSON Schemas."""

"""The formats of a check's outcome: one module each, a function from the report to text."""

"""The life of a stack: previewed, protected, destroyed; practised with, and thrown away."""

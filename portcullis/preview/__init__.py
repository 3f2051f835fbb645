"""What a preview shows to a reviewer: values and people instead of property paths and ids."""

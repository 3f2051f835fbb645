"""What settings, patterns and workflow files mean."""

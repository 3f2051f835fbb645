"""The live organization, changed past Portcullis: found, named, set right."""

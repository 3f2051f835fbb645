"""The fields of the schema's types: each module has the table of one part of GitHub."""

"""What a preview found, as a document: to comment on, to compare, to carry out as reviewed."""

"""Git objects, refs, tags and signatures."""

"""GitHub's own description of its REST API, and the judge that holds the sandbox to it."""

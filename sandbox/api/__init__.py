"""HTTP: routes, request fields, errors, pages and limits."""

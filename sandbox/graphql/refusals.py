"""GraphQL errors with GitHub's types."""

from __future__ import annotations

from graphql import GraphQLError


def not_found(message: str) -> GraphQLError:
    """Return the error for what is not there, or what the caller may not know of."""
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def forbidden(message: str) -> GraphQLError:
    """Return the error for what the caller may not do."""
    return GraphQLError(message, extensions={"type": "FORBIDDEN"})


def no_access() -> GraphQLError:
    """Return the error for an App's token without the permission for a field."""
    return GraphQLError(
        "Resource not accessible by integration",
        extensions={"type": "FORBIDDEN", "saml_failure": False},
    )


def unprocessable(message: str) -> GraphQLError:
    """Return the error for what makes no sense."""
    return GraphQLError(message, extensions={"type": "UNPROCESSABLE"})


def no_node(ident: str) -> GraphQLError:
    """Return the error for a node id that names nothing that the viewer sees."""
    return not_found(f"Could not resolve to a node with the global id of '{ident}'")

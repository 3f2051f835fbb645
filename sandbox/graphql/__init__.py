"""GraphQL: a part of GitHub's published schema, executed by graphql-core."""

from __future__ import annotations

from sandbox.graphql.execute import answer

__all__ = ["answer"]

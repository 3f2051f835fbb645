"""GraphQL: a small schema with GitHub's own names, executed by graphql-core."""

from __future__ import annotations

from sandbox.graphql.execute import answer

__all__ = ["answer"]

"""Resolvers that read the data of a record, checked by mypy against the record's kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.http import Call
    from sandbox.world.records import Data, Kind

    Resolver = Callable[[Call, Any, dict[str, Any]], Any]


def data_of(_kind: Kind[Data], read: Callable[[Data], object]) -> Resolver:
    """Return a resolver that reads the data of its source, a record of this kind."""
    return lambda _call, source, _arguments: read(source.data)


def record_of(kind: Kind[Data], ident: Resolver) -> Resolver:
    """Return a resolver of the record of a kind whose id another resolver reads."""
    return lambda call, source, arguments: call.world.get(kind, ident(call, source, arguments) or 0)

"""Resolvers of single fields, which the tables of `fields` are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.graphql.connections import connection
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.http import Call
    from sandbox.world.records import AnyRecord, Data, Kind, Record

    Resolver = Callable[[Call, Any, dict[str, Any]], Any]
    Table = dict[tuple[str, str], Resolver]


def data_of(_kind: Kind[Data], read: Callable[[Data], object]) -> Resolver:
    """Return a resolver that reads the data of its source, a record of this kind."""
    return lambda _call, source, _arguments: read(source.data)


def record_of(kind: Kind[Data], ident: Resolver) -> Resolver:
    """Return a resolver of the record of a kind whose id another resolver reads."""
    return lambda call, source, arguments: call.world.get(kind, ident(call, source, arguments) or 0)


def entry(key: str, default: Any = None) -> Resolver:  # noqa: ANN401 - any JSON
    """Return a resolver of an entry of its source, a dict; `default` where there is none."""
    return lambda _call, source, _arguments: source.get(key, default)


def constant(value: Any) -> Resolver:  # noqa: ANN401 - any JSON
    """Return a resolver of a field that is the same for every source."""
    return lambda _call, _source, _arguments: value


def constants(kind: str, **values: Any) -> Table:  # noqa: ANN401 - any JSON
    """Return the fields that are the same for every source.

    What the sandbox does not simulate (sponsors, stars, pinned items) is as for an account that
    never used it.
    """
    return {(kind, name): constant(value) for name, value in values.items()}


def name(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    """Return the name of a record."""
    return source.name


def updated_at(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    """Return when a record last changed."""
    return source.updated_at


def empty(_call: Call, _source: AnyRecord, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return an empty connection."""
    return connection([], arguments)


def parent_repository(
    call: Call, source: AnyRecord, _arguments: dict[str, Any]
) -> Record[Repository] | None:
    """Return the repository that a record belongs to."""
    return call.world.get(REPOSITORY, source.parent)

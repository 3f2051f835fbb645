"""Addresses of pages: fields that end in `Url` have the host, those in `ResourcePath` do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name
from sandbox.graphql.objects import GitObject
from sandbox.world.kinds.accounts import ORGANIZATION

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver, Table
    from sandbox.world.records import AnyRecord


def page(call: Call, source: Any) -> str:  # noqa: ANN401 - a record or git object
    """Return the path of the page of a record or git object."""
    if isinstance(source, GitObject):
        return f"/{full_name(call.world, source.repository)}/{source.kind}/{source.oid}"
    if source.kind == "repository":
        return f"/{full_name(call.world, source)}"
    if source.kind == "team":
        org = call.world.get(ORGANIZATION, source.parent)
        return f"/orgs/{'' if org is None else org.name}/teams/{source.name}"
    return f"/{source.name}"


def address(end: str, *, whole: bool) -> Resolver:
    """Return an address below the source's page: with the host (`whole`), or only the path."""

    def resolve(call: Call, source: Any, _arguments: dict[str, Any]) -> str:  # noqa: ANN401 - resolver
        return f"{call.host if whole else ''}{page(call, source)}{end}"

    return resolve


def pages(kind: str, **ends: str) -> Table:
    """Return pairs of fields: `<name>Url` with the host, `<name>ResourcePath` without."""
    table: Table = {}
    for name, end in ends.items():
        table[kind, f"{name}Url"] = address(end, whole=True)
        table[kind, f"{name}ResourcePath"] = address(end, whole=False)
    return table


def avatar(call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    """Return the address of the image of a record."""
    return f"{call.host}/avatars/{source.id}"

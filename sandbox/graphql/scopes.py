"""Scopes that classic tokens need for fields, whatever the fields then show.

GitHub looks at the document before it executes it: each field of such a type is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, TypeInfo, TypeInfoVisitor, Visitor, visit

from sandbox.access.token_scopes import granted, is_classic

if TYPE_CHECKING:
    from graphql import DocumentNode, FieldNode, GraphQLSchema

    from sandbox.access.actors import Actor

_MEMBERS = ("read:org",)
_TYPES: dict[str, tuple[str, ...]] = {
    "OrganizationMemberEdge": _MEMBERS,
    "Team": ("read:org", "read:discussion"),
}
"""Types with the scopes of which their fields need one."""
_FIELDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Organization", "membersWithRole"): _MEMBERS,
    ("Organization", "pendingMembers"): _MEMBERS,
    ("Organization", "ruleset"): ("admin:org",),
    ("Organization", "rulesets"): ("admin:org",),
}
"""Fields with the scopes of which they need one."""
_ALL = {*_TYPES.values(), *_FIELDS.values()}


class _Check(Visitor):
    """Collects an error for each field whose scopes a token lacks."""

    def __init__(self, info: TypeInfo, scopes: tuple[str, ...]) -> None:
        super().__init__()
        self.info = info
        self.scopes = scopes
        self.errors: list[GraphQLError] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401 - graphql-core's signature
        parent, name = self.info.get_parent_type(), node.name.value
        if parent is None:
            return
        wanted = _FIELDS.get((parent.name, name)) or _TYPES.get(parent.name, ())
        if wanted and not granted(self.scopes) & set(wanted):
            message = (
                "Your token has not been granted the required scopes to execute this query. The "
                f"'{name}' field requires one of the following scopes: {list(wanted)}, but your "
                f"token has only been granted the: {sorted(self.scopes)} scopes. Please modify "
                "your token's scopes at: https://github.com/settings/tokens."
            )
            error = GraphQLError(message, [node], extensions={"type": "INSUFFICIENT_SCOPES"})
            self.errors.append(error)


def missing(schema: GraphQLSchema, document: DocumentNode, actor: Actor) -> list[GraphQLError]:
    """Return an error for each field that needs a scope which the caller's token lacks."""
    have = granted(actor.scopes)
    if not is_classic(actor) or all(have & set(each) for each in _ALL):
        return []
    info = TypeInfo(schema)
    check = _Check(info, actor.scopes)
    visit(document, TypeInfoVisitor(info, check))
    return check.errors

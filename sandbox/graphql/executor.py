"""A shorter way to the values of scalars and enums, which are most of what a reader asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, is_leaf_type, is_non_null_type
from graphql.execution import Executor

from sandbox.graphql.resolvers import value_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLObjectType
    from graphql.pyutils import AwaitableOrValue, Path, UndefinedType

    Leaf = tuple[Callable[[Any], Any], bool]
    """How a field's value is written, and whether it may be null."""

_LEAVES: dict[tuple[str, str], Leaf | None] = {}
"""Fields by type and name; None for those that have arguments or fields below."""


def _leaf(parent: GraphQLObjectType, name: str) -> Leaf | None:
    key = parent.name, name
    if key not in _LEAVES:
        field = parent.fields.get(name)
        kind = None if field is None or field.args else field.type
        required = is_non_null_type(kind)
        kind = kind.of_type if is_non_null_type(kind) else kind
        _LEAVES[key] = (kind.coerce_output_value, not required) if is_leaf_type(kind) else None
    return _LEAVES[key]


class QuickExecutor(Executor[Any]):
    """An executor that reads scalars and enums without the library's description of each field.

    What is wrong or refused takes the library's way, which knows where an error belongs.
    """

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,  # noqa: ANN401 - graphql-core's signature
        field_details_list: Any,  # noqa: ANN401 - graphql-core's signature
        path: Path,
        position_context: Any,  # noqa: ANN401 - graphql-core's signature
    ) -> AwaitableOrValue[Any] | UndefinedType:
        """Return a field's value."""
        name = field_details_list[0].node.name.value
        if name == "__typename":
            return parent_type.name
        leaf = _leaf(parent_type, name)
        if leaf is not None:
            write, nullable = leaf
            try:
                found = value_of(self.context_value, parent_type.name, name, source, {})
                if found is not None:
                    return write(found)
                if nullable:
                    return None
            except GraphQLError:
                pass  # asked again below
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )

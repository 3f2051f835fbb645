"""What a GraphQL document costs, before it is executed.

Source: https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api:
every connection may give as many nodes as its `first` or `last` says, for each node above it; the
requests for that, divided by 100 and rounded, are the points, at least one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
    value_from_ast_untyped,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, SelectionNode, SelectionSetNode, ValueNode

NODE_LIMIT = 500_000
"""Nodes that one call may ask for."""
PAGE_LIMIT = 100
"""Nodes on a page of a connection."""
_REQUESTS_A_POINT = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """What a document asks for at most.

    Attributes:
        nodes: How many nodes.
        requests: How many requests they take inside GitHub.
    """

    nodes: int = 0
    requests: int = 0

    @property
    def points(self) -> int:
        """Points of the rate limit, at least one."""
        # to the nearest whole number, halves up
        return max(1, (self.requests + _REQUESTS_A_POINT // 2) // _REQUESTS_A_POINT)

    def __add__(self, other: Cost) -> Cost:
        """Return both together."""
        return Cost(self.nodes + other.nodes, self.requests + other.requests)


class _Counter:
    """Counts the parts of one document; a fragment once, however often it is spread."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.variables = variables
        self.fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self.known: dict[str, Cost] = {}

    def value(self, node: ValueNode) -> Any:  # noqa: ANN401 - any value
        if isinstance(node, VariableNode):
            return self.variables.get(node.name.value)
        return value_from_ast_untyped(node, dict(self.variables))

    def of_all(self, selected: SelectionSetNode | None) -> Cost:
        found = Cost()
        for each in selected.selections if selected is not None else ():
            found += self.of_one(each)
        return found

    def of_one(self, node: SelectionNode) -> Cost:
        if self.left_out(node):
            return Cost()
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in self.known:
                self.known[name] = self.of_all(self.fragments[name].selection_set)
            return self.known[name]
        below = self.of_all(getattr(node, "selection_set", None))
        size = self.size(node) if isinstance(node, FieldNode) else None
        if size is None:
            return below
        return Cost(size * (1 + below.nodes), 1 + size * below.requests)

    def left_out(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            wanted = any(bool(self.value(each.value)) for each in directive.arguments or ())
            if (directive.name.value, wanted) in (("skip", True), ("include", False)):
                return True
        return False

    def size(self, field: FieldNode) -> int | None:
        for argument in field.arguments or ():
            if argument.name.value in ("first", "last"):
                size = self.value(argument.value)
                if isinstance(argument.value, IntValueNode):
                    size = int(argument.value.value)
                if isinstance(size, int):
                    return min(max(size, 0), PAGE_LIMIT)
        return None


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    found = [
        each
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
        and name in (None, "", each.name.value if each.name else None)
    ]
    return found[0] if found else None


def of_document(document: DocumentNode, variables: Mapping[str, Any], name: str | None) -> Cost:
    """Return what an operation of a valid document costs.

    Args:
        document: The document.
        variables: The variables that came with it.
        name: The operation's name; None: the only one.
    """
    operation = _operation(document, name)
    if operation is None:
        return Cost()
    defaults = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    return _Counter(document, {**defaults, **variables}).of_all(operation.selection_set)


def check(cost: Cost) -> None:
    """Refuse what asks for too many nodes.

    Raises:
        GraphQLError: With GitHub's type, MAX_NODE_LIMIT_EXCEEDED.
    """
    if cost.nodes > NODE_LIMIT:
        raise GraphQLError(
            f"This query requests up to {cost.nodes:,} possible nodes which exceeds the maximum "
            f"limit of {NODE_LIMIT:,}.",
            extensions={"type": "MAX_NODE_LIMIT_EXCEEDED"},
        )

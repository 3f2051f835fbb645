"""A GraphQL request, from its body to GitHub's envelope."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    build_schema,
    parse,
    specified_rules,
    validate,
)
from graphql.execution import execute_sync
from graphql.validation import OverlappingFieldsCanBeMergedRule

from sandbox.api.errors import GitHubError
from sandbox.api.http import Response
from sandbox.graphql import cost, scopes
from sandbox.graphql.executor import QuickExecutor
from sandbox.graphql.resolvers import resolve_field, resolve_type

if TYPE_CHECKING:
    from sandbox.api.http import Call

# GitHub takes documents that ask for `name` of App (String!) and User (String) in one place
_RULES = [rule for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule]


@cache
def schema() -> GraphQLSchema:
    """Return the schema, built at the first call."""
    text = Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")
    return build_schema(text, assume_valid=True, assume_valid_sdl=True)


def _error(error: GraphQLError) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    extensions = dict(error.extensions or {})
    if "type" in extensions:
        shown["type"] = extensions.pop("type")
    if error.path:
        shown["path"] = list(error.path)
    if extensions:
        shown["extensions"] = extensions
    if error.locations:
        shown["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    shown["message"] = error.message
    return shown


def answer(call: Call) -> Response:
    """Execute the document in the request's body.

    Raises:
        GitHubError: 400, when the body holds no document; 405 for other methods than POST.
    """
    if call.method != "POST":
        raise GitHubError(405, "GraphQL is asked by POST")
    body = call.json()
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise GitHubError(400, "A query attribute must be specified and must be a string.")
    variables = body.get("variables") or {}
    if not isinstance(variables, dict):
        raise GitHubError(400, "Variables must be a JSON object")
    try:
        document = parse(body["query"], no_location=False)
    except GraphQLError as error:
        return Response(200, {"errors": [_error(error)]})
    errors = validate(schema(), document, _RULES)
    if errors:
        return Response(200, {"errors": [_error(error) for error in errors]})
    lacking = scopes.missing(schema(), document, call.actor)
    if lacking:
        return Response(200, {"errors": [_error(error) for error in lacking]})
    call.cost = cost.of_document(document, variables, body.get("operationName"))
    try:
        cost.check(call.cost)
    except GraphQLError as error:
        return Response(200, {"errors": [_error(error)]})
    result = execute_sync(
        schema(),
        document,
        variable_values=variables,
        operation_name=body.get("operationName"),
        context_value=call,
        field_resolver=resolve_field,
        type_resolver=resolve_type,
        executor_class=QuickExecutor,
    )
    envelope: dict[str, Any] = {"data": result.data}
    if result.errors:
        envelope["errors"] = [_error(error) for error in result.errors]
    return Response(200, envelope)

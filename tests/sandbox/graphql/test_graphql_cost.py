"""What GraphQL documents cost, by GitHub's own examples, and where they are too large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from sandbox.graphql.cost import NODE_LIMIT, of_document

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

# the examples of docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
SIMPLE = """{ viewer { repositories(first: 50) { edges { repository: node {
    name issues(first: 10) { totalCount edges { node { title } } } } } } } }"""
COMPLEX = """{ viewer {
    repositories(first: 50) { edges { repository: node { name
        pullRequests(first: 20) { edges { node { comments(first: 10) { edges { node { id } } } } } }
        issues(first: 20) { edges { node { comments(first: 10) { edges { node { id } } } } } } } } }
    followers(first: 10) { edges { node { login } } } } }"""
POINTS = """{ viewer { login repositories(first: 100) { edges { node { id
    issues(first: 50) { edges { node { id labels(first: 60) { edges { node { id } } } } } } } } } }
}"""


@pytest.mark.parametrize(
    ("query", "nodes", "points"),
    [
        ("{ viewer { login } }", 0, 1),
        (SIMPLE, 550, 1),
        (COMPLEX, 22_060, 21),
        (POINTS, 100 + 5_000 + 300_000, 51),
    ],
)
def test_githubs_examples(query: str, nodes: int, points: int) -> None:
    """Nodes and points are what GitHub's page calculates (C2)."""
    cost = of_document(parse(query), {}, None)
    assert (cost.nodes, cost.points) == (nodes, points)


@pytest.mark.parametrize(
    ("query", "variables", "nodes"),
    [
        ("query($n: Int!) { a(first: $n) { b(last: 2) { c } } }", {"n": 10}, 30),
        ("query($n: Int = 5) { a(first: $n) { c } }", {}, 5),
        ("{ ...F } fragment F on Q { a(first: 3) { ... on X { b(first: 2) { c } } } }", {}, 9),
        ("query($s: Boolean!) { a(first: 3) @skip(if: $s) { c } }", {"s": True}, 0),
        ("query($s: Boolean!) { a(first: 3) @include(if: $s) { c } }", {"s": True}, 3),
        ("{ a(first: 3) { c } again: a(first: 3) { c } }", {}, 6),
        ("{ a { c } }", {}, 0),
    ],
)
def test_what_is_counted(query: str, variables: dict[str, Any], nodes: int) -> None:
    """Variables, defaults, fragments, what is skipped, aliases (C2)."""
    assert of_document(parse(query), variables, None).nodes == nodes


def test_fragments_do_not_blow_up() -> None:
    """A document of a few lines whose fragments double forty times is counted at once (C2)."""
    parts = [f"fragment F{n} on Q {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40)]
    text = "{ ...F0 }" + "".join(parts) + "fragment F40 on Q { a(first: 1) { c } }"
    assert of_document(parse(text), {}, None).nodes == 2**40


@given(st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_nested_connections_multiply(sizes: list[int]) -> None:
    """Each level asks for its size, for every node above it (C2)."""
    text, nodes, requests, above = "c", 0, 0, 1
    for size in sizes:
        requests += above
        above *= size
        nodes += above
    for size in reversed(sizes):
        text = f"a(first: {size}) {{ {text} }}"
    cost = of_document(parse(f"{{ {text} }}"), {}, None)
    assert (cost.nodes, cost.requests) == (nodes, requests)


def _ask(world: World, api: httpx.Client, query: str) -> dict[str, Any]:
    answer = api.post(f"{world.base_url}api/graphql", json={"query": query})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


RULES = (
    "branchProtectionRules(first: 100) { nodes {"
    " pushAllowances(first: %d) { nodes { __typename } } } }"
)


def test_too_many_nodes_are_refused(world: World, api: httpx.Client) -> None:
    """Above half a million nothing is executed, and the error has GitHub's type (C2)."""
    text = '{ organization(login: "acme") { repositories(first: 100) { nodes { %s } } } }'
    answer = _ask(world, api, text % (RULES % 48))
    assert answer["data"]["organization"]
    answer = _ask(world, api, text % (RULES % 50))
    assert answer["errors"] == [
        {
            "type": "MAX_NODE_LIMIT_EXCEEDED",
            "message": "This query requests up to 510,100 possible nodes which exceeds the maximum "
            f"limit of {NODE_LIMIT:,}.",
        }
    ]


def test_rate_limit_is_reported_and_spent(world: World, api: httpx.Client) -> None:
    """`rateLimit` says what this document costs, and the headers say the same (C2)."""
    world.control("PATCH", "settings", {"rate_limits": True})
    text = "{ rateLimit { cost limit remaining used nodeCount resetAt } %s }"
    some = 'organization(login: "acme") { repositories(first: 100) { nodes { %s } } }' % (RULES % 3)
    first = _ask(world, api, text % some)["data"]["rateLimit"]
    # 1 + 100 + 10,000 requests
    assert (first["cost"], first["nodeCount"]) == (101, 100 + 10_000 + 30_000)
    assert (first["limit"], first["used"], first["remaining"]) == (5_000, 101, 4_899)
    second = _ask(world, api, text % "")["data"]["rateLimit"]
    assert (second["cost"], second["remaining"]) == (1, 4_898)
    seen = api.get("/rate_limit").json()["resources"]["graphql"]
    assert seen["remaining"] == 4_898


def test_what_is_left_is_enforced(world: World, api: httpx.Client) -> None:
    """Who has spent the points is refused, however few the requests were (C2)."""
    world.control("PATCH", "settings", {"rate_limits": True, "limits": {"graphql": 100}})
    some = 'organization(login: "acme") { repositories(first: 100) { nodes { %s } } }' % (RULES % 3)
    assert "errors" not in _ask(world, api, f"{{ {some} }}")
    body = {"query": "{ viewer { login } }"}
    assert api.post(f"{world.base_url}api/graphql", json=body).status_code == 403

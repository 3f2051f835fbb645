"""The repositories and teams of a state, and what GitHub calls them now.

A name says little: GitHub redirects the old name of a repository to the new one, and a new
repository may take a name that became free. The numeric id stays the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.github_access import get_json
from portcullis.adopt.completion import REPOSITORY, TEAM
from portcullis.pulumi_runs.events import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from githubkit import GitHub

    from components.names.renames import Kind

SECTIONS: Mapping[str, Kind] = {REPOSITORY: "repositories", TEAM: "teams"}
IDS_A_QUERY = 100
"""GitHub's limit: https://docs.github.com/graphql/overview/rate-limits-and-query-limits"""

_QUERY = """query($ids: [ID!]!) { nodes(ids: $ids) {
  ... on Repository { databaseId nameWithOwner defaultBranchRef { name } }
  ... on Team { databaseId slug organization { login } }
} }"""


@dataclass(frozen=True)
class Thing:
    """A repository or a team, as the state has it."""

    section: Kind
    key: str
    """The name of its resources: as it is declared."""
    name: str
    """Its name on GitHub, for all that Pulumi knows."""
    number: int
    """The numeric id, which no rename changes."""
    node: str
    """The same thing's id in GraphQL."""
    component: str
    """The URN of the component that it belongs to."""


@dataclass(frozen=True)
class Live:
    """A repository or a team, as GitHub has it."""

    owner: str
    name: str
    default_branch: str | None = None
    """None for an empty repository."""


def things(state: Mapping[str, Any]) -> list[Thing]:
    """Return the repositories and teams of an exported state."""
    resources = (state.get("deployment") or {}).get("resources") or []
    return [
        _thing(each)
        for each in resources
        if each["type"] in SECTIONS and not each.get("delete") and each.get("outputs")
    ]


def _thing(resource: Mapping[str, Any]) -> Thing:
    outputs = resource["outputs"]
    is_team = resource["type"] == TEAM
    return Thing(
        section=SECTIONS[resource["type"]],
        key=name_of(resource["urn"]),
        name=str(outputs["slug"] if is_team else resource["id"]),
        number=int(resource["id"] if is_team else outputs["repoId"]),
        node=str(outputs["nodeId"]),
        component=str(resource.get("parent", "")),
    )


def ask(client: GitHub[Any], known: Sequence[Thing]) -> dict[Thing, Live | None]:
    """Return what GitHub calls each of them now; None for what is gone or out of sight.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    answers: dict[Thing, Live | None] = {}
    for start in range(0, len(known), IDS_A_QUERY):
        batch = known[start : start + IDS_A_QUERY]
        nodes = _nodes(client, [each.node for each in batch])
        answers |= zip(batch, map(_live, nodes), strict=True)
    return answers


def _nodes(client: GitHub[Any], ids: list[str]) -> list[dict[str, Any] | None]:
    from githubkit.exception import GraphQLFailed  # noqa: PLC0415 - slow, and only needed here

    try:
        data = client.graphql(_QUERY, {"ids": ids})
    except GraphQLFailed as failed:
        data = failed.response.data or {}
        gone = all(error.type == "NOT_FOUND" for error in failed.response.errors or [])
        if not gone or len(data.get("nodes") or []) != len(ids):
            raise
    nodes: list[dict[str, Any] | None] = data["nodes"]
    return nodes


def _live(node: Mapping[str, Any] | None) -> Live | None:
    if not node:
        return None
    if "slug" in node:
        return Live(node["organization"]["login"], node["slug"])
    owner, _, name = node["nameWithOwner"].partition("/")
    branch = node.get("defaultBranchRef")
    return Live(owner, name, branch["name"] if branch else None)


def holders(client: GitHub[Any], organization: str, gone: Iterable[Thing]) -> dict[Thing, int]:
    """Return the ids of what has the names of ``gone`` things now; no redirect is followed.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    found: dict[Thing, int] = {}
    for thing in gone:
        if answer := get_json(client, path_of(organization, thing.section, thing.name)):
            found[thing] = int(answer["id"])
    return found


def path_of(organization: str, section: Kind, name: str) -> str:
    """Return the path of a repository or a team in GitHub's REST API."""
    if section == "teams":
        return f"/orgs/{organization}/teams/{name}"
    return f"/repos/{organization}/{name}"

"""What GitHub says about secrets: their names and dates, and the workflow files that use them.

It never tells a value. Workflow files come by one GraphQL query for many repositories; the lists of
secrets are REST's, one request a scope.

Source: https://docs.github.com/rest/actions/secrets
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from components.organization import reached
from portcullis.adopt.existing import asking
from portcullis.project import UserError
from portcullis.secrets.lists import AT_ONCE, PAGE, pages
from portcullis.secrets.usage import DEPENDABOT, WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from githubkit import GitHub

    from components.organization import ResolvedOrganization
    from components.secrets.declared import Scope
    from components.secrets.secret import Store

REPOSITORIES_A_QUERY = 20
_FILES = "entries { name object { ... on Blob { text isTruncated } } }"
_REPOSITORY = (
    f"name environments(first: {PAGE}) {{ nodes {{ name }} }} "
    f'workflows: object(expression: "HEAD:{WORKFLOWS}") {{ ... on Tree {{ {_FILES} }} }} '
    + " ".join(
        f'd{i}: object(expression: "HEAD:{path}") {{ ... on Blob {{ text isTruncated }} }}'
        for i, path in enumerate(DEPENDABOT)
    )
)


@dataclass(frozen=True)
class LiveSecret:
    """One secret as it is on GitHub."""

    name: str
    store: Store
    scope: Scope
    repositories: tuple[str, ...]
    """The declared repositories that see it."""
    environment: str | None
    updated: datetime
    """In UTC: when GitHub got this value."""


@dataclass(frozen=True)
class LiveRepository:
    """What a repository has of its own."""

    environments: tuple[str, ...] = ()
    files: Mapping[str, str | None] = field(default_factory=dict)
    """Workflows and Dependabot's file, path to text; None where GitHub does not give it whole."""


@dataclass
class Live:
    """What was found on GitHub, and in how many requests."""

    repositories: dict[str, LiveRepository] = field(default_factory=dict)
    """Of those that are declared and exist."""
    secrets: list[LiveSecret] = field(default_factory=list)
    requests: int = 0


@dataclass(frozen=True)
class _Scope:
    """A list of secrets that is asked for."""

    path: str
    store: Store
    scope: Scope
    repository: str | None = None
    environment: str | None = None


def look(
    client: GitHub[Any],
    organization: ResolvedOrganization,
    *,
    declared: Collection[tuple[Store, str]],
    stores: Collection[Store],
) -> Live:
    """Return what the organization has on GitHub.

    Args:
        client: a client of its GitHub.
        organization: the declared one; archived repositories are skipped: nothing runs there.
        declared: the organization's declared secrets. For others GitHub is asked who sees them.
        stores: which of GitHub's stores are looked at.

    Raises:
        UserError: GitHub cannot be asked, or refuses.
    """
    live = Live()
    names = [name for name, each in organization.repositories.items() if not each.config.archived]
    with asking():
        for start in range(0, len(names), REPOSITORIES_A_QUERY):
            batch = names[start : start + REPOSITORIES_A_QUERY]
            live.repositories |= _repositories(client, organization.name, batch)
            live.requests += 1
        wanted = list(_scopes(organization.name, live.repositories, stores))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda scope: pages(client, scope.path, "secrets"), wanted))
        for scope, (secrets, requests) in zip(wanted, found, strict=True):
            live.requests += requests
            for secret in secrets:
                sees, more = _sees(client, organization, scope, secret, declared)
                live.requests += more
                live.secrets.append(
                    LiveSecret(
                        secret["name"].upper(),
                        scope.store,
                        scope.scope,
                        sees,
                        scope.environment,
                        datetime.fromisoformat(secret["updated_at"]),
                    )
                )
    return live


def _scopes(
    organization: str, repositories: Mapping[str, LiveRepository], stores: Collection[Store]
) -> Iterator[_Scope]:
    for store in stores:
        yield _Scope(f"/orgs/{organization}/{store}/secrets", store, "organization")
    for name, repository in repositories.items():
        base = f"/repos/{organization}/{name}"
        for store in stores:
            yield _Scope(f"{base}/{store}/secrets", store, "repository", name)
        for environment in repository.environments:
            path = f"{base}/environments/{quote(environment, safe='')}/secrets"
            yield _Scope(path, "actions", "environment", name, environment)


def _sees(
    client: GitHub[Any],
    organization: ResolvedOrganization,
    scope: _Scope,
    secret: Mapping[str, Any],
    declared: Collection[tuple[Store, str]],
) -> tuple[tuple[str, ...], int]:
    """Return the declared repositories that see a secret, and the number of requests to know it."""
    if scope.repository:
        return (scope.repository,), 0
    if (scope.store, secret["name"].upper()) in declared:
        return (), 0  # the declaration says it
    if secret["visibility"] != "selected":
        return tuple(reached(secret["visibility"], organization.config)), 0
    selected, requests = pages(
        client, f"{scope.path}/{secret['name']}/repositories", "repositories"
    )
    names = {each["name"].lower() for each in selected}
    return tuple(name for name in organization.repositories if name.lower() in names), requests


def _repositories(
    client: GitHub[Any], organization: str, names: Sequence[str]
) -> dict[str, LiveRepository]:
    """Return the repositories that exist, of ``names``; one query."""
    from githubkit.exception import GraphQLFailed  # noqa: PLC0415 - see github_access

    owner = json.dumps(organization)
    query = " ".join(
        f"n{i}: repository(owner: {owner}, name: {json.dumps(name)}) {{ {_REPOSITORY} }}"
        for i, name in enumerate(names)
    )
    try:
        data: dict[str, Any] = client.graphql(f"query {{ {query} }}")
    except GraphQLFailed as failed:
        errors = failed.response.errors or []
        others = sorted({error.message for error in errors if error.type != "NOT_FOUND"})
        if others or failed.response.data is None:
            raise UserError(f"GitHub could not be asked: {'; '.join(others)}") from None
        data = failed.response.data
    found: dict[str, LiveRepository] = {}
    for i, name in enumerate(names):
        node = data.get(f"n{i}")
        # a repository that was renamed still answers to its old name
        if node and node["name"].lower() == name.lower():
            found[name] = _repository(node)
    return found


def _repository(node: Mapping[str, Any]) -> LiveRepository:
    files = {
        f"{WORKFLOWS}{entry['name']}": _whole(entry["object"])
        for entry in (node["workflows"] or {}).get("entries") or []
        if entry["object"]  # a folder has no text, and no workflow either
    }
    for i, path in enumerate(DEPENDABOT):
        if blob := node[f"d{i}"]:
            files[path] = _whole(blob)
    environments = tuple(each["name"] for each in node["environments"]["nodes"])
    return LiveRepository(environments, files)


def _whole(blob: Mapping[str, Any]) -> str | None:
    return None if blob["isTruncated"] else blob["text"]

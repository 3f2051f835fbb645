"""What GitHub shows of stored credentials: names, and how old they are; never a value.

Sources:
    https://docs.github.com/rest/actions/secrets
    https://docs.github.com/rest/deploy-keys/deploy-keys
    https://docs.github.com/rest/orgs/orgs#list-app-installations-for-an-organization
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis.live.asking import Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portcullis.live.asking import Asking

STORES = ("actions", "dependabot", "codespaces")
_TITLES = {"actions": "Actions", "dependabot": "Dependabot", "codespaces": "Codespaces"}
_WRITES = frozenset(
    {
        *("contents", "workflows", "actions", "environments", "secrets", "administration"),
        *("organization_administration", "organization_secrets", "members", "packages"),
        *("deployments", "organization_self_hosted_runners"),
    }
)
"""Permissions by which an App changes code, settings or secrets, or lets jobs through."""


@dataclass(frozen=True)
class StoredSecret:
    """A secret in one of GitHub's stores."""

    store: str
    repository: str
    """Empty: of the organization."""
    environment: str
    """Empty: it is in none."""
    name: str
    updated: datetime
    """When GitHub got its value."""


@dataclass(frozen=True)
class DeployKey:
    """A deploy key that may write."""

    repository: str
    number: int
    title: str
    key: str
    """The public key."""
    created: datetime


@dataclass(frozen=True)
class InstalledApp:
    """An installed App that may write."""

    number: int
    slug: str
    installation: int


@dataclass
class Stored:
    """All that was found, and what could not be read."""

    secrets: list[StoredSecret] = field(default_factory=list)
    keys: list[DeployKey] = field(default_factory=list)
    apps: list[InstalledApp] = field(default_factory=list)
    unread: dict[str, Unread] = field(default_factory=dict)
    """Why, by what it is, in words."""


def read(asking: Asking, organization: str, repositories: Sequence[str]) -> Stored:
    """Return the credentials of an organization that some repositories see, or that reach them.

    Args:
        asking: The conversation with GitHub.
        organization: Its login.
        repositories: Names of repositories.
    """
    found = Stored()
    for store in STORES:
        _of_organization(asking, organization, store, repositories, found)
    _apps(asking, organization, found)

    def one(name: str) -> Stored:
        return _of_repository(asking, organization, name)

    for each in asking.each(one, repositories):
        found.secrets += each.secrets
        found.keys += each.keys
        found.unread |= each.unread
    return found


def _of_organization(
    asking: Asking, organization: str, store: str, repositories: Sequence[str], found: Stored
) -> None:
    path = f"/orgs/{organization}/{store}/secrets"
    what = f"{_TITLES[store]} secrets of the organization"
    listed = asking.listed(path, "secrets")
    if isinstance(listed, Unread):
        found.unread[what] = listed
        return
    wanted = {name.lower() for name in repositories}
    for each in listed:
        if each.get("visibility") == "selected":
            seeing = asking.listed(f"{path}/{each['name']}/repositories", "repositories")
            if not isinstance(seeing, Unread) and not wanted & _names(seeing):
                continue
        found.secrets.append(_secret(each, store))


def _names(repositories: Iterable[dict[str, Any]]) -> set[str]:
    return {each["name"].lower() for each in repositories}


def _secret(
    answer: dict[str, Any], store: str, repository: str = "", environment: str = ""
) -> StoredSecret:
    updated = datetime.fromisoformat(answer["updated_at"])
    return StoredSecret(store, repository, environment, answer["name"].upper(), updated)


def _apps(asking: Asking, organization: str, found: Stored) -> None:
    listed = asking.listed(f"/orgs/{organization}/installations", "installations")
    if isinstance(listed, Unread):
        found.unread["installed Apps"] = listed
        return
    for each in listed:
        permissions: dict[str, str] = each.get("permissions") or {}
        if any(permissions.get(name) in {"write", "admin"} for name in _WRITES):
            app = InstalledApp(int(each["app_id"]), str(each["app_slug"]), int(each["id"]))
            found.apps.append(app)


def _of_repository(asking: Asking, organization: str, name: str) -> Stored:
    found = Stored()
    base = f"/repos/{organization}/{name}"
    for store in STORES:
        listed = asking.listed(f"{base}/{store}/secrets", "secrets")
        if isinstance(listed, Unread):
            found.unread[f"{_TITLES[store]} secrets of {name}"] = listed
        else:
            found.secrets += [_secret(each, store, name) for each in listed]
    _of_environments(asking, base, name, found)
    keys = asking.listed(f"{base}/keys")
    if isinstance(keys, Unread):
        found.unread[f"deploy keys of {name}"] = keys
        return found
    for each in keys:
        if not each["read_only"]:
            created = datetime.fromisoformat(each["created_at"])
            title, key = str(each["title"]), str(each["key"])
            found.keys.append(DeployKey(name, int(each["id"]), title, key, created))
    return found


def _of_environments(asking: Asking, base: str, name: str, found: Stored) -> None:
    environments = asking.listed(f"{base}/environments", "environments")
    if isinstance(environments, Unread):
        found.unread[f"environments of {name}"] = environments
        return
    for each in environments:
        environment = str(each["name"])
        path = f"{base}/environments/{quote(environment, safe='')}/secrets"
        listed = asking.listed(path, "secrets")
        if isinstance(listed, Unread):
            found.unread[f"secrets of the environment {name}/{environment}"] = listed
        else:
            found.secrets += [_secret(secret, "actions", name, environment) for secret in listed]

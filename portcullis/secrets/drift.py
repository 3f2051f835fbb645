"""Secrets that somebody changed or deleted on GitHub, outside of Portcullis.

GitHub never returns a value, so the provider sees no difference, and an update keeps the foreign
value. But GitHub returns when a secret was last set: if that is not when Portcullis set it,
somebody else did. Then the value is removed from the state, so that the next update sets it again,
in place.
"""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from portcullis.preview.differences import SECRET
from portcullis.pulumi_runs.events import name_of
from portcullis.secrets.lists import AT_ONCE, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from githubkit import GitHub

LISTS: Mapping[str, str] = {
    "ActionsOrganizationSecret": "/orgs/{owner}/actions/secrets",
    "DependabotOrganizationSecret": "/orgs/{owner}/dependabot/secrets",
    "CodespacesOrganizationSecret": "/orgs/{owner}/codespaces/secrets",
    "ActionsSecret": "/repos/{owner}/{repository}/actions/secrets",
    "DependabotSecret": "/repos/{owner}/{repository}/dependabot/secrets",
    "CodespacesSecret": "/repos/{owner}/{repository}/codespaces/secrets",
    "ActionsEnvironmentSecret": "/repos/{owner}/{repository}/environments/{environment}/secrets",
}
"""Where GitHub lists the secrets of a type, in terms of a resource's outputs."""

_FORGOTTEN = {**SECRET, "plaintext": '""'}
"""A secret without its value; Pulumi encrypts the `plaintext` when it imports the state."""


@dataclass(frozen=True)
class Drifted:
    """A secret that is not as it was left."""

    urn: str
    type: str
    what: Literal["changed", "deleted", "shown to others", "out of sight"]
    """`out of sight`: GitHub answers 404 for where it lies, an environment or a repository.

    That is deleted, or hidden from this token: GitHub does not say which.
    """

    @property
    def lost(self) -> bool:
        """Whether it cannot be set again where it was."""
        return self.what == "out of sight"

    @property
    def name(self) -> str:
        """The resource's name, such as ``escai/pypi-release/PYPI_API_TOKEN``."""
        return name_of(self.urn)

    @property
    def has_to_be_made_anew(self) -> bool:
        """The provider cannot update a Codespaces secret, and fails to delete one that is gone."""
        return self.what == "deleted" and self.type.startswith("Codespaces")

    def __str__(self) -> str:
        """Return ``ActionsSecret app/actions/TOKEN was changed on GitHub``, for people."""
        if self.lost:
            return f"{self.type} {self.name} cannot be seen: GitHub answers 404 for where it lies"
        return f"{self.type} {self.name} was {self.what} on GitHub, not by Portcullis"


def drifted(client: GitHub[Any], organization: str, state: Mapping[str, Any]) -> list[Drifted]:
    """Return secrets that are not as the state has them; one request a hundred secrets.

    Args:
        client: a client of the organization's GitHub.
        organization: its login.
        state: a stack's, exported; nothing is decrypted.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    secrets = secrets_of(state)
    paths = [path_of(kind, organization, resource["outputs"]) for resource, kind in secrets]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        once = list(dict.fromkeys(paths))
        known = dict(zip(once, pool.map(lambda path: listed(client, path), once), strict=True))
    found: list[Drifted] = []
    for (resource, kind), path in zip(secrets, paths, strict=True):
        outputs, there = resource["outputs"], known[path]
        if there is None:
            found.append(Drifted(resource["urn"], kind, "out of sight"))
        elif what := _difference(outputs, there.get(str(outputs["secretName"]).upper())):
            found.append(Drifted(resource["urn"], kind, what))
    return found


def forget(state: Mapping[str, Any], secrets: Sequence[Drifted]) -> dict[str, Any]:
    """Return the state without the values of ``secrets``: the next update sets them again."""
    forgotten = {each.urn for each in secrets}
    changed = copy.deepcopy(dict(state))
    for resource in changed["deployment"]["resources"]:
        if resource["urn"] in forgotten:
            for properties in (resource["inputs"], resource["outputs"]):
                for name in ("value", "plaintextValue"):
                    if properties.get(name) is not None:
                        properties[name] = _FORGOTTEN
    return changed


def secrets_of(state: Mapping[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return the secrets on GitHub that the state knows, and the names of their types."""
    resources: Iterable[dict[str, Any]] = (state.get("deployment") or {}).get("resources") or []
    kinds = ((each, each["type"].rpartition(":")) for each in resources)
    return [
        (resource, kind)
        for resource, (package, _, kind) in kinds
        if package.startswith("github:")
        and kind in LISTS
        and resource.get("outputs")
        # what a killed replacement has left to delete is no secret of ours any more
        and not resource.get("delete")
    ]


def path_of(kind: str, owner: str, outputs: Mapping[str, Any]) -> str:
    """Return where GitHub lists the secrets beside one of a type."""
    names = {key: quote(str(outputs.get(key)), safe="") for key in ("repository", "environment")}
    return LISTS[kind].format(owner=quote(owner, safe=""), **names)


def listed(client: GitHub[Any], path: str) -> dict[str, dict[str, Any]] | None:
    """Return what GitHub lists at ``path``, by upper-case name; None if it answers 404."""
    from githubkit.exception import RequestFailed  # noqa: PLC0415 - see github_access

    try:
        secrets, _ = pages(client, path, "secrets")
    except RequestFailed as error:
        if error.response.status_code == 404:  # noqa: PLR2004 - HTTP's own number
            return None
        raise
    return {str(each["name"]).upper(): each for each in secrets}


def _difference(
    outputs: Mapping[str, Any], live: Mapping[str, Any] | None
) -> Literal["changed", "deleted", "shown to others"] | None:
    if live is None:
        return "deleted"
    ours = time_of(outputs.get("updatedAt") or outputs.get("remoteUpdatedAt"))
    theirs = time_of(live.get("updated_at"))
    if ours and theirs and ours != theirs:
        return "changed"
    if live.get("visibility", outputs.get("visibility")) != outputs.get("visibility"):
        return "shown to others"
    return None


def time_of(text: object) -> datetime | None:
    """Read GitHub's ISO times, and the provider's: `2026-11-25 22:46:49 +0000 UTC`.

    Year 1 is how the provider notes that GitHub did not say.
    """
    words = str(text or "").removesuffix(" UTC").replace(" +0000", "+00:00")
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.year > 1 else None

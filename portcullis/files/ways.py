"""Repositories whose managed files came another way before: pushed, or by a pull request.

What is in the state decides: a file that Pulumi committed would be deleted as soon as the program
does not commit it any more, and a pull request would stay open.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from portcullis.adopt import existing
from portcullis.files.overwritten import files_of
from portcullis.pulumi_runs.events import name_of
from portcullis.renames.state import forget_urns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import automation

    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository

_PROPOSED, _ADDED = "portcullis:index:ProposedFile", "portcullis:index:AddedFiles"


def no_longer_pushed(
    state: Mapping[str, Any], resolved: ResolvedOrganization, keys: Mapping[str, str]
) -> list[str]:
    """Return the URNs of committed files that come by a pull request from now on.

    Args:
        state: The stack's state, exported.
        resolved: The organization.
        keys: The declared names of repositories that have another name in the state's URNs.
    """
    return [
        each["urn"]
        for each in files_of(state)
        if (known := resolved.repositories.get(_declared_name(each, keys)))
        and known.by_pull_request
    ]


def without(state: Mapping[str, Any], urns: Sequence[str]) -> dict[str, Any]:
    """Return the state without ``urns``: nothing happens to the files."""
    if not urns:
        return dict(state)
    changed = copy.deepcopy(dict(state))
    kept = [each for each in changed["deployment"]["resources"] if each["urn"] not in urns]
    for resource in kept:
        forget_urns(resource, urns)
    changed["deployment"]["resources"] = kept
    return changed


def forget(stack: automation.Stack, environment: Mapping[str, str], urns: Sequence[str]) -> None:
    """Take committed files out of the state, just before the update, which would delete them.

    Raises:
        UserError: Pulumi refuses.
    """
    if urns:
        state = existing.exported(stack, environment)
        existing.replace(stack, environment, without(state, urns))


def no_longer_proposed(
    state: Mapping[str, Any], resolved: ResolvedOrganization, keys: Mapping[str, str]
) -> list[str]:
    """Return the repositories with a pull request that do without it from now on.

    The arguments are those of `no_longer_pushed`.
    """
    resources: Sequence[Mapping[str, Any]] = (state.get("deployment") or {}).get("resources") or []
    proposed = {_declared_name(each, keys) for each in resources if _is_proposed(each)}
    return sorted(
        name
        for name in proposed & resolved.repositories.keys()
        if not proposes(resolved.repositories[name])
        and not resolved.repositories[name].config.archived
    )


def _declared_name(resource: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """Return a file's repository as it is declared, also before GitHub has renamed it.

    The URN has the declared name; the property `repository` has the name on GitHub.
    """
    name = name_of(resource["urn"]).partition("/")[0]
    return keys.get(name, name)


def _is_proposed(resource: Mapping[str, Any]) -> bool:
    by_pull_request = "byPullRequest" in (resource.get("inputs") or {})
    return resource["type"] == _PROPOSED or (resource["type"] == _ADDED and by_pull_request)


def proposes(repository: ResolvedRepository) -> bool:
    """Return whether a repository has files that come by a pull request."""
    return repository.by_pull_request and bool(repository.files or repository.added_files)

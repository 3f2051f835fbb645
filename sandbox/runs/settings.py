"""Settings of Actions as they hold for a repository: its own, held down by its organization's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.access.permissions import full_name, owner
from sandbox.enforcement.ref_patterns import matches
from sandbox.runs.workflow import PERMISSIONS

if TYPE_CHECKING:
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World

_SHA = re.compile(r"[0-9a-f]{40}")
_GITHUB_OWNED = ("actions/", "github/")


def enabled(world: World, repository: Record[Repository]) -> bool:
    """Return whether workflows run in a repository."""
    of_org = world.document(repository.parent, "actions", {"enabled_repositories": "all"})
    own = world.document(repository.id, "actions", {"enabled": True})
    which = of_org["enabled_repositories"]
    listed = repository.id in of_org.get("selected_repository_ids", [])
    return bool(own["enabled"]) and (which == "all" or (which == "selected" and listed))


def refused_action(world: World, repository: Record[Repository], uses: str) -> str | None:
    """Return why an action may not be used in a repository, or None when it may."""
    if uses.startswith(("./", "docker://")):
        return None
    name, _, ref = uses.partition("@")
    where = full_name(world, repository)
    for holder in (repository.parent, repository.id):
        found = world.document(
            holder, "actions", {"allowed_actions": "all", "sha_pinning_required": False}
        )
        if found["sha_pinning_required"] and not _SHA.fullmatch(ref):
            return (
                f"The action {uses} is not allowed in {where} because all actions must be pinned "
                "to a full-length commit SHA."
            )
        if not _allowed(world, repository, holder, found["allowed_actions"], name, uses):
            return (
                f"The action {uses} is not allowed in {where} because it is not among the actions "
                "that its settings allow."
            )
    return None


def _allowed(  # noqa: PLR0917 - one question with all that it depends on
    world: World, repository: Record[Repository], holder: int, allowed: str, name: str, uses: str
) -> bool:
    own = name.lower().startswith(f"{owner(world, repository).name.lower()}/")
    if allowed == "all" or own:
        return True
    if allowed == "local_only":
        return False
    selected = world.document(
        holder, "selected-actions", {"github_owned_allowed": True, "patterns_allowed": []}
    )
    if selected["github_owned_allowed"] and name.lower().startswith(_GITHUB_OWNED):
        return True
    return any(
        matches(pattern.lower(), text.lower(), slashes=True)
        for pattern in selected["patterns_allowed"]
        for text in (uses, name)
    )


def default_permissions(world: World, repository: Record[Repository]) -> dict[str, str]:
    """Return what a workflow's token may do when the file does not say."""
    name, key = "workflow", "default_workflow_permissions"
    of_org = world.document(repository.parent, name, {key: "read"})
    own = world.document(repository.id, name, {key: of_org[key]})
    if of_org[key] == own[key] == "write":
        return {**dict.fromkeys(PERMISSIONS, "write"), "metadata": "read"}
    return {"contents": "read", "metadata": "read", "packages": "read"}


def permissions(
    world: World,
    repository: Record[Repository],
    of_workflow: object,
    of_job: object,
    *,
    read_only: bool,
) -> dict[str, str]:
    """Return what a job's token may do.

    Args:
        world: The world.
        repository: The repository.
        of_workflow: The workflow's `permissions`, or None.
        of_job: The job's `permissions`, or None; they replace the workflow's.
        read_only: Whether the run is of somebody who may not write: a fork's, or Dependabot's.
    """
    wanted = of_job if of_job is not None else of_workflow
    if wanted is None:
        found = default_permissions(world, repository)
    elif wanted in ("read-all", "write-all"):
        found = dict.fromkeys(PERMISSIONS, str(wanted).removesuffix("-all"))
    else:
        given = wanted if isinstance(wanted, dict) else {}
        found = {str(key): str(value) for key, value in given.items() if value != "none"}
    if read_only:
        found = {key: "read" for key in found if key != "id-token"}
    return {**found, "metadata": "read"}


def fork_policy(world: World, repository: Record[Repository]) -> str:
    """Return which contributors' runs from forks wait for an approval."""
    name, default = "fork-pr-contributor-approval", {"approval_policy": "first_time_contributors"}
    of_org = world.document(repository.parent, name, default)
    return str(world.document(repository.id, name, of_org)["approval_policy"])

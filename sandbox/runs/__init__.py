"""Workflow runs: what a push, a tag, a pull request or a dispatch starts.

`moved`, `release` and `pull_request` receive what happened; `triggers` find the workflows that
wait for it; `progress` lets a run's jobs go on, up to the `gates` of their environments; `visible`
and `tokens` say what a job that got through sees.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name
from sandbox.git import objects
from sandbox.runs.triggers import Event, start
from sandbox.world.kinds.code import COMMIT, Commit, Pull
from sandbox.world.kinds.repositories import REPOSITORY, Release
from sandbox.world.ref_names import short_name

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.git.update import Update
    from sandbox.world.records import Record

DEPENDABOT = "dependabot[bot]"
_NOTHING = "0" * 40
"""What git says for a ref that was not there."""


def _by_workflow(call: Call) -> bool:
    """Return whether a workflow's own token did it: that starts no further workflow."""
    return call.actor.job is not None


def _untrusted(call: Call) -> str:
    return "dependabot" if call.actor.login == DEPENDABOT else ""


def moved(call: Call, update: Update) -> None:
    """Start the workflows that a moved ref triggers."""
    if _by_workflow(call):
        return
    world, repository = call.world, update.repository
    name = short_name(update.ref)
    if update.after is None:
        tip = objects.resolve(world, repository, repository.data["default_branch"])
        if tip is not None:
            # the run belongs to the default branch, whatever was deleted
            branch = repository.data["default_branch"]
            start(world, repository, _event(call, "delete", f"refs/heads/{branch}", tip, branch))
        return
    commit = world.find(COMMIT, update.after, repository.id)
    if commit is None:
        return
    pushed = _event(call, "push", update.ref, commit, name)
    moved_from = {"before": update.before or _NOTHING, "after": commit.name}
    start(world, repository, replace(pushed, payload=moved_from))
    if update.before is None:
        start(world, repository, _event(call, "create", update.ref, commit, name))


def _event(call: Call, name: str, ref: str, commit: Record[Commit], short: str) -> Event:
    repository = call.repository
    return Event(
        name=name,
        ref=ref,
        sha=commit.name,
        actor=call.actor.id,
        files=commit.data["files"],
        head_branch=short,
        head_sha=commit.name,
        changed={each["path"] for each in objects.changed(call.world, repository, commit)},
        untrusted=_untrusted(call),
    )


def release(call: Call, release: Record[Release], commit: Record[Commit], action: str) -> None:
    """Start the workflows that something done to a release triggers: those of the tagged commit.

    Args:
        call: The request.
        release: The release.
        commit: The commit that its tag points to.
        action: The activity type, such as `published`.
    """
    if _by_workflow(call):
        return
    shown = {
        "id": release.id,
        "tag_name": release.data["tag"],
        "target_commitish": release.data["target"],
        "name": release.data["title"],
        "draft": release.data["draft"],
        "prerelease": release.data["prerelease"],
    }
    event = _event(call, "release", f"refs/tags/{release.data['tag']}", commit, release.data["tag"])
    start(
        call.world,
        call.repository,
        replace(event, type=action, payload={"release": shown}),
    )


def pull_request(call: Call, pull: Record[Pull], action: str) -> None:
    """Start the workflows that something done to a pull request triggers."""
    world = call.world
    repository = world.get(REPOSITORY, pull.parent)
    if _by_workflow(call) or repository is None:
        return
    base = objects.resolve(world, repository, pull.data["base"])
    head = world.find(COMMIT, pull.data["head_sha"], repository.id)
    default = objects.resolve(world, repository, repository.data["default_branch"])
    if base is None or head is None or default is None:
        return
    files = objects.merged(world, repository, base, head)
    fork = "fork" if pull.data["head_repository"] else _untrusted(call)
    # since December 2025 always the default branch's workflow, with secrets (github.blog changelog,
    # "Actions pull_request_target and environment branch protections changes")
    of_target = Event(
        name="pull_request_target",
        ref=f"refs/heads/{repository.data['default_branch']}",
        sha=default.name,
        head_sha=default.name,
        files=default.data["files"],
        untrusted="dependabot" if fork == "dependabot" else "",
        actor=call.actor.id,
        type=action,
        base=pull.data["base"],
        pull=pull,
        head_branch=pull.data["head"],
        changed={each["path"] for each in objects.changed(world, repository, head)},
        payload={"number": int(pull.name), "pull_request": _shown(call, pull, base.name)},
    )
    if files is not None:
        # the merge of both sides is what runs; GitHub keeps it at this ref
        of_merge = replace(
            of_target,
            name="pull_request",
            ref=f"refs/pull/{pull.name}/merge",
            sha=head.name,
            head_sha=head.name,
            files=files,
            untrusted=fork,
        )
        start(world, repository, of_merge)
    start(world, repository, of_target)


def _shown(call: Call, pull: Record[Pull], base: str) -> dict[str, Any]:
    """Return what `github.event.pull_request` has, as far as workflows of the tests ask for it."""
    source = call.world.get(REPOSITORY, pull.data["head_repository"] or pull.parent)
    name = None if source is None else {"full_name": full_name(call.world, source)}
    return {
        "number": int(pull.name),
        "merged": pull.data["merged_at"] is not None,
        "head": {"ref": pull.data["head"], "sha": pull.data["head_sha"], "repo": name},
        "base": {"ref": pull.data["base"], "sha": base},
    }

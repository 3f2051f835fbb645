"""Branches: list, read, rename, merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.api import fields
from sandbox.api.errors import GitHubError, conflict, failed, invalid, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.enforcement import renames
from sandbox.enforcement.classic_model import rule_for
from sandbox.git import objects, refs
from sandbox.repositories import pulls
from sandbox.shapes.commits import base, commit_json, html_base
from sandbox.world import ref_names
from sandbox.world.kinds.code import COMMIT, PULL, Ref
from sandbox.world.kinds.protection import BRANCH_PROTECTION, BranchProtection

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/branches"
_ONE = _LIST + "/{branch}"


def short_name(ref: Record[Ref]) -> str:
    """Return a branch's name without `refs/heads/`."""
    return ref.name.removeprefix("refs/heads/")


def protection_url(call: Call, branch: str) -> str:
    """Return the address of a branch's classic protection."""
    return f"{base(call)}/branches/{quote(branch, safe='')}/protection"


def find(call: Call) -> Record[Ref]:
    """Return the path's branch; 404 when there is none, 301 when it was renamed."""
    branch = call.parameters["branch"]
    ref = objects.find_ref(call.world, call.repository, f"refs/heads/{branch}")
    if ref is None:
        renamed = call.world.document(call.repository.id, "renamed-branches", {}).get(branch)
        if renamed is not None:
            url = f"{call.api}/repositories/{call.repository.id}/branches/{quote(renamed, safe='')}"
            moved = GitHubError(301, "Moved Permanently", headers={"Location": url})
            moved.url = url
            raise moved
        raise GitHubError(404, "Branch not found")
    return ref


def _short(call: Call, ref: Record[Ref]) -> dict[str, Any]:
    rule = rule_for(call.world, call.repository, short_name(ref))
    contexts = [] if rule is None else rule.data["requiredStatusCheckContexts"]
    return {
        "name": short_name(ref),
        "commit": {"sha": ref.data["sha"], "url": f"{base(call)}/commits/{ref.data['sha']}"},
        "protected": rule is not None,
        "protection": {
            "enabled": rule is not None,
            "required_status_checks": {
                "enforcement_level": _level(rule),
                "contexts": contexts,
                "checks": [{"context": each, "app_id": None} for each in contexts],
            },
        },
        "protection_url": protection_url(call, short_name(ref)),
    }


def _level(rule: Record[BranchProtection] | None) -> str:
    if rule is None or not rule.data["requiresStatusChecks"]:
        return "off"
    return "everyone" if rule.data["isAdminEnforced"] else "non_admins"


@ROUTES.get(_LIST, needs="repo:read")
def list_branches(call: Call) -> Response:
    """Return the branches by name; `protected` narrows."""
    found = objects.branches(call.world, call.repository)
    if "protected" in call.query:
        wanted = call.query["protected"] == "true"
        found = [
            ref
            for ref in found
            if (rule_for(call.world, call.repository, short_name(ref)) is not None) == wanted
        ]
    return page(call, found, lambda ref: _short(call, ref))


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a branch; one that was renamed leads to its new name."""
    ref = find(call)
    commit = call.world.find(COMMIT, ref.data["sha"], call.repository.id)
    if commit is None:
        raise not_found()
    return Response(
        200,
        {
            **_short(call, ref),
            "commit": commit_json(call, commit),
            "_links": {
                "self": f"{base(call)}/branches/{quote(short_name(ref), safe='')}",
                "html": f"{html_base(call)}/tree/{short_name(ref)}",
            },
        },
    )


@ROUTES.post(_ONE + "/rename", needs="repo:write")
def rename(call: Call) -> Response:
    """Rename a branch; the default branch, protection, bases and old links follow it.

    Pull requests that come from the branch are closed.
    """
    ref = find(call)
    old, new = short_name(ref), fields.body(call, **{"new_name!": "text"})["new_name"]
    if not ref_names.is_valid(f"refs/heads/{new}"):
        raise invalid(f"{new!r} is not a valid branch name")
    if objects.find_ref(call.world, call.repository, f"refs/heads/{new}") is not None:
        raise failed("Branch", "new_name", "already_exists")
    renames.check_rename(call, ref, new)
    call.world.change(ref, f"refs/heads/{new}")
    rule = call.world.find(BRANCH_PROTECTION, old, call.repository.id)
    if rule is not None and call.world.find(BRANCH_PROTECTION, new, call.repository.id) is None:
        call.world.change(rule, new)
    if call.repository.data["default_branch"] == old:
        call.world.change(call.repository, default_branch=new)
    call.world.set_document(call.repository.id, "renamed-branches", **{old: new})
    call.refresh()
    pulls.synchronize(call.world, call.repository, old, call.actor.id)
    for pull in call.world.all(PULL, call.repository.id):
        if pull.data["state"] == "open" and pull.data["base"] == old:
            call.world.change(pull, base=new)
    call.parameters["branch"] = new
    response = get(call)
    return Response(201, response.body)


@ROUTES.post("/repos/{owner}/{repo}/merges", needs="repo:write")
def merge(call: Call) -> Response:
    """Merge one ref into a branch."""
    found = fields.body(call, **{"base!": "text", "head!": "text"}, commit_message="text")
    into = objects.find_ref(call.world, call.repository, f"refs/heads/{found['base']}")
    head = objects.resolve(call.world, call.repository, found["head"])
    if into is None or head is None:
        raise not_found()
    target = call.world.find(COMMIT, into.data["sha"], call.repository.id)
    if target is None or call.actor.user is None:
        raise not_found()
    if head.name in {each.name for each in objects.history(call.world, call.repository, target)}:
        return Response(204)
    message = found.get("commit_message") or f"Merge {found['head']} into {found['base']}"
    making = objects.made_by(call.actor.user, message, call.world.clock.now(), signed=True)
    made = objects.merge(call.world, call.repository, target, head, making)
    if made is None:
        raise conflict("Merge conflict")
    refs.move(call, into.name, made.name, status=409)
    return Response(201, commit_json(call, made, files=True))

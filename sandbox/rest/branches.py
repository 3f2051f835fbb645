"""Branches: list, read, rename; classic protection as REST shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox import fields, git, pulls, ref_names, refs
from sandbox.enforcement import renames
from sandbox.errors import GitHubError, conflict, failed, invalid, not_found
from sandbox.http import Response
from sandbox.pages import page
from sandbox.protection import approvals, rule_for
from sandbox.routing import Routes
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.apps import app_json
from sandbox.shapes.commits import base, commit_json, html_base
from sandbox.shapes.teams import simple_with_parent

if TYPE_CHECKING:
    from sandbox.http import Call
    from sandbox.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/branches"
_ONE = _LIST + "/{branch}"


def _name(ref: Record) -> str:
    return ref.name.removeprefix("refs/heads/")


def _protection_url(call: Call, branch: str) -> str:
    return f"{base(call)}/branches/{quote(branch, safe='')}/protection"


def _find(call: Call) -> Record:
    branch = call.parameters["branch"]
    ref = git.find_ref(call.world, call.repository, f"refs/heads/{branch}")
    if ref is None:
        renamed = call.world.document(call.repository.id, "renamed-branches", {}).get(branch)
        if renamed is not None:
            url = f"{call.api}/repositories/{call.repository.id}/branches/{quote(renamed, safe='')}"
            moved = GitHubError(301, "Moved Permanently", headers={"Location": url})
            moved.url = url
            raise moved
        raise GitHubError(404, "Branch not found")
    return ref


def _short(call: Call, ref: Record) -> dict[str, Any]:
    rule = rule_for(call.world, call.repository, _name(ref))
    contexts = [] if rule is None else rule["requiredStatusCheckContexts"]
    return {
        "name": _name(ref),
        "commit": {"sha": ref["sha"], "url": f"{base(call)}/commits/{ref['sha']}"},
        "protected": rule is not None,
        "protection": {
            "enabled": rule is not None,
            "required_status_checks": {
                "enforcement_level": _level(rule),
                "contexts": contexts,
                "checks": [{"context": each, "app_id": None} for each in contexts],
            },
        },
        "protection_url": _protection_url(call, _name(ref)),
    }


def _level(rule: Record | None) -> str:
    if rule is None or not rule["requiresStatusChecks"]:
        return "off"
    return "everyone" if rule["isAdminEnforced"] else "non_admins"


@ROUTES.get(_LIST, needs="repo:read")
def list_branches(call: Call) -> Response:
    """The branches by name; `protected` narrows."""
    found = git.branches(call.world, call.repository)
    if "protected" in call.query:
        wanted = call.query["protected"] == "true"
        found = [
            ref
            for ref in found
            if (rule_for(call.world, call.repository, _name(ref)) is not None) == wanted
        ]
    return page(call, found, lambda ref: _short(call, ref))


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """A branch; one that was renamed leads to its new name."""
    ref = _find(call)
    commit = call.world.find("commit", ref["sha"], call.repository.id)
    if commit is None:
        raise not_found()
    return Response(
        200,
        {
            **_short(call, ref),
            "commit": commit_json(call, commit),
            "_links": {
                "self": f"{base(call)}/branches/{quote(_name(ref), safe='')}",
                "html": f"{html_base(call)}/tree/{_name(ref)}",
            },
        },
    )


@ROUTES.post(_ONE + "/rename", needs="repo:write")
def rename(call: Call) -> Response:
    """Rename a branch; the default branch, protection, bases and old links follow it.

    Pull requests that come from the branch are closed.
    """
    ref = _find(call)
    old, new = _name(ref), fields.body(call, **{"new_name!": "text"})["new_name"]
    if not ref_names.is_valid(f"refs/heads/{new}"):
        raise invalid(f"{new!r} is not a valid branch name")
    if git.find_ref(call.world, call.repository, f"refs/heads/{new}") is not None:
        raise failed("Branch", "new_name", "already_exists")
    renames.check_rename(call, ref, new)
    call.world.change(ref, f"refs/heads/{new}")
    rule = call.world.find("branch_protection", old, call.repository.id)
    if rule is not None and call.world.find("branch_protection", new, call.repository.id) is None:
        call.world.change(rule, new)
    if call.repository["default_branch"] == old:
        call.world.change(call.repository, default_branch=new)
    call.world.set_document(call.repository.id, "renamed-branches", **{old: new})
    call.refresh()
    pulls.synchronize(call.world, call.repository, old, call.actor.id)
    for pull in call.world.all("pull", call.repository.id):
        if pull["state"] == "open" and pull["base"] == old:
            call.world.change(pull, base=new)
    call.parameters["branch"] = new
    response = get(call)
    return Response(201, response.body)


@ROUTES.get(_ONE + "/protection", needs="repo:admin")
def get_protection(call: Call) -> Response:
    """Classic protection of a branch, by whatever rule fits it."""
    ref = _find(call)
    rule = rule_for(call.world, call.repository, _name(ref))
    if rule is None:
        raise GitHubError(404, "Branch not protected")
    url = _protection_url(call, _name(ref))
    body: dict[str, Any] = {
        "url": url,
        "required_signatures": _switch(
            f"{url}/required_signatures", rule, "requiresCommitSignatures"
        ),
        "enforce_admins": _switch(f"{url}/enforce_admins", rule, "isAdminEnforced"),
        "required_linear_history": {"enabled": rule["requiresLinearHistory"]},
        "allow_force_pushes": {"enabled": rule["allowsForcePushes"]},
        "allow_deletions": {"enabled": rule["allowsDeletions"]},
        "block_creations": {"enabled": rule["blocksCreations"]},
        "required_conversation_resolution": {"enabled": rule["requiresConversationResolution"]},
        "lock_branch": {"enabled": rule["lockBranch"]},
        "allow_fork_syncing": {"enabled": False},
    }
    if rule["requiresStatusChecks"]:
        contexts = rule["requiredStatusCheckContexts"]
        body["required_status_checks"] = {
            "url": f"{url}/required_status_checks",
            "strict": rule["requiresStrictStatusChecks"],
            "contexts": contexts,
            "contexts_url": f"{url}/required_status_checks/contexts",
            "checks": [{"context": each, "app_id": None} for each in contexts],
        }
    if rule["requiresApprovingReviews"]:
        body["required_pull_request_reviews"] = _reviews(call, rule, url)
    if rule["restrictsPushes"]:
        push = f"{url}/restrictions"
        body["restrictions"] = {
            "url": push,
            "users_url": f"{push}/users",
            "teams_url": f"{push}/teams",
            "apps_url": f"{push}/apps",
            **_actors(call, rule["pushActorIds"]),
        }
    return Response(200, body)


def _switch(url: str, rule: Record, name: str) -> dict[str, Any]:
    return {"url": url, "enabled": rule[name]}


def _reviews(call: Call, rule: Record, url: str) -> dict[str, Any]:
    reviews = f"{url}/required_pull_request_reviews"
    body: dict[str, Any] = {
        "url": reviews,
        "dismiss_stale_reviews": rule["dismissesStaleReviews"],
        "require_code_owner_reviews": rule["requiresCodeOwnerReviews"],
        "require_last_push_approval": rule["requireLastPushApproval"],
        "required_approving_review_count": approvals(rule),
    }
    if rule["bypassPullRequestActorIds"]:
        body["bypass_pull_request_allowances"] = _actors(call, rule["bypassPullRequestActorIds"])
    if rule["restrictsReviewDismissals"]:
        body["dismissal_restrictions"] = {
            "url": f"{reviews}/dismissal_restrictions",
            "users_url": f"{reviews}/dismissal_restrictions/users",
            "teams_url": f"{reviews}/dismissal_restrictions/teams",
            **_actors(call, rule["reviewDismissalActorIds"]),
        }
    return body


def _actors(call: Call, ids: list[list[Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"users": [], "teams": [], "apps": []}
    for kind, ident in ids:
        record = call.world.get(kind, ident)
        if record is None:
            continue
        if kind == "user":
            found["users"].append(simple_user(call, record))
        elif kind == "team":
            found["teams"].append(simple_with_parent(call, record))
        else:
            found["apps"].append(app_json(call, record))
    return found


@ROUTES.delete(_ONE + "/protection", needs="repo:admin")
def delete_protection(call: Call) -> Response:
    """Take the classic rule of a branch away."""
    ref = _find(call)
    rule = rule_for(call.world, call.repository, _name(ref))
    if rule is None:
        raise GitHubError(404, "Branch not protected")
    call.world.remove(rule)
    return Response(204)


@ROUTES.post("/repos/{owner}/{repo}/merges", needs="repo:write")
def merge(call: Call) -> Response:
    """Merge one ref into a branch."""
    found = fields.body(call, **{"base!": "text", "head!": "text"}, commit_message="text")
    into = git.find_ref(call.world, call.repository, f"refs/heads/{found['base']}")
    head = git.resolve(call.world, call.repository, found["head"])
    if into is None or head is None:
        raise not_found()
    target = call.world.find("commit", into["sha"], call.repository.id)
    if target is None or call.actor.user is None:
        raise not_found()
    if head.name in {each.name for each in git.history(call.world, call.repository, target)}:
        return Response(204)
    message = found.get("commit_message") or f"Merge {found['head']} into {found['base']}"
    making = git.made_by(call.actor.user, message, call.world.clock.now(), signed=True)
    made = git.merge(call.world, call.repository, target, head, making)
    if made is None:
        raise conflict("Merge conflict")
    refs.move(call, into.name, made.name, status=409)
    return Response(201, commit_json(call, made, files=True))

"""Commits: a branch's history, one commit, two compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import GitHubError, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.git import objects
from sandbox.shapes.commits import base, commit_json, html_base
from sandbox.world.kinds.code import REF, Commit

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/commits"


def _resolve(call: Call, name: str) -> Record[Commit]:
    found = objects.named(call.world, call.repository, name)
    if found is None:
        raise GitHubError(422, f"No commit found for SHA: {name}")
    return found


@ROUTES.get(_LIST, needs="repo:read")
def list_commits(call: Call) -> Response:
    """Return a branch's commits, newest first; `path` narrows to those that changed a file."""
    if not call.world.count(REF, call.repository.id):
        raise GitHubError(409, "Git Repository is empty.")
    head = objects.named(
        call.world, call.repository, call.query.get("sha") or call.repository.data["default_branch"]
    )
    if head is None:
        raise not_found()
    found = objects.history(call.world, call.repository, head)
    path = call.query.get("path")
    if path:
        found = [
            commit
            for commit in found
            if any(
                change["path"] == path or change["path"].startswith(f"{path}/")
                for change in objects.changed(call.world, call.repository, commit)
            )
        ]
    return page(call, found, lambda commit: commit_json(call, commit))


@ROUTES.get(_LIST + "/{ref}", needs="repo:read")
def get(call: Call) -> Response:
    """Return a commit with what it changed, by its id, branch or tag."""
    return Response(200, commit_json(call, _resolve(call, call.parameters["ref"]), files=True))


@ROUTES.get("/repos/{owner}/{repo}/compare/{basehead*}", needs="repo:read")
def compare(call: Call) -> Response:
    """Compare two commits: `base...head`."""
    left, dots, right = call.parameters["basehead"].partition("...")
    if not dots:
        raise not_found()
    one, two = (objects.named(call.world, call.repository, name) for name in (left, right))
    if one is None or two is None:
        raise not_found()
    before = objects.history(call.world, call.repository, one)
    after = objects.history(call.world, call.repository, two)
    names = {commit.name for commit in before}
    shared = next((commit for commit in after if commit.name in names), one)
    ahead = [commit for commit in reversed(after) if commit.name not in names]
    behind = len(names - {commit.name for commit in after})
    status = "identical"
    if ahead or behind:
        status = "diverged" if ahead and behind else "ahead" if ahead else "behind"
    url = f"{html_base(call)}/compare/{left}...{right}"
    return Response(
        200,
        {
            "url": f"{base(call)}/compare/{left}...{right}",
            "html_url": url,
            "permalink_url": url,
            "diff_url": f"{url}.diff",
            "patch_url": f"{url}.patch",
            "base_commit": commit_json(call, one),
            "merge_base_commit": commit_json(call, shared),
            "status": status,
            "ahead_by": len(ahead),
            "behind_by": behind,
            "total_commits": len(ahead),
            "commits": [commit_json(call, commit) for commit in ahead],
            "files": [
                file for commit in ahead for file in commit_json(call, commit, files=True)["files"]
            ],
        },
    )

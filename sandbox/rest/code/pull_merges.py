"""Pull requests get merged, and brought up to date.

Source: https://docs.github.com/rest/pulls/pulls
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sandbox import runs
from sandbox.access.permissions import level, owner, permission
from sandbox.api import fields
from sandbox.api.errors import GitHubError, conflict, forbidden, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.routing import Routes
from sandbox.git import objects, refs
from sandbox.repositories import pulls
from sandbox.rest.code.pulls import find
from sandbox.shapes.commits import base

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()
_ONE = "/repos/{owner}/{repo}/pulls/{pull_number}"


@ROUTES.get(_ONE + "/merge", needs="repo:read")
def check_merged(call: Call) -> Response:
    """Answer 204 if the pull request was merged, else 404."""
    if find(call).data["merged_at"] is None:
        raise not_found()
    return NO_CONTENT


@ROUTES.put(_ONE + "/update-branch", needs="repo:read")
def update_branch(call: Call) -> Response:
    """Merge the base into the head branch, as somebody who may push to that branch."""
    pull = find(call)
    found = fields.body(call, expected_head_sha="text")
    url = f"{base(call)}/pulls/{pull.name}"
    source = pulls.head_repository(call.world, call.repository, pull)
    head_sha = pulls.head_tip(call.world, call.repository, pull)
    into = objects.resolve(call.world, call.repository, pull.data["base"])
    if source is None or head_sha is None or into is None or call.actor.user is None:
        raise not_found()
    if level(permission(call.world, source, call.actor)) < level("write"):
        raise forbidden("Resource not accessible by this account.")
    if found.get("expected_head_sha", head_sha) != head_sha:
        raise invalid(f"expected head sha didn't match current head ref: {head_sha}")
    pulls.take_commits(call.world, call.repository, source, into.name)
    call.repository = source
    head = objects.resolve(call.world, source, head_sha)
    if head is None or into.name in {
        each.name for each in objects.history(call.world, source, head)
    }:
        raise invalid("There are no new commits on the base branch.")
    message = f"Merge branch '{pull.data['base']}' into {pull.data['head']}"
    making = objects.made_by(call.actor.user, message, call.world.clock.now(), signed=True)
    made = objects.merge(call.world, source, head, into, making)
    if made is None:
        raise invalid("merge conflict between base and head")
    refs.move(call, f"refs/heads/{pull.data['head']}", made.name)
    return Response(202, {"message": "Updating pull request branch.", "url": url})


@ROUTES.put(_ONE + "/merge", needs="repo:write")
def merge(call: Call) -> Response:
    """Merge a pull request into its base."""
    pull = find(call)
    found = fields.body(
        call,
        commit_title="text",
        commit_message="text",
        sha="text",
        merge_method=("merge", "squash", "rebase"),
    )
    method = found.get("merge_method", "merge")
    setting = {
        "merge": "allow_merge_commit",
        "squash": "allow_squash_merge",
        "rebase": "allow_rebase_merge",
    }
    head_sha = pulls.head_tip(call.world, call.repository, pull)
    if pull.data["state"] != "open" or head_sha is None or pull.data["draft"]:
        raise GitHubError(405, "Pull Request is not mergeable")
    if not call.repository.field(setting[method]):
        names = {"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}
        raise GitHubError(405, f"{names[method]} are not allowed on this repository.")
    if found.get("sha", head_sha) != head_sha:
        raise conflict("Head branch was modified. Review and try the merge again.")
    head = objects.resolve(call.world, call.repository, head_sha)
    into = objects.resolve(call.world, call.repository, pull.data["base"])
    if head is None or into is None or call.actor.user is None:
        raise not_found()
    title = found.get("commit_title") or (
        f"Merge pull request #{pull.name} from {owner(call.world, call.repository).name}/"
        f"{pull.data['head']}"
        if method == "merge"
        else f"{pull.data['title']} (#{pull.name})"
    )
    message = f"{title}\n\n{found.get('commit_message') or pull.data['title']}"
    # a rebase makes the author's commits anew, which GitHub cannot sign for them
    signed = method != "rebase"
    making = objects.made_by(call.actor.user, message, call.world.clock.now(), signed=signed)
    made = objects.merge(call.world, call.repository, into, head, making)
    if made is None:
        raise GitHubError(405, "Pull Request is not mergeable")
    if method != "merge":
        # squashed or rebased: the same files in a commit with one parent
        made = objects.commit(call.world, call.repository, made.data["files"], [into.name], making)
    refs.move(
        call, f"refs/heads/{pull.data['base']}", made.name, pull=pull, method=method, status=405
    )
    now = call.world.clock.now()
    merged = call.world.change(
        pull,
        state="closed",
        closed_at=now,
        merged_at=now,
        merged_by=call.actor.user.id,
        merge_commit_sha=made.name,
        head_sha=head_sha,
        base_sha=into.name,
    )
    runs.pull_request(call, merged, "closed")
    if call.repository.data["delete_branch_on_merge"] and not pull.data["head_repository"]:
        ref = objects.find_ref(call.world, call.repository, f"refs/heads/{pull.data['head']}")
        if ref is not None:
            # a head branch that is protected stays, and the merge stands
            with contextlib.suppress(GitHubError):
                refs.delete(call, ref)
    return Response(
        200,
        {"sha": made.name, "merged": True, "message": "Pull Request successfully merged"},
    )

"""Pull requests: open, read, change, merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import enforcement, runs
from sandbox.access.permissions import owner, require
from sandbox.api import fields, lengths
from sandbox.api.errors import GitHubError, failed, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.enforcement import code_owners
from sandbox.git import objects, refs
from sandbox.repositories import pulls
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.commits import base, commit_json, html_base
from sandbox.shapes.repositories import full_repository
from sandbox.shapes.teams import simple_with_parent
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.code import PULL, Pull
from sandbox.world.kinds.people import TEAM
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/pulls"
_ONE = _LIST + "/{pull_number}"


def find(call: Call) -> Record[Pull]:
    """Return the path's pull request; 404 when there is none."""
    found = call.world.find(PULL, str(call.integer("pull_number")), call.repository.id)
    if found is None:
        raise not_found()
    return found


def _side(
    call: Call, repository: Record[Repository] | None, branch: str, sha: str
) -> dict[str, Any]:
    if repository is None:
        return {"label": f"unknown:{branch}", "ref": branch, "sha": sha, "user": None, "repo": None}
    account = owner(call.world, repository)
    return {
        "label": f"{account.name}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": simple_user(call, account),
        "repo": full_repository(call, repository),
    }


def _sha(call: Call, branch: str) -> str | None:
    ref = objects.find_ref(call.world, call.repository, f"refs/heads/{branch}")
    return None if ref is None else str(ref.data["sha"])


def shape(call: Call, pull: Record[Pull], *, full: bool) -> dict[str, Any]:
    """Return a pull request as `pull-request-simple`, or as `pull-request` when `full`."""
    number, url = int(pull.name), f"{base(call)}/pulls/{pull.name}"
    html = f"{html_base(call)}/pull/{number}"
    user = call.world.get(USER, pull.data["user"])
    issue = f"{base(call)}/issues/{number}"
    head = pull.data["head_sha"]
    source = pulls.head_repository(call.world, call.repository, pull)
    into = _sha(call, pull.data["base"]) or pull.data["base_sha"]
    links = {
        "self": url,
        "html": html,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{base(call)}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{base(call)}/statuses/{head}",
    }
    body: dict[str, Any] = {
        "url": url,
        "id": pull.id,
        "node_id": node_id("pull", pull.id),
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "number": number,
        "state": pull.data["state"],
        "locked": False,
        "title": pull.data["title"],
        "user": None if user is None else simple_user(call, user),
        "body": pull.data["body"],
        "labels": [],
        "milestone": None,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.data["closed_at"],
        "merged_at": pull.data["merged_at"],
        "merge_commit_sha": pull.data["merge_commit_sha"],
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [
            simple_user(call, user)
            for ident in pull.data["requested_reviewers"]
            if (user := call.world.get(USER, ident)) is not None
        ],
        "requested_teams": [
            simple_with_parent(call, team)
            for ident in pull.data["requested_teams"]
            if (team := call.world.get(TEAM, ident)) is not None
        ],
        "head": _side(call, source, pull.data["head"], head),
        "base": _side(call, call.repository, pull.data["base"], into),
        "_links": {name: {"href": link} for name, link in links.items()},
        "author_association": "MEMBER",
        "auto_merge": None,
        "draft": pull.data["draft"],
    }
    if full:
        merger = call.world.get(USER, pull.data["merged_by"])
        body |= {
            "merged": pull.data["merged_at"] is not None,
            **_mergeable(call, pull),
            "rebaseable": None,
            "merged_by": None if merger is None else simple_user(call, merger),
            "comments": 0,
            "review_comments": 0,
            "maintainer_can_modify": pull.data["maintainer_can_modify"],
            **_counts(call, head, into),
        }
    return body


def _mergeable(call: Call, pull: Record[Pull]) -> dict[str, Any]:
    """Return whether a merge would succeed, by checking the protections without merging."""
    if pull.data["state"] != "open":
        return {"mergeable": False, "mergeable_state": "unknown"}
    head = objects.resolve(call.world, call.repository, pull.data["head_sha"])
    into = objects.resolve(call.world, call.repository, pull.data["base"])
    if head is None or into is None or objects.conflicts(call.world, call.repository, into, head):
        return {"mergeable": False, "mergeable_state": "dirty"}
    if pull.data["draft"]:
        return {"mergeable": True, "mergeable_state": "draft"}
    update = refs.update_of(call, f"refs/heads/{pull.data['base']}", head.name, pull=pull)
    try:
        enforcement.check(call, update)
    except GitHubError as error:
        behind = "out of date" in error.message
        return {"mergeable": True, "mergeable_state": "behind" if behind else "blocked"}
    return {"mergeable": True, "mergeable_state": "clean"}


def _counts(call: Call, head: str, into: str) -> dict[str, int]:
    commits = pulls.commits(call.world, call.repository, head, into)
    shown = [commit_json(call, commit, files=True) for commit in commits]
    return {
        "commits": len(commits),
        "additions": sum(each["stats"]["additions"] for each in shown),
        "deletions": sum(each["stats"]["deletions"] for each in shown),
        "changed_files": len({file["filename"] for each in shown for file in each["files"]}),
    }


@ROUTES.get(_LIST, needs="repo:read")
def list_pulls(call: Call) -> Response:
    """Return the pull requests, newest first; `state`, `head`, `base` narrow."""
    state = call.query.get("state", "open")
    head = call.query.get("head", "").rpartition(":")[2]
    into = call.query.get("base", "")
    found = [
        pull
        for pull in reversed(call.world.all(PULL, call.repository.id))
        if state in ("all", pull.data["state"])
        and head in ("", pull.data["head"])
        and into in ("", pull.data["base"])
    ]
    return page(call, found, lambda pull: shape(call, pull, full=False))


@ROUTES.post(_LIST, needs="repo:read")
def create(call: Call) -> Response:
    """Open a pull request between two branches of the repository."""
    found = fields.body(
        call,
        **{"title!": "text", "head!": "text", "base!": "text", "body?": "text"},
        maintainer_can_modify="boolean",
        draft="boolean",
    )
    lengths.check("PullRequest", found)
    if call.actor.user is None:
        raise not_found()
    source, head = _head(call, found["head"])
    into, base_sha = found["base"], _sha(call, found["base"])
    ref = objects.find_ref(call.world, source, f"refs/heads/{head}")
    if ref is None:
        raise failed("PullRequest", "head", "invalid")
    head_sha = str(ref.data["sha"])
    pulls.take_commits(call.world, source, call.repository, head_sha)
    if base_sha is None:
        raise failed("PullRequest", "base", "invalid")
    label = f"{owner(call.world, source).name}:{head}"
    message = None
    if not pulls.commits(call.world, call.repository, head_sha, base_sha):
        message = f"No commits between {into} and {head}"
    if any(
        target.id == call.repository.id and pull.data["base"] == into
        for target, pull in pulls.of_head(call.world, source, head)
    ):
        message = f"A pull request already exists for {label}."
    if message is not None:
        error = {"resource": "PullRequest", "code": "custom", "message": message}
        raise GitHubError(422, "Validation Failed", [error])
    number = pulls.next_number(call.world, call.repository)
    data = Pull(
        title=found["title"],
        body=found.get("body"),
        head=head,
        head_repository=0 if source.id == call.repository.id else source.id,
        base=into,
        head_sha=head_sha,
        base_sha=base_sha,
        user=call.actor.user.id,
        state="open",
        draft=found.get("draft", False),
        maintainer_can_modify=found.get("maintainer_can_modify", False),
        closed_at=None,
        merged_at=None,
        merged_by=0,
        merge_commit_sha=None,
        pushed_by=ref.data.get("pusher") or call.actor.user.id,
        requested_reviewers=[],
        requested_teams=[],
    )
    pull = call.world.make(PULL, call.repository.id, str(number), data)
    pull = _ask_code_owners(call, pull)
    runs.pull_request(call, pull, "opened")
    return Response(201, shape(call, pull, full=True))


def _head(call: Call, text: str) -> tuple[Record[Repository], str]:
    """Return repository and branch of a head: `branch`, or `owner:branch` of a fork."""
    account, _, branch = text.rpartition(":")
    own = owner(call.world, call.repository)
    if account.lower() in ("", own.name.lower()):
        return call.repository, branch
    for fork in call.world.all(REPOSITORY, getattr(call.world.account(account), "id", -1)):
        if fork.data.get("fork_of") == call.repository.id:
            return fork, branch
    raise failed("PullRequest", "head", "invalid")


def _ask_code_owners(call: Call, pull: Record[Pull]) -> Record[Pull]:
    """Ask the owners of the changed files for a review, as GitHub does."""
    owners: set[int] = set()
    for path in pulls.paths(call.world, call.repository, pull):
        owners |= code_owners.owners(call.world, call.repository, pull.data["base"], path)
    return call.world.change(pull, requested_reviewers=sorted(owners - {pull.data["user"]}))


@ROUTES.get("/repos/{owner}/{repo}/commits/{commit_sha}/pulls", needs="repo:read")
def list_of_commit(call: Call) -> Response:
    """Return the pull requests that brought a commit, and the open ones that would bring it."""
    sha = call.parameters["commit_sha"]
    if objects.resolve(call.world, call.repository, sha) is None:
        raise GitHubError(422, f"No commit found for SHA: {sha}")
    found = [
        pull
        for pull in call.world.all(PULL, call.repository.id)
        if pull.data["merge_commit_sha"] == sha or _brings(call, pull, sha)
    ]
    return page(call, found, lambda pull: shape(call, pull, full=False))


def _brings(call: Call, pull: Record[Pull], sha: str) -> bool:
    if pull.data["state"] != "open" and not pull.data["merged_at"]:
        return False
    into = pull.data["base_sha"]
    ahead = pulls.commits(call.world, call.repository, pull.data["head_sha"], into)
    return any(each.name == sha for each in ahead)


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a pull request."""
    return Response(200, shape(call, find(call), full=True))


@ROUTES.patch(_ONE, needs="repo:read")
def update(call: Call) -> Response:
    """Change title, body, base or state: its author, or anybody with write access."""
    pull = find(call)
    # what an App needs is in app_permissions
    if call.actor.installation is None and call.actor.id != pull.data["user"]:
        require(call, "repo:write")
    found = fields.body(
        call,
        **{"body?": "text"},
        title="text",
        state=("open", "closed"),
        base="text",
        maintainer_can_modify="boolean",
    )
    lengths.check("PullRequest", found)
    if "base" in found and _sha(call, found["base"]) is None:
        raise failed("PullRequest", "base", "invalid")
    if found.get("state") == "open" and pull.data["merged_at"] is not None:
        raise failed("PullRequest", "state", "invalid", "state cannot be changed: it was merged")
    if found.get("state", pull.data["state"]) != pull.data["state"]:
        closed = found["state"] == "closed"
        found["closed_at"] = call.world.clock.now() if closed else None
        source, ref = pulls.head_ref(call.world, call.repository, pull)
        if source is not None and ref is not None:
            found |= {
                "head_sha": ref.data["sha"],
                "pushed_by": ref.data.get("pusher") or pull.data["pushed_by"],
            }
            pulls.take_commits(call.world, source, call.repository, ref.data["sha"])
        elif not closed:
            raise failed("PullRequest", "state", "invalid", "the head branch is gone")
        changed = call.world.change(pull, **found)
        _dismiss_stale(call, pull, changed)
        runs.pull_request(call, changed, "closed" if closed else "reopened")
        return Response(200, shape(call, changed, full=True))
    changed = call.world.change(pull, **found)
    _dismiss_stale(call, pull, changed)
    return Response(200, shape(call, changed, full=True))


def _dismiss_stale(call: Call, before: Record[Pull], after: Record[Pull]) -> None:
    """Dismiss approvals that were given to another head, or for another base."""
    if (before.data["head_sha"], before.data["base"]) != (
        after.data["head_sha"],
        after.data["base"],
    ):
        pulls.dismiss_stale(call.world, call.repository, after)


@ROUTES.get(_ONE + "/commits", needs="repo:read")
def list_commits(call: Call) -> Response:
    """Return the commits of a pull request."""
    pull = find(call)
    ahead = pulls.commits(call.world, call.repository, pull.data["head_sha"], pull.data["base_sha"])
    found = list(reversed(ahead))
    return page(call, found, lambda commit: commit_json(call, commit))


@ROUTES.get(_ONE + "/files", needs="repo:read")
def list_files(call: Call) -> Response:
    """Return the files that a pull request changes."""
    pull = find(call)
    ahead = pulls.commits(call.world, call.repository, pull.data["head_sha"], pull.data["base_sha"])
    found = {
        file["filename"]: file
        for commit in reversed(ahead)
        for file in commit_json(call, commit, files=True)["files"]
    }
    return page(call, list(found.values()), lambda file: file)

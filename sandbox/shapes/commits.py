"""Commits, branches and refs as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name
from sandbox.git import objects
from sandbox.shapes.accounts import simple_user
from sandbox.world.kinds.accounts import USER
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.code import Commit, Ref
    from sandbox.world.records import Record

VERIFICATION = {
    "verified": False,
    "reason": "unsigned",
    "signature": None,
    "payload": None,
    "verified_at": None,
}


def base(call: Call) -> str:
    """Return the REST address of the path's repository."""
    return f"{call.api}/repos/{full_name(call.world, call.repository)}"


def html_base(call: Call) -> str:
    """Return the page's address of the path's repository."""
    return f"{call.host}/{full_name(call.world, call.repository)}"


def git_commit(call: Call, commit: Record[Commit]) -> dict[str, Any]:
    """Return a commit as `git-commit`: what git itself knows of it."""
    tree = objects.tree_sha(commit.data["files"])
    return {
        "sha": commit.name,
        "node_id": node_id("commit", commit.id),
        "url": f"{base(call)}/git/commits/{commit.name}",
        "html_url": f"{html_base(call)}/commit/{commit.name}",
        "author": commit.data["author"],
        "committer": commit.data["committer"],
        "message": commit.data["message"],
        "tree": {"sha": tree, "url": f"{base(call)}/git/trees/{tree}"},
        "parents": _parents(call, commit),
        "verification": commit.data.get("verification") or VERIFICATION,
    }


def _parents(call: Call, commit: Record[Commit]) -> list[dict[str, Any]]:
    return [
        {
            "sha": sha,
            "url": f"{base(call)}/commits/{sha}",
            "html_url": f"{html_base(call)}/commit/{sha}",
        }
        for sha in commit.data["parents"]
    ]


def commit_json(call: Call, commit: Record[Commit], *, files: bool = False) -> dict[str, Any]:
    """Return a commit as `commit`, with its changes when `files`."""
    tree = objects.tree_sha(commit.data["files"])
    user = call.world.get(USER, commit.data["user"])
    account = None if user is None else simple_user(call, user)
    body: dict[str, Any] = {
        "sha": commit.name,
        "node_id": node_id("commit", commit.id),
        "commit": {
            "author": commit.data["author"],
            "committer": commit.data["committer"],
            "message": commit.data["message"],
            "tree": {"sha": tree, "url": f"{base(call)}/git/trees/{tree}"},
            "url": f"{base(call)}/git/commits/{commit.name}",
            "comment_count": 0,
            "verification": commit.data.get("verification") or VERIFICATION,
        },
        "url": f"{base(call)}/commits/{commit.name}",
        "html_url": f"{html_base(call)}/commit/{commit.name}",
        "comments_url": f"{base(call)}/commits/{commit.name}/comments",
        "author": account,
        "committer": account,
        "parents": _parents(call, commit),
    }
    if files:
        changes = objects.changed(call.world, call.repository, commit)
        body["files"] = [_file(call, commit, change) for change in changes]
        body["stats"] = {
            "total": sum(file["changes"] for file in body["files"]),
            "additions": sum(file["additions"] for file in body["files"]),
            "deletions": sum(file["deletions"] for file in body["files"]),
        }
    return body


def _lines(call: Call, sha: str | None) -> list[bytes]:
    content = None if sha is None else objects.read_blob(call.world, call.repository, sha)
    return (content or b"").splitlines()


def _file(call: Call, commit: Record[Commit], change: dict[str, Any]) -> dict[str, Any]:
    old, new = _lines(call, change["before"]), _lines(call, change["after"])
    added = len([line for line in new if line not in old])
    deleted = len([line for line in old if line not in new])
    path = change["path"]
    return {
        "sha": change["after"] or change["before"],
        "filename": path,
        "status": change["status"],
        "additions": added,
        "deletions": deleted,
        "changes": added + deleted,
        "blob_url": f"{html_base(call)}/blob/{commit.name}/{path}",
        "raw_url": f"{html_base(call)}/raw/{commit.name}/{path}",
        "contents_url": f"{base(call)}/contents/{path}?ref={commit.name}",
    }


def ref_json(call: Call, ref: Record[Ref]) -> dict[str, Any]:
    """Return a ref as `git-ref`; an annotated tag's leads to its object."""
    annotated = ref.data.get("tag_object")
    kind, sha = ("commit", ref.data["sha"]) if annotated is None else ("tag", annotated)
    return {
        "ref": ref.name,
        "node_id": node_id("ref", ref.id),
        "url": f"{base(call)}/git/{ref.name}",
        "object": {
            "type": kind,
            "sha": sha,
            "url": f"{base(call)}/git/{kind}s/{sha}",
        },
    }


def simple_commit(commit: Record[Commit]) -> dict[str, Any]:
    """Return a commit as `simple-commit`: what checks and runs show of it."""
    return {
        "id": commit.name,
        "tree_id": objects.tree_sha(commit.data["files"]),
        "message": commit.data["message"],
        "timestamp": commit.data["committer"]["date"],
        "author": {key: commit.data["author"][key] for key in ("name", "email")},
        "committer": {key: commit.data["committer"][key] for key in ("name", "email")},
    }

"""Files of a repository, read and written one at a time."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.api import fields
from sandbox.api.errors import GitHubError, conflict, invalid, not_found
from sandbox.api.http import Response
from sandbox.api.routing import Routes
from sandbox.git import objects, refs
from sandbox.shapes.commits import base, git_commit, html_base
from sandbox.world.kinds.code import REF, Commit

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_ROOT = "/repos/{owner}/{repo}/contents"
_ONE = _ROOT + "/{path*}"
_LINE = 60


def _entry(call: Call, path: str, sha: str, ref: str, kind: str = "file") -> dict[str, Any]:
    url = f"{base(call)}/contents/{quote(path)}?ref={quote(ref, safe='')}"
    kind_of_object = "trees" if kind == "dir" else "blobs"
    pages = "tree" if kind == "dir" else "blob"
    links = {
        "self": url,
        "git": f"{base(call)}/git/{kind_of_object}/{sha}",
        "html": f"{html_base(call)}/{pages}/{ref}/{path}",
    }
    content = None if kind == "dir" else objects.read_blob(call.world, call.repository, sha)
    return {
        "type": kind,
        "size": len(content or b""),
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "url": url,
        "git_url": links["git"],
        "html_url": links["html"],
        "download_url": None if kind == "dir" else f"{html_base(call)}/raw/{ref}/{path}",
        "_links": links,
    }


def whole_file(call: Call, path: str, sha: str, ref: str) -> dict[str, Any]:
    """Return a file with its content, as `content-file`."""
    content = objects.read_blob(call.world, call.repository, sha) or b""
    text = base64.b64encode(content).decode()
    lines = [text[index : index + _LINE] + "\n" for index in range(0, len(text), _LINE)]
    return {**_entry(call, path, sha, ref), "encoding": "base64", "content": "".join(lines)}


def _commit(call: Call, ref: str) -> Record[Commit]:
    found = objects.named(call.world, call.repository, ref)
    if found is None:
        if not call.world.count(REF, call.repository.id):
            raise GitHubError(404, "This repository is empty.")
        raise GitHubError(404, f"No commit found for the ref {ref}")
    return found


def tip(call: Call) -> tuple[str, dict[str, str]]:
    """Return the ref that a request asks for, by default the default branch, and its files."""
    ref = call.query.get("ref") or call.repository.data["default_branch"]
    return ref, _commit(call, ref).data["files"]


@ROUTES.get(_ROOT, needs="repo:read")
@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a file with its content, or the entries of a folder."""
    path = call.parameters.get("path", "").strip("/")
    ref = call.query.get("ref") or call.repository.data["default_branch"]
    commit = _commit(call, ref)
    if path in commit.data["files"]:
        if "raw" in call.headers.get("accept", ""):
            content = objects.read_blob(call.world, call.repository, commit.data["files"][path])
            return Response(
                200, content, {"Content-Type": "application/vnd.github.raw; charset=utf-8"}
            )
        return Response(200, whole_file(call, path, commit.data["files"][path], ref))
    entries = objects.trees(commit.data["files"]).get(path)
    if entries is None:
        raise not_found()
    prefix = f"{path}/" if path else ""
    return Response(
        200,
        [
            _entry(
                call,
                prefix + entry["path"],
                entry["sha"],
                ref,
                "dir" if entry["type"] == "tree" else "file",
            )
            for entry in entries
        ],
    )


@ROUTES.get("/repos/{owner}/{repo}/readme", needs="repo:read")
def get_readme(call: Call) -> Response:
    """Return the README."""
    ref, files = tip(call)
    for path in sorted(files):
        if path.lower().startswith("readme"):
            return Response(200, whole_file(call, path, files[path], ref))
    raise not_found()


def _person(call: Call, given: Any, fallback: objects.Person) -> objects.Person:  # noqa: ANN401 - any JSON
    if not given:
        return fallback
    return objects.person_from(given, call.world.clock.now())


def _change(call: Call, *, remove: bool) -> Response:
    path = call.parameters["path"].strip("/")
    found = fields.body(
        call,
        **{"message!": "text", "content" if remove else "content!": "text"},
        sha="text",
        branch="text",
        author="object",
        committer="object",
    )
    branch = found.get("branch") or call.repository.data["default_branch"]
    ref = objects.find_ref(call.world, call.repository, f"refs/heads/{branch}")
    if ref is None and call.world.count(REF, call.repository.id):
        raise GitHubError(404, f"Branch {branch} not found")
    head = None if ref is None else _commit(call, branch)
    old = None if head is None else head.data["files"].get(path)
    if remove and old is None:
        raise not_found()
    _check_target(path, old, found.get("sha"))
    files = {} if head is None else dict(head.data["files"])
    if remove:
        del files[path]
    else:
        if path in objects.trees(files):
            raise invalid(f"{path} is a folder")
        files[path] = objects.write_blob(call.world, call.repository, _decoded(found["content"]))
    parents = [] if head is None else [head.name]
    made = objects.commit(call.world, call.repository, files, parents, _making(call, found))
    refs.move(call, f"refs/heads/{branch}", made.name, status=409)
    call.world.change(call.repository, pushed_at=call.world.clock.now())
    content = None if remove else _entry(call, path, files[path], branch)
    return Response(
        200 if old is not None else 201, {"content": content, "commit": git_commit(call, made)}
    )


def _check_target(path: str, old: str | None, sha: str | None) -> None:
    if old is not None and sha is None:
        raise invalid('Invalid request.\n\n"sha" wasn\'t supplied.')
    if sha is not None and old != sha:
        raise conflict(f"{path} does not match {sha}")
    if not path or any(part.lower() in ("", ".", "..", ".git") for part in path.split("/")):
        raise invalid("path contains a malformed path component")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=False)
    except ValueError:
        raise invalid("content is not valid Base64") from None


def _making(call: Call, found: dict[str, Any]) -> objects.Making:
    if call.actor.user is None:
        raise not_found()
    fallback = objects.person_of(call.actor.user, call.world.clock.now())
    author = _person(call, found.get("author"), fallback)
    committer = _person(call, found.get("committer"), author)
    # an App's commit in which it names nobody is signed by GitHub
    signed = call.actor.installation is not None and author is committer is fallback
    verification = objects.by_github(fallback.date) if signed else None
    return objects.Making(found["message"], author, committer, call.actor.user.id, verification)


@ROUTES.put(_ONE, needs="repo:write")
def put(call: Call) -> Response:
    """Create or change a file with a commit; into an empty repository, its first."""
    return _change(call, remove=False)


@ROUTES.delete(_ONE, needs="repo:write")
def delete(call: Call) -> Response:
    """Delete a file with a commit."""
    return _change(call, remove=True)

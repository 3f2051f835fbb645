"""Git's own objects: refs, commits, trees, blobs."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import GitHubError, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.git import objects, refs, tags
from sandbox.shapes.commits import base, git_commit, ref_json
from sandbox.world import ref_names
from sandbox.world.kinds.code import BLOB, COMMIT, REF, Commit, Ref
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.access.actors import Actor
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_GIT = "/repos/{owner}/{repo}/git"


def _find_ref(call: Call) -> Record[Ref]:
    ref = objects.find_ref(call.world, call.repository, f"refs/{call.parameters['ref']}")
    if ref is None:
        raise not_found()
    return ref


def _commit(call: Call, sha: str) -> Record[Commit]:
    found = call.world.find(COMMIT, sha, call.repository.id)
    if found is None:
        raise invalid("Object does not exist")
    return found


def _point(call: Call, ref: str, sha: str) -> Record[Ref]:
    """Make a ref point to a commit, or a tag to an annotated one."""
    annotated = tags.find(call.world, call.repository, sha)
    if annotated is None:
        return refs.move(call, ref, _commit(call, sha).name)
    if not ref.startswith("refs/tags/"):
        raise invalid("Object is not a commit")
    moved = refs.move(call, ref, annotated.data["commit"])
    return call.world.change(moved, tag_object=annotated.name)


@ROUTES.get(f"{_GIT}/ref/{{ref*}}", needs="repo:read")
def get_ref(call: Call) -> Response:
    """Return a ref by its name below `refs/`."""
    return Response(200, ref_json(call, _find_ref(call)))


def _matching(call: Call) -> list[Record[Ref]]:
    prefix = f"refs/{call.parameters['ref']}"
    found = (ref for ref in call.world.all(REF, call.repository.id) if ref.name.startswith(prefix))
    return sorted(found, key=lambda ref: ref.name)


@ROUTES.get(f"{_GIT}/matching-refs/{{ref*}}", needs="repo:read")
def list_matching_refs(call: Call) -> Response:
    """Return the refs whose names begin so."""
    return page(call, _matching(call), lambda ref: ref_json(call, ref))


@ROUTES.get(f"{_GIT}/refs/{{ref*}}", needs="repo:read")
def get_refs(call: Call) -> Response:
    """Answer the old form of both: a ref by its whole name, else all whose names begin so."""
    ref = objects.find_ref(call.world, call.repository, f"refs/{call.parameters['ref']}")
    if ref is not None:
        return Response(200, ref_json(call, ref))
    if not _matching(call):
        raise not_found()
    return list_matching_refs(call)


@ROUTES.post(f"{_GIT}/refs", needs="repo:write")
def create_ref(call: Call) -> Response:
    """Create a branch or tag."""
    found = fields.body(call, **{"ref!": "text", "sha!": "text"})
    if not call.world.count(REF, call.repository.id):
        raise GitHubError(409, "Git Repository is empty.")
    if not ref_names.is_valid(found["ref"]):
        raise invalid("Reference name must start with 'refs/' and be well formed.")
    if objects.find_ref(call.world, call.repository, found["ref"]) is not None:
        raise invalid("Reference already exists")
    return Response(201, ref_json(call, _point(call, found["ref"], found["sha"])))


@ROUTES.patch(f"{_GIT}/refs/{{ref*}}", needs="repo:write")
def update_ref(call: Call) -> Response:
    """Move a ref; backwards only with `force`."""
    ref = _find_ref(call)
    found = fields.body(call, **{"sha!": "text"}, force="boolean")
    annotated = tags.find(call.world, call.repository, found["sha"])
    commit = _commit(call, found["sha"] if annotated is None else annotated.data["commit"])
    behind = {each.name for each in objects.history(call.world, call.repository, commit)}
    if ref.data["sha"] not in behind and not found.get("force", False):
        raise invalid("Update is not a fast forward")
    return Response(200, ref_json(call, _point(call, ref.name, found["sha"])))


@ROUTES.delete(f"{_GIT}/refs/{{ref*}}", needs="repo:write")
def delete_ref(call: Call) -> Response:
    """Delete a branch or tag; never the default branch."""
    ref = objects.find_ref(call.world, call.repository, f"refs/{call.parameters['ref']}")
    if ref is None:
        raise invalid("Reference does not exist")
    if ref.name == f"refs/heads/{call.repository.data['default_branch']}":
        raise invalid("Cannot delete the default branch")
    refs.delete(call, ref)
    return NO_CONTENT


@ROUTES.get(f"{_GIT}/commits/{{commit_sha}}", needs="repo:read")
def get_commit(call: Call) -> Response:
    """Return a commit as git knows it."""
    found = call.world.find(COMMIT, call.parameters["commit_sha"], call.repository.id)
    if found is None:
        raise not_found()
    return Response(200, git_commit(call, found))


@ROUTES.post(f"{_GIT}/commits", needs="repo:write")
def create_commit(call: Call) -> Response:
    """Make a commit of a tree; no ref is moved."""
    found = fields.body(
        call,
        **{"message!": "text", "tree!": "text"},
        parents="texts",
        author="object",
        committer="object",
        signature="text",
    )
    files = call.world.document(call.repository.id, f"tree:{found['tree']}", {}).get("files")
    if files is None:
        for commit in call.world.all(COMMIT, call.repository.id):
            if objects.tree_sha(commit.data["files"]) == found["tree"]:
                files = commit.data["files"]
    if files is None:
        raise invalid("Tree SHA does not exist")
    parents = found.get("parents", [])
    for parent in parents:
        _commit(call, parent)
    if call.actor.user is None:
        raise not_found()
    person = objects.person_of(call.actor.user, call.world.clock.now())
    making = _making(found, person, call.actor)
    made = objects.commit(call.world, call.repository, files, parents, making)
    return Response(201, git_commit(call, made))


def _making(found: dict[str, Any], person: objects.Person, actor: Actor) -> objects.Making:
    author = committer = person
    if found.get("author"):
        # who is named as the author alone is also the committer
        author = committer = objects.person_from(found["author"], person.date)
    if found.get("committer"):
        committer = objects.person_from(found["committer"], person.date)
    # an App's commit in which it names and signs nothing itself is signed by GitHub
    bare = author is committer is person and "signature" not in found
    signed = actor.installation is not None and bare
    verification = objects.by_github(person.date) if signed else None
    signature = found.get("signature")
    return objects.Making(found["message"], author, committer, actor.id, verification, signature)


def _entries(files: dict[str, str], *, recursive: bool) -> list[dict[str, Any]]:
    folders = objects.trees(files)
    if not recursive:
        return folders[""]
    found = []
    for folder, entries in folders.items():
        prefix = f"{folder}/" if folder else ""
        found += [{**entry, "path": prefix + entry["path"]} for entry in entries]
    return sorted(found, key=lambda entry: entry["path"])


def _tree(call: Call, files: dict[str, str], *, recursive: bool) -> dict[str, Any]:
    sha = objects.tree_sha(files)
    entries = []
    for entry in _entries(files, recursive=recursive):
        kind = "trees" if entry["type"] == "tree" else "blobs"
        shown = {**entry, "url": f"{base(call)}/git/{kind}/{entry['sha']}"}
        if entry["type"] == "blob":
            shown["size"] = len(objects.read_blob(call.world, call.repository, entry["sha"]) or b"")
        entries.append(shown)
    return {
        "sha": sha,
        "url": f"{base(call)}/git/trees/{sha}",
        "tree": entries,
        "truncated": False,
    }


@ROUTES.get(f"{_GIT}/trees/{{tree_sha}}", needs="repo:read")
def get_tree(call: Call) -> Response:
    """Return a commit's files, by the id of its tree or by a ref."""
    wanted = call.parameters["tree_sha"]
    commit = objects.resolve(call.world, call.repository, wanted)
    files = None if commit is None else commit.data["files"]
    if files is None:
        for each in call.world.all(COMMIT, call.repository.id):
            for folder in objects.trees(each.data["files"]):
                if objects.tree_sha(each.data["files"], folder) == wanted:
                    prefix = f"{folder}/" if folder else ""
                    files = {
                        path[len(prefix) :]: sha
                        for path, sha in each.data["files"].items()
                        if path.startswith(prefix)
                    }
    if files is None:
        raise not_found()
    return Response(200, _tree(call, files, recursive="recursive" in call.query))


def _make_room(files: dict[str, str], path: str) -> None:
    """Take away the folder that a file replaces, and the files that its folders replace."""
    for other in list(files):
        if other.startswith(f"{path}/") or path.startswith(f"{other}/"):
            del files[other]


@ROUTES.post(f"{_GIT}/trees", needs="repo:write")
def create_tree(call: Call) -> Response:
    """Make a tree from another and changes to it."""
    found = fields.body(call, **{"tree!": "list"}, base_tree="text")
    files: dict[str, str] = {}
    if "base_tree" in found:
        for commit in call.world.all(COMMIT, call.repository.id):
            if found["base_tree"] in (commit.name, objects.tree_sha(commit.data["files"])):
                files = dict(commit.data["files"])
    for each in found["tree"]:
        entry = fields.checked(each, {"path!": "text", "sha?": "text", "content": "text"})
        if "content" in entry or entry.get("sha") is not None:
            _make_room(files, entry["path"])
        if "content" in entry:
            content = entry["content"].encode()
            files[entry["path"]] = objects.write_blob(call.world, call.repository, content)
        elif entry.get("sha") is None:
            files.pop(entry["path"], None)
        else:
            files[entry["path"]] = entry["sha"]
    sha = objects.tree_sha(files)
    call.world.set_document(call.repository.id, f"tree:{sha}", files=files)
    return Response(201, _tree(call, files, recursive=False))


@ROUTES.get(f"{_GIT}/blobs/{{file_sha}}", needs="repo:read")
def get_blob(call: Call) -> Response:
    """Return a file's content."""
    sha = call.parameters["file_sha"]
    blob = call.world.find(BLOB, sha, call.repository.id)
    if blob is None:
        raise not_found()
    return Response(
        200,
        {
            "sha": sha,
            "node_id": node_id("commit", blob.id),
            "size": len(base64.b64decode(blob.data["content"])),
            "url": f"{base(call)}/git/blobs/{sha}",
            "content": blob.data["content"],
            "encoding": "base64",
        },
    )


@ROUTES.post(f"{_GIT}/blobs", needs="repo:write")
def create_blob(call: Call) -> Response:
    """Create a blob."""
    found = fields.body(call, **{"content!": "text"}, encoding=("utf-8", "base64"))
    text = found["content"]
    try:
        content = base64.b64decode(text) if found.get("encoding") == "base64" else text.encode()
    except ValueError:
        raise invalid("content is not valid Base64") from None
    sha = objects.write_blob(call.world, call.repository, content)
    return Response(201, {"sha": sha, "url": f"{base(call)}/git/blobs/{sha}"})

"""Git objects: what `Repository.object` finds, and the files and folders below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sandbox.git import objects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.api.http import Call
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record

SHORT = 7
"""Digits of an abbreviated id."""


@dataclass(frozen=True)
class GitObject:
    """A commit, a folder or a file of a commit; the entry of a folder is what it leads to.

    Attributes:
        repository: Where it is.
        kind: What it is.
        oid: Git's id.
        files: The commit's whole tree: paths to blob ids.
        path: From the root of the tree.
    """

    repository: Record[Repository]
    kind: Literal["commit", "tree", "blob"]
    oid: str
    files: Mapping[str, str]
    path: str = ""


def find(call: Call, repository: Record[Repository], arguments: dict[str, Any]) -> GitObject | None:
    """Return what an expression names: `HEAD`, `main:src/app.py`, `v1:`; or an id of a commit.

    As on GitHub, what is not there is null, and no error.
    """
    expression = arguments.get("expression") or arguments.get("oid") or ""
    revision, colon, path = expression.partition(":")
    if revision == "HEAD":
        revision = repository.data["default_branch"]
    commit = objects.resolve(call.world, repository, revision)
    if commit is None:
        return None
    if not colon:
        return GitObject(repository, "commit", commit.name, commit.data["files"])
    return below(repository, commit.data["files"], path.strip("/"))


def below(repository: Record[Repository], files: Mapping[str, str], path: str) -> GitObject | None:
    """Return the file or folder of that path in a commit's tree."""
    if path in files:
        return GitObject(repository, "blob", files[path], files, path)
    if path and not any(each.startswith(f"{path}/") for each in files):
        return None
    return GitObject(repository, "tree", objects.tree_sha(files, path), files, path)


def _tree(_call: Call, commit: GitObject, _arguments: dict[str, Any]) -> GitObject | None:
    return below(commit.repository, commit.files, "")


def _entries(_call: Call, tree: GitObject, _arguments: dict[str, Any]) -> list[GitObject]:
    prefix = f"{tree.path}/" if tree.path else ""
    return [
        GitObject(tree.repository, entry["type"], entry["sha"], tree.files, prefix + entry["path"])
        for entry in objects.trees(tree.files)[tree.path]
    ]


def _bytes(call: Call, blob: GitObject) -> bytes:
    return objects.read_blob(call.world, blob.repository, blob.oid) or b""


def _is_binary(call: Call, blob: GitObject, _arguments: dict[str, Any]) -> bool:
    return _text(call, blob, {}) is None


def _text(call: Call, blob: GitObject, _arguments: dict[str, Any]) -> str | None:
    content = _bytes(call, blob)
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


RESOLVERS: dict[tuple[str, str], Callable[[Call, Any, dict[str, Any]], Any]] = {
    ("Repository", "object"): find,
    ("Commit", "tree"): _tree,
    ("Tree", "entries"): _entries,
    ("TreeEntry", "name"): lambda _call, entry, _arguments: entry.path.rpartition("/")[2],
    ("TreeEntry", "path"): lambda _call, entry, _arguments: entry.path,
    ("TreeEntry", "type"): lambda _call, entry, _arguments: entry.kind,
    # as a number: 0100644 or 040000 in octal
    ("TreeEntry", "mode"): lambda _call, entry, _arguments: (
        0o40000 if entry.kind == "tree" else 0o100644
    ),
    ("TreeEntry", "object"): lambda _call, entry, _arguments: entry,
    ("Blob", "byteSize"): lambda call, blob, _arguments: len(_bytes(call, blob)),
    ("Blob", "isBinary"): _is_binary,
    ("Blob", "isTruncated"): lambda _call, _blob, _arguments: False,
    ("Blob", "text"): _text,
}
TYPES = {"commit": "Commit", "tree": "Tree", "blob": "Blob"}
"""Kinds and the types that they are."""

for _type in (*TYPES.values(), "TreeEntry"):
    RESOLVERS[_type, "oid"] = lambda _call, found, _arguments: found.oid
for _type in TYPES.values():
    RESOLVERS[_type, "abbreviatedOid"] = lambda _call, found, _arguments: found.oid[:SHORT]

"""Git objects: what an expression finds, and the files and folders below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sandbox.git import objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.api.http import Call
    from sandbox.world.kinds.code import Commit
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record


CONTENTS = ("contents", "read")
"""The permission that an App needs to read code."""


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
        return of_commit(repository, commit)
    return below(repository, commit.data["files"], path.strip("/"))


def of_commit(repository: Record[Repository], commit: Record[Commit]) -> GitObject:
    """Return the git object of a commit."""
    return GitObject(repository, "commit", commit.name, commit.data["files"])


def below(repository: Record[Repository], files: Mapping[str, str], path: str) -> GitObject | None:
    """Return the file or folder of that path in a commit's tree."""
    if path in files:
        return GitObject(repository, "blob", files[path], files, path)
    if path and not any(each.startswith(f"{path}/") for each in files):
        return None
    return GitObject(repository, "tree", objects.tree_sha(files, path), files, path)


TYPES = {"commit": "Commit", "tree": "Tree", "blob": "Blob"}
"""Kinds and the types that they are."""

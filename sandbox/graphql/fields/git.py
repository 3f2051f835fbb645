"""Git: refs, commits, folders and files."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Any

from sandbox.enforcement.classic_model import rule_for
from sandbox.git import objects as git
from sandbox.graphql.addresses import address, pages
from sandbox.graphql.fields.protection import NEEDED
from sandbox.graphql.objects import TYPES, GitObject, below, of_commit
from sandbox.graphql.reading import constants, parent_repository
from sandbox.graphql.rights import may_in_repository
from sandbox.world.kinds.code import COMMIT, Commit, Ref
from sandbox.world.kinds.repositories import REPOSITORY
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver, Table
    from sandbox.world.kinds.protection import BranchProtection
    from sandbox.world.records import Record


TEXT_LIMIT = 512_000
"""Bytes of a file's text: what is beyond is left out."""
SHORT = 7
"""Digits of an abbreviated id."""


def _commit(call: Call, found: GitObject) -> Record[Commit]:
    commit = call.world.find(COMMIT, found.oid, found.repository.id)
    if commit is None:
        raise AssertionError("a commit that was found is there")
    return commit


def _of_commit(read: Callable[[Record[Commit]], Any]) -> Resolver:
    return lambda call, found, _arguments: read(_commit(call, found))


def _changes(call: Call, found: GitObject, _arguments: dict[str, Any]) -> int:
    return len(git.changed(call.world, found.repository, _commit(call, found)))


def _file(_call: Call, found: GitObject, arguments: dict[str, Any]) -> GitObject | None:
    return below(found.repository, found.files, arguments["path"].strip("/"))


def _target(call: Call, ref: Record[Ref], _arguments: dict[str, Any]) -> GitObject | None:
    repository = call.world.get(REPOSITORY, ref.parent)
    commit = call.world.find(COMMIT, ref.data["sha"], ref.parent)
    return None if repository is None or commit is None else of_commit(repository, commit)


def _rule_of_ref(
    call: Call, ref: Record[Ref], _arguments: dict[str, Any]
) -> Record[BranchProtection] | None:
    repository = call.world.get(REPOSITORY, ref.parent)
    branch = ref.name.removeprefix("refs/heads/")
    if repository is None or branch == ref.name:
        return None
    if not may_in_repository(call, repository, "admin", NEEDED):
        return None
    return rule_for(call.world, repository, branch)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _tree(_call: Call, commit: GitObject, _arguments: dict[str, Any]) -> GitObject | None:
    return below(commit.repository, commit.files, "")


def _entries(_call: Call, tree: GitObject, _arguments: dict[str, Any]) -> list[GitObject]:
    prefix = f"{tree.path}/" if tree.path else ""
    return [
        GitObject(tree.repository, entry["type"], entry["sha"], tree.files, prefix + entry["path"])
        for entry in git.trees(tree.files)[tree.path]
    ]


def _bytes(call: Call, blob: GitObject) -> bytes:
    return git.read_blob(call.world, blob.repository, blob.oid) or b""


def _lines(call: Call, entry: GitObject, _arguments: dict[str, Any]) -> int | None:
    return len(_bytes(call, entry).splitlines()) if entry.kind == "blob" else None


def _is_binary(call: Call, blob: GitObject, _arguments: dict[str, Any]) -> bool:
    return _text(call, blob, {}) is None


def _is_truncated(call: Call, blob: GitObject, _arguments: dict[str, Any]) -> bool:
    return len(_bytes(call, blob)) > TEXT_LIMIT


def _text(call: Call, blob: GitObject, _arguments: dict[str, Any]) -> str | None:
    content = _bytes(call, blob)
    if len(content) > TEXT_LIMIT:
        # a character that the limit cuts in two is left out
        return None if b"\0" in content else content[:TEXT_LIMIT].decode(errors="ignore")
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


RESOLVERS: Table = {
    ("Ref", "name"): lambda _call, ref, _arguments: ref.name.split("/", 2)[2],
    ("Ref", "prefix"): lambda _call, ref, _arguments: ref.name[: ref.name.find("/", 5) + 1],
    ("Ref", "branchProtectionRule"): _rule_of_ref,
    ("Ref", "repository"): parent_repository,
    ("Ref", "target"): _target,
    **constants(
        "Commit",
        additions=0,
        deletions=0,
        onBehalfOf=None,
        pushedDate=None,
        viewerCanSubscribe=False,
        viewerSubscription=None,
    ),
    **pages("Commit", commit="", tree=""),
    ("Commit", "resourcePath"): address("", whole=False),
    ("Commit", "url"): address("", whole=True),
    ("Commit", "tarballUrl"): address(".tar.gz", whole=True),
    ("Commit", "zipballUrl"): address(".zip", whole=True),
    ("Commit", "authoredByCommitter"): _of_commit(
        lambda commit: commit.data["author"]["email"] == commit.data["committer"]["email"]
    ),
    ("Commit", "authoredDate"): _of_commit(lambda commit: commit.data["author"]["date"]),
    ("Commit", "committedDate"): _of_commit(lambda commit: commit.data["committer"]["date"]),
    ("Commit", "committedViaWeb"): _of_commit(
        lambda commit: bool((commit.data["verification"] or {}).get("verified"))
    ),
    ("Commit", "changedFiles"): _changes,
    ("Commit", "changedFilesIfAvailable"): _changes,
    ("Commit", "file"): _file,
    ("Commit", "message"): _of_commit(lambda commit: commit.data["message"]),
    ("Commit", "messageBody"): _of_commit(
        lambda commit: commit.data["message"].partition("\n\n")[2]
    ),
    ("Commit", "messageBodyHTML"): _of_commit(
        lambda commit: escape(commit.data["message"].partition("\n\n")[2])
    ),
    ("Commit", "messageHeadline"): _of_commit(
        lambda commit: commit.data["message"].partition("\n")[0]
    ),
    ("Commit", "messageHeadlineHTML"): _of_commit(
        lambda commit: escape(commit.data["message"].partition("\n")[0])
    ),
    ("Commit", "tree"): _tree,
    **pages("Tree", commit=""),
    ("Tree", "entries"): _entries,
    **constants("TreeEntry", isGenerated=False),
    ("TreeEntry", "extension"): lambda _call, entry, _arguments: (
        "." + entry.path.rpartition(".")[2] if "." in entry.path.rpartition("/")[2] else ""
    ),
    ("TreeEntry", "lineCount"): _lines,
    ("TreeEntry", "nameRaw"): lambda _call, entry, _arguments: _encoded(
        entry.path.rpartition("/")[2]
    ),
    ("TreeEntry", "pathRaw"): lambda _call, entry, _arguments: _encoded(entry.path),
    ("TreeEntry", "size"): lambda call, entry, _arguments: (
        len(_bytes(call, entry)) if entry.kind == "blob" else 0
    ),
    ("TreeEntry", "name"): lambda _call, entry, _arguments: entry.path.rpartition("/")[2],
    ("TreeEntry", "path"): lambda _call, entry, _arguments: entry.path,
    ("TreeEntry", "type"): lambda _call, entry, _arguments: entry.kind,
    # as a number: 0100644 or 040000 in octal
    ("TreeEntry", "mode"): lambda _call, entry, _arguments: (
        0o40000 if entry.kind == "tree" else 0o100644
    ),
    ("TreeEntry", "object"): lambda _call, entry, _arguments: entry,
    **pages("Blob", commit=""),
    **{
        (kind, "repository"): lambda _call, found, _arguments: found.repository
        for kind in ("Blob", "Commit", "Tree", "TreeEntry")
    },
    **{
        (kind, "id"): lambda _call, found, _arguments: (
            f"{found.kind[0].upper()}_{node_id('repository', found.repository.id)}_{found.oid}"
        )
        for kind in ("Blob", "Commit", "Tree")
    },
    ("Blob", "byteSize"): lambda call, blob, _arguments: len(_bytes(call, blob)),
    ("Blob", "isBinary"): _is_binary,
    ("Blob", "isTruncated"): _is_truncated,
    ("Blob", "text"): _text,
}
for _type in (*TYPES.values(), "TreeEntry"):
    RESOLVERS[_type, "oid"] = lambda _call, found, _arguments: found.oid
for _type in TYPES.values():
    RESOLVERS[_type, "abbreviatedOid"] = lambda _call, found, _arguments: found.oid[:SHORT]

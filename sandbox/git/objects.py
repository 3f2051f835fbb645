"""A repository's commits, trees and refs, with the ids that git itself would give them.

A commit keeps its whole tree as a map from path to blob; tree objects are computed when needed.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import invalid
from sandbox.git import signatures
from sandbox.world.clock import parse, stamp
from sandbox.world.kinds.code import BLOB, COMMIT, REF, Blob, Commit, Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.world.kinds.accounts import User
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class Person:
    """An author or committer."""

    name: str
    email: str
    date: str

    def line(self) -> str:
        """Return the person as a commit object writes it."""
        return f"{self.name} <{self.email}> {int(parse(self.date))} +0000"

    def json(self) -> dict[str, str]:
        """Return the person as JSON."""
        return {"name": self.name, "email": self.email, "date": self.date}


def object_id(kind: str, content: bytes) -> str:
    """Return git's id of an object."""
    head = f"{kind} {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def blob_sha(content: bytes) -> str:
    """Return git's id of a file's content."""
    return object_id("blob", content)


def trees(files: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Return a commit's folders: path (`""` is the root) to entries, each with its git id.

    Args:
        files: Paths to blob ids.
    """
    folders: dict[str, dict[str, str]] = {"": {}}
    for path, sha in files.items():
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, {})[name] = sha
        while folder:
            above = folder.rpartition("/")[0]
            folders.setdefault(above, {})
            folder = above
    made: dict[str, list[dict[str, Any]]] = {}
    shas: dict[str, str] = {}
    for folder in sorted(folders, key=lambda path: (-path.count("/") - bool(path), path)):
        entries = [
            {"path": name, "mode": "100644", "type": "blob", "sha": sha}
            for name, sha in folders[folder].items()
        ]
        prefix = f"{folder}/" if folder else ""
        entries += [
            {"path": below[len(prefix) :], "mode": "040000", "type": "tree", "sha": shas[below]}
            for below in folders
            if below
            and below.startswith(prefix)
            and "/" not in below[len(prefix) :]
            and below != folder
        ]
        # git sorts folders as if their names ended in a slash
        entries.sort(key=lambda e: e["path"] + ("/" if e["type"] == "tree" else ""))
        content = b"".join(
            f"{e['mode'].lstrip('0')} {e['path']}\0".encode() + bytes.fromhex(e["sha"])
            for e in entries
        )
        shas[folder] = object_id("tree", content)
        made[folder] = entries
    return made


def tree_sha(files: Mapping[str, str], folder: str = "") -> str:
    """Return git's id of a folder of a commit."""
    content = b"".join(
        f"{e['mode'].lstrip('0')} {e['path']}\0".encode() + bytes.fromhex(e["sha"])
        for e in trees(files)[folder]
    )
    return object_id("tree", content)


def find_ref(world: World, repository: Record[Repository], ref: str) -> Record[Ref] | None:
    """Return a ref by its full name, such as `refs/heads/main`."""
    return world.find(REF, ref, repository.id)


def branches(world: World, repository: Record[Repository]) -> list[Record[Ref]]:
    """Return the refs that are branches, by name."""
    refs = world.all(REF, repository.id)
    return sorted((r for r in refs if r.name.startswith("refs/heads/")), key=lambda r: r.name)


def set_ref(
    world: World, repository: Record[Repository], ref: str, sha: str, pusher: int = 0
) -> Record[Ref]:
    """Make a ref point to a commit; make it if need be.

    Args:
        world: The world.
        repository: The repository.
        ref: The ref's full name.
        sha: The commit.
        pusher: Id of the account that does so; 0 for none.
    """
    found = find_ref(world, repository, ref)
    if found is None:
        return world.make(REF, repository.id, ref, Ref(sha=sha, pusher=pusher, tag_object=None))
    return world.change(found, sha=sha, pusher=pusher, tag_object=None)


def resolve(world: World, repository: Record[Repository], name: str) -> Record[Commit] | None:
    """Return the commit that a commit id, a full ref, a branch or a tag names, in this order.

    So a branch that is called like another one's full ref, or like a commit, stands for neither.
    """
    commit = world.find(COMMIT, name, repository.id)
    if commit is not None:
        return commit
    for ref in (name, f"refs/heads/{name}", f"refs/tags/{name}"):
        found = find_ref(world, repository, ref)
        if found is not None:
            return world.find(COMMIT, found.data["sha"], repository.id)
    return None


def named(world: World, repository: Record[Repository], name: str) -> Record[Commit] | None:
    """Return the commit that a request names: as `resolve`, or by `heads/main`, `tags/v1`."""
    return resolve(world, repository, name) or resolve(world, repository, f"refs/{name}")


def read_blob(world: World, repository: Record[Repository], sha: str) -> bytes | None:
    """Return a file's content by its git id."""
    blob = world.find(BLOB, sha, repository.id)
    return None if blob is None else base64.b64decode(blob.data["content"])


def write_blob(world: World, repository: Record[Repository], content: bytes) -> str:
    """Keep a file's content and return its git id."""
    sha = blob_sha(content)
    if world.find(BLOB, sha, repository.id) is None:
        world.make(BLOB, repository.id, sha, Blob(content=base64.b64encode(content).decode()))
    return sha


@dataclass(frozen=True, slots=True)
class Making:
    """How a commit comes about.

    Attributes:
        message: The commit's message.
        author: Who wrote it.
        committer: Who committed it.
        user: Id of the account that made it; 0 for none.
        verification: What GitHub says of its own signature; None: it does not sign.
        signature: The signature that the maker gives, in its armour; None: none.
    """

    message: str
    author: Person
    committer: Person
    user: int = 0
    verification: dict[str, Any] | None = None
    signature: str | None = None


def made_by(user: Record[User], message: str, date: str, *, signed: bool = False) -> Making:
    """Return how a user makes a commit that they also wrote.

    Args:
        user: The author.
        message: The commit's message.
        date: When.
        signed: Whether GitHub itself makes the commit, as it does when it merges, and signs it.
    """
    person = person_of(user, date)
    verification = by_github(date) if signed else None
    return Making(message, person, person, user.id, verification)


def by_github(date: str) -> dict[str, Any]:
    """Return the verification of a commit that GitHub signs with its own key.

    It does so for merges, and for commits that an App makes without naming an author
    (docs.github.com, "About commit signature verification", "Signature verification for bots").
    """
    return {
        "verified": True,
        "reason": "valid",
        "signature": "-----BEGIN PGP SIGNATURE-----\n\nsandbox\n-----END PGP SIGNATURE-----\n",
        "payload": None,
        "verified_at": date,
    }


def commit(
    world: World,
    repository: Record[Repository],
    files: Mapping[str, str],
    parents: list[str],
    making: Making,
) -> Record[Commit]:
    """Make a commit; no ref is moved.

    Args:
        world: The world.
        repository: The repository.
        files: The whole tree: paths to blob ids.
        parents: Ids of the commits before it.
        making: Who makes it, and why.
    """
    lines = [f"tree {tree_sha(files)}", *(f"parent {parent}" for parent in parents)]
    lines += [f"author {making.author.line()}", f"committer {making.committer.line()}"]
    payload = "\n".join([*lines, "", making.message])
    if making.signature is not None:
        lines.append("gpgsig " + making.signature.strip().replace("\n", "\n "))
    sha = object_id("commit", "\n".join([*lines, "", making.message]).encode())
    found = world.find(COMMIT, sha, repository.id)
    if found is not None:
        return found
    verification = making.verification
    if making.signature is not None:
        verification = signatures.verification(
            world, making.signature, payload, making.committer.email, world.clock.now()
        )
    data = Commit(
        files=dict(files),
        parents=parents,
        message=making.message,
        author=making.author.json(),
        committer=making.committer.json(),
        user=making.user,
        verification=verification,
    )
    return world.make(COMMIT, repository.id, sha, data)


def changed(
    world: World, repository: Record[Repository], made: Record[Commit]
) -> list[dict[str, Any]]:
    """Return what a commit changed against its first parent: path, status, ids before and after."""
    before: dict[str, str] = {}
    if made.data["parents"]:
        parent = world.find(COMMIT, made.data["parents"][0], repository.id)
        before = parent.data["files"] if parent is not None else {}
    after: dict[str, str] = made.data["files"]
    found = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            status = "added" if old is None else "removed" if new is None else "modified"
            found.append({"path": path, "status": status, "before": old, "after": new})
    return found


def history(
    world: World, repository: Record[Repository], head: Record[Commit]
) -> list[Record[Commit]]:
    """Return a commit and all before it, newest first (by id: ids grow with time)."""
    seen: dict[str, Record[Commit]] = {}
    waiting = [head.name]
    while waiting:
        sha = waiting.pop()
        found = None if sha in seen else world.find(COMMIT, sha, repository.id)
        if found is not None:
            seen[sha] = found
            waiting += found.data["parents"]
    return sorted(seen.values(), key=lambda record: -record.id)


def merge(
    world: World,
    repository: Record[Repository],
    base: Record[Commit],
    head: Record[Commit],
    making: Making,
) -> Record[Commit] | None:
    """Merge a commit into another, file by file; None when both changed the same file.

    Args:
        world: The world.
        repository: The repository.
        base: The commit that is merged into.
        head: The commit that is merged.
        making: Who merges, and why.
    """
    files = merged(world, repository, base, head)
    if files is None:
        return None
    return commit(world, repository, files, [base.name, head.name], making)


def conflicts(
    world: World, repository: Record[Repository], base: Record[Commit], head: Record[Commit]
) -> bool:
    """Return whether both sides changed the same file in different ways."""
    return merged(world, repository, base, head) is None


def merged(
    world: World, repository: Record[Repository], base: Record[Commit], head: Record[Commit]
) -> dict[str, str] | None:
    """Return the files of a merge: paths to blob ids; None when both sides changed the same one."""
    ours = {record.name for record in history(world, repository, base)}
    shared = next((r for r in history(world, repository, head) if r.name in ours), None)
    origin: dict[str, str] = {} if shared is None else shared.data["files"]
    files: dict[str, str] = dict(base.data["files"])
    for path in origin.keys() | head.data["files"].keys():
        theirs, was = head.data["files"].get(path), origin.get(path)
        if theirs == was:
            continue
        if files.get(path) not in (was, theirs):
            return None
        if theirs is None:
            files.pop(path, None)
        else:
            files[path] = theirs
    return files


def person_of(user: Record[User], date: str) -> Person:
    """Return a user as author or committer."""
    email = user.data.get("email") or f"{user.id}+{user.name}@users.noreply.github.com"
    return Person(user.data.get("name") or user.name, email, date)


def person_from(given: object, now: str) -> Person:
    """Return the author or committer that a request names; `now` when it names no date.

    Raises:
        GitHubError: 422, without name and e-mail address, or with a date that is none.
    """
    found = fields.checked(given, {"name!": "text", "email!": "text", "date": "text"})
    date = found.get("date", now)
    try:
        return Person(found["name"], found["email"], stamp(parse(date)))
    except (ValueError, OverflowError):
        raise invalid(f"Invalid request.\n\n{date!r} is not a date.") from None

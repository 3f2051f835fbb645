"""A repository of the sandbox as a git repository: the same objects, with the same ids."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import shutil
import subprocess
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import httpx


def mirror(api: httpx.Client, repository: str, target: Path) -> None:
    """Write the branches and tags of a repository, with all that they reach, into a bare one.

    Args:
        api: The sandbox's REST API, as somebody who may read the repository.
        repository: `owner/name`.
        target: The folder; what is there already is kept and added to.
    """
    base = f"/repos/{repository}/git"
    if not target.exists():
        _git("init", "--quiet", "--bare", "--initial-branch=main", str(target))
        for setting in ("uploadpack.allowAnySHA1InWant", "uploadpack.allowFilter"):
            _git("-C", str(target), "config", setting, "true")
    store = _Store(api, base, target)
    for kind in ("heads", "tags"):
        for ref in api.get(f"{base}/matching-refs/{kind}/").raise_for_status().json():
            store.add(ref["object"]["type"], ref["object"]["sha"])
            _git("-C", str(target), "update-ref", ref["ref"], ref["object"]["sha"])


def _git(*arguments: str) -> None:
    git = shutil.which("git")
    assert git is not None
    subprocess.run([git, *arguments], check=True, capture_output=True)


class _Store:
    """Loose objects of a repository, read from the sandbox as they are needed."""

    def __init__(self, api: httpx.Client, base: str, target: Path) -> None:
        self._api, self._base, self._target = api, base, target

    def add(self, kind: str, sha: str) -> None:
        """Add an object with all that it reaches."""
        file = self._target / "objects" / sha[:2] / sha[2:]
        if file.exists():
            return
        found = self._api.get(f"{self._base}/{kind}s/{sha}").raise_for_status().json()
        content = {"blob": _blob, "tree": _tree, "commit": _commit, "tag": _tag}[kind](found)
        for child, child_sha in _children(kind, found):
            self.add(child, child_sha)
        raw = f"{kind} {len(content)}\0".encode() + content
        made = hashlib.sha1(raw, usedforsecurity=False).hexdigest()
        assert made == sha, f"the sandbox's {kind} {sha} is not git's: {made}"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(raw))


def _children(kind: str, found: dict[str, Any]) -> list[tuple[str, str]]:
    if kind == "commit":
        parents = [("commit", each["sha"]) for each in found["parents"]]
        return [("tree", found["tree"]["sha"]), *parents]
    if kind == "tree":
        return [(each["type"], each["sha"]) for each in found["tree"]]
    return [(found["object"]["type"], found["object"]["sha"])] if kind == "tag" else []


def _blob(found: dict[str, Any]) -> bytes:
    return base64.b64decode(found["content"])


def _tree(found: dict[str, Any]) -> bytes:
    entries = sorted(
        found["tree"], key=lambda each: each["path"] + ("/" if each["type"] == "tree" else "")
    )
    return b"".join(
        f"{each['mode'].lstrip('0')} {each['path']}\0".encode() + bytes.fromhex(each["sha"])
        for each in entries
    )


def _person(found: dict[str, Any]) -> str:
    moment = dt.datetime.fromisoformat(found["date"])
    return f"{found['name']} <{found['email']}> {int(moment.timestamp())} +0000"


def _commit(found: dict[str, Any]) -> bytes:
    lines = [f"tree {found['tree']['sha']}"]
    lines += [f"parent {each['sha']}" for each in found["parents"]]
    lines += [f"author {_person(found['author'])}", f"committer {_person(found['committer'])}"]
    return "\n".join([*lines, "", found["message"]]).encode()


def _tag(found: dict[str, Any]) -> bytes:
    lines = [
        f"object {found['object']['sha']}",
        f"type {found['object']['type']}",
        f"tag {found['tag']}",
        f"tagger {_person(found['tagger'])}",
    ]
    return "\n".join([*lines, "", found["message"]]).encode()

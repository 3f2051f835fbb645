"""Tags of a git repository elsewhere: the commit behind each, and when it was made."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from datetime import UTC, datetime

_PATIENCE_SECONDS = 60
_RELEASE = re.compile(r"v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})")
"""A release's tag. Others, such as `v4` and `v5.0.0-beta.1`, move or are not finished."""
_LINE = re.compile(r"([0-9a-f]{40})\trefs/tags/(\S+?)(\^\{\})?")
_OF_A_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}
_DATES = "%(taggerdate:unix) %(committerdate:unix) %(*committerdate:unix)"


class TagsError(Exception):
    """The repository's tags cannot be read; the text says why."""


def number(tag: str) -> tuple[int, int, int] | None:
    """Return a release's version as numbers; None for another tag."""
    found = _RELEASE.fullmatch(tag)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def commits(url: str) -> dict[str, str]:
    """Return the commit behind each release's tag.

    An annotated tag is an object of its own: git lists the commit behind it as `TAG^{}`.

    Raises:
        TagsError: The repository cannot be read.
    """
    found: dict[str, str] = {}
    peeled: dict[str, str] = {}
    for line in _git("ls-remote", "--tags", "--", url).splitlines():
        listed = _LINE.fullmatch(line)
        if listed and number(listed[2]):
            (peeled if listed[3] else found)[listed[2]] = listed[1]
    return {**found, **peeled}


def made(url: str, tag: str, commit: str) -> datetime:
    """Return when a tag was made, or its commit, whichever is later.

    Raises:
        TagsError: The tag cannot be fetched, or is not what was listed.
    """
    with tempfile.TemporaryDirectory(prefix="portcullis-pins-") as folder:
        _git("init", "--quiet", "--bare", folder)
        ref = f"refs/tags/{tag}"
        fetch = ("fetch", "--quiet", "--depth=1", "--filter=tree:0", "--no-tags", "--", url)
        _git("-C", folder, *fetch, f"{ref}:{ref}")
        if _git("-C", folder, "rev-parse", f"{ref}^{{commit}}").strip() != commit:
            raise TagsError(f"the tag {tag} is not what its repository listed")
        dates = _git("-C", folder, "for-each-ref", f"--format={_DATES}", ref).split()
    try:
        return datetime.fromtimestamp(max(map(int, dates)), UTC)
    except (ValueError, OverflowError, OSError):
        raise TagsError(f"the tag {tag} has no date that a calendar knows") from None


def _git(*arguments: str) -> str:
    # a hook of git has variables that name its own repository
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    try:
        return subprocess.run(  # noqa: S603 - each value has its place, after `--`
            ["git", "-c", "protocol.ext.allow=never", *arguments],  # noqa: S607 - git, as PATH has it
            env={**environment, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=True,
        ).stdout
    except subprocess.CalledProcessError as error:
        reason = str(error.stderr).strip().splitlines()[:1] or ["git failed"]
        raise TagsError(reason[0]) from None
    except subprocess.TimeoutExpired:
        raise TagsError(f"no answer within {_PATIENCE_SECONDS} s") from None
    except (OSError, ValueError) as error:
        raise TagsError(f"git cannot be run: {error}") from None

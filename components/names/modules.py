"""Paths of Go modules: which repository, folder and major version they name.

Sources:
    https://go.dev/ref/mod#module-path
    https://go.dev/ref/mod#major-version-suffixes
    https://go.dev/ref/mod#vcs-find
    https://labix.org/gopkg.in
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SUFFIX = re.compile(r"(?P<stem>.+)/v(?P<major>0[0-9]*|[1-9][0-9]*)")
_GOPKG = re.compile(
    r"gopkg\.in/(?:(?P<owner>[^/]+)/)?(?P<name>[^/]+)\.v(?P<major>0|[1-9][0-9]*)(?P<folder>(?:/.+)?)"
)
_GITHUB = re.compile(r"github\.com/(?P<owner>[^/]+)/(?P<name>[^/]+)(?P<folder>(?:/.+)?)")
_ELSEWHERE = ("bitbucket.org/", "codeberg.org/", "git.sr.ht/", "gitee.com/", "gitlab.com/")
"""Hosts of repositories, none of which is on GitHub."""


class ModulePath(NamedTuple):
    """What the path of a module says."""

    repository: str | None
    """Owner and name on GitHub; None: the path is of a domain, which leads to a repository."""
    folder: str
    """The module's folder in that repository, without the one of its major version."""
    majors: tuple[int, ...]
    """The major versions that its tags may have."""


def read_path(path: str) -> ModulePath:
    """Return what a module's path says.

    Raises:
        ValueError: Go takes no such path, or it names no repository on GitHub.
    """
    if path.startswith(_ELSEWHERE):
        host = path.partition("/")[0]
        raise ValueError(
            f"a path at {host} is a repository there; allowed: the path of this repository, such "
            "as github.com/guild/tool, or one of a domain of your own"
        )
    if path.startswith("gopkg.in/"):
        return _of_gopkg(path)
    majors: tuple[int, ...] = (0, 1)
    stem = path
    if suffix := _SUFFIX.fullmatch(path):
        if suffix["major"].startswith("0") or suffix["major"] == "1":
            raise ValueError(
                f"paths of modules have no v{suffix['major']}; allowed: {suffix['stem']} for "
                f"versions 0 and 1, {suffix['stem']}/v2 for version 2"
            )
        stem, majors = suffix["stem"], (int(suffix["major"]),)
    if not path.startswith("github.com/"):
        return ModulePath(None, "", majors)
    found = _GITHUB.fullmatch(stem)
    if not found:
        raise ValueError("the path names no repository; allowed: one such as github.com/guild/tool")
    return ModulePath(f"{found['owner']}/{found['name']}", found["folder"].strip("/"), majors)


def _of_gopkg(path: str) -> ModulePath:
    found = _GOPKG.fullmatch(path)
    if not found:
        raise ValueError(
            "paths at gopkg.in have a major version; allowed: one such as gopkg.in/guild/tool.v2"
        )
    owner = found["owner"] or f"go-{found['name']}"
    majors = (int(found["major"]),)
    return ModulePath(f"{owner}/{found['name']}", found["folder"].strip("/"), majors)

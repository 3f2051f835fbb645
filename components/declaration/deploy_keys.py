"""Deploy keys that GitHub refuses, or that nobody should share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig


def check(config: OrganizationConfig) -> Iterator[Problem]:
    """Find keys that are declared twice: GitHub refuses the second one."""
    first: dict[str, Segments] = {}
    for name, repository in config.repositories.items():
        if repository.archived:
            continue
        for title, declared in repository.deploy_keys.items():
            path: Segments = ("repositories", name, "deploy_keys", title)
            other = first.setdefault(declared.key, path)
            if other != path:
                what = f"{'.'.join(map(str, other))} is the same key, and GitHub takes a key once"
                yield (*path, "key"), what, "a key of its own"

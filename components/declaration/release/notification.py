"""Notifications about releases that nobody would get, or whose address is declared twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.files.release_notification import ENVIRONMENT, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.repository import ResolvedRepository


def check(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find what is wrong with the notification of the repository at ``path``."""
    config = repository.config
    wanted, where = config.release_notification, (*path, "release_notification")
    if wanted is None or config.archived:
        return
    if not repository.packages:
        what = "this has no effect: the repository publishes nothing"
        yield where, what, "leave it out, or packages in publish"
    elif repository.workflows is None:
        what = "this has no effect: Portcullis does not write the release workflow"
        yield where, what, "leave it out, or workflows: true"
    if wanted.issue and not config.features.issues:
        what = "the repository has no issues"
        yield (*where, "issue"), what, "false, or features.issues: true"
    if wanted.webhook:
        yield from _environment(path, repository)


def _environment(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find another use of the environment, and another value of its secret."""
    for package in repository.packages:
        for field in ("environment", "test_environment"):
            name = getattr(package, field) or ""
            if name.lower() == ENVIRONMENT:
                what = f"`{name}` is the environment of the address in release_notification"
                yield (*path, *package.path, field), what, "another environment"
    written = repository.config.environments.get(ENVIRONMENT)
    if written and SECRET in written.secrets:
        what = "release_notification.webhook gives this secret its value too"
        yield (*path, "environments", ENVIRONMENT, "secrets", SECRET), what, "one of them"

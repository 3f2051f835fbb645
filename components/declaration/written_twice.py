"""Values that are written in two places, of which one would be lost without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.organization import covers
from components.publish import token_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository


def check(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find what is written twice for the repository at ``path``."""
    yield from _files(path, repository)
    yield from _tokens(path, repository)
    yield from _protection(path, repository, organization)


def _files(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find files that Portcullis writes itself."""
    own = repository.config.files
    for name in own:
        if name in repository.derived_files:
            what = "Portcullis writes this file itself, from the rest of the declaration"
            yield (*path, "files", name), what, "another path"


def _tokens(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find tokens of `publish` that are also secrets of their environment."""
    config = repository.config
    for token in token_secrets(config.publish) if config.publish else ():
        environment = config.environments.get(token.environment)
        if environment and token.name in environment.secrets:
            field = ".".join(("publish", *token.field))
            what = f"`{field}` gives this secret its value too, and one of the two would be lost"
            where = (*path, "environments", token.environment, "secrets", token.name)
            yield where, what, f"one of them, or another `name` for the token in {field}"


def _protection(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find protection of the organization that becomes the repository's own, under a taken name."""
    for section in ("protection", "tag_protection"):
        written = getattr(organization.config, section)
        for name in getattr(repository.config, section).keys() & written.keys():
            item = written[name]
            as_ruleset = name in getattr(organization, section)
            if not as_ruleset and covers(
                item.repositories, item.exclude_repositories, repository.name
            ):
                what = f"the organization's {section} has `{name}` too, and one would be lost"
                allowed = f"another name, or {repository.name} in exclude_repositories there"
                yield (*path, section, name), what, allowed

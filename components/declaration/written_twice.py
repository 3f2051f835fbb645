"""Values that are written in two places, of which one would be lost without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.files import dependabot, workflow
from components.organization import covers
from components.publish.environments import token_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig, ResolvedOrganization
    from components.repository import ResolvedRepository


def check(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find what is written twice for the repository at ``path``."""
    yield from _files(path, repository)
    yield from _tokens(path, repository)
    yield from _protection(path, repository, organization)


def deploy_keys(config: OrganizationConfig) -> Iterator[Problem]:
    """Find deploy keys that are declared twice: GitHub refuses the second one."""
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


def _files(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find files that Portcullis writes itself, in one of the two spellings of their path."""
    derived = repository.derived_files
    for name in repository.config.files:
        where = (*path, "files", name)
        other = f"{name.removesuffix('.yaml')}.yml" if name.endswith(".yaml") else name
        if name in derived:
            what = "Portcullis writes this file itself, from the rest of the declaration"
            yield where, what, "another path"
        elif other != name and other == dependabot.PATH and other in repository.files:
            what = f"Dependabot has one file, and GitHub documents `{other}`, which is declared too"
            yield where, what, "one of them"
        elif other in derived and other.startswith(workflow.FOLDER):
            what = f"GitHub would run this beside `{other}`, which Portcullis writes"
            yield where, what, "another name, or workflows: false"


def _tokens(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find tokens of `publish` that are also secrets of their environment, or two of one name."""
    config = repository.config
    found: dict[tuple[object, ...], str] = {}
    for token in token_secrets(repository.packages):
        environment = config.environments.get(token.environment)
        field = ".".join(map(str, token.field))
        # only environments for trials may be shared: other shared ones are reported themselves
        package = "" if token.is_for_trials else token.field[:2]
        first = found.setdefault((package, token.environment.lower(), token.name), field)
        if first != field:
            what = f"`{first}` has the same environment and name, and one of the two is lost"
            allowed = "another `name` for the token"
            if token.is_for_trials:
                allowed += ", or another test_environment"
            yield (*path, *token.field), what, allowed
        if environment and token.name in environment.secrets:
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

"""GitHub's limits that span several fields: how many, how large, and names that collide."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from components.tag_ruleset import ruleset_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from components.declaration.mistakes import Problem
    from components.declaration.names import Names
    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig, ResolvedOrganization
    from components.repository import ResolvedRepository
    from components.secrets.secret import RepositorySecretConfig

MOST_SECRETS = {"organization": 1000, "repository": 100, "environment": 100}
"""How many secrets each holder stores: https://docs.github.com/actions/reference/security/secrets"""

MOST_RULESETS = 75
"""Of a repository, and of an organization.

Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets
"""

MOST_FILE_BYTES = 1_000_000
"""GitHub's API returns the content of files up to 1 MB, and the provider compares it.

Source: https://docs.github.com/rest/repos/contents
"""


def check(organization: ResolvedOrganization, names: Names) -> Iterator[Problem]:
    """Check what GitHub would refuse in the middle of an update."""
    config = organization.config
    yield from _secrets(("secrets",), config.secrets, "organization")
    yield from _parents(config)
    yield from _rulesets("the organization", _rulesets_of_organization(organization))
    for name, repository in organization.repositories.items():
        if repository.config.archived:
            continue
        path: Segments = ("repositories", name)
        yield from _secrets((*path, "secrets"), repository.config.secrets, "repository")
        yield from _rulesets(name, _rulesets_of_repository(repository))
        if names.sure((*path, "default_branch")):
            yield from _classic(path, repository)
            yield from _default_twice(path, repository)
        yield from _environments(path, repository)
        yield from _files(path, repository, names)
        if repository.config.features.projects and not config.settings.has_repository_projects:
            what = "GitHub refuses projects here: settings.has_repository_projects is false"
            yield (*path, "features", "projects"), what, "false, or has_repository_projects: true"


def _secrets(
    path: Segments, secrets: Mapping[str, RepositorySecretConfig], holder: str
) -> Iterator[Problem]:
    """Count what each store would hold."""
    stores = Counter(store for secret in secrets.values() for store in secret.stores)
    most = MOST_SECRETS[holder]
    for store, count in stores.items():
        if count > most:
            what = f"{count:,} secrets for {store}, and GitHub stores {most:,} of each {holder}"
            yield path, what, f"at most {most:,}"


def _environments(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Count the secrets of each environment, tokens of `publish` included."""
    most = MOST_SECRETS["environment"]
    for name, environment in repository.environments.items():
        if (count := len(environment.config.secrets)) > most:
            what = f"{count} secrets in `{name}`, and GitHub stores {most} of each environment"
            written = name in repository.config.environments
            where: Segments = ("environments", name, "secrets") if written else ("publish",)
            yield (*path, *where), what, f"at most {most}"


def _default_twice(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find environments that admit the default branch by its name and as `default`."""
    for name, environment in repository.config.environments.items():
        branches = environment.deploy_from.branches
        for index, branch in enumerate(branches):
            if branch == repository.config.default_branch and "default" in branches:
                what = f"`{branch}` is the default branch, which is in the list already"
                where = (*path, "environments", name, "deploy_from", "branches", index)
                yield where, what, "one of them"


def _parents(config: OrganizationConfig) -> Iterator[Problem]:
    for slug, team in config.teams.items():
        parent = config.teams.get(team.parent or "")
        if parent is not None and parent.visibility == "secret":
            what = f"`{team.parent}` is a secret team, and secret teams cannot have nested teams"
            yield ("teams", slug, "parent"), what, "a team with visibility: closed"


def _rulesets_of_organization(
    organization: ResolvedOrganization,
) -> Iterator[tuple[Segments, str]]:
    """Yield the rulesets, by where each is declared."""
    for name in organization.protection:
        yield ("protection", name), name
    for name in organization.tag_protection:
        yield from ((("tag_protection", name), ruleset) for ruleset in ruleset_names(name))


def _rulesets_of_repository(repository: ResolvedRepository) -> Iterator[tuple[Segments, str]]:
    """Yield the rulesets, by where each is declared."""
    for each in repository.protection:
        if each.config.enforced_by == "ruleset":
            yield each.origin.path, each.name
    for tags in repository.tag_protection:
        if not tags.by_organization:
            yield from ((tags.origin.path, ruleset) for ruleset in ruleset_names(tags.name))


def _rulesets(holder: str, rulesets: Iterable[tuple[Segments, str]]) -> Iterator[Problem]:
    """Count rulesets, and find two of one name."""
    found = list(rulesets)
    if len(found) > MOST_RULESETS:
        what = (
            f"{len(found)} rulesets in {holder}, and GitHub allows {MOST_RULESETS}; "
            "each tag protection is four"
        )
        yield found[-1][0], what, f"at most {MOST_RULESETS}"
    first: dict[str, Segments] = {}
    for place, name in found:
        other = first.setdefault(name.lower(), place)
        if other != place:
            dotted = ".".join(map(str, other))
            what = f"{holder} has two rulesets with the name `{name}`, also from {dotted}"
            yield place, what, "another name"


def _classic(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find two classic protections of one branch."""
    special = {"default": repository.config.default_branch, "all": "*"}
    taken: set[str] = set()
    for each in repository.protection:
        if each.config.enforced_by != "classic":
            continue
        for index, branch in enumerate(each.config.branches):
            pattern = special.get(branch, branch)
            if pattern in taken:
                written = "branches" in each.config.model_fields_set
                where: Segments = each.origin.path
                where = (*where, "branches", index) if written else where
                what = f"`{pattern}` in {path[-1]} has another classic protection already"
                yield where, what, "one classic protection of each branch"
            taken.add(pattern)


def _files(path: Segments, repository: ResolvedRepository, names: Names) -> Iterator[Problem]:
    """Find files that are too large, and files where others need a folder."""
    derived, own = repository.derived_files, repository.config.files
    for name, file in own.items():
        where = (*path, "files", name)
        if outside := next((each for each in derived if name.startswith(f"{each}/")), None):
            what = f"`{outside}` is a file that Portcullis writes, and no folder"
            yield where, what, "another path"
        everything = sorted({*derived, *own})
        if inside := next((each for each in everything if each.startswith(f"{name}/")), None):
            yield where, f"this is a file, and `{inside}` needs a folder here", "another path"
        if file.content is not None:
            size = len(file.content.encode())
        else:
            source = names.root / (file.from_file or "")
            size = source.stat().st_size if source.is_file() else 0
        if size > MOST_FILE_BYTES:
            what = f"the file has {size:,} bytes, and GitHub's API returns none above 1 MB"
            yield where, what, f"at most {MOST_FILE_BYTES:,} bytes"
    for name, text in derived.items():
        if (size := len(text.encode())) > MOST_FILE_BYTES:
            what = f"{name} would have {size:,} bytes, and GitHub's API returns none above 1 MB"
            yield path, what, f"at most {MOST_FILE_BYTES:,} bytes"

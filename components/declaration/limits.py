"""GitHub's limits that span several fields: how many, how large, and names that collide."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from components import code_owners
from components.base import Origin
from components.declaration.covering import protections, tag_protections
from components.repository import derived_files, environments_of
from components.tag_ruleset import ruleset_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from components.declaration.references import Names
    from components.declaration.release_gates import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig
    from components.repository import RepositoryConfig
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


def check(config: OrganizationConfig, names: Names) -> Iterator[Problem]:
    """Check what GitHub would refuse in the middle of an update."""
    yield from _secrets(("secrets",), config.secrets, "organization")
    yield from _parents(config)
    if config.plan != "free":  # there the repositories get the organization's rulesets
        yield from _rulesets((), "the organization", _rulesets_of_organization(config))
    for name, repository in config.repositories.items():
        path: Segments = ("repositories", name)
        if repository.archived:
            continue
        yield from _secrets((*path, "secrets"), repository.secrets, "repository")
        yield from _rulesets(path, name, _rulesets_of_repository(name, config))
        if names.sure((*path, "default_branch")):
            yield from _classic(path, name, config)
            yield from _default_twice(path, repository)
        yield from _environments(path, repository)
        yield from _files(path, repository, config, names)
        if repository.features.projects and not config.settings.has_repository_projects:
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
            what = f"{count} secrets for {store}, and GitHub stores {most:,} of {_article(holder)}"
            yield path, what, f"at most {most:,}"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _environments(path: Segments, repository: RepositoryConfig) -> Iterator[Problem]:
    for name, (environment, _) in environments_of(repository, Origin("")).items():
        written = name in repository.environments
        where = (*path, "environments", name) if written else (*path, "publish")
        count, most = len(environment.secrets), MOST_SECRETS["environment"]
        if count > most:
            what = f"{count} secrets in `{name}`, and GitHub stores {most} of an environment"
            yield (*where, "secrets") if written else where, what, f"at most {most}"


def _default_twice(path: Segments, repository: RepositoryConfig) -> Iterator[Problem]:
    """Find environments that admit the default branch by its name and as `default`."""
    for name, environment in repository.environments.items():
        branches = environment.deploy_from.branches
        for index, branch in enumerate(branches):
            if branch == repository.default_branch and "default" in branches:
                what = f"`{branch}` is the default branch, which is in the list already"
                where = (*path, "environments", name, "deploy_from", "branches", index)
                yield where, what, "one of them"


def _parents(config: OrganizationConfig) -> Iterator[Problem]:
    for slug, team in config.teams.items():
        parent = config.teams.get(team.parent or "")
        if parent is not None and parent.visibility == "secret":
            what = f"`{team.parent}` is a secret team, and GitHub nests no team in one"
            yield ("teams", slug, "parent"), what, "a team with visibility: closed"


def _rulesets_of_organization(config: OrganizationConfig) -> Iterator[tuple[Segments, str]]:
    for name, protection in config.protection.items():
        if protection.enforced_by == "ruleset":
            yield ("protection", name), name
    for name in config.tag_protection:
        yield from ((("tag_protection", name), ruleset) for ruleset in ruleset_names(name))


def _rulesets_of_repository(
    name: str, config: OrganizationConfig
) -> Iterator[tuple[Segments, str]]:
    """The rulesets of the repository's own, by where each is declared."""
    for each in protections(name, config):
        if each.of_repository and each.config.enforced_by == "ruleset":
            yield each.path, each.name
    for tags in tag_protections(name, config):
        if tags.of_repository:
            yield from ((tags.path, ruleset) for ruleset in ruleset_names(tags.name))


def _rulesets(
    path: Segments, holder: str, rulesets: Iterable[tuple[Segments, str]]
) -> Iterator[Problem]:
    """Count rulesets, and find two of one name."""
    found = list(rulesets)
    if len(found) > MOST_RULESETS:
        what = (
            f"{len(found)} rulesets in {holder}, and GitHub allows {MOST_RULESETS}; "
            "each tag protection is four"
        )
        yield (*path, "protection"), what, f"at most {MOST_RULESETS}"
    first: dict[str, Segments] = {}
    for where, name in found:
        other = first.setdefault(name.lower(), where)
        if other != where:
            what = f"{holder} has two rulesets with the name `{name}`; another: {_dotted(other)}"
            yield where, what, "another name"


def _dotted(path: Segments) -> str:
    return ".".join(map(str, path))


def _classic(path: Segments, name: str, config: OrganizationConfig) -> Iterator[Problem]:
    """Find two classic protections of one branch."""
    repository = config.repositories[name]
    special = {"default": repository.default_branch, "all": "*"}
    taken: set[str] = set()
    for each in protections(name, config):
        if each.config.enforced_by != "classic":
            continue
        for index, branch in enumerate(each.config.branches):
            pattern = special.get(branch, branch)
            if pattern in taken:
                written = "branches" in each.config.model_fields_set
                where = (*each.path, "branches", index) if written else each.path
                what = f"`{pattern}` in {path[-1]} has another classic protection already"
                yield where, what, "one classic protection a branch"
            taken.add(pattern)


def _files(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig, names: Names
) -> Iterator[Problem]:
    """Find files that are too large, and files where others need a folder."""
    derived = derived_files(repository, config.organization) if repository.files else {}
    everything = {*derived, *repository.files}
    for name, file in repository.files.items():
        if outside := sorted(each for each in derived if name.startswith(f"{each}/")):
            what = f"`{outside[0]}` is a file that Portcullis writes, and no folder"
            yield (*path, "files", name), what, "another path"
        if inside := sorted(each for each in everything if each.startswith(f"{name}/")):
            what = f"this is a file, and `{inside[0]}` needs a folder of that name"
            yield (*path, "files", name), what, "another path"
        if file.content is not None:
            size = len(file.content.encode())
        else:
            source = names.root / (file.from_file or "")
            size = source.stat().st_size if source.is_file() else 0
        if size > MOST_FILE_BYTES:
            what = f"the file has {size:,} bytes, and GitHub's API returns none above 1 MB"
            yield (*path, "files", name), what, f"at most {MOST_FILE_BYTES:,} bytes"
    if repository.code_owners:
        size = len(code_owners.render(repository.code_owners, config.organization).encode())
        if size > MOST_FILE_BYTES:
            what = f"the CODEOWNERS file would have {size:,} bytes"
            yield (*path, "code_owners"), what, f"at most {MOST_FILE_BYTES:,} bytes"

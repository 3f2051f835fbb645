"""Whether the packages of a repository fit together: names, environments, and their tags."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from components.declaration.mistakes import listed
from components.names.modules import read_path
from components.names.registries import normalized
from components.publish.packages import (
    APPROVAL_ENVIRONMENT,
    GHCR,
    REGISTRIES,
    GoPackage,
    ImagePackage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.names.versions import ReleaseTags
    from components.publish.environments import ResolvedPackage
    from components.publish.packages import AnyPackage
    from components.repository import ResolvedRepository
    from components.tag_ruleset import ResolvedTagProtection

_SEMVER_ONLY = frozenset({"npm", "cargo"})
"""Kinds of packages whose versions are three numbers."""
_ONE_A_FOLDER = frozenset({"python", "npm", "go", "image", "maven"})
"""Kinds of which a folder has one package. Cargo finds a package of a workspace by its name."""


def _address(package: AnyPackage) -> str:
    """Return where an image is: other registries may have one of the same name."""
    host = package.registry if isinstance(package, ImagePackage) else ""
    return f"{host}/{package.name}".lower()


_COMPARED: Mapping[str, Callable[[AnyPackage], str]] = {
    "python": lambda package: normalized(package.name),
    "npm": lambda package: package.name,
    "cargo": lambda package: package.name.lower().replace("_", "-"),
    "image": _address,
    "maven": lambda package: package.name,
}
"""Registries that have one package of each name for everybody, and how they compare names."""


def check(path: Segments, repository: ResolvedRepository, owner: str) -> Iterator[Problem]:
    """Find packages of the repository at ``path``, of ``owner``, that do not fit together."""
    yield from _tags(path, repository)
    yield from _names(path, repository.packages)
    yield from _folders(path, repository.packages)
    yield from _environments(path, repository.packages)
    yield from _first_teams(path, repository.packages)
    yield from _workflows(path, repository.packages)
    yield from _archives(path, repository.packages)
    yield from _modules(path, repository, owner)
    yield from _images(path, repository.packages, owner)


def check_across(repositories: Iterable[ResolvedRepository]) -> Iterator[Problem]:
    """Find packages that two repositories publish: a registry has one of each name."""
    publishing: dict[tuple[str, str], str] = {}
    for repository in repositories:
        for package in repository.packages:
            kind, name = package.config.kind, package.config.name
            if kind not in _COMPARED:
                continue
            first = publishing.setdefault((kind, _COMPARED[kind](package.config)), repository.name)
            if first != repository.name:
                what = (
                    f"`{name}` is the package of {first} too, and {REGISTRIES[kind]} has only one"
                )
                path = ("repositories", repository.name, *package.path, kind)
                yield path, what, "each package in one repository"


def check_prefixes(protections: Sequence[ResolvedTagProtection]) -> Iterator[Problem]:
    """Find protections of which one forbids the tags of another."""
    for each in protections:
        for other in protections:
            mine, theirs = each.config.tags, other.config.tags
            where = each.origin.path
            name = ".".join(other.origin.path)
            if mine.prefix != theirs.prefix and mine.prefix.startswith(theirs.prefix):
                what = (
                    f"nobody could create tags such as {mine.examples[0]}: {name} forbids what "
                    f"begins with {theirs.prefix} and has another form"
                )
                yield (*where, "prefix"), what, "prefixes of which none begins with another"
            if mine.prefix == theirs.prefix and mine.scheme != theirs.scheme:
                what = f"{name} admits {theirs.scheme} with the same prefix, {mine.prefix}"
                yield (*where, "scheme"), what, "one scheme for each prefix"


def _tags(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find packages whose tags are not known, or are none that their registry takes."""
    names = {each.name for each in repository.tag_protection}
    forms = {each.config.tags: each.name for each in repository.tag_protection}
    for package in repository.packages:
        where = (*path, *package.path)
        named = package.config.tags
        if named is not None and named not in names:
            what = f"`{named}` is no tag_protection of {repository.name}"
            yield (*where, "tags"), what, listed(names)
        elif len(same := {e.config.tags for e in repository.tag_protection if e.name == named}) > 1:
            examples = listed(tags.examples[0] for tags in same)
            what = f"two entries of tag_protection are named `{named}`, for {examples}"
            yield (*where, "tags"), what, "the name of one entry alone"
        elif named is None and len(forms) > 1:
            examples = listed(tags.examples[0] for tags in forms)
            what = f"tags of several forms are protected ({examples}): name those of this package"
            yield where, what, " or ".join(f"tags: {name}" for name in sorted(set(forms.values())))
        elif package.tags.scheme == "pep440" and package.config.kind in _SEMVER_ONLY:
            what = f"{REGISTRIES[package.config.kind]} takes no versions such as 1.2rc1"
            yield where, what, "tags of a tag_protection with scheme: semver or calver"


def _names(path: Segments, packages: Sequence[ResolvedPackage]) -> Iterator[Problem]:
    """Find two packages of one name, or of names that a registry or file cannot distinguish."""
    seen: dict[tuple[str, str], str] = {}
    for package in packages:
        kind, name = package.config.kind, package.config.name
        key = (kind, package.config.id)
        if key not in seen:
            seen[key] = name
            continue
        same = "twice" if seen[key] == name else f"beside `{seen[key]}`, nearly the same name"
        what = f"`{name}` is listed {same}: {REGISTRIES[kind]} or the workflow cannot hold both"
        yield (*path, *package.path, kind), what, "each package once"


def _folders(path: Segments, packages: Sequence[ResolvedPackage]) -> Iterator[Problem]:
    """Find packages that would be built from the folder of another one."""
    found: dict[tuple[str, str], ResolvedPackage] = {}
    for package in packages:
        kind, folder = package.config.kind, str(PurePosixPath(package.config.directory))
        if kind not in _ONE_A_FOLDER:
            continue
        first = found.setdefault((kind, folder), package)
        if first.config.id != package.config.id:
            what = (
                f"the folder {folder} has one package, and `{first.config.name}` is built from it"
            )
            yield (*path, *package.path), what, "directory: the package's own folder"


def _environments(path: Segments, packages: Sequence[ResolvedPackage]) -> Iterator[Problem]:
    """Find environments that two packages share: one approval must not count for two environments.

    GitHub does not distinguish upper from lower case in their names.
    """
    trials = {package.test_environment.lower() for package in packages if package.test_environment}
    spelled: dict[str, str] = {}
    for package in packages:
        trial = package.test_environment or ""
        first = spelled.setdefault(trial.lower(), trial)
        if first != trial:
            what = f"GitHub takes `{trial}` and `{first}` for the same environment"
            yield (*path, *package.path, "test_environment"), what, first
    taken = {APPROVAL_ENVIRONMENT}
    for package in packages:
        where = (*path, *package.path)
        own = package.environment.lower()
        written = "environment" in package.config.model_fields_set
        if own in taken or own in trials:
            what = (
                f"`{package.environment}` has another use in this repository, and one approval "
                "must not count for two environments"
            )
            at = (*where, "environment") if written else where
            yield at, what, "an environment of its own for each package"
        taken.add(own)
    if APPROVAL_ENVIRONMENT in trials:
        for package in packages:
            if (package.test_environment or "").lower() == APPROVAL_ENVIRONMENT:
                what = f"`{APPROVAL_ENVIRONMENT}` is the environment of the first of two approvals"
                yield (*path, *package.path, "test_environment"), what, "another environment"


def _first_teams(path: Segments, packages: Sequence[ResolvedPackage]) -> Iterator[Problem]:
    """Find a second team for the first approval, which the packages of a repository share."""
    with_two = [package for package in packages if package.first_team]
    for package in with_two[1:]:
        if package.first_team != with_two[0].first_team:
            what = "the packages of a repository share the first of two approvals"
            allowed = f"{with_two[0].first_team} as the first of approvers"
            yield (*path, *package.path, "approvers"), what, allowed


def _workflows(path: Segments, packages: Sequence[ResolvedPackage]) -> Iterator[Problem]:
    """Find tags whose prefixes give one name to two workflow files."""
    of: dict[str, ResolvedPackage] = {}
    for package in packages:
        first = of.setdefault(package.workflow, package)
        if first.tags != package.tags:
            what = (
                f"{package.workflow} would be the workflow for the prefixes {first.tags.prefix} "
                f"and {package.tags.prefix}"
            )
            yield (*path, *package.path), what, "prefixes that differ in letters or digits"


def _archives(path: Segments, packages: Sequence[ResolvedPackage]) -> Iterator[Problem]:
    """Find a second archive for the one release that GitHub has of a tag."""
    found: set[ReleaseTags] = set()
    for package in packages:
        if package.config.kind == "github":
            if package.tags in found:
                what = "GitHub has one release of each tag, and another entry has its archive"
                yield (*path, *package.path), what, "one entry with github, or other tags"
            found.add(package.tags)


def _modules(path: Segments, repository: ResolvedRepository, owner: str) -> Iterator[Problem]:
    """Find Go modules whose tags or source the Go proxy cannot use.

    Source: https://go.dev/ref/mod#vcs-version
    """
    series: dict[ReleaseTags, GoPackage] = {}
    for package in repository.packages:
        if not isinstance(package.config, GoPackage):
            continue
        where, prefix = (*path, *package.path), package.config.prefix
        if repository.config.visibility != "public":
            what = "the Go proxy reads the repository itself, and can read public ones only"
            yield (*where, "go"), what, "visibility: public"
        yield from _source_of_module(where, package.config, f"{owner}/{repository.name}")
        if (package.tags.prefix, package.tags.scheme) != (prefix, "semver"):
            what = f"the tags of this Go module are {prefix}1.2.3, by its folder"
            yield where, what, f"tags of a tag_protection with prefix: {prefix}, scheme: semver"
        first = series.setdefault(package.tags, package.config)
        if first.prefix == prefix and first.go != package.config.go:
            what = (
                f"a tag such as {package.tags.examples[0]} would release `{first.go}` as well, and "
                "can have the major version of one of them only"
            )
            yield (*where, "go"), what, "one module for tags of this form: the later major version"


def _source_of_module(where: Segments, module: GoPackage, own: str) -> Iterator[Problem]:
    """Find a module whose path leads Go to another repository, or to another folder."""
    named = read_path(module.go)
    if named.repository is None:
        return
    if named.repository.lower() != own.lower():
        what = f"Go reads this module from the repository {named.repository}, and this one is {own}"
        allowed = f"github.com/{own}, with the module's folder, or a path of a domain of your own"
        yield (*where, "go"), what, allowed
        return
    folder = PurePosixPath(module.directory)
    version = f"v{named.majors[-1]}"
    wanted = PurePosixPath(named.folder)
    if folder not in (wanted, wanted / version if named.majors[-1] > 1 else wanted):
        what = f"Go reads this module from the folder {wanted}, by its path"
        at = (*where, "directory") if "directory" in module.model_fields_set else where
        yield at, what, f"directory: {wanted}, or a path of the module that ends with {folder}"


def _images(path: Segments, packages: Sequence[ResolvedPackage], owner: str) -> Iterator[Problem]:
    """Find images at ghcr.io whose names begin with the organization's, which is added to them."""
    for package in packages:
        config = package.config
        if isinstance(config, ImagePackage) and config.registry == GHCR:
            first, _, rest = config.image.partition("/")
            if rest and first == owner.lower():
                what = f"the image would be {GHCR}/{first}/{config.image}: the owner is added to it"
                yield (*path, *package.path, "image"), what, rest

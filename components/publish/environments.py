"""The environments and secrets that follow from `publish`.

A GitHub environment with several reviewers needs only one of them, so two teams become two
environments in a row: the first lets the `approval` job through, the second the publish job, and
the publish job needs both.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from components.environment import DeployFrom, EnvironmentConfig, ReleaseKind, Reviewers
from components.files import release_notification, workflow
from components.names.versions import ReleaseTags
from components.publish.packages import (
    APPROVAL_ENVIRONMENT,
    AnyPackage,
    GithubPackage,
    GoPackage,
    PythonPackage,
)
from components.secrets.secret import SecretConfig, StoredConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from components.files.release_notification import ReleaseNotificationConfig
    from components.secrets.kind import Kind as SecretKind
    from components.tag_ruleset import ResolvedTagProtection


@dataclass(frozen=True)
class ResolvedPackage:
    """A package that a repository publishes, with all that follows from the declaration."""

    config: AnyPackage
    path: tuple[str | int, ...]
    """Its place below the repository's: `publish`, and a number."""
    environment: str
    """The release environment."""
    test_environment: str | None
    """The environment of the registry for trials, which it passes first."""
    tags: ReleaseTags
    """The tags that release it."""
    protections: tuple[ResolvedTagProtection, ...]
    """The protection of these tags."""
    workflow: str
    """The path of the workflow file that releases it."""

    @property
    def first_team(self) -> str | None:
        """Return the team that gives the first of two approvals; None where one is enough."""
        return self.config.approvers[0] if len(self.config.approvers) > 1 else None


def resolve_packages(
    publish: Sequence[AnyPackage], protections: Sequence[ResolvedTagProtection]
) -> tuple[ResolvedPackage, ...]:
    """Return the packages of a repository; ``protections`` are those of its tags."""
    count = Counter(package.kind for package in publish)
    series: list[ReleaseTags] = []
    found: list[ResolvedPackage] = []
    for index, package in enumerate(publish):
        named = [each for each in protections if package.tags in {None, each.name}]
        tags = named[0].config.tags if named else ReleaseTags()
        if tags not in series:
            series.append(tags)
        suffix = f"-{package.id}" if count[package.kind] > 1 else ""
        test = None
        if isinstance(package, PythonPackage):
            test = package.test_environment or f"testpypi{suffix}"
        found.append(
            ResolvedPackage(
                config=package,
                path=("publish", index),
                environment=package.environment or f"{package.usual_environment}{suffix}",
                test_environment=test,
                tags=tags,
                protections=tuple(e for e in protections if e.config.prefix == tags.prefix),
                workflow=workflow.release_path(tags, first=tags == series[0]),
            )
        )
    return tuple(found)


def by_tags(packages: Iterable[ResolvedPackage]) -> dict[ReleaseTags, list[ResolvedPackage]]:
    """Return the packages by the tags that release them."""
    found: dict[ReleaseTags, list[ResolvedPackage]] = {}
    for package in packages:
        found.setdefault(package.tags, []).append(package)
    return found


_STORED: Mapping[str, tuple[SecretKind, str]] = {
    "pypi": ("pypi-token", "PYPI_API_TOKEN"),
    "testpypi": ("pypi-token", "TEST_PYPI_API_TOKEN"),
    "npm": ("npm-token", "NPM_TOKEN"),
    "crates": ("crates-token", "CARGO_REGISTRY_TOKEN"),
    "registry": ("opaque", "IMAGE_REGISTRY_TOKEN"),
    "cosign_key": ("opaque", "COSIGN_PRIVATE_KEY"),
    "cosign_password": ("opaque", "COSIGN_PASSWORD"),
    "central": ("central-token", "MAVEN_CENTRAL_TOKEN"),
    "gpg_key": ("pgp-key", "MAVEN_GPG_KEY"),
    "gpg_passphrase": ("opaque", "MAVEN_GPG_PASSPHRASE"),
}
"""The kind and the usual name of each registry's token, by its field of `tokens`."""


WITHOUT_TOKENS = (GoPackage, GithubPackage)
"""Packages that are published without a credential of a registry."""


_NOT_FOR_PUBLISHING = frozenset(
    {"testpypi", "gpg_key", "gpg_passphrase", "cosign_key", "cosign_password"}
)
"""The fields of `tokens` whose secret does not publish to the package's own registry."""


class TokenSecret(NamedTuple):
    """A registry's token as the secret of a release environment."""

    field: tuple[str | int, ...]
    """Its path below the repository's."""
    environment: str
    name: str
    config: SecretConfig

    @property
    def is_for_trials(self) -> bool:
        """Return whether it is for the registry for trials, whose environment may be shared."""
        return self.field[-1] == "testpypi"

    @property
    def use(self) -> str:
        """Return `publish`, or its field of `tokens` if it is not for publishing."""
        field = str(self.field[-1])
        return field if field in _NOT_FOR_PUBLISHING else "publish"


def token_secrets(packages: Iterable[ResolvedPackage]) -> Iterator[TokenSecret]:
    """Yield the stored tokens; each is checked to be valid for its package and registry alone."""
    for package in packages:
        config = package.config
        for registry, token in () if isinstance(config, WITHOUT_TOKENS) else config.tokens:
            test = registry == "testpypi"
            environment = package.test_environment if test else package.environment
            if token and environment:
                kind, usual = _STORED[registry]
                valid_for = {"project": config.name, "registry": registry}
                checked = _checked(token, kind=kind, **(valid_for if kind == "pypi-token" else {}))
                field = (*package.path, "tokens", registry)
                yield TokenSecret(field, environment, token.name or usual, checked)


def _checked(token: StoredConfig, **kind: str) -> SecretConfig:
    """Return a token as a secret of its kind."""
    stored = {"from": token.from_, "rotate_every": token.rotate_every}
    return SecretConfig.model_validate({**stored, **kind})


class ReleaseEnvironment(NamedTuple):
    """An environment that `publish` derives."""

    config: EnvironmentConfig
    kind: ReleaseKind


def release_environments(
    packages: Sequence[ResolvedPackage], notification: ReleaseNotificationConfig | None = None
) -> dict[str, ReleaseEnvironment]:
    """Return the environments of the release path by name; all admit release tags only."""
    environments: dict[str, ReleaseEnvironment] = {}

    def add(name: str, team: str | None, tags: ReleaseTags, kind: ReleaseKind) -> None:
        before = environments[name].config.deploy_from.tags if name in environments else []
        admitted = list(dict.fromkeys([*before, *tags.admitted]))
        config = EnvironmentConfig(
            reviewers=Reviewers(teams=[team] if team else []),
            deploy_from=DeployFrom(tags=admitted),
            secrets={},
        )
        environments[name] = ReleaseEnvironment(config, kind)

    for package in packages:
        if package.first_team:
            add(APPROVAL_ENVIRONMENT, package.first_team, package.tags, "release")
    for package in packages:
        if package.test_environment:
            add(package.test_environment, None, package.tags, "trial")
        add(package.environment, package.config.approvers[-1], package.tags, "release")
    for token in token_secrets(packages):
        environments[token.environment].config.secrets[token.name] = token.config
    if notification and notification.webhook:
        for package in packages:
            add(release_notification.ENVIRONMENT, None, package.tags, "trial")
        if packages:
            address = _checked(notification.webhook)
            secrets = environments[release_notification.ENVIRONMENT].config.secrets
            secrets[release_notification.SECRET] = address
    return environments


def refined(derived: EnvironmentConfig, written: EnvironmentConfig) -> EnvironmentConfig:
    """Return what is written, with the approvers, the release tags and the tokens of `publish`."""
    return written.model_copy(
        update={
            "reviewers": derived.reviewers,
            "deploy_from": derived.deploy_from,
            "secrets": {**written.secrets, **derived.secrets},
        }
    )

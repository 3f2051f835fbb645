"""Trusted publishers: which workflow job may publish a package without a stored token.

People register them at the registries: PyPI has no API for it, and those of npm and crates.io need
the login of an owner of the package.

Sources: https://docs.pypi.org/trusted-publishers/creating-a-project-through-oidc/,
https://docs.npmjs.com/trusted-publishers, https://crates.io/docs/trusted-publishing and
https://docs.github.com/packages/learn-github-packages/configuring-a-packages-access-control-and-visibility
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from components.publish.packages import (
    GHCR,
    REGISTRIES,
    ImagePackage,
    NpmPackage,
    RegistryPackage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from components.names.versions import ReleaseTags
    from components.publish.environments import ResolvedPackage
    from components.publish.packages import Auth


@dataclass(frozen=True)
class Publisher:
    """The workflow job that publishes a package at a registry."""

    registry: str
    """The registry by its own name, such as `PyPI`."""
    package: str
    owner: str
    repository: str
    workflow: str
    """The name of the workflow file, without its folder."""
    environment: str
    auth: Auth | None
    """How it proves who it is; None where the registry has no trusted publishers."""
    tags: ReleaseTags
    """The tags that start a release."""
    old_repository: str | None = None
    """The repository's name before it was renamed."""
    staged: bool = False
    """Whether what it publishes waits for an approval at the registry."""

    @property
    def full_name(self) -> str:
        """Return the repository with its owner, such as `guild/escai`."""
        return f"{self.owner}/{self.repository}"

    @property
    def is_trusted(self) -> bool:
        """Return whether it is to be registered at the registry."""
        return self.auth in {"oidc", "hybrid"} or self.registry == GHCR

    def to_register(self) -> dict[str, str]:
        """Return what a person enters at the registry, and what else there is to do."""
        before, also = _INSTRUCTIONS[self.registry]
        if self.auth == "hybrid":
            also = _WITH_TOKEN[self.registry]
        if self.staged:
            also = also.replace("npm publish", "npm stage publish")
        return {
            "registry": self.registry,
            "package": self.package,
            "owner": self.owner,
            "repository": self.repository,
            "workflow": self.workflow,
            "environment": self.environment,
            "before_first_release": before,
            "also": also,
        }


def publishers(
    packages: Iterable[ResolvedPackage],
    owner: str,
    repository: str,
    *,
    old_repository: str | None = None,
) -> tuple[Publisher, ...]:
    """Return who publishes each package, one entry for each registry that it goes to."""
    found: list[Publisher] = []
    for package in packages:
        config = package.config
        own = config.registry if isinstance(config, ImagePackage) else REGISTRIES[config.kind]
        registries = [(own, package.environment)]
        if package.test_environment:
            registries.insert(0, ("TestPyPI", package.test_environment))
        found += [
            Publisher(
                registry=registry,
                package=config.name,
                owner=owner,
                repository=repository,
                workflow=PurePosixPath(package.workflow).name,
                environment=environment,
                auth=config.auth if isinstance(config, RegistryPackage) else None,
                tags=package.tags,
                old_repository=old_repository,
                staged=isinstance(config, NpmPackage) and config.staged,
            )
            for registry, environment in registries
        ]
    return tuple(found)


_PENDING = (
    "register it as a pending publisher of the account or organization that is to own the package; "
    "this does not reserve the name"
)
_EXISTING_ONLY = "publish the first version with a token: only existing packages have publishers"
_INSTRUCTIONS = {
    "TestPyPI": (_PENDING, "remove other publishers, and API tokens for the project"),
    "PyPI": (_PENDING, "remove other publishers, and API tokens for the project"),
    "npm": (
        _EXISTING_ONLY,
        "one publisher, allowed action: npm publish; publishing access: disallow tokens",
    ),
    "crates.io": (
        _EXISTING_ONLY,
        "remove other publishers; then require trusted publishing (trustpub_only)",
    ),
    GHCR: (
        "nothing: the release creates the package, which only members see",
        (
            "in the package's settings, give this repository alone Actions access, with the role "
            "Write (ghcr.io compares neither workflow nor environment); choose the visibility"
        ),
    ),
}
"""What to do before the first release, and what else to set at a registry."""

_WITH_TOKEN = {
    "TestPyPI": "remove other publishers; remove the token once auth is oidc",
    "PyPI": "remove other publishers; remove the token once auth is oidc",
    "npm": "one publisher, allowed action: npm publish; disallow tokens once auth is oidc",
    "crates.io": (
        "remove other publishers; require trusted publishing (trustpub_only) once auth is oidc"
    ),
}
"""What else to set where the release may fall back to a token."""

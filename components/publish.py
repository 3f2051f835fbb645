"""The release path: what a repository publishes, through which environments, with which credential.

`publish` in YAML becomes environments (see environment.py) and the release workflow (workflow.py).
A GitHub environment with several reviewers needs only one of them, so two teams become two
environments in a row: the first lets the `approval` job through, the second the publish job, and
the publish job needs both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from components.base import (
    BranchName,
    Config,
    Ecosystem,
    PythonPackageName,
    SecretName,
    TeamSlug,
    Visibility,
    matching,
)
from components.environment import DeployFrom, EnvironmentConfig, ReleaseKind, Reviewers
from components.files import workflow
from components.secrets.secret import SecretConfig, StoredConfig
from components.tag_ruleset import release_tag_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

Auth = Literal["oidc", "token", "hybrid"]
ReleaseEnvironmentName = Annotated[
    str,
    matching(
        r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,254}",
        "allowed: letters, digits, blanks, . _ and -: the workflow names it too",
    ),
]
NpmPackageName = Annotated[
    str,
    matching(
        r"(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*",
        "allowed: lower-case letters, digits, . _ and -, with or without a scope such as @guild/",
    ),
]
Directory = Annotated[
    str,
    matching(
        r"(?!.*\.\.)[A-Za-z0-9._][A-Za-z0-9._/-]*",
        "allowed: a folder inside the repository, such as sdk",
    ),
]

APPROVAL_ENVIRONMENT = "release-approval"
"""The environment of the first of two approvals."""


class TokenConfig(StoredConfig):
    """A registry's token, for use where trusted publishing is not available."""

    name: SecretName | None = None
    """The name of the environment secret. Without it: PYPI_API_TOKEN, TEST_PYPI_API_TOKEN or
    NPM_TOKEN."""


class PythonTokens(Config):
    """Tokens of the Python package's two registries."""

    pypi: TokenConfig | None = None
    """The token for PyPI."""
    testpypi: TokenConfig | None = None
    """The token for TestPyPI."""


class NpmTokens(Config):
    """The token of the npm registry."""

    npm: TokenConfig | None = None
    """The token for npm."""


class _Package(Config):
    directory: Directory = "."
    """The folder of the package in the repository."""
    auth: Auth = "oidc"
    """`oidc` is trusted publishing, `token` a stored token, `hybrid` the
    first if it works, or else the second."""
    approvers: list[TeamSlug] = Field(min_length=1, max_length=2)
    """One team, or two teams. With two, a member of each has to approve."""


class PythonPackage(_Package):
    """A Python package: to TestPyPI first, then to PyPI."""

    package: PythonPackageName
    """The package's name at PyPI."""
    tokens: PythonTokens = PythonTokens()
    """Stored tokens, for `auth: token` and `auth: hybrid` only."""
    environment: ReleaseEnvironmentName = "pypi-release"
    """The release environment that leads to PyPI."""
    test_environment: ReleaseEnvironmentName = "testpypi"
    """The environment that leads to TestPyPI. It needs no approval."""

    @model_validator(mode="after")
    def _tokens_fit(self) -> PythonPackage:
        given = {name for name, token in self.tokens if token is not None}
        if self.auth == "oidc" and given:
            raise ValueError("auth: oidc stores no token; take tokens out, or use auth: hybrid")
        if self.auth != "oidc" and given != {"pypi", "testpypi"}:
            raise ValueError(
                f"auth: {self.auth} needs tokens.pypi and tokens.testpypi, or use auth: oidc"
            )
        if self.environment.lower() == self.test_environment.lower():
            raise ValueError("environment and test_environment have to be two environments")
        return self


class NpmPackage(_Package):
    """An npm package."""

    package: NpmPackageName
    """The package's name at npm."""
    tokens: NpmTokens = NpmTokens()
    """The stored token, for `auth: token` and `auth: hybrid` only."""
    environment: ReleaseEnvironmentName = "npm-release"
    """The release environment that leads to npm."""

    @model_validator(mode="after")
    def _tokens_fit(self) -> NpmPackage:
        if self.auth == "oidc" and self.tokens.npm is not None:
            raise ValueError("auth: oidc stores no token; take tokens out, or use auth: hybrid")
        if self.auth != "oidc" and self.tokens.npm is None:
            raise ValueError(f"auth: {self.auth} needs tokens.npm, or use auth: oidc")
        return self


class PublishConfig(Config):
    """What the repository publishes, by registry."""

    python: PythonPackage | None = None
    """A Python package."""
    npm: NpmPackage | None = None
    """An npm package."""

    @model_validator(mode="after")
    def _one_first_team(self) -> PublishConfig:
        first_teams = {
            package.approvers[0] for package in self.packages() if len(package.approvers) > 1
        }
        if len(first_teams) > 1:
            raise ValueError(
                "the packages of a repository share the first approval: "
                "name the same team first in each list of approvers"
            )
        return self

    @model_validator(mode="after")
    def _environments_apart(self) -> PublishConfig:
        # GitHub does not tell upper from lower case in environments' names
        names = [package.environment.lower() for package in self.packages()]
        if self.python:
            names.append(self.python.test_environment.lower())
        if APPROVAL_ENVIRONMENT in names or len(set(names)) < len(names):
            raise ValueError(
                "each package has an environment of its own, and none is called "
                f"{APPROVAL_ENVIRONMENT}: one approval must not count for two environments"
            )
        return self

    def packages(self) -> list[PythonPackage | NpmPackage]:
        """Return the packages that are declared."""
        return [package for package in (self.python, self.npm) if package is not None]

    def by_kind(self) -> dict[str, PythonPackage | NpmPackage]:
        """Return the packages that are declared, by their field."""
        packages = {"python": self.python, "npm": self.npm}
        return {kind: package for kind, package in packages.items() if package is not None}

    def first_team(self) -> str | None:
        """Return the team that gives the first of two approvals; None where one is enough."""
        for package in self.packages():
            if len(package.approvers) > 1:
                return package.approvers[0]
        return None


PYPI_TOKEN, TEST_PYPI_TOKEN, NPM_TOKEN = "PYPI_API_TOKEN", "TEST_PYPI_API_TOKEN", "NPM_TOKEN"


class TokenSecret(NamedTuple):
    """A registry's token as the secret of a release environment."""

    field: tuple[str, ...]
    """Its path in `publish`."""
    environment: str
    name: str
    config: SecretConfig


def token_secrets(publish: PublishConfig) -> Iterator[TokenSecret]:
    """Yield the stored tokens; each is checked to be valid for its package and registry alone."""
    if python := publish.python:
        for registry, token, environment, usual in (
            ("testpypi", python.tokens.testpypi, python.test_environment, TEST_PYPI_TOKEN),
            ("pypi", python.tokens.pypi, python.environment, PYPI_TOKEN),
        ):
            if token:
                field = ("python", "tokens", registry)
                checked = _checked(
                    token, kind="pypi-token", project=python.package, registry=registry
                )
                yield TokenSecret(field, environment, token.name or usual, checked)
    if (npm := publish.npm) and (token := npm.tokens.npm):
        checked = _checked(token, kind="npm-token")
        field = ("npm", "tokens", "npm")
        yield TokenSecret(field, npm.environment, token.name or NPM_TOKEN, checked)


def _checked(token: TokenConfig, **kind: str) -> SecretConfig:
    """Return a token as a secret of its kind."""
    stored = {"from": token.from_, "rotate_every": token.rotate_every}
    return SecretConfig.model_validate({**stored, **kind})


def release_environments(publish: PublishConfig) -> dict[str, EnvironmentConfig]:
    """Return the environments of the release path by name; all admit release tags only."""
    environments: dict[str, EnvironmentConfig] = {}
    team = publish.first_team()
    if team:
        environments[APPROVAL_ENVIRONMENT] = _gate(team)
    if python := publish.python:
        environments[python.test_environment] = _gate(None)
        environments[python.environment] = _gate(python.approvers[-1])
    if npm := publish.npm:
        environments[npm.environment] = _gate(npm.approvers[-1])
    for token in token_secrets(publish):
        environments[token.environment].secrets[token.name] = token.config
    return environments


def release_kinds(publish: PublishConfig) -> dict[str, ReleaseKind]:
    """Return what each of the `release_environments` leads to."""
    kinds: dict[str, ReleaseKind] = dict.fromkeys(release_environments(publish), "release")
    if publish.python:
        kinds[publish.python.test_environment] = "trial"
    return kinds


def refined(derived: EnvironmentConfig, written: EnvironmentConfig) -> EnvironmentConfig:
    """Return what is written, with the approvers, the release tags and the tokens of `publish`."""
    return written.model_copy(
        update={
            "reviewers": derived.reviewers,
            "deploy_from": derived.deploy_from,
            "secrets": {**written.secrets, **derived.secrets},
        }
    )


def _gate(team: str | None) -> EnvironmentConfig:
    return EnvironmentConfig(
        reviewers=Reviewers(teams=[team] if team else []),
        deploy_from=DeployFrom(tags=[release_tag_pattern()]),
        secrets={},
    )


def _name(token: TokenConfig | None, usual_name: str) -> str:
    return (token.name if token else None) or usual_name


def workflow_plan(
    publish: PublishConfig | None,
    *,
    default_branch: BranchName,
    visibility: Visibility,
    ecosystems: list[Ecosystem],
    may_start: tuple[str, ...],
) -> workflow.WorkflowPlan:
    """Return what the workflows of a repository depend on.

    ``may_start`` are GitHub's roles with which a person may start a release.
    """
    publish = publish or PublishConfig()
    packages: list[workflow.Package] = []
    if python := publish.python:
        stored = python.auth != "oidc"
        packages.append(
            workflow.Package(
                ecosystem="python",
                name=python.package,
                directory=python.directory,
                auth=python.auth,
                release_environment=python.environment,
                test_environment=python.test_environment,
                token_secret=_name(python.tokens.pypi, PYPI_TOKEN) if stored else None,
                test_token_secret=(
                    _name(python.tokens.testpypi, TEST_PYPI_TOKEN) if stored else None
                ),
            )
        )
    if npm := publish.npm:
        packages.append(
            workflow.Package(
                ecosystem="npm",
                name=npm.package,
                directory=npm.directory,
                auth=npm.auth,
                release_environment=npm.environment,
                token_secret=_name(npm.tokens.npm, NPM_TOKEN) if npm.auth != "oidc" else None,
            )
        )
    return workflow.WorkflowPlan(
        default_branch=default_branch,
        visibility=visibility,
        ecosystems=tuple(ecosystems),
        packages=tuple(packages),
        approval_environment=APPROVAL_ENVIRONMENT if publish.first_team() else None,
        may_start=may_start,
    )


def trusted_publishers(publish: PublishConfig, owner: str, repository: str) -> list[dict[str, str]]:
    """Return the publishers to register by hand at the registries: they have no API for it.

    Sources: https://docs.pypi.org/trusted-publishers/ and https://docs.npmjs.com/trusted-publishers
    """
    publishers: list[dict[str, str]] = []
    common = {"owner": owner, "repository": repository, "workflow": "release.yml"}
    if publish.python and publish.python.auth != "token":
        for registry, environment in (
            ("TestPyPI", publish.python.test_environment),
            ("PyPI", publish.python.environment),
        ):
            publishers.append(
                {
                    "registry": registry,
                    "package": publish.python.package,
                    **common,
                    "environment": environment,
                }
            )
    if publish.npm and publish.npm.auth != "token":
        publishers.append(
            {
                "registry": "npm",
                "package": publish.npm.package,
                **common,
                "environment": publish.npm.environment,
            }
        )
    return publishers

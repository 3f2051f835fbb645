"""The entries of `publish`: which package, at which registry, with which credential."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from components.base import (
    Command,
    Config,
    SecretName,
    TagProtectionName,
    TeamSlug,
    matching,
)
from components.files import workflow
from components.names.registries import (
    NameAtCrates,
    NameAtMaven,
    NameAtNpm,
    NameAtPypi,
    NameOfImage,
    NameOfModule,
    RegistryHost,
)
from components.secrets.secret import StoredConfig

Auth = Literal["oidc", "token", "hybrid"]
Kind = workflow.Kind
ReleaseEnvironmentName = Annotated[
    str,
    matching(
        r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,254}",
        "allowed: letters, digits, blanks, . _ and -: the workflow names it too",
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
    """The name of the environment secret. Without it: PYPI_API_TOKEN, TEST_PYPI_API_TOKEN,
    NPM_TOKEN, CARGO_REGISTRY_TOKEN, IMAGE_REGISTRY_TOKEN, COSIGN_PRIVATE_KEY, COSIGN_PASSWORD,
    MAVEN_CENTRAL_TOKEN, MAVEN_GPG_KEY or MAVEN_GPG_PASSPHRASE."""


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


class CargoTokens(Config):
    """The token of crates.io."""

    crates: TokenConfig | None = None
    """The token for crates.io."""


class ImageTokens(Config):
    """The token of a registry of images, and the key that signs the image."""

    registry: TokenConfig | None = None
    """The token, or password, with which the release pushes to `registry`."""
    cosign_key: TokenConfig | None = None
    """The private key that signs the image, as `cosign generate-key-pair` writes it. Without it,
    the release of a public repository signs with its own identity, and that of another repository
    signs nothing: Sigstore's log is public."""
    cosign_password: TokenConfig | None = None
    """The password of the key, if it has one."""

    @model_validator(mode="after")
    def _password_has_a_key(self) -> ImageTokens:
        if self.cosign_password and not self.cosign_key:
            raise ValueError("cosign_password is the password of a key; allowed: with cosign_key")
        return self


class MavenTokens(Config):
    """What Maven Central asks for: a token, and signatures."""

    central: TokenConfig | None = None
    """The user token of the Central Portal: `username:password`, as the portal shows both."""
    gpg_key: TokenConfig | None = None
    """The private key that signs the files, in ASCII armour (`gpg --armor --export-secret-keys`).
    """
    gpg_passphrase: TokenConfig | None = None
    """The passphrase of the key, if it has one."""


class _Package(Config):
    """What packages of all registries have. The field of the registry holds the name."""

    kind: ClassVar[Kind]
    usual_environment: ClassVar[str]
    """The release environment of the only package of this kind."""

    directory: Directory = "."
    """The folder of the package in the repository."""
    approvers: list[TeamSlug] = Field(min_length=1, max_length=2)
    """One team, or two teams. With two, a member of each has to approve."""
    tags: TagProtectionName | None = None
    """The tag protection whose tags release this package. Required where tags of several forms are
    protected."""

    @property
    def name(self) -> str:
        """Return the package's name at the registry."""
        name: str = getattr(self, self.kind)
        return name

    @property
    def id(self) -> str:
        """Return the name as a part of environments' names: nearly the same name, the same id."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


class RegistryPackage(_Package):
    """What packages of registries with trusted publishing have."""

    auth: Auth = "oidc"
    """`oidc` is trusted publishing, `token` a stored token, `hybrid` the
    first if it works, or else the second."""
    if TYPE_CHECKING:  # each kind of package has its own model of tokens
        tokens: PythonTokens | NpmTokens | CargoTokens

    @model_validator(mode="after")
    def _tokens_fit(self) -> Self:
        stored = [registry for registry, token in self.tokens if token is not None]
        needed = [f"tokens.{registry}" for registry in type(self.tokens).model_fields]
        if self.auth == "oidc" and stored:
            raise ValueError("auth: oidc stores no token; take tokens out, or use auth: hybrid")
        if self.auth != "oidc" and len(stored) < len(needed):
            raise ValueError(f"auth: {self.auth} needs {' and '.join(needed)}, or use auth: oidc")
        return self


class PythonPackage(RegistryPackage):
    """A Python package: to TestPyPI first, then to PyPI."""

    kind = "python"
    usual_environment = "pypi-release"

    python: NameAtPypi
    """The package's name at PyPI."""
    tokens: PythonTokens = PythonTokens()
    """Stored tokens, for `auth: token` and `auth: hybrid` only."""
    environment: ReleaseEnvironmentName | None = None
    """The environment for PyPI. Without it: `pypi-release`; where a repository publishes several
    Python packages, `pypi-release-` and the name."""
    test_environment: ReleaseEnvironmentName | None = None
    """The environment for TestPyPI. Without it: `testpypi`, or `testpypi-` and the name."""
    smoke_test: Command | None = None
    """The command that tries the installed package before each approval, such as
    `riveter --version`. Without it: its modules are imported, and its programs are loaded."""


class NpmPackage(RegistryPackage):
    """An npm package."""

    kind = "npm"
    usual_environment = "npm-release"

    npm: NameAtNpm
    """The package's name at npm."""
    access: Literal["public", "restricted"] = "public"
    """`restricted`: only members of the scope's organization on npm can install it."""
    staged: bool = False
    """`true`: npm keeps a version back until a maintainer approves it, with a second factor."""
    smoke_test: Command | None = None
    """The command that tries the installed package before the approvals, such as `web --version`.
    Without it: each file that `package.json` names has to be in the package."""
    tokens: NpmTokens = NpmTokens()
    """The stored token, for `auth: token` and `auth: hybrid` only."""
    environment: ReleaseEnvironmentName | None = None
    """The environment for npm. Without it: `npm-release`; where a repository publishes several npm
    packages, `npm-release-` and the name."""

    @model_validator(mode="after")
    def _scope_fits(self) -> NpmPackage:
        if self.access == "restricted" and not self.npm.startswith("@"):
            raise ValueError(
                "access: restricted needs a scope, because npm makes other packages public; "
                "allowed: a name such as @guild/web, or access: public"
            )
        if self.access == "restricted" and self.staged:
            raise ValueError(
                "staged: true needs access: public, because npm shows a release no restricted "
                "package, so it could not see the approval; allowed: access: public, or staged: "
                "false"
            )
        return self


class CargoPackage(RegistryPackage):
    """A Rust package at crates.io.

    crates.io registers a trusted publisher for packages that exist, so the first version needs a
    token: `auth: hybrid`.

    The Rust packages of a release are published in the order of the list: each after those that it
    needs.
    """

    kind = "cargo"
    usual_environment = "crates-release"

    cargo: NameAtCrates
    """The package's name at crates.io."""
    tokens: CargoTokens = CargoTokens()
    """The stored token, for `auth: token` and `auth: hybrid` only."""
    environment: ReleaseEnvironmentName | None = None
    """The environment for crates.io. Without it: `crates-release`; where a repository publishes
    several Rust packages, `crates-release-` and the name."""


class GoPackage(_Package):
    """A Go module of a public repository.

    A module is its tag: the release asks the proxy for it, so that the checksum database records
    it. `go get` can already have it from the repository when the tag is pushed.
    """

    kind = "go"
    usual_environment = "go-release"

    go: NameOfModule
    """The module's path, as in `go.mod`: `github.com/guild/tool` with the module's folder and, from
    version 2 on, its major version (`github.com/guild/tool/sdk/v2`), or a path of a domain of your
    own that leads Go to this repository."""
    environment: ReleaseEnvironmentName | None = None
    """The release environment. Without it: `go-release`; where a repository publishes several
    modules, `go-release-` and the path."""

    @property
    def prefix(self) -> str:
        """Return what the module's tags begin with, by its folder.

        A folder of a major version, such as `v2`, is no part of it.
        """
        folder = PurePosixPath(self.directory)
        if re.fullmatch(r"v[1-9][0-9]*", folder.name) and self.go.endswith(f"/{folder.name}"):
            folder = folder.parent
        return "v" if str(folder) == "." else f"{folder}/v"


GHCR = "ghcr.io"
"""GitHub's registry of images."""
Platform = workflow.Platform
RegistryUser = Annotated[
    str,
    matching(
        r"(?!.{101})[A-Za-z0-9][A-Za-z0-9._+@|-]*",
        "allowed: the name of an account, at most 100: letters, digits and . _ + @ | -",
    ),
]


def _no_trust_in_maven(value: object) -> object:
    """Refuse trusted publishing, which Maven Central does not have."""
    if value in ("oidc", "hybrid"):
        raise ValueError("Maven Central has no trusted publishing; allowed: auth: token")
    return value


def _tokens_only(value: object) -> object:
    """Refuse trusted publishing where the registry has none."""
    if value in ("oidc", "hybrid"):
        raise ValueError(
            "registries of images have no trusted publishing; allowed: auth: token, or registry: "
            f"{GHCR} without auth, where the job's own short-lived token pushes"
        )
    return value


class ImagePackage(_Package):
    """A container image, built from the Dockerfile of its folder.

    It is pushed by its digest and named by its version. A version that names another digest is
    never moved.
    """

    kind = "image"
    usual_environment = "image-release"

    image: NameOfImage
    """The image's name in the registry, such as `guild/portal`. At ghcr.io the organization's name
    is put before it: `portal`."""
    registry: RegistryHost = GHCR
    """The registry's host. ghcr.io takes the job's own short-lived token; other registries take
    `auth: token`, with `username` and `tokens`."""
    platforms: list[Platform] = Field(default=["linux/amd64"], min_length=1)
    """The platforms of the image."""
    auth: Annotated[Literal["token"] | None, BeforeValidator(_tokens_only)] = None
    """`token` for every registry but ghcr.io."""
    username: RegistryUser | None = None
    """The account at the registry that the token belongs to."""
    tokens: ImageTokens = ImageTokens()
    """The stored token, for `auth: token` only, and the key for signatures."""
    environment: ReleaseEnvironmentName | None = None
    """The release environment. Without it: `image-release`; where a repository publishes several
    images, `image-release-` and the name."""

    @model_validator(mode="after")
    def _credential_fits(self) -> ImagePackage:
        stored = self.auth or self.username or self.tokens.registry
        if self.registry == GHCR and stored:
            raise ValueError(
                f"{GHCR} takes the job's own token; take auth, username and tokens.registry out, "
                "or name another registry"
            )
        if self.registry != GHCR and not (self.auth and self.username and self.tokens.registry):
            raise ValueError(
                f"{self.registry} needs auth: token, username and tokens.registry; "
                f"allowed: all three, or registry: {GHCR}"
            )
        if self.registry == "docker.io" and "/" not in self.image:
            raise ValueError(
                "docker.io has its own images under names without an account; "
                "allowed: image: ACCOUNT/NAME"
            )
        return self


class MavenPackage(_Package):
    """A Java package at Maven Central, built by Maven.

    The build signs nothing: the release signs the files after the approval.
    """

    kind = "maven"
    usual_environment = "maven-release"

    maven: NameAtMaven
    """The package's coordinates: `groupId:artifactId`."""
    auth: Annotated[Literal["token"], BeforeValidator(_no_trust_in_maven)] = "token"
    """Maven Central takes tokens only."""
    tokens: MavenTokens = MavenTokens()
    """The stored token and the key for signatures."""
    environment: ReleaseEnvironmentName | None = None
    """The release environment. Without it: `maven-release`; where a repository publishes several
    Java packages, `maven-release-` and the coordinates."""

    @model_validator(mode="after")
    def _tokens_are_there(self) -> MavenPackage:
        if not (self.tokens.central and self.tokens.gpg_key):
            raise ValueError(
                "Maven Central needs tokens.central and tokens.gpg_key, and tokens.gpg_passphrase "
                "if the key has one"
            )
        return self


class GithubPackage(_Package):
    """A release on GitHub alone: the source as an archive, with its checksum.

    Packages of registries have such a release as well, with the files that were published.
    """

    kind = "github"
    usual_environment = "github-release"

    github: Annotated[
        str,
        matching(
            r"(?!.{101})[A-Za-z0-9][A-Za-z0-9._-]*",
            "allowed: letters, digits, . _ and -, at most 100: files are named after it",
        ),
    ]
    """The name of the archive, before the version."""
    environment: ReleaseEnvironmentName | None = None
    """The release environment. Without it: `github-release`; where a repository has several
    archives, `github-release-` and the name."""


AnyPackage = (
    PythonPackage
    | NpmPackage
    | CargoPackage
    | GoPackage
    | ImagePackage
    | MavenPackage
    | GithubPackage
)
KINDS = tuple(model.kind for model in get_args(AnyPackage))


def _kind(value: Any) -> str | None:  # noqa: ANN401 - any YAML
    """Return the tag of the model for an entry of `publish`; None where no registry is named."""
    if isinstance(value, _Package):
        return f"{value.kind} package"
    named = [kind for kind in KINDS if isinstance(value, dict) and kind in value]
    return f"{named[0]} package" if len(named) == 1 else None


PublishedPackage = Annotated[
    Annotated[PythonPackage, Tag("python package")]
    | Annotated[NpmPackage, Tag("npm package")]
    | Annotated[CargoPackage, Tag("cargo package")]
    | Annotated[GoPackage, Tag("go package")]
    | Annotated[ImagePackage, Tag("image package")]
    | Annotated[MavenPackage, Tag("maven package")]
    | Annotated[GithubPackage, Tag("github package")],
    Discriminator(
        _kind,
        custom_error_type="registry",
        custom_error_message=(
            "an entry names one registry, and the package there; "
            f"allowed: {', '.join(f'{kind}: NAME' for kind in KINDS)}"
        ),
    ),
]
"""An entry of `publish`. It names the registry and the package there: `python: agent-sdk`."""


def _listed(value: Any) -> Any:  # noqa: ANN401 - any YAML
    """Refuse the mapping that was written before there could be two packages of one registry."""
    if isinstance(value, dict):
        what = "has to be a list; allowed: an entry such as `- python: agent-sdk`"
        raise ValueError(what)  # noqa: TRY004 - pydantic takes this one for a mistake
    return value


PublishedPackages = Annotated[list[PublishedPackage], BeforeValidator(_listed)]
"""What a repository publishes."""


REGISTRIES: dict[Kind, str] = {
    "python": "PyPI",
    "npm": "npm",
    "cargo": "crates.io",
    "go": "the Go proxy",
    "image": "the registry",
    "maven": "Maven Central",
    "github": "GitHub",
}
"""The registries by their own names."""

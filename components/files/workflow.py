"""The workflow files of a repository: one CI and one release workflow, rendered as text.

The templates in ``workflows/`` are workflow files themselves: Jinja's statements stand in comments
that begin with ``#:``, a value's place is a word such as ``__environment__``, and ``uses:
owner/action@pin`` takes its commit from ``workflows/pins.yaml``. What belongs to one ecosystem is
in a folder of its name: the steps that build, the job that publishes, the jobs of CI. Rendering
keeps the comments and never calls anything: what comes out depends on the plan alone. A job's
``timeout-minutes`` grow by what its scripts may wait.
"""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self, get_args

from jinja2 import Environment, FunctionLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

from components.base import Command
from components.files import ci_matrix, waits
from components.files.compiled import Compiled
from components.files.workflow_choice import WorkflowsConfig
from components.names.modules import read_path
from components.names.registries import ADDRESSES, normalized
from components.names.versions import ReleaseTags, Scheme

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["python", "npm", "cargo", "go", "image", "maven", "github"]
"""The kinds of packages that a release workflow publishes."""

Platform = Literal[
    "linux/amd64",
    "linux/arm64",
    "linux/arm/v7",
    "linux/386",
    "linux/ppc64le",
    "linux/s390x",
    "linux/riscv64",
]
"""What an image runs on: a system and a processor."""

FOLDER = ".github/workflows/"
"""Where GitHub looks for workflows."""

CI_PATH = f"{FOLDER}ci.yml"
RELEASE_PATH = f"{FOLDER}release.yml"
"""The release workflow. Where several series of tags release, it is that of the first package."""

REQUIRED_CHECKS = ("ci", "security-ci")
"""The checks that the CI workflow reports and rulesets require.

They are written where there is something to test: see `WorkflowPlan.checks`.
"""

MANAGERS: Mapping[Kind, frozenset[str]] = {
    "python": frozenset({"pip", "uv"}),
    "npm": frozenset({"npm"}),
    "cargo": frozenset({"cargo"}),
    "go": frozenset({"gomod"}),
    "image": frozenset({"docker"}),
    "maven": frozenset({"maven"}),
}
"""The package managers whose projects the CI workflow tests, by language."""

_AUDITED = frozenset({"github-actions"})
"""Ecosystems without tests of their own, which the CI workflow audits."""

_LISTED = frozenset({"python", "npm", "cargo", "go", "image", "maven"})
"""The ecosystems whose packages are released with a list of their components (SBOM)."""

LONGEST_ID = 80
"""What a name may add to a job's id, such as `publish-python-`; GitHub allows 99 characters."""

_TEMPLATES = Path(__file__).resolve().parents[2] / "workflows"
_SYNTAX: dict[str, Any] = {
    "line_statement_prefix": "#:",
    "variable_start_string": "«",
    "variable_end_string": "»",
    "block_start_string": "«%",
    "block_end_string": "%»",
    "comment_start_string": "«#",
    "comment_end_string": "#»",
}
"""Jinja's own delimiters are GitHub's expressions, and `{#` the shell's.

So they move to characters that no template has, and the places of values, which must be valid in a
job id, are translated to them.
"""
_PLACE = re.compile(r"__([a-z]+(?:_[a-z]+)*)__")
_JOB = re.compile(r"(?<!jobs:)\n+((?:  #.*\n)*  [\w-]+:\n    name: )")
_USED = re.compile(r"\buses: ([\w./-]+)@")
_PIN = re.compile(r"(?P<uses>\buses: (?P<action>[\w./-]+))@pin(?=$| # )", re.MULTILINE)

# Values are put into YAML, expressions and (through env) shells: none of these patterns admits a
# quote, a dollar sign, a brace or a line break.
_EnvironmentName = Annotated[str, Field(pattern=r"\A[A-Za-z0-9][A-Za-z0-9 ._-]{0,254}\Z")]
_SecretName = Annotated[str, Field(pattern=r"\A(?i:(?!GITHUB_)[A-Z_][A-Z0-9_]*)\Z")]
_BranchName = Annotated[str, Field(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._/-]*\Z")]
_Directory = Annotated[str, Field(pattern=r"\A(?!.*\.\.)[A-Za-z0-9._][A-Za-z0-9._/-]*\Z")]
_PYTHON_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_NPM_NAME = re.compile(r"(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MODULE_PATH = re.compile(r"[a-z0-9][a-z0-9.-]*(?:/[A-Za-z0-9_~][A-Za-z0-9._~-]*)+")
_CRATE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_COORDINATES = re.compile(r"[a-z][a-z0-9._-]*:[A-Za-z0-9][A-Za-z0-9._-]*")
_IMAGE_NAME = re.compile(r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*")
_NAMES = {
    "python": _PYTHON_NAME,
    "npm": _NPM_NAME,
    "cargo": _CRATE_NAME,
    "go": _MODULE_PATH,
    "image": _IMAGE_NAME,
    "maven": _COORDINATES,
    "github": _FILE_NAME,
}


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        regex_engine="python-re",  # for \Z and look-ahead
    )


class Package(_Strict):
    """One package that a repository publishes, and the environments through which it goes."""

    ecosystem: Kind
    name: str
    """Its name at the registry; an npm name may have a scope."""
    directory: _Directory = "."
    auth: Literal["oidc", "token", "hybrid"] = "oidc"
    """hybrid: as a trusted publisher first, with the token if that is refused."""
    release_environment: _EnvironmentName
    test_environment: _EnvironmentName | None = None
    """The environment for TestPyPI, which a Python package passes first."""
    token_secret: _SecretName | None = None
    """The secret of the release environment that holds the token (auth token and hybrid)."""
    test_token_secret: _SecretName | None = None
    key_secret: _SecretName | None = None
    """The secret of the release environment with the key that signs a Java package or an image."""
    passphrase_secret: _SecretName | None = None
    access: Literal["public", "restricted"] = "public"
    """Who can install an npm package."""
    registry: Annotated[str, Field(pattern=r"\A[a-z0-9][a-z0-9.:-]*\Z")] | None = None
    """The host of an image's registry."""
    username: Annotated[str, Field(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._+@|-]*\Z")] | None = None
    """The account to which an image's token belongs (auth token)."""
    platforms: tuple[Platform, ...] = ()
    """What an image is built for."""
    staged: bool = False
    """Whether an npm package is staged, for a maintainer's approval at npm."""
    smoke_test: Command | None = None
    """The command that tries an installed Python or npm package, instead of the usual checks."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not _NAMES[self.ecosystem].fullmatch(self.name):
            raise ValueError(f"name is not a name that {self.ecosystem} packages can have")
        if self.ecosystem == "go":
            read_path(self.name)
        if self.ecosystem != "python" and self.test_environment is not None:
            raise ValueError(
                f"test_environment is for Python packages: {self.ecosystem} has no test registry"
            )
        if self.staged and (self.ecosystem != "npm" or self.access != "public"):
            raise ValueError("staged is for public npm packages")
        if self.ecosystem not in ("python", "npm") and self.smoke_test is not None:
            raise ValueError("smoke_test is for Python and npm packages")
        if self.test_environment == self.release_environment:
            raise ValueError("test_environment and release_environment must be two environments")
        for environment, secret, field in (
            (self.release_environment, self.token_secret, "token_secret"),
            (self.test_environment, self.test_token_secret, "test_token_secret"),
        ):
            wanted = environment is not None and self.auth != "oidc"
            if wanted and secret is None:
                raise ValueError(f"auth {self.auth} needs {field}, the name of a secret")
            if not wanted and secret is not None:
                raise ValueError(f"{field} is not used here (auth {self.auth}): leave it out")
        return self

    @model_validator(mode="after")
    def _of_its_ecosystem(self) -> Self:
        if (self.ecosystem == "image") != bool(self.registry and self.platforms):
            raise ValueError("registry and platforms are for images, which need both")
        if (self.ecosystem == "image" and self.auth == "token") != bool(self.username):
            raise ValueError("username is for images with auth token, which need it")
        if self.ecosystem == "maven" and not self.key_secret:
            raise ValueError("Java packages need key_secret")
        if self.key_secret and self.ecosystem not in ("maven", "image"):
            raise ValueError("key_secret is for Java packages and images")
        if self.passphrase_secret and not self.key_secret:
            raise ValueError("passphrase_secret is for a key_secret")
        if self.ecosystem == "maven" and self.auth != "token":
            raise ValueError("Java packages need auth token")
        return self

    @property
    def id(self) -> str:
        """Return the name as a part of job ids and artifact names; GitHub limits the first."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", self.name.removeprefix("@"))
        if len(plain) <= LONGEST_ID:
            return plain
        digest = sha256(self.name.lower().encode()).hexdigest()[:8]
        return f"{plain[: LONGEST_ID - 9]}-{digest}"

    @property
    def distribution(self) -> str:
        """Return the name as Python's build tools write it into file names (PEP 503, PEP 625)."""
        return normalized(self.name).replace("-", "_")

    @property
    def coordinates(self) -> tuple[str, str]:
        """Return a Java package's groupId and artifactId."""
        group, _, artifact = self.name.partition(":")
        return group, artifact

    def address(self, owner: str) -> str:
        """Return an image's registry and name; ``owner`` is the repository's."""
        between = "" if self.auth == "token" else f"{owner.lower()}/"
        return f"{self.registry}/{between}{self.name}"

    @property
    def majors(self) -> str:
        """Return the major versions that a Go module's path allows, as a regular expression."""
        return "|".join(map(str, read_path(self.name).majors))

    @property
    def emulated(self) -> bool:
        """Return whether building it runs programs of another processor than the runner's."""
        return bool({*self.platforms} - {"linux/amd64", "linux/386"})

    @property
    def oidc(self) -> bool:
        """Return whether a trusted publisher's short-lived credential may publish it."""
        return self.auth != "token"

    @property
    def visible(self) -> bool:
        """Return whether everybody can see at its registry which files were published."""
        return self.ecosystem not in ("github", "image") and self.access == "public"


class StoredSecret(NamedTuple):
    """A secret that a release needs."""

    name: str
    environment: str
    """The environment that has it; the first one, if several do."""


class Webhook(_Strict):
    """Where the outcome of a release is sent: an address, which is a secret."""

    environment: _EnvironmentName
    """The environment that has the secret. No person has to approve it."""
    secret: _SecretName


class Release(_Strict):
    """One release workflow: the packages that tags of one form release."""

    path: str = RELEASE_PATH
    prefix: Annotated[str, Field(pattern=r"\A[A-Za-z@][A-Za-z0-9_@/-]*\Z")] = "v"
    scheme: Scheme = "semver"
    packages: Annotated[tuple[Package, ...], Field(min_length=1)]
    approval_environment: _EnvironmentName | None = None
    """The environment of the first of two approvals; the release environments are the second."""
    webhook: Webhook | None = None
    """Where the outcome is sent."""
    issue: bool = False
    """Whether the outcome is written into an issue of the repository."""
    may_start: Annotated[
        tuple[Annotated[str, Field(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z")], ...],
        Field(min_length=1),
    ] = ("maintain", "admin")
    """The roles (custom ones by their name) with which a person may start a release."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [(package.ecosystem, package.id.lower()) for package in self.packages]
        if len(set(ids)) < len(ids):
            raise ValueError("packages has two of the same ecosystem and (nearly) the same name")
        if len(self.of("github")) > 1:
            raise ValueError("packages has two archives, and one release on GitHub for both")
        for package in self.packages:
            environments = {package.release_environment, package.test_environment} - {None}
            if self.approval_environment in environments:
                raise ValueError(
                    "approval_environment must not be an environment through which a package is "
                    "published: one approval would count for both environments"
                )
            if self.webhook and self.webhook.environment in environments:
                raise ValueError("webhook must have an environment of its own")
        return self

    @property
    def tags(self) -> ReleaseTags:
        """Return the tags that start it."""
        return ReleaseTags(self.prefix, self.scheme)

    def of(self, ecosystem: Kind) -> tuple[Package, ...]:
        """Return the packages of one ecosystem."""
        return tuple(package for package in self.packages if package.ecosystem == ecosystem)

    @property
    def secrets(self) -> tuple[StoredSecret, ...]:
        """Return the secrets of its environments, each name once: GitHub ignores case in them."""
        found: dict[str, StoredSecret] = {}
        for package in self.packages:
            for name, environment in (
                (package.token_secret, package.release_environment),
                (package.test_token_secret, package.test_environment),
                (package.key_secret, package.release_environment),
                (package.passphrase_secret, package.release_environment),
            ):
                if name and environment:
                    found.setdefault(name.upper(), StoredSecret(name, environment))
        if self.webhook:
            secret = StoredSecret(self.webhook.secret, self.webhook.environment)
            found.setdefault(secret.name.upper(), secret)
        return tuple(found.values())


def release_path(tags: ReleaseTags, *, first: bool) -> str:
    """Return the path of the workflow file that tags start.

    Registries know the file by its name, so the first series of a repository keeps `release.yml`
    when others are added.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", tags.prefix.lower()).strip("-")
    return RELEASE_PATH if first else f"{FOLDER}release-{slug}.yml"


class WorkflowPlan(_Strict):
    """What the workflows of one repository depend on."""

    default_branch: _BranchName
    visibility: Literal["public", "private", "internal"]
    """Where a package comes from is attested in a public log: for public repositories only."""
    code_security: bool = False
    """Whether GitHub compares dependencies and takes findings of a private repository, too."""
    ecosystems: tuple[str, ...] = ()
    """The repository's Dependabot ecosystems; those of its packages count as well."""
    releases: tuple[Release, ...] = ()
    chosen: WorkflowsConfig = WorkflowsConfig()
    """Which of the other files are written."""
    repository: Annotated[str, Field(pattern=r"\A[A-Za-z0-9-]+/[A-Za-z0-9._-]+\Z")] | None = None
    """Owner and name, for files that other repositories call."""
    protected_tags: tuple[ReleaseTags, ...] = ()
    """The forms of tags that only declared people create."""

    @model_validator(mode="after")
    def _callable(self) -> Self:
        if self.chosen.verify_image and self.repository is None:
            raise ValueError("verify_image needs repository: the signature names it")
        return self

    @property
    def packages(self) -> tuple[Package, ...]:
        """Return the packages of all releases."""
        return tuple(package for release in self.releases for package in release.packages)

    def of(self, ecosystem: Kind) -> tuple[Package, ...]:
        """Return the packages of one ecosystem."""
        return tuple(package for package in self.packages if package.ecosystem == ecosystem)

    def releasing(self, image: str) -> tuple[Release, Package] | None:
        """Return what releases an image, by its registry and name; None if nothing does."""
        owner = (self.repository or "").partition("/")[0]
        for release in self.releases:
            for package in release.of("image"):
                if package.address(owner) == image:
                    return release, package
        return None

    def directories(self, ecosystem: Kind) -> tuple[str, ...]:
        """Return the folders in which CI finds an ecosystem's projects; none without a project."""
        found = {str(PurePosixPath(package.directory)) for package in self.of(ecosystem)}
        if not found and MANAGERS.get(ecosystem, frozenset()) & set(self.ecosystems):
            found = {"."}
        return tuple(sorted(found))

    @property
    def checks(self) -> tuple[str, ...]:
        """Return the checks that the CI workflow reports: none where it has nothing to test.

        A check that is green without a test behind it would be worse than none.
        """
        tested = any(self.directories(ecosystem) for ecosystem in MANAGERS)
        return REQUIRED_CHECKS if tested else ()

    @property
    def has_ci(self) -> bool:
        """Return whether there is anything that a CI workflow could do."""
        return bool(self.checks or _AUDITED & set(self.ecosystems))

    @property
    def untested(self) -> tuple[str, ...]:
        """Return the ecosystems that the CI workflow does not test yet."""
        known = _AUDITED.union(*MANAGERS.values())
        return tuple(each for each in self.ecosystems if each not in known)


def render(plan: WorkflowPlan) -> dict[str, str]:
    """Return the CI and release workflows of a repository by path, if they have something to do."""
    files = {CI_PATH: render_ci(plan)} if plan.has_ci else {}
    return files | {release.path: render_release(plan, release) for release in plan.releases}


def render_ci(plan: WorkflowPlan) -> str:
    """Return the text of ``ci.yml``; ``plan.checks`` are the jobs that rulesets may require."""
    folders = {each: plan.directories(each) for each in MANAGERS}
    lists = {f"{each}_directories": ", ".join(map(json.dumps, folders[each])) for each in folders}
    return render_template(
        "ci.yml",
        default_branch=plan.default_branch,
        workflow="ci" if plan.checks else "workflows",
        tested=bool(plan.checks),
        reviewed=plan.visibility == "public" or plan.code_security,
        **folders,
        **lists,
        **ci_matrix.template_values(plan.chosen.ci, _usual_versions()),
    )


def _usual_versions() -> dict[str, str]:
    """Return the versions of languages that build releases."""
    pins = {"node": "node", "rust": "rust", "go": "go_version", "java": "java"}
    return {language: tool(name) for language, name in pins.items()}


def release_values(release: Release) -> dict[str, object]:
    """Return what all templates of a release take: packages by kind, tags, and who may start."""
    tags = release.tags
    return {
        **{kind: release.of(kind) for kind in get_args(Kind)},
        "crates": " ".join(f"{each.name}={each.directory}" for each in release.of("cargo")),
        "maven_repository": ADDRESSES["maven"],
        "may_start": " ".join(release.may_start),
        "tag_prefix": tags.prefix,
        "tag_expression": tags.expression,
        "tag_example": tags.examples[0],
        "version_example": tags.example,
        "normalized_version": tags.normalized,
    }


def render_release(plan: WorkflowPlan, release: Release) -> str:
    """Return the text of one release workflow."""
    tags = release.tags
    public = plan.visibility == "public"
    listed = tuple(package for package in release.packages if package.ecosystem in _LISTED)
    files = tuple(package for package in listed if package.ecosystem != "image")
    attested = public and len(release.of("image")) < len(release.packages)
    return render_template(
        "release.yml",
        **release_values(release),
        workflow=PurePosixPath(release.path).stem,
        default_branch=plan.default_branch,
        checks=" ".join(plan.checks),
        approval_environment=release.approval_environment,
        trials=tuple(package for package in release.of("python") if package.test_environment),
        attestations=json.dumps(public),
        provenance=public,
        tag_filters=", ".join(map(json.dumps, tags.filters)),
        tag_form=tags.described,
        same_version=tags.same,
        one_spelling=tags.spellings[0],
        other_spelling=tags.spellings[1],
        secrets=release.secrets,
        secret_names=" ".join(secret.name for secret in release.secrets),
        webhook=release.webhook,
        issue=release.issue,
        packages=release.packages,
        listed=files,
        sboms=bool(listed),
        attested=attested,
        verified=attested or any(package.visible for package in release.packages),
    )


GITHUB_OWNERS = ("actions/", "github/")
"""How the names of GitHub's own actions begin."""


def actions_used(files: Mapping[str, str]) -> set[str]:
    """Return the actions that the workflows among ``files``, path to text, use."""
    texts = [text for path, text in files.items() if path.startswith(FOLDER)]
    return {action for text in texts for action in _USED.findall(text)}


def pin_actions(text: str) -> str:
    """Replace each ``uses: owner/action@pin`` by the pinned commit and its version's comment.

    Raises:
        KeyError: ``workflows/pins.yaml`` does not have the action.
    """

    def pinned(match: re.Match[str]) -> str:
        action = match["action"]
        try:
            # a repository with several actions has them in folders: owner/name/folder
            pin = _pins()["actions"]["/".join(action.split("/")[:2])]
        except KeyError:
            raise KeyError(f"workflows/pins.yaml has no commit for the action {action}") from None
        return f"{match['uses']}@{pin['sha']} # {pin['version']}"

    return _PIN.sub(pinned, text)


def render_template(name: str, **values: object) -> str:
    """Return the workflow file that the template ``name`` becomes with ``values``."""
    pins = _pins()
    tools = {**pins["tools"], "tools_until": pins["tools_until"]}
    text = pin_actions(_templates().get_template(name).render(**tools, **values))
    # a Jinja statement takes the blank lines after it with it
    return waits.added(_JOB.sub(r"\n\n\1", text.rstrip("\n")) + "\n")


def tool(name: str) -> str:
    """Return the pinned version of a tool, by its name in ``workflows/pins.yaml``."""
    return str(_pins()["tools"][name])


@cache
def _pins() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(_TEMPLATES / "pins.yaml")
    return loaded


@cache
def _templates() -> Environment:
    return Environment(  # noqa: S701 - the output is YAML; every value has a strict pattern
        **_SYNTAX,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        bytecode_cache=Compiled(_SYNTAX),
        loader=FunctionLoader(
            lambda name: _PLACE.sub(r"«\1»", (_TEMPLATES / name).read_text(encoding="utf-8"))
        ),
    )

"""What the engine is made of: pinned versions, and how each part is built from Go modules.

A part's hash covers all that decides what its binary will be. It names the part's folder in the
cache, so a changed recipe is built anew and an unchanged one never is.
"""

from __future__ import annotations

import hashlib
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent

PULUMI_VERSION = "3.259.0"
"""The release that is downloaded or built."""

MINIMUM_PULUMI = (3, 208, 0)
"""The oldest `pulumi` on PATH that is used.

Resource hooks came with 3.182.0 (pulumi/pulumi pull request 19874), every flag as a
`PULUMI_OPTION_*` variable with 3.208.0 (pull request 20868).
"""

MINIMUM_GO = (1, 26)
"""The `go` line of the go.mod files."""

GITHUB_SDK = "6.15.0"
"""The release of pulumi-github whose plugin is used, or built. Commands print this number."""

TERRAFORM_PROVIDER = "6.13.0"
"""The Terraform provider in that release, and in engine/github/go.mod."""

ACT_VERSION = "0.2.89"
"""The release of act, as in engine/act/go.mod."""

EXECUTOR = "pulumi-language-python-exec"
"""Pulumi's own runner of Python programs: a script in the Go module of its SDK."""


@dataclass(frozen=True)
class ModuleFile:
    """A file that a Go module carries and that a part needs beside its binary."""

    module: str
    path: str


@dataclass(frozen=True)
class Part:
    """One program that is built from the Go module in `engine/<name>/`."""

    name: str
    binary: str
    version: str
    package: str
    packages: int = field(repr=False)  # compiled at most: says how far a build is, not what it is
    variables: tuple[tuple[str, str], ...] = ()  # strings that the linker sets
    files: tuple[ModuleFile, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its go.mod, go.sum and sources are."""
        return HERE / self.name

    @property
    def command(self) -> tuple[str, ...]:
        """The subcommand of `go` that builds it."""
        return ("build", "-C", str(self.folder), "-v")

    @property
    def ldflags(self) -> str:
        """No symbol table, no debug information, and the part's variables."""
        return " ".join(["-s -w", *(f"-X {name}={value}" for name, value in self.variables)])

    def in_cache(self, cache: Path) -> Path:
        """Return where the built part is, or will be, in the folder `cache`."""
        return cache / f"{self.name}-{self.hash}"

    @property
    def hash(self) -> str:
        """16 hexadecimal digits that change when the part would be built differently."""
        sources = sorted(
            path for path in self.folder.iterdir() if path.suffix in {".go", ".mod", ".sum"}
        )
        return _hash(repr(self), sysconfig.get_platform(), *sources)


@dataclass(frozen=True)
class Beside(Part):
    """A program that is built from the modules of another part."""

    modules: str = ""
    """The name of the part whose go.mod and go.sum it is built from."""

    @property
    def folder(self) -> Path:
        """Where the other part's go.mod, go.sum and sources are."""
        return HERE / self.modules


@dataclass(frozen=True)
class CompiledTests(Beside):
    """The tests of a Go package, compiled."""

    @property
    def command(self) -> tuple[str, ...]:
        """The subcommand of `go` that compiles tests without running them."""
        return ("test", "-C", str(self.folder), "-c")


CLI = Part(
    name="cli",
    binary="pulumi",
    version=PULUMI_VERSION,
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    packages=1690,
    variables=(
        ("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", f"v{PULUMI_VERSION}"),
    ),
    files=(ModuleFile("github.com/pulumi/pulumi/sdk/v3", f"python/cmd/{EXECUTOR}"),),
)

GITHUB = Part(
    name="github",
    binary="pulumi-resource-github",
    version=GITHUB_SDK,
    package=".",
    packages=890,
    variables=(("main.version", GITHUB_SDK),),
)

ACTIONLINT = Part(
    name="actionlint",
    binary="actionlint",
    version="1.7.12",
    package="github.com/rhysd/actionlint/cmd/actionlint",
    packages=110,
)

ACT = Part(
    name="act",
    binary="act",
    version=ACT_VERSION,
    package="github.com/nektos/act",
    packages=570,
    variables=(("main.version", ACT_VERSION),),
)
"""Runs the jobs of workflow files; the release workflows are executed with it."""

VAULT = Part(
    name="vault",
    binary="portcullis-vault",
    version="1.21.4",
    package=".",
    packages=1660,
)

COSIGN = Part(
    name="cosign",
    binary="cosign",
    version="3.0.6",
    package="github.com/sigstore/cosign/v3/cmd/cosign",
    packages=1742,
)
"""Signs images and verifies their signatures; the release workflows are executed with it."""

SYFT = Part(
    name="syft",
    binary="syft",
    version="1.44.0",
    package="github.com/anchore/syft/cmd/syft",
    packages=1638,
    variables=(("main.version", "1.44.0"),),
)
"""Lists the components of images; the release workflows are executed with it."""

ESC = Part(
    name="esc",
    binary="esc",
    version="0.26.0",
    package=".",
    packages=440,
)

TOFU = Part(
    name="tofu",
    binary="tofu",
    version="1.11.0",
    package="github.com/opentofu/opentofu/cmd/tofu",
    packages=1731,
)
"""OpenTofu, which drives the GitHub provider's tests where there is no Terraform."""

_PROVIDER = "github.com/integrations/terraform-provider-github/v6"

ACCEPTANCE = CompiledTests(
    name="acceptance",
    binary="provider-acceptance.test",
    version=TERRAFORM_PROVIDER,
    package=f"{_PROVIDER}/github",
    packages=460,
    modules="github",
    files=(ModuleFile(_PROVIDER, "github/test-fixtures/gpg-pubkey.asc"),),
)
"""The GitHub provider's own acceptance tests, with the file that they read."""

TERRAFORM = Beside(
    name="terraform",
    binary="terraform-provider-github",
    version=TERRAFORM_PROVIDER,
    package=_PROVIDER,
    packages=460,
    modules="github",
)
"""The GitHub provider as a plugin of Terraform, for the comparison in `make bench`."""

LANGUAGE_HOST = (HERE / "pulumi-language-python", HERE / "language_host.py")
"""Files of ours that go beside `pulumi`, where it looks for its language hosts."""


def engine_hash() -> str:
    """Return the hash of the whole engine: its Go parts and the language host."""
    return _hash(CLI.hash, GITHUB.hash, *LANGUAGE_HOST)


def _hash(*things: str | Path) -> str:
    digest = hashlib.sha256()
    for thing in things:
        data = thing.read_bytes() if isinstance(thing, Path) else thing.encode()
        name = thing.name if isinstance(thing, Path) else ""
        digest.update(f"{name}:{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()[:16]

"""The engine: the Pulumi CLI, its Python language host and the GitHub provider plugin.

    import engine
    env = engine.ensure().environment(os.environ)
    subprocess.run(["pulumi", "preview"], env=env)

`ensure` takes, in this order: the `pulumi` on PATH, if it is recent enough and complete; the
pinned release, downloaded, where the network allows it; one built from pinned Go modules. The
last two live in the user's cache folder and are made once.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from engine import cache, official, recipe
from engine.errors import EngineError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "Engine",
    "EngineError",
    "Origin",
    "ensure",
    "ensure_acceptance",
    "ensure_actionlint",
    "ensure_cosign",
    "ensure_esc",
    "ensure_github_plugin",
    "ensure_syft",
    "ensure_terraform_provider",
    "ensure_tofu",
    "ensure_vault",
]


class Origin(StrEnum):
    """Where an engine came from."""

    PATH = "found on PATH"
    RELEASE = "Pulumi's release"
    BUILT = "built from Go modules"


@dataclass(frozen=True)
class Engine:
    """An engine that is ready for use."""

    origin: Origin
    folder: Path
    """Where `pulumi` is."""
    versions: Mapping[str, str]
    """Of each part, by its name."""
    cached: bool
    """Nothing had to be installed for it."""

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return `base`, changed so that `pulumi` is this engine's and uses this Python."""
        return {**base, **self.changes(base)}

    def changes(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that `environment` sets; of the user's, only PATH changes."""
        first = (str(self.folder), str(Path(sys.executable).parent))
        rest = [part for part in base.get("PATH", os.defpath).split(os.pathsep) if part]
        wanted = {"PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_PYTHON_CMD": sys.executable}
        if self.origin is Origin.BUILT:  # its plugins are on PATH; it must not look for others
            wanted["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
        return {
            "PATH": os.pathsep.join([*first, *(part for part in rest if part not in first)]),
            **{name: base.get(name) or value for name, value in wanted.items()},
        }

    def __str__(self) -> str:
        """Return one line: the versions, and where they come from."""
        parts = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"{parts}, {self.origin}{' (cached)' if self.cached else ''}"


def to_stderr(line: str) -> None:
    """Say a line of progress on stderr."""
    print(f"engine     {line}", file=sys.stderr, flush=True)  # noqa: T201 - that is its purpose


def ensure(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Engine:
    """Find an engine, or install one; `report` gets a line for each step.

    Raises:
        EngineError: no way leads to one; the message says which were tried.
    """
    environ = os.environ if environ is None else environ
    folder = cache.cache_folder(environ)
    tried: list[str] = []
    try:
        return _official(Origin.PATH, official.on_path(environ, ignore=folder), cached=True)
    except Unavailable as error:
        tried.append(f"pulumi on PATH: {error}")

    if found := official.release(folder):
        return _official(Origin.RELEASE, found, cached=True)
    target = folder / recipe.engine_hash()
    if target.exists():
        return _built(target, cached=True)

    with cache.locked(folder, report):
        try:
            return _official(Origin.RELEASE, _download(folder, report), cached=False)
        except Unavailable as error:
            tried.append(f"Pulumi's release: {error}")
        try:
            _build_engine(folder, target, environ, report)
        except Unavailable as error:
            tried.append(f"building from Go modules: {error}")
            raise EngineError(_nothing_worked(tried)) from None
        return _built(target, cached=False)


def ensure_acceptance(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Build the GitHub provider's own acceptance tests as one program, for `make fidelity`.

    Raises:
        EngineError: it cannot be built.
    """
    return _ensure_part(recipe.ACCEPTANCE, environ, report)


def ensure_act(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Build act, which runs single jobs of workflow files, for the tests of releases.

    An act on PATH is not used: what the tests know of its log is true of this version.

    Raises:
        EngineError: it cannot be built.
    """
    return _ensure_part(recipe.ACT, environ, report)


def ensure_actionlint(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Find actionlint on PATH, or build it; tests check workflow files with it.

    Raises:
        EngineError: it is not there and cannot be built.
    """
    environ = os.environ if environ is None else environ
    if found := official.which("actionlint", environ):
        return found
    return _ensure_part(recipe.ACTIONLINT, environ, report)


def ensure_cosign(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Build cosign, which signs images, for `make releases`.

    A cosign on PATH is not used: the workflows pin this version.

    Raises:
        EngineError: it cannot be built.
    """
    return _ensure_part(recipe.COSIGN, environ, report)


def ensure_esc(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Build our stand-in for the service of Pulumi ESC, for tests.

    Raises:
        EngineError: it cannot be built.
    """
    return _ensure_part(recipe.ESC, environ, report)


def ensure_github_plugin(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Build our own GitHub plugin for tests, even if this machine's engine does not use it.

    Raises:
        EngineError: it cannot be built.
    """
    return _ensure_part(recipe.GITHUB, environ, report)


def ensure_syft(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Build syft, which lists the components of images, for `make releases`.

    A syft on PATH is not used: the workflows pin this version.

    Raises:
        EngineError: it cannot be built.
    """
    return _ensure_part(recipe.SYFT, environ, report)


def ensure_terraform_provider(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Build the GitHub provider as a plugin of Terraform, for `make bench`.

    Raises:
        EngineError: it cannot be built.
    """
    return _ensure_part(recipe.TERRAFORM, environ, report)


def ensure_tofu(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Find Terraform or OpenTofu on PATH, or build OpenTofu, for comparisons.

    Raises:
        EngineError: there is none, and it cannot be built.
    """
    environ = os.environ if environ is None else environ
    for name in ("terraform", "tofu"):
        if found := official.which(name, environ):
            return found
    return _ensure_part(recipe.TOFU, environ, report)


def ensure_vault(
    report: Callable[[str], None] = to_stderr, environ: Mapping[str, str] | None = None
) -> Path:
    """Build a Vault server that keeps everything in memory, for tests and for practice.

    A `vault` on PATH is not used: it would have to listen on a port that the system chooses, and
    to keep its root token out of its arguments and its output.

    Raises:
        EngineError: it cannot be built.
    """
    return _ensure_part(recipe.VAULT, environ, report)


def _ensure_part(
    part: recipe.Part, environ: Mapping[str, str] | None, report: Callable[[str], None]
) -> Path:
    environ = os.environ if environ is None else environ
    folder = cache.cache_folder(environ)
    made = part.in_cache(folder)
    if not made.exists():
        with cache.locked(folder, report):
            _build([part], folder, environ, report)
    return made / part.binary


def _download(folder: Path, report: Callable[[str], None]) -> official.Found:
    from engine import release  # noqa: PLC0415 - its imports cost 40 ms and are needed once

    if (found := official.release(folder)) is None:  # else another run has just made it
        release.download(folder, report)
        found = official.release(folder)
    if found is None:
        raise Unavailable(f"the archive holds no {official.LANGUAGE_HOST}")
    return found


def _build_engine(
    folder: Path, target: Path, environ: Mapping[str, str], report: Callable[[str], None]
) -> None:
    """Build the parts that are missing, and put all of them into the one folder `target`."""
    if target.exists():  # another run has just made it
        return
    if sys.platform == "win32":
        raise Unavailable("on Windows, `pulumi` has to be installed")
    parts = [recipe.CLI, recipe.GITHUB]
    _build(parts, folder, environ, report)
    with cache.filling(target) as unfinished:
        for file in (file for part in parts for file in part.in_cache(folder).iterdir()):
            cache.link_or_copy(file, unfinished / file.name)
        for file in recipe.LANGUAGE_HOST:  # no links into the checkout, which is edited
            shutil.copy2(file, unfinished / file.name)


def _build(
    parts: list[recipe.Part],
    folder: Path,
    environ: Mapping[str, str],
    report: Callable[[str], None],
) -> None:
    from engine import build, go  # noqa: PLC0415 - as in _download

    missing = [part for part in parts if not part.in_cache(folder).exists()]
    if missing:
        toolchain = go.toolchain(environ, folder, report)
        build.build(missing, toolchain, folder, environ, report)


def _official(origin: Origin, found: official.Found, *, cached: bool) -> Engine:
    versions = {"pulumi": found.version, "github plugin": recipe.GITHUB_SDK}
    return Engine(origin, found.folder, versions, cached)


def _built(folder: Path, *, cached: bool) -> Engine:
    versions = {"pulumi": recipe.PULUMI_VERSION, "github plugin": recipe.GITHUB_SDK}
    return Engine(Origin.BUILT, folder, versions, cached)


def _nothing_worked(tried: list[str]) -> str:
    numbered = "\n".join(f"  {number}. {what}" for number, what in enumerate(tried, 1))
    return (
        f"no engine can be had on this machine. Tried in this order:\n{numbered}\n"
        "Do one of these, then run the command again: install Pulumi "
        "(https://www.pulumi.com/docs/install/), or install Go 1.26 or later "
        "(https://go.dev/dl/), or allow access to get.pulumi.com and github.com."
    )

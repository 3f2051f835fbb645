"""Which jobs get secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.attempts.attempt import MAINTAINERS, stopped_by
from tests.sandbox.attempts.path import CI, REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path


def _in_repository(path: Path) -> None:
    path.secret(f"{REPO}/actions/secrets", "NPM_TOKEN")


@stopped_by(
    "the secret lies in the environment, not in the repository",
    lambda path: path.secret(f"{REPO}/environments/pypi-release/secrets", "NPM_TOKEN"),
    _in_repository,
)
def _(path: Path) -> bool:
    """A contributor's own workflow reads the repository's secrets."""
    path.ref("carl", "heads/mine")
    path.commit("carl", ".github/workflows/mine.yml", CI, "mine")
    return path.leaked("NPM_TOKEN")


@stopped_by(
    "branches that few may create",
    lambda path: path.ruleset({"type": "creation"}, include="~ALL", bypass=[MAINTAINERS]),
)
def _(path: Path) -> bool:
    """A contributor makes a branch on which a workflow reads the repository's secrets."""
    _in_repository(path)
    path.ref("carl", "heads/mine")
    return path.leaked("NPM_TOKEN")


@stopped_by(
    "one environment's secrets are not another's",
    lambda path: path.only_refs(("tag", "v*")),
)
def _(path: Path) -> bool:
    """A contributor's job names the release's environment from a branch of its own."""
    path.ref("carl", "heads/mine")
    text = CI.replace("runs-on", "environment: pypi-release\n    runs-on")
    path.commit("carl", ".github/workflows/mine.yml", text, "mine")
    return path.leaked()


def _visible(path: Path, visibility: str) -> None:
    more: dict[str, object] = {"visibility": visibility}
    if visibility == "selected":
        more["selected_repository_ids"] = [path.id_of(REPO)]
    path.secret("/orgs/guild/actions/secrets", "MIRROR_TOKEN", **more)


@stopped_by(
    "an organization's secret for selected repositories",
    lambda path: _visible(path, "selected"),
    lambda path: _visible(path, "all"),
)
def _(path: Path) -> bool:
    """Another repository's workflow reads the organization's publishing secret."""
    path.commit("carl", ".github/workflows/mine.yml", CI, repo="/repos/guild/docs")
    return path.leaked("MIRROR_TOKEN")


@stopped_by(
    "an organization's secret for private repositories",
    lambda path: _visible(path, "private"),
    lambda path: _visible(path, "all"),
)
def _(path: Path) -> bool:
    """A public repository's workflow reads a secret that is meant for private ones."""
    path.ref("carl", "heads/mine")
    path.commit("carl", ".github/workflows/mine.yml", CI, "mine")
    return path.leaked("MIRROR_TOKEN")

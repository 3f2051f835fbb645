"""Deploy keys on the real engine, read back by a client that nobody here wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import github
import pytest

from components.connections.deploy_key import fingerprint
from tests.end_to_end.conftest import make_small
from tests.support.public_keys import ECDSA, ED25519, OTHER, RSA_2048

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github.Repository import Repository

    from tests.support.project import Project
    from tests.support.sandbox import Sandbox

MIRROR = f"      mirror: {{key: {ED25519} mirror@acme.example}}\n"
ARGO = f"      Argo CD: {{key: {OTHER}}}\n"
RUNNER = f"      runner: {{key: {RSA_2048}}}\n"
KEPT = {"runner": (RSA_2048, True)}
BEFORE = "    variables: {COLOUR: green}\n    deploy_keys:\n"


@pytest.fixture(scope="module")
def keyed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small organization with two keys, deployed; the tests of this file follow each other."""
    project = make_small(sandbox, tmp_path_factory.mktemp("keys"), "keys")
    project.edit("    variables: {COLOUR: green}\n", BEFORE + RUNNER + MIRROR + ARGO)
    project.make()
    return project


@pytest.fixture(scope="module")
def tool(keyed: Project) -> Iterator[Repository]:
    """The repository as PyGithub reads it."""
    token = github.Auth.Token(keyed.world.token)
    with github.Github(base_url=keyed.world.rest_url, auth=token, retry=None) as client:
        yield client.get_repo("acme/tool")


def on_github(tool: Repository) -> dict[str, tuple[str, bool]]:
    """Return the keys by title, and whether each only reads."""
    return {each.title: (each.key, each.read_only) for each in tool.get_keys()}


def test_keys_only_read_and_stay_as_they_are(keyed: Project, tool: Repository) -> None:
    """Promise: keys arrive read-only, and neither a preview nor a refresh finds a change (18)."""
    assert on_github(tool) == {"mirror": (ED25519, True), "Argo CD": (OTHER, True)} | KEPT
    assert keyed.refresh("--expect-no-changes").code == 0
    assert keyed.preview().operations() == {}


def test_drift_names_the_key_that_changed_and_the_one_that_came(
    keyed: Project, tool: Repository
) -> None:
    """Promise: a key that was made anew to write, and a foreign one, are what drift names (18)."""
    next(each for each in tool.get_keys() if each.title == "mirror").delete()
    tool.create_key("mirror", ED25519, read_only=False)
    tool.create_key("theirs", ECDSA, read_only=True)
    done = keyed.portcullis("drift", "--format", "json")
    found = {
        (each["what"], each["name"]): each for each in json.loads(done.stdout)["items"]
        if each["kind"] == "RepositoryDeployKey"
    }  # fmt: skip
    changed = ("changed", f"tool/{fingerprint(ED25519)}")
    assert found.keys() == {changed, ("undeclared", "tool/theirs")}
    assert found[changed]["differences"] == [
        "it was deleted and created again under its name",
        "read only: false -> true",
    ]


def test_an_update_replaces_keys_though_github_takes_each_once(
    keyed: Project, tool: Repository
) -> None:
    """Promise: another title, another key and what drifted are one update; the rest stays (18)."""
    keyed.edit(MIRROR + ARGO, MIRROR.replace("mirror:", "backup:"))
    done = keyed.portcullis("up")
    assert done.code == 0, done.text
    assert fingerprint(ED25519) in done.text
    assert on_github(tool) == {"backup": (ED25519, True), "theirs": (ECDSA, True)} | KEPT

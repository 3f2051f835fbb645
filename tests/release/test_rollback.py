"""A released version is taken back, executed: by tokens where they may, by people where not."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx

from tests.release.harness import projects
from tests.release.harness.organization import canary
from tests.release.harness.stage import Machine, Stage, stage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.harness.release import Release

PYTHON, NPM, CARGO = "riveter", "@guild/rivet-web", "riveter-core"
VERSIONS = ("1.2.2", "1.2.3")
REASON = "It prints `secrets`; see the <advisory> of 2026-11-30"
DECLARED: list[dict[str, Any]] = [
    {"python": PYTHON, "approvers": ["releasers"]},
    {
        "npm": NPM,
        "auth": "token",
        "approvers": ["releasers"],
        "directory": "web",
        "tokens": {"npm": {"from": {"config": "npmToken"}}},
    },
    {
        "cargo": CARGO,
        "auth": "token",
        "approvers": ["releasers"],
        "directory": "core",
        "tokens": {"crates": {"from": {"config": "cratesToken"}}},
    },
]


def _released(made: Stage) -> Release:
    """Put both versions where releases leave them; return the runs of the rollback workflow."""
    made.npm.tokens[canary("npm-release", "NPM_TOKEN")] = {NPM}
    made.crates.tokens[canary("crates-release", "CARGO_REGISTRY_TOKEN")] = {CARGO}
    for version in VERSIONS:
        assert made.release.tag("kim", f"v{version}") == 201
        body = {"tag_name": f"v{version}", "name": f"v{version}", "body": f"Notes of {version}"}
        assert made.release.request("olga", "POST", "/releases", body)[0] == 201
        (made.pypi.folder / f"{PYTHON}-{version}.tar.gz").write_bytes(b"x")
        made.crates.packages[CARGO, version] = b"x"
        file = f"rivet-web-{version}.tgz"
        package = {"name": NPM, "version": version, "dist": {"tarball": f"http://x/{NPM}/-/{file}"}}
        content = {"data": base64.b64encode(b"x").decode(), "length": 1}
        published = {
            "name": NPM,
            "versions": {version: package},
            "dist-tags": {"latest": version},
            "_attachments": {file: {"content_type": "application/octet-stream", **content}},
        }
        place = f"{made.npm.upstream()}/{NPM.replace('/', '%2f')}"
        httpx.put(place, json=published, trust_env=False).raise_for_status()
    rollback = replace(made.release, workflow=".github/workflows/rollback.yml", done=[])
    rollback.hold()
    return rollback


def _at_npm(made: Stage) -> dict[str, Any]:
    place = f"{made.npm.upstream()}/{NPM.replace('/', '%2f')}"
    found: dict[str, Any] = httpx.get(place, trust_env=False).raise_for_status().json()
    return found


def test_a_version_is_taken_back(machine: Machine, tmp_path: Path) -> None:
    """After an approval, npm and crates.io by token, PyPI by an owner: the run waits (A10, R12).

    Nothing is deleted. Nobody can start it on a branch, and a tag of another version will do.
    """
    files = {
        **projects.python(PYTHON),
        **projects.npm(NPM, "web"),
        **projects.cargo(CARGO, "core"),
    }
    with stage(machine, tmp_path, "rivet", DECLARED, files) as made:
        rollback = _released(made)
        inputs = {"version": "1.2.3", "replacement": "1.2.2", "confirm": "rollback"}
        assert rollback.dispatch("kim", "main", reason=REASON, **inputs) == 204
        assert rollback.run()["security-validation"] == "failure"
        assert "Not a release tag" in rollback.result("security-validation").text

        assert rollback.dispatch("kim", "v1.2.2", reason=REASON, **inputs) == 204
        states = rollback.run()
        assert [key for key, state in states.items() if state == "waiting"] == [
            "rollback-python-riveter",
            "rollback-npm-guild-rivet-web",
            "rollback-cargo-riveter-core",
            "github-release",
        ]
        assert made.crates.yanked == set()
        assert [rollback.approve(login) for login in ("kim", "zoe", "ana")] == [403, 403, 200]
        states = rollback.run()
        failed = {key for key, state in states.items() if state != "success"}
        assert failed == {"rollback-python-riveter", "record"}
        assert "Yank it on PyPI's site" in rollback.result("rollback-python-riveter").text

        made.pypi.yanked.add((PYTHON, "1.2.3"))
        assert rollback.again("kim") == 201
        assert rollback.run()["rollback-python-riveter"] == "waiting"
        assert rollback.approve("ana") == 200
        assert set(rollback.run().values()) == {"success"}

        found = _at_npm(made)
        assert found["dist-tags"] == {"latest": "1.2.2"}
        assert found["versions"]["1.2.3"]["deprecated"] == f"{REASON}; use 1.2.2 instead"
        assert "deprecated" not in found["versions"]["1.2.2"]
        assert made.npm.published == []
        assert made.crates.yanked == {(CARGO, "1.2.3")}
        assert set(made.crates.packages) == {(CARGO, version) for version in VERSIONS}
        assert set(made.pypi.files()) == {f"{PYTHON}-{version}.tar.gz" for version in VERSIONS}
        marked = rollback.request("zoe", "GET", "/releases/tags/v1.2.3")[1]
        assert marked["prerelease"] is True
        assert marked["body"].startswith(f"> [!CAUTION]\n> Taken back: {REASON}\n> Use 1.2.2")
        assert "Notes of 1.2.3" in marked["body"]
        assert rollback.request("zoe", "GET", "/releases/latest")[1]["tag_name"] == "v1.2.2"
        summary = rollback.result("record").summary
        assert "Rollback of 1.2.3, started by kim on v1.2.2" in summary
        assert "Reason: It prints secrets; see the advisory of 2026-11-30" in summary
        for done in rollback.done:
            assert not [secret for secret in made.secrets() if secret in done.text], done.key
        assert made.front.refused == []

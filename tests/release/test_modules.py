"""A Go module, released from a tag to the program that people run: the proxy and its database."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.release.harness import installing, projects
from tests.release.harness.proof import sboms
from tests.release.harness.stage import Machine, stage

if TYPE_CHECKING:
    from pathlib import Path

PATH = "github.com/guild/riveter/sdk/v2"
JOB = "publish-go-github-com-guild-riveter-sdk-v2"


def test_a_module_in_a_folder(machine: Machine, tmp_path: Path) -> None:
    """The proxy reads the tag after the approval; the checksum database confirms it (E2, R10).

    The module is in a folder, so its tags begin with it, and has a later major version, which ends
    its path. The proxy is down at first, then gives out another go.mod than the database knows,
    which go refuses at once; run again, the release is complete. A tag that somebody moved after
    the build stops at the comparison, and one of another major version at the build.
    """
    declared = [{"go": PATH, "directory": "sdk", "approvers": ["releasers"]}]
    files = {**projects.module(PATH, "sdk"), "README.md": "# Riveter\n"}
    with stage(
        machine, tmp_path, "riveter", declared, files, visibility="public", prefix="sdk/v"
    ) as made:
        go, release = made.modules, made.release
        assert go is not None
        assert release.tag("kim", "sdk/v2.0.1") == 201
        assert release.run()[JOB] == "waiting", release.result("build").text
        (run,) = release.place.artifacts.iterdir()
        assert sboms.packages(machine.tools, run / "sboms") == [
            f"pkg:golang/{PATH}@v2.0.1?goarch=amd64&goos=linux&type=module"
        ]
        assert go.read == []

        go.down_for = 1
        release.before["verify"] = lambda: setattr(go, "altered", True)
        assert (release.approve("ana"), release.run()["verify"]) == (200, "failure")
        assert len(release.result(JOB).pauses) == 1
        assert go.read == [f"{PATH}@v2.0.1"]
        refused = release.result("verify")
        assert "SECURITY ERROR" in refused.text
        assert "error: Not there: the Go proxy does not have" in refused.text
        assert refused.pauses == []

        go.altered = False
        del release.before["verify"]
        assert release.again("kim") == 201
        assert set(release.run().values()) == {"success"}, release.result("verify").text
        (found,) = release.request("zoe", "GET", "/releases")[1]
        assert found["tag_name"] == "sdk/v2.0.1"
        said = installing.module(go, made.front, tmp_path, f"{PATH}@v2.0.1")
        assert said == f"{PATH} runs"

        assert release.tag("kim", "sdk/v2.0.2") == 201
        assert release.run()[JOB] == "waiting"
        first = next(iter(release.jobs().values()))["run"]
        content = base64.b64encode(b"package main\n").decode()
        body = {"message": "Another", "content": content, "branch": "main"}
        moved = release.request("olga", "PUT", "/contents/sdk/other.go", body)[1]["commit"]["sha"]
        # it starts another release, which waits for the end of this one
        to = {"sha": moved, "force": True}
        assert release.request("olga", "PATCH", "/git/refs/tags/sdk/v2.0.2", to)[0] == 200
        assert release.approve("ana", run=first) == 200
        assert release.run()[JOB] == "waiting"
        another = f"error: Another module: the Go proxy has {PATH} v2.0.2 with other files"
        assert another in release.result(JOB).text

        assert release.tag("kim", "sdk/v3.0.0") == 201
        assert release.run()["build"] == "failure"
        assert f"error: Another major version: the path {PATH} is" in release.result("build").text
        assert f"{PATH}@v3.0.0" not in go.read
        for done in release.done:
            assert not [secret for secret in made.secrets() if secret in done.text]
        assert made.front.refused == []

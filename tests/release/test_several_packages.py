"""Packages of one repository, of which one needs the other: a release that stops between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.release.harness import projects
from tests.release.harness.stage import Machine, stage

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = ("riveter-core", "riveter-cli")
NPM = ("@guild/several-core", "@guild/several-cli")


def test_a_release_that_stops_between_packages_continues(machine: Machine, tmp_path: Path) -> None:
    """The first of each registry is published, the second is refused; run again, it follows (R10).

    Nothing is published twice: the jobs that succeeded are not run again.
    """
    declared = [
        {kind: name, "directory": f"{kind}/{index}", "approvers": ["releasers"]}
        for kind, names in (("python", PYTHON), ("npm", NPM))
        for index, name in enumerate(names)
    ]
    files = {
        **{
            k: v for i, n in enumerate(PYTHON) for k, v in projects.python(n, f"python/{i}").items()
        },
        **{k: v for i, n in enumerate(NPM) for k, v in projects.npm(n, f"npm/{i}", "all").items()},
    }
    with stage(machine, tmp_path, "all", declared, files) as made:
        for name in PYTHON:
            made.trust(made.testpypi, name, f"testpypi-{name}")
        for name in NPM:
            made.npm.add(name, "1.0.0")
        made.trust(made.pypi, PYTHON[0], f"pypi-release-{PYTHON[0]}")
        made.trust(made.npm, NPM[0], "npm-release-guild-several-core")
        release = made.release
        assert release.tag("kim", "v1.2.3") == 201
        assert "waiting" in release.run().values(), release.result("build").text
        assert release.approve("ana") == 200
        states = release.run()
        first = ("publish-python-riveter-core", "publish-npm-guild-several-core")
        second = ("publish-python-riveter-cli", "publish-npm-guild-several-cli")
        assert [states[job] for job in (*first, *second)] == ["success"] * 2 + ["failure"] * 2
        assert states["github-release"] == "skipped"
        assert made.npm.published == [NPM[0]]

        made.trust(made.pypi, PYTHON[1], f"pypi-release-{PYTHON[1]}")
        made.trust(made.npm, NPM[1], "npm-release-guild-several-cli")
        assert release.again("kim") == 201
        assert {release.run()[job] for job in second} == {"waiting"}
        assert release.approve("ana") == 200
        assert set(release.run().values()) == {"success"}
        assert made.npm.published == list(NPM)
        assert [done.key for done in release.done if done.key in first] == list(first)
        assert len(made.pypi.files()) == len(PYTHON) * len(("wheel", "sdist"))

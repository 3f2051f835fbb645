"""Secrets that are missing, malformed, or stored where more can read them: nothing is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.release.harness import projects
from tests.release.harness.organization import canary, store
from tests.release.harness.stage import Machine, Stage, stage

if TYPE_CHECKING:
    from pathlib import Path

PLACE = "/repos/guild/escai"
TEST, PUBLISH = "secrets-python-escai-framework", "publish-python-escai-framework"
TOKENS = {each: {"from": {"config": "x"}} for each in ("pypi", "testpypi")}


def _store(made: Stage, place: str, name: str, value: str | None) -> None:
    """Store a secret, or delete it."""
    with made.release.world.client() as api:
        if value is None:
            api.delete(f"{PLACE}{place}/secrets/{name}").raise_for_status()
        else:
            store(api, f"{PLACE}{place}", name, value)


def _stops(made: Stage, key: str, *said: str) -> None:
    """Check that the newest release stops at a job, and what it says."""
    states = made.release.run()
    assert (states[key], states["notification"]) == ("failure", "failure")
    text = made.release.result(key).text
    for each in said:
        assert each in text
    assert states["github-release"] == "skipped"
    assert made.pypi.uploads == []


def test_secrets_that_are_not_as_declared(machine: Machine, tmp_path: Path) -> None:
    """A secret that all workflows can read, malformed and missing ones: each is named (R7, R9).

    Nothing is built before the first three are right. That of the release environment is seen only
    by the job that was approved, which looks before it does anything.
    """
    declared = [
        {"python": "escai-framework", "auth": "hybrid", "approvers": ["releasers"]}
        | {"tokens": TOKENS}
    ]
    files = projects.python("escai-framework")
    with stage(machine, tmp_path, "escai", declared, files) as made:
        made.trust(made.testpypi, "escai-framework", "testpypi")
        release = made.release
        wide = canary("repository", "PYPI_API_TOKEN")
        _store(made, "/actions", "PYPI_API_TOKEN", wide)
        assert release.tag("kim", "v1.2.3") == 201
        wrong = "error: Secret of the wrong scope: PYPI_API_TOKEN is a secret of this repository"
        _stops(made, "security-validation", wrong, "only the environment pypi-release may have it")

        _store(made, "/actions", "PYPI_API_TOKEN", None)
        _store(made, "/environments/testpypi", "TEST_PYPI_API_TOKEN", "canary-another")
        assert release.again("kim") == 201
        malformed = "error: Not such a secret: TEST_PYPI_API_TOKEN of the environment testpypi"
        _stops(made, TEST, malformed, "does not begin with pypi-")

        _store(made, "/environments/testpypi", "TEST_PYPI_API_TOKEN", None)
        assert release.again("kim") == 201
        missing = (
            "error: Secret missing: the environment testpypi has no secret TEST_PYPI_API_TOKEN"
        )
        _stops(
            made, TEST, missing, "declare it as tokens.testpypi of escai-framework under publish"
        )
        assert "build" not in {done.key for done in release.done}

        value = canary("testpypi", "TEST_PYPI_API_TOKEN")
        _store(made, "/environments/testpypi", "TEST_PYPI_API_TOKEN", value)
        _store(made, "/environments/pypi-release", "PYPI_API_TOKEN", None)
        assert release.again("kim") == 201
        assert release.run()[PUBLISH] == "waiting"
        assert release.approve("ana") == 200
        missing = "error: Secret missing: the environment pypi-release has no secret PYPI_API_TOKEN"
        _stops(made, PUBLISH, missing, "run the failed jobs again")
        assert not [done for done in release.done if "canary-" in done.text]
        assert made.front.refused == []

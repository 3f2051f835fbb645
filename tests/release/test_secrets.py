"""Secrets that are missing, malformed, or stored where more can read them, and who hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.release.harness import projects
from tests.release.harness.organization import canary, store
from tests.release.harness.stage import Machine, Stage, stage

if TYPE_CHECKING:
    from pathlib import Path

NOTIFIED = {"webhook": {"from": {"config": "x"}}, "issue": True}
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

    Nothing is built before the first ones are right. That of the release environment is seen only
    by the job that was approved, which looks before it does anything. Each failure goes to the
    webhook and to one issue; a message that does not arrive is a warning, and no failure (A9).
    """
    declared = [
        {"python": "escai-framework", "auth": "hybrid", "approvers": ["releasers"]}
        | {"tokens": TOKENS}
    ]
    files = projects.python("escai-framework")
    with stage(machine, tmp_path, "escai", declared, files, notified=NOTIFIED) as made:
        made.trust(made.testpypi, "escai-framework", "testpypi")
        release = made.release
        wide, address = canary("repository", "PYPI_API_TOKEN"), "/environments/release-notification"
        _store(made, "/actions", "PYPI_API_TOKEN", wide)
        assert release.tag("kim", "v1.2.3") == 201
        wrong = "error: Secret of the wrong scope: PYPI_API_TOKEN is a secret of this repository"
        _stops(made, "security-validation", wrong, "only the environment pypi-release may have it")
        (message,) = made.hooks.messages
        assert message.startswith("guild/escai v1.2.3 is not completely released: https://")
        (issue,) = release.request("zoe", "GET", "/issues")[1]
        assert (issue["title"], issue["body"]) == ("Release v1.2.3", message)

        _store(made, "/actions", "PYPI_API_TOKEN", None)
        _store(made, "/environments/testpypi", "TEST_PYPI_API_TOKEN", "canary-another")
        _store(made, address, "RELEASE_WEBHOOK", None)
        assert release.again("kim") == 201
        malformed = "error: Not such a secret: TEST_PYPI_API_TOKEN of the environment testpypi"
        _stops(made, TEST, malformed, "does not begin with pypi-")
        missing = (
            "the environment release-notification has no secret RELEASE_WEBHOOK: declare it as"
        )
        _stops(made, "secrets-notification", missing, "release_notification.webhook")
        assert "warning: Not notified: " in release.result("webhook").text

        _store(made, "/environments/testpypi", "TEST_PYPI_API_TOKEN", None)
        _store(made, address, "RELEASE_WEBHOOK", canary("webhook", "RELEASE_WEBHOOK"))
        made.hooks.down_for = 6
        assert release.again("kim") == 201
        missing = (
            "error: Secret missing: the environment testpypi has no secret TEST_PYPI_API_TOKEN"
        )
        _stops(
            made, TEST, missing, "declare it as tokens.testpypi of escai-framework under publish"
        )
        assert "build" not in {done.key for done in release.done}
        assert (release.states()["webhook"], release.states()["issue"]) == ("success", "success")
        unheard = release.result("webhook")
        assert (
            "warning: Not notified: the webhook has not taken the message (HTTP 503)"
            in unheard.text
        )
        assert (len(unheard.pauses), len(made.hooks.messages)) == (5, 1)
        assert "is not completely released" in unheard.summary
        assert len(release.request("zoe", "GET", "/issues?state=all")[1]) == 1

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

"""The guide through an incident, with the sandbox over HTTP."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from portcullis.incident.kinds import KINDS
from tests.end_to_end.bad_day import Day, make_day
from tests.sandbox.attempts.path import REPO, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as File

    from tests.support.sandbox import Sandbox

RELEASE = "unauthorized-release"
BY_COMMAND = {"lockdown", "cancel", "release", "reach", "tag", "credentials"}
BY_HAND = [each.id for each in KINDS[RELEASE].steps if each.id not in BY_COMMAND]


@pytest.fixture
def day(sandbox: Sandbox, tmp_path: File, request: pytest.FixtureRequest) -> Iterator[Day]:
    """An organization with a release of today, and a run that waits for its approval."""
    made = make_day(sandbox, tmp_path, f"i{abs(hash(request.node.nodeid))}")
    path = made.path
    path.reviewers("ria")
    assert path.ref("carl", "tags/v9").status_code == 201
    body = {"tag_name": "v9", "name": "nobody approved it"}
    assert path.as_("carl").post(f"{REPO}/releases", json=body).status_code == 201
    yield made
    path.close()


def events(day: Day) -> list[dict[str, Any]]:
    """Return the record's entries."""
    folder = day.project.folder / ".portcullis" / "incident"
    (file,) = folder.glob(f"guild.{RELEASE}*.json")
    found: list[dict[str, Any]] = json.loads(file.read_text())["record"]["events"]
    return found


def statuses(day: Day) -> set[str]:
    """Return the conclusions of the releases; of those that have not ended, their status."""
    listed = day.path.as_("olga").get(f"{REPO}/actions/runs").json()["workflow_runs"]
    return {each["conclusion"] or each["status"] for each in listed if each["name"] == "release"}


def test_an_unauthorized_release_from_beginning_to_end(day: Day) -> None:
    """R16, A10: nothing without a yes; then stop, take back, replace; each step is in the record.

    A second run goes on where the first one was.
    """
    day.path.world.clear_journal()
    shown = day.incident(RELEASE, "--by", "ines")
    assert shown.code == 1
    assert day.path.world.writes() == [], "nobody agreed"
    assert "/guild/sophia/deployments" in shown.text
    assert "pypi.org/manage/project/sophia/releases" in shown.text
    assert statuses(day) == {"waiting"}

    stopped = day.incident(RELEASE, "--by", "ines", "--yes", "--release", "sophia@v9")
    assert stopped.code == 1, "much is left for people"
    assert "Traceback" not in stopped.text
    assert statuses(day) == {"cancelled"}
    owner = day.path.as_("olga")
    assert owner.get(f"{REPO}/releases").json() == []
    assert owner.get(f"{REPO}/git/ref/tags/v9").status_code == 200, "the lockdown keeps all tags"
    last = {each["step"]: each for each in events(day)}
    assert last["tag"]["what"] == "left"
    assert {
        each: last[each]["what"] for each in ("lockdown", "cancel", "release")
    } == dict.fromkeys(("lockdown", "cancel", "release"), "done")
    assert last["lockdown"]["by"] == "ines"

    by_hand = [part for each in BY_HAND for part in ("--done", each)]
    skipped = ["--skip", "credentials=the list is kept elsewhere", "--skip", "tag=rules keep it"]
    ended = day.incident(RELEASE, "--by", "tom", *by_hand, *skipped)
    assert ended.code == 0, ended.text
    assert "lockdown: " not in ended.text, "it is not done again"
    after = {each["step"]: each for each in events(day)}
    assert after["lockdown"] == last["lockdown"]
    assert after["notify"]["by"] == "tom"
    assert after["tag"]["lines"] == ["rules keep it"]
    assert TOKEN not in shown.text + stopped.text + ended.text + day.record()


def test_a_guide_that_is_killed_goes_on(day: Day) -> None:
    """R16: a run that is killed in the middle of its lockdown, and run again, ends it."""
    day.path.world.fault(method="PUT", path="/orgs/*", delay=60, count=1)
    command = day.project.portcullis_command("incident", RELEASE, "--yes")
    running = subprocess.Popen(
        **command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while day.path.world.control("GET", "faults"):
            assert running.poll() is None, "it ended before the write"
            time.sleep(0.05)
    finally:
        running.kill()
        running.wait()
    assert [each for each in events(day) if each["step"] == "lockdown"] == []
    day.incident(RELEASE, "--yes")
    assert {each["step"]: each["what"] for each in events(day)}["lockdown"] == "done"
    assert statuses(day) == {"cancelled"}


def test_answers_at_the_keyboard(day: Day) -> None:
    """R16: at a terminal each step is asked for: yes, skip with a reason, or later."""
    answers = "yes\nlater\nskip\nnobody knows yet\n" + "later\n" * 20
    asked = day.incident(RELEASE, keyboard=answers)
    assert asked.code == 1, asked.text
    what = {each["step"]: each["what"] for each in events(day)}
    assert what["lockdown"] == "done"
    assert "cancel" not in what
    assert what["which"] == "skipped"

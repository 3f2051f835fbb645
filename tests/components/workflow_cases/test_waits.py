"""Jobs have time for what their scripts wait."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from components.files import waits
from components.files.workflow import WorkflowPlan, render_template
from tests.components.workflow_cases.scripts import fake, run
from tests.components.workflow_cases.variants import TEMPLATES, files, load, variants

if TYPE_CHECKING:
    from pathlib import Path

AGAIN = (TEMPLATES / "steps/again.sh").read_text("utf-8")


def _waited(script: str) -> int:
    """How long a script may sleep, at most: of each kind of wait that there is."""
    lines = [line.strip() for line in script.splitlines() if not line.strip().startswith("#")]
    total = sleeps = 0
    for line in lines:
        if re.search(r"(^|[!(] ?|elif )again [a-z]", line):
            total += 310
        if each := re.fullmatch(r"for \w+ in ([\d ]+); do", line):
            counted = "wait" not in line
            total += counted * sum(map(int, each[1].split()))
        if each := re.fullmatch(r"for _ in \{1\.\.(\d+)\}; do", line):
            total += int(each[1]) * 20
        sleeps += line.startswith("sleep ")
    loops = sum(line.startswith(("for _ in {1..", "for pause in", "for wait in")) for line in lines)
    assert sleeps == loops, "a wait of a kind that this test does not know"
    return total


@variants
def test_a_job_has_time_for_its_waits(variant: WorkflowPlan) -> None:
    """GitHub cancels no job whose registries are slow: Maven Central takes 39 minutes (R10)."""
    for workflow in files(variant).values():
        for id_, job in workflow["jobs"].items():
            waited = sum(_waited(step.get("run", "")) for step in job["steps"])
            assert job["timeout-minutes"] * 60 >= waited + 300, id_


def test_waiting_again_takes_as_long_as_is_counted(tmp_path: Path) -> None:
    """The pauses of `again` at their longest, which the time of a job is worked out from (R10)."""
    fake(tmp_path, "sleep", "#!/bin/sh\necho slept $1\n")
    # the longest of each: one second less than twice
    longest = f"unset RANDOM\nRANDOM=159\n{AGAIN}\nno() {{ return 75; }}\nagain no || exit 0"
    step: dict[str, Any] = {"run": longest.replace(" >&2", "")}
    said = run(step, tmp_path).stdout
    pauses = [int(each) for each in re.findall(r"slept (\d+)", said)]
    assert pauses == [9, 19, 39, 79, 159]
    assert sum(pauses) <= waits.AGAIN_SECONDS


def test_the_time_of_a_template_is_for_the_work() -> None:
    """A job without waits keeps its minutes; six hours are GitHub's limit (R10)."""
    text = render_template("scorecard.yml", default_branch="main")
    assert load(text)["jobs"]["scorecard"]["timeout-minutes"] == 30
    job = "\njobs:\n  a:\n    timeout-minutes: 5\n    run: |\n      again x\n"
    assert "timeout-minutes: 11\n" in waits.added(job)
    assert "timeout-minutes: 360\n" in waits.added(job + "      again x\n" * 90)
    assert waits.added(job + "  b:\n    timeout-minutes: 5\n").count("timeout-minutes: 5\n") == 1

"""Which runs of a managed workflow wait for each other."""

from __future__ import annotations

from typing import Any

import pytest

from components.files.library import CODEQL_PATH
from components.files.workflow import CI_PATH, RELEASE_PATH
from sandbox.runs.concurrency import mistake
from sandbox.runs.expressions import fill
from tests.components.workflow_cases.variants import VARIANTS, files

ROLLBACK_PATH = ".github/workflows/rollback.yml"


def _group(path: str, variant: str = "both", /, **contexts: dict[str, Any]) -> str:
    """Return the concurrency group of a run, as GitHub evaluates it."""
    concurrency = files(VARIANTS[variant])[path]["concurrency"]
    return fill(concurrency["group"], contexts)


def _release(tag: str, **inputs: object) -> str:
    return _group(RELEASE_PATH, github={"ref": f"refs/tags/{tag}"}, inputs=inputs)


def test_a_dry_run_does_not_wait_for_a_release() -> None:
    """A release may wait 30 days for its approval; a dry run of the same tag runs meanwhile (R11).

    Two releases of one tag still wait for each other, however they were started.
    """
    assert _release("v1.2.3", dry_run=True) != _release("v1.2.3")
    assert _release("v1.2.3", dry_run=False) == _release("v1.2.3")
    assert _release("v1.2.3") != _release("v1.2.4")


@pytest.mark.parametrize("path", [RELEASE_PATH, ROLLBACK_PATH])
def test_no_run_takes_the_place_of_one_that_waits(path: str) -> None:
    """GitHub cancels a pending run for a newer one of its group, unless the group has a queue.

    The runs that wait behind one tag or version are started by people, for a reason (R12).
    """
    concurrency = files(VARIANTS["both"])[path]["concurrency"]
    assert concurrency["queue"] == "max"
    assert mistake(concurrency) is None


def test_rollbacks_of_several_versions_do_not_wait_for_each_other() -> None:
    """Each version has a group of its own (A10)."""
    groups = {_group(ROLLBACK_PATH, inputs={"version": each}) for each in ("1.2.3", "1.2.4")}
    assert len(groups) == 2


@pytest.mark.parametrize(("path", "variant"), [(CI_PATH, "both"), (CODEQL_PATH, "codeql")])
def test_each_merged_commit_is_tested(path: str, variant: str) -> None:
    """Three quick merges run three times: a commit without green checks cannot be released (R1).

    A newer commit of a pull request still takes the place of the one before.
    """

    def group(event: str, ref: str, sha: str) -> str:
        return _group(path, variant, github={"event_name": event, "ref": ref, "sha": sha})

    merges = {group("push", "refs/heads/main", sha) for sha in ("a1", "b2", "c3")}
    assert len(merges) == 3
    commits = {group("pull_request", "refs/pull/7/merge", sha) for sha in ("a1", "b2")}
    assert len(commits) == 1

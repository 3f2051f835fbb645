"""An update by a reviewed plan does what was reviewed, or stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portcullis.plan import document
from portcullis.plan.carry_out import require_no_more, require_reviewed, reviewed_plan
from portcullis.plan.document import Change, Plan
from portcullis.plan.made import Found
from portcullis.project import UserError
from tests.portcullis.engine_events import before, run_of, urn

if TYPE_CHECKING:
    from pathlib import Path

TEAM = urn("Team", "core")


def change(name: str, digest: str = "1") -> Change:
    """A change of a variable."""
    return Change(
        urn=name,
        kind="ActionsVariable",
        name=name,
        repository="api",
        operation="updated",
        lines=("value: a -> b",),
        digest=digest,
    )


def plan(*changes: Change, digest: str = "d" * 64, stack: str = "prod") -> Plan:
    """A plan with these changes."""
    return Plan(
        organization="acme",
        stack=stack,
        commit=None,
        made_at="2026-12-01T00:00:00+00:00",
        verdict="passes",
        live=True,
        changes=changes,
        digest=digest,
    )


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    """C5: nothing is lost on the way from the preview to the update."""
    written = plan(change("api/COLOUR"))
    path = tmp_path / "plan.json"
    path.write_text(document.text(written), encoding="utf-8")
    assert reviewed_plan(str(path)) == written
    assert reviewed_plan("d" * 64) == "d" * 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "allowed: a digest of 64 hexadecimal digits, or a file"),
        ('{"version": 1, ', "this is no whole JSON document"),
        ("[" * 100_000, "this is no whole JSON document"),
        ("[]", "version None of a plan; allowed: 1"),
        ('{"version": 2}', "version 2 of a plan; allowed: 1"),
        ('{"version": true}', "version True of a plan; allowed: 1"),
        ('{"version": 1, "stack": 3}', "stack: Input should be a valid string"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    """C5: a cut-off plan and one of another version are refused, without a traceback."""
    path = tmp_path / "plan.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        reviewed_plan(str(path))
    assert said in str(refused.value)


def test_what_differs_from_the_review_is_named() -> None:
    """C5: what came, what went and what differs, each by name."""
    then = plan(change("api/A"), change("api/B"))
    now = plan(change("api/B", "2"), change("api/C"), digest="e" * 64)
    with pytest.raises(UserError) as refused:
        require_reviewed(now, then)
    message = str(refused.value)
    assert "differs from the review: ActionsVariable api/B updated" in message
    assert "new since the review: ActionsVariable api/C updated" in message
    assert "not any more: ActionsVariable api/A updated" in message


def test_a_plan_of_another_stack_is_refused() -> None:
    """C4: the plan of one organization is not carried out on another one."""
    with pytest.raises(UserError, match="stack dev; this is acme, stack prod"):
        require_reviewed(plan(), plan(stack="dev"))


def test_the_digest_alone_suffices() -> None:
    """C5: the digest in a comment is enough to refuse another plan."""
    require_reviewed(plan(), "d" * 64)
    with pytest.raises(UserError, match="nothing was changed"):
        require_reviewed(plan(), "e" * 64)


def test_an_update_that_would_do_more_stops() -> None:
    """C5: what appears between the preview and the update is not carried out."""
    reviewed = Found(run=run_of(before("update", TEAM, new={"inputs": {"name": "core"}})))
    require_no_more(run_of(before("update", TEAM, new={"inputs": {"name": "core"}})), reviewed)
    for more in (
        before("delete", TEAM, old={"inputs": {"name": "core"}}),
        before("update", TEAM, new={"inputs": {"name": "other"}}),
        before("create", urn("Team", "new"), new={"inputs": {"name": "new"}}),
    ):
        with pytest.raises(UserError, match="this was not reviewed"):
            require_no_more(run_of(more), reviewed)

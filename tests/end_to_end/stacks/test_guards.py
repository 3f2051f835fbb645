"""A deletion that a release depends on stops before anything changes, until it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.stack import UNLOCKS_OUTPUT
from portcullis.printed import outputs
from portcullis.records.chain import entries, verify
from tests.end_to_end.conftest import CANARY
from tests.support.project import STACK

if TYPE_CHECKING:
    from tests.support.project import Project

RULESET = """\
    protection:
      release branches:
        branches: ["release/*"]
"""
UNLOCK = "delete repositories.tool.protection.release branches"


def check_records(project: Project) -> None:
    """The records say what was stopped and what was done, without a value of a secret (R12, A8)."""
    path = project.folder / ".portcullis" / "records" / f"{STACK}.jsonl"
    content = path.read_bytes()
    assert verify(content) is None
    stopped, done = (each for each in entries(content) if each["kind"] == "finished")
    assert (stopped["result"], done["result"]) == ("stopped by a guard", "done")
    assert stopped["guards"][0]["unlock"] == UNLOCK
    assert stopped["plan"] == done["plan"]
    assert [each["unlock"] for each in done["unlocks"]] == [UNLOCK]
    changed = [(each["operation"], each["name"]) for each in done["changes"]]
    assert ("deleted", "tool/release branches") in changed
    assert CANARY.encode() not in content


def test_a_deletion_is_named_for_one_run(small: Project) -> None:
    """It stops without a write; the printed command unlocks it, and the state has it as used."""
    small.make()
    world = small.world
    small.edit(RULESET, "")
    world.clear_journal()
    refused = small.portcullis("up")
    assert refused.code == 1, refused.text
    stopped = "guard      ruleset: RepositoryRuleset tool/release branches is deleted"
    assert stopped in refused.stdout
    assert "nothing was changed" in refused.stderr
    assert world.writes() == []
    assert small.unlock(refused) == [UNLOCK]
    done = small.portcullis("up")
    assert done.code == 0, done.text
    assert f"unlocked   {UNLOCK}" in done.stdout
    assert world.writes(method="DELETE") != []
    check_records(small)
    assert outputs(small.state()["resources"])[UNLOCKS_OUTPUT] == [UNLOCK]

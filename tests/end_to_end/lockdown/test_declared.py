"""A lockdown that the YAML asks for: `up` closes it, and lifts it on any machine."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import CANARY, make_small
from tests.support.extent import EVERY

if TYPE_CHECKING:
    from tests.support.project import Outcome, Project
    from tests.support.sandbox import Sandbox

TOOL = "/repos/acme/tool"
SEEN = (
    f"{TOOL}/environments/pypi-release/deployment-branch-policies",
    f"{TOOL}/environments/staging",
    "/orgs/acme/actions/permissions",
    "/orgs/acme/rulesets",
    "/orgs/acme/actions/variables",
)
ASKED = "plan: team\nlockdown: release"


@pytest.fixture(scope="module")
def deployed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small organization, deployed; the tests of this file follow each other."""
    project = make_small(sandbox, tmp_path_factory.mktemp("declared"), "declared-lockdown")
    project.make()
    return project


def seen(project: Project) -> list[Any]:
    """Return what a lockdown changes, as another client sees it, without what is made anew."""
    answers = [project.world.request("GET", path)["body"] for path in SEEN]
    return [_stable(each) for each in answers]


def _stable(answer: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(answer, dict):
        fresh = ("id", "node_id", "created_at", "updated_at")
        return {key: _stable(each) for key, each in answer.items() if key not in fresh}
    return [_stable(each) for each in answer] if isinstance(answer, list) else answer


def on_another_machine(project: Project, *arguments: str) -> Outcome:
    """Run Portcullis where no earlier run has left a file."""
    shutil.rmtree(project.folder / ".portcullis", ignore_errors=True)
    outcome = project.portcullis(*arguments)
    assert CANARY not in outcome.text + json.dumps(project.state()["resources"][0])
    return outcome


def test_up_closes_and_lifts_what_the_yaml_says(deployed: Project) -> None:
    """R16, A10: `lockdown: release` closes by `up`, and its removal brings back what was there.

    Each run is on a machine of its own, as in workflow runs.
    """
    before = seen(deployed)
    deployed.edit("plan: team", ASKED)
    plan = deployed.folder / "plan.json"
    previewed = deployed.portcullis("preview", "--json", str(plan))
    assert previewed.code == 0, previewed.text
    assert seen(deployed) == before
    asks = "orgs/test.yaml asks for it (release, acme): up closes the release path"
    assert asks in previewed.text
    assert asks in json.loads(plan.read_text())["files"][0]
    closed = on_another_machine(deployed, "up", "--yes")
    assert closed.code == 0, closed.text
    assert "closed     environment tool/pypi-release" in closed.text
    assert "update  " not in closed.text
    assert seen(deployed) != before
    if EVERY:
        again = on_another_machine(deployed, "up", "--yes")
        assert again.code == 0, again.text
        assert "0 closed" in again.text
    deployed.edit(ASKED, "plan: team")
    deployed.portcullis("preview", "--json", str(plan))
    reviewed = json.loads(plan.read_text())
    assert "asks for no lockdown any more" in reviewed["files"][0]
    lifted = on_another_machine(deployed, "up", "--plan", reviewed["digest"])
    assert lifted.code == 0, lifted.text
    assert "opened     environment tool/pypi-release" in lifted.text
    assert seen(deployed) == before
    assert "lockdownRecord" not in json.dumps(deployed.state())


def test_the_command_does_not_lift_what_the_yaml_asks_for(deployed: Project) -> None:
    """R16: the next `up` would close it again, so the command says where to remove it."""
    deployed.edit("    description: A tool", "    lockdown: all\n    description: A tool")
    refused = deployed.portcullis("lockdown", "acme", "--lift")
    assert refused.code == 1
    assert "orgs/test.yaml asks for the lockdown: remove `lockdown` there" in refused.text
    deployed.edit("    lockdown: all\n", "")

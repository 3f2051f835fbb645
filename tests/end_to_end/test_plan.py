"""What was reviewed is what is carried out: plans of previews, and updates by them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import CANARY, make_small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.project import Outcome, Project
    from tests.support.sandbox import Sandbox

GATE = "/repos/acme/tool/environments/staging"


@pytest.fixture(scope="module")
def deployed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small organization, deployed; the tests of this file follow each other."""
    project = make_small(sandbox, tmp_path_factory.mktemp("plan"), "plan")
    project.make()
    return project


def preview(project: Project, name: str = "plan.json") -> tuple[Outcome, dict[str, Any]]:
    """Preview the project; return what was printed, and the plan."""
    path = project.folder / name
    outcome = project.portcullis("preview", "--json", str(path))
    plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert CANARY not in path.read_text(encoding="utf-8") + outcome.text
    return outcome, plan


def test_the_same_change_has_the_same_digest_and_is_carried_out(deployed: Project) -> None:
    """C4, C5: the digest of a review does not depend on the run; the update does just that.

    The plan says what gets weaker, and holds no secret.
    """
    deployed.edit("{teams: [makers], users: [ana]}", "{teams: [makers]}")
    outcome, plan = preview(deployed)
    assert outcome.code == 0, outcome.text
    assert plan["verdict"] == "passes"
    (change,) = plan["changes"]
    assert (change["kind"], change["name"]) == ("RepositoryEnvironment", "tool/staging")
    assert change["lines"] == change["weaker"] == ["reviewer ana removed"]
    done = deployed.portcullis("up", "--plan", plan["digest"])
    assert done.code == 0, done.text
    assert f"plan       {plan['digest']}: as reviewed" in done.stdout


def test_a_change_of_the_code_after_the_review_stops(deployed: Project) -> None:
    """C5: what came after the review is named, and nothing is changed."""
    deployed.edit("description: A tool", "description: The tool")
    preview(deployed)
    deployed.edit("COLOUR: green", "COLOUR: blue")
    before = deployed.state()
    refused = deployed.portcullis("up", "--plan", str(deployed.folder / "plan.json"))
    assert refused.code == 1
    assert "nothing was changed" in refused.stderr
    assert "new since the review: ActionsVariable tool/COLOUR updated" in refused.stderr
    assert deployed.state() == before


def test_a_change_on_github_after_the_review_stops_until_it_is_reviewed(deployed: Project) -> None:
    """C5: an update that would also repair something new is not the reviewed one.

    Once a review has seen the drift, the update sets it right.
    """
    unaware = preview(deployed)[1]
    deployed.world.request("PUT", GATE, {"wait_timer": 0, "reviewers": []})
    plan = preview(deployed, "aware.json")[1]
    assert ("changed", "tool/staging") in {
        (each["what"], each["name"]) for each in plan["drift"] if each["fixed"]
    }
    refused = deployed.portcullis("up", "--plan", unaware["digest"])
    assert refused.code == 1
    assert f"now       {plan['digest']}" in refused.stderr
    done = deployed.portcullis("up", "--plan", str(deployed.folder / "aware.json"))
    assert done.code == 0, done.text
    gate = deployed.world.request("GET", GATE)["body"]
    assert any(rule["type"] == "required_reviewers" for rule in gate["protection_rules"])


def test_a_refused_preview_has_a_plan(deployed: Project) -> None:
    """C3, C5: findings are in the plan, which says that the change is refused."""
    deployed.edit("settings:", "settings:\n  default_repository_permission: write")
    outcome, plan = preview(deployed)
    assert outcome.code == 1
    assert plan["verdict"] == "refused"
    assert any(each["level"] == "mandatory" for each in plan["findings"])


def test_a_file_that_cannot_be_written_is_told_first(deployed: Project, tmp_path: Path) -> None:
    """A preview does not begin if its plan has nowhere to go."""
    outcome = deployed.portcullis("preview", "--json", str(tmp_path / "missing" / "plan.json"))
    assert outcome.code == 1
    assert "allowed: a file in a folder that exists" in outcome.stderr
    assert "preview" not in outcome.stdout

"""A preview shows first how many people suffice, and refuses a number that falls."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.end_to_end.conftest import PEOPLE, seed
from tests.support.extent import EVERY
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox

ORGANIZATION = """\
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
teams:
  makers: {members: [kim, lea]}
  releasers: {members: [ana, ben]}
protection:
  main: {required_checks: [ci]}
repositories:
  tool:
    visibility: public
    access: {releasers: push, makers: maintain}
    workflows: false
    code_owners: {"*": [makers]}
    environments:
      production:
        reviewers: {teams: [releasers]}
        deploy_from: {branches: [main]}
"""
EXEMPTIONS = """\
exemptions:
  - {{rule: RP006, resource: repositories.tool, reason: a maintainer left, expires: {until}}}
  - {{rule: BR005, resource: repositories.tool, reason: a maintainer left, expires: {until}}}
"""
FALLS = "reach      publish tool/production: 3 people -> 2 people"


def test_the_pack_at_the_engine_refuses_a_number_that_falls(made: Project) -> None:
    """The pack compares what the engine shows it with the numbers that it is passed."""
    before = {"publish tool/pypi-release": 3, "move tag v0.0.0 of tool": None}
    made.environment["PORTCULLIS_REACH_BEFORE"] = json.dumps(before)
    try:
        refused = made.preview()
    finally:
        del made.environment["PORTCULLIS_REACH_BEFORE"]
    found = {each["policyName"]: each["message"] for each in refused.findings()}
    assert refused.code != 0
    assert "publish tool/pypi-release: 3 people -> 2 people" in found["RP006"]


def test_a_preview_begins_with_the_numbers_that_change(made: Project) -> None:
    """The state's numbers are compared with the file's, before anything else is shown."""
    made.edit("automation: {app_id: 1001}", "")
    try:
        preview = made.portcullis("preview")
    finally:
        made.edit("\n\n\nteams:", "\n\nautomation: {app_id: 1001}\n\nteams:")
    lines = preview.stdout.splitlines()
    reach = [line for line in lines if line.startswith("reach ")]
    assert "reach      change the workflow files of tool: 1 person -> 3 people" in reach
    assert reach == lines[1 : 1 + len(reach)]


if EVERY:

    def test_a_fall_is_refused_and_exempted(sandbox: Sandbox, tmp_path: Path) -> None:
        """Unchanged, no number is shown; one that falls is refused until an exemption's date."""
        project = Project(tmp_path / "project", sandbox.world("reach", seed("acme", PEOPLE)))
        project.write(ORGANIZATION)
        project.create({})
        project.make()
        unchanged = project.portcullis("preview")
        assert unchanged.code == 0, unchanged.text
        assert "reach " not in unchanged.text
        weaker = ORGANIZATION.replace("[ci]", "[ci], approvals: 1")
        project.write(weaker)
        refused = project.portcullis("preview")
        assert refused.code == 1
        assert refused.stdout.splitlines()[1] == FALLS
        assert "mandatory  RP006  RepositoryEnvironment tool/production" in refused.text
        until = datetime.now(UTC).date() + timedelta(days=30)
        project.write(weaker + EXEMPTIONS.format(until=until))
        accepted = project.portcullis("preview")
        assert accepted.code == 0, accepted.text
        assert accepted.stdout.splitlines()[1] == FALLS

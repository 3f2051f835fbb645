"""The pack in a run of the components: what is insecure is not applied."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import CANARY, ROOT, seed
from tests.support.extent import cases
from tests.support.project import Project, without_colour

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.project import Outcome
    from tests.support.sandbox import Sandbox


def insecure(sandbox: Sandbox, folder: Path, name: str) -> Project:
    """The worked example of an insecure organization, not yet made."""
    world = sandbox.world(name, seed("guild", ["ana", "ben"]))
    project = Project(folder / "project", world)
    project.write((ROOT / "orgs/insecure.yaml").read_text(encoding="utf-8"))
    project.create({"pypiToken": CANARY})
    return project


@pytest.fixture(scope="module")
def preview(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The preview of the example, which sends nothing."""
    project = insecure(sandbox, tmp_path_factory.mktemp("insecure"), "insecure")
    previewed = project.preview()
    assert project.world.writes() == []
    return previewed


def test_every_weakness_is_named_and_nothing_applied(preview: Outcome) -> None:
    """Preview of the example fails; each finding has rule, resource, place, remedy (C3)."""
    assert preview.code != 0
    mandatory = [f for f in preview.findings() if f["enforcementLevel"] == "mandatory"]
    assert len({finding["policyName"] for finding in mandatory}) >= 15
    for finding in mandatory:
        text = without_colour(finding["message"])
        assert finding["resourceUrn"]
        assert re.search(r"orgs/test\.yaml:\d+:\d+", text), text
        assert "fix:" in text
        assert CANARY not in text


def test_an_update_is_refused_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    """`pulumi up` stops at its preview, and no option lets it go on: nothing is sent (C3)."""
    project = insecure(sandbox, tmp_path, "insecure-up")
    project.environment["PULUMI_CONTINUE_ON_ERROR"] = "true"
    assert project.up().code != 0
    assert project.world.writes() == []
    levels = project.folder / "levels.json"
    project.environment["PULUMI_OPTION_POLICY_PACK_CONFIG"] = str(levels)
    ended = {"enforcementLevel": "disabled", "reason": "x", "expires": "2026-01-31"}
    for content, words, doors in (
        ({"all": "disabled"}, "`all`: allowed: mandatory, remediate", ["up", "check"]),
        ({"EN001": ended}, "`EN001` is switched off: this ended on 2026-01-31", ["preview"]),
    ):
        levels.write_text(json.dumps(content), encoding="utf-8")
        for door in cases(doors, *sorted({"up", "preview", "check"} - {*doors})):
            off = project.portcullis(door)
            assert off.code != 0, door
            assert words in off.text, door
    del project.environment["PULUMI_OPTION_POLICY_PACK_CONFIG"]
    other = project.folder / "other"
    for pack in ("", str(other)):
        project.environment["PULUMI_OPTION_POLICY_PACK"] = pack
        without = project.portcullis("up")
        assert without.code == 1
        assert "which switches the policy pack off" in without.stderr
    assert project.world.writes() == []


def test_every_marked_line_is_found(preview: Outcome) -> None:
    """Each line that the example marks as weak is the very place that a finding names."""
    text = "\n".join(without_colour(f["message"]) for f in preview.findings())
    named = {int(number) for number in re.findall(r"orgs/test\.yaml:(\d+):", text)}
    lines = (ROOT / "orgs/insecure.yaml").read_text(encoding="utf-8").splitlines()
    marked = {i for i, line in enumerate(lines, 1) if re.search(r"\S\s+# ", line)}
    assert len(marked) >= 15
    assert {lines[number - 1] for number in marked - named} == set()


MIRROR = """wait_timer: 5
      pypi-mirror-release:
        prevent_self_review: false
        reviewers: {teams: [releasers]}
        deploy_from: {tags: ["v[0-9]*.[0-9]*.[0-9]*"]}"""
EXEMPTION = """
exemptions:
  - rule: EN002
    resource: repositories.tool.environments.pypi-mirror-release
    reason: one maintainer until the second one is hired
    expires: {}
"""


def test_an_exemption_lets_one_finding_through_until_its_date(small: Project) -> None:
    """A weaker value passes with rule, resource, reason and date, and only with them."""
    small.edit("wait_timer: 5", MIRROR)
    refused = small.preview()
    assert refused.code != 0
    mandatory = [f for f in refused.findings() if f["enforcementLevel"] == "mandatory"]
    assert {finding["policyName"] for finding in mandatory} == {"EN002"}
    path = small.folder / "orgs/test.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text + EXEMPTION.format(datetime.now(UTC).date() + timedelta(days=90)), encoding="utf-8"
    )
    accepted = small.preview()
    assert accepted.code == 0, accepted.text
    path.write_text(text + EXEMPTION.format("2026-01-31"), encoding="utf-8")
    ended = small.preview()
    assert ended.code != 0
    assert "2026-01-31" in ended.text
    reason = EXEMPTION.replace("reason: one", "# reason: one")
    path.write_text(text + reason.format("2027-01-31"), encoding="utf-8")
    silent = small.up()
    assert silent.code != 0
    assert "`reason` is missing" in silent.text

"""The three doors of the policy pack say the same: at the engine, offline, on a state file."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from portcullis.check.organization import Subject, check
from portcullis.project import StackSettings
from portcullis.report import resource_name
from tests.end_to_end.conftest import CANARY, ROOT, seed
from tests.end_to_end.test_up import TOKENS
from tests.support.project import LIMIT_SECONDS, STACK, Project, without_colour

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox

PEOPLE = ["ines", "tom", "ana", "ben", "kim", "raj", "lea"]

#: What is weaker than in orgs/guild.yaml; between them they wake rules of most families.
WEAKER = (
    ("    required_checks: [ci, security-ci]\n\ntag_prot", "    approvals: 1\n\ntag_prot"),
    ("    exclude_repositories: [aitbc]\n", "    exclude_repositories: [aitbc, riveter]\n"),
    ("    visible_to: [sophia]\n", "    visible_to: all\n"),
    ("      development: {}\n", "      development: {}\n      pypi: {can_admins_bypass: true}\n"),
    (
        "        reviewers: {teams: [security-team]}\n        wait",
        "        reviewers: {}\n        wait",
    ),
    ("access: {sophia-maintainers: maintain,", "access: {sophia-maintainers: admin,"),
    (
        '    ecosystems: [pip, github-actions]\n    code_owners:\n      "*": [escai',
        '    dependabot: {cooldown_days: 0}\n    ecosystems: [pip, github-actions]\n    code_owners:\n      "*": [escai',
    ),
    (
        "    files:\n",
        "    files:\n      .github/workflows/own.yml:\n        content: |\n          on: pull_request_target\n          jobs: {a: {runs-on: x, steps: [{uses: a/b@v1}]}}\n",
    ),
    (
        "variables: {LOG_LEVEL: info}",
        "variables: {LOG_LEVEL: info, API_TOKEN: ghp_abcdefghijklmnopqrstuvwxyz0123456789}",
    ),
)


def guild(changes: tuple[tuple[str, str], ...] = ()) -> str:
    """The text of orgs/guild.yaml with changes."""
    text = (ROOT / "orgs/guild.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def made(sandbox: Sandbox, folder: Path, name: str, text: str) -> Project:
    """A project with an organization that is not made yet."""
    world = sandbox.world(name, seed("guild", PEOPLE, "enterprise"))
    project = Project(folder / "project", world)
    project.write(text)
    keys = set(re.findall(r"\{config: (\w+)\}", text))
    project.create({key: f"{CANARY}-{key}" for key in sorted(keys)} | TOKENS)
    return project


@pytest.mark.parametrize(("name", "least"), [("insecure", 30), ("guild", 0), ("weaker guild", 12)])
def test_offline_finds_what_the_engine_finds(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, least: int
) -> None:
    """C3, E8: rule, level, resource, place and words are the same at both doors."""
    texts = {
        "insecure": (ROOT / "orgs/insecure.yaml").read_text(encoding="utf-8"),
        "guild": guild(),
        "weaker guild": guild(WEAKER),
    }
    project = made(sandbox, tmp_path, f"check-{name.replace(' ', '-')}", texts[name])
    preview = project.preview()
    at_engine = {
        (
            event["policyName"],
            event["enforcementLevel"],
            resource_name(event.get("resourceUrn", "")),
            without_colour(event["message"]).strip().partition("\n")[2].strip(),
        )
        for event in preview.findings()
    }
    monkeypatch.setenv("GITHUB_BASE_URL", project.world.base_url)
    stack = StackSettings(STACK, project.folder)
    _, found = check(Subject(project.folder, "test", stack))
    offline = {
        (each.rule.id, each.level, resource_name(each.urn), each.text.strip()) for each in found
    }
    assert offline == at_engine
    assert len(offline) >= least, preview.text

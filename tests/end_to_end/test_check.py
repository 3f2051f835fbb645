"""The policy pack reports the same at the engine, offline and on a state file."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from portcullis.check.organization import Subject, check
from portcullis.printed import resource_name
from portcullis.project import StackSettings
from tests.end_to_end.conftest import CANARY, ROOT, seed
from tests.end_to_end.test_up import TOKENS
from tests.support.extent import cases
from tests.support.project import LIMIT_SECONDS, STACK, Project, without_colour

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox

PEOPLE = ["ines", "tom", "ana", "ben", "kim", "raj", "lea"]

OWN = """\
    files:
      .github/workflows/own.yml:
        content: |
          on: pull_request_target
          jobs: {a: {runs-on: x, steps: [{uses: a/b@v1}]}}
      .github/workflows/store.yml:
        content: |
          on: {issues: , push: {tags: ["v*"]}}
          permissions: write-all
          jobs:
            store:
              runs-on: ubuntu-latest
              environment: store
              steps:
                - uses: actions/checkout@v5
                - uses: ./.github/actions/say
                  with: {text: "${{ github.event.issue.title }}"}
                - uses: actions/cache@v4
                - run: |
                    echo ${{ github.event.issue.body }}
                    echo ${{ toJSON(secrets) }}
                    curl https://tools.example/install | sh
                    npm install && npm publish
                  env: {NODE_AUTH_TOKEN: "${{ secrets.STORE }}"}
            other: {uses: other/tools/.github/workflows/x.yml@main, secrets: inherit}
      .github/actions/say/action.yml:
        content: |
          inputs: {text: {required: true}}
          runs: {using: composite, steps: [{shell: bash, run: "echo ${{ inputs.text }}"}]}
      .github/actions/cut/action.yml: {content: "runs: ["}
"""
"""Workflows and actions that no one should keep."""
ESCAI = """\
    ecosystems: [pip, github-actions]
    code_owners:
      "*": [escai"""
RIVETER = "release-managers: maintain, security-team: push"
WEAKER = (
    ("    required_checks: [ci, security-ci]\n\ntag_prot", "    approvals: 1\n\ntag_prot"),
    ("exclude_repositories: [aitbc]", "exclude_repositories: [aitbc, riveter]"),
    (RIVETER, RIVETER.replace("security-team: push", "security-team: pull")),
    ("[riveter-maintainers]\n      /.github/: [security-team]", "[riveter-maintainers]"),
    ("visible_to: [sophia]", "visible_to: all"),
    ("development: {}", "pypi: {can_admins_bypass: true}"),
    ("{teams: [security-team]}\n        wait_timer", "{}\n        wait_timer"),
    ("{sophia-maintainers: maintain,", "{sophia-maintainers: admin,"),
    (ESCAI, f"    dependabot: {{cooldown_days: 0}}\n{ESCAI}"),
    ("    files:\n", OWN),
    ("LOG_LEVEL: info", "LOG_LEVEL: ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
)
"""What is weaker than in orgs/guild.yaml: rules of most families report it, also the newest."""


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


@pytest.mark.parametrize(
    ("name", "least"), cases([("insecure", 30), ("weaker guild", 40)], ("guild", 0))
)
def test_offline_finds_what_the_engine_finds(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, least: int
) -> None:
    """C3, E8: rule, level, resource, place and words are the same in both."""
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


def test_state_file_is_judged_without_program_and_provider(made: Project) -> None:
    """C3: `pulumi policy analyze` on an exported state finds what somebody weakened in it."""
    file = made.folder / "exported.json"
    exported = made.pulumi("stack", "export", check=True).stdout
    assert analyze(made, file, exported) == (0, set())
    weaker = exported.replace('"canAdminsBypass": false', '"canAdminsBypass": true')
    assert weaker != exported
    assert analyze(made, file, weaker) == (1, {"EN003"})


def analyze(project: Project, file: Path, state: str) -> tuple[int, set[str]]:
    """Judge a state file; whether it was refused, and the rules that spoke."""
    file.write_text(state, encoding="utf-8")
    command = ["pulumi", "policy", "analyze", "--policy-pack", "policy", "--file", str(file)]
    done = subprocess.run(
        command,
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )
    output = done.stdout + done.stderr
    assert CANARY not in output
    return int(done.returncode != 0), set(re.findall(r"  ([A-Z]{2}\d{3})  ?", output))

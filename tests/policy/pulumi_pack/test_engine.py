"""The pack at the real engine, with plain pulumi-github resources and no component of ours.

It is a copy of the folder in the project of somebody else.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from portcullis_policy.registry import RULES

import engine
from tests.policy.harness import TODAY
from tests.support.extent import cases
from tests.support.sandbox import Sandbox, World

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICY = Path(__file__).resolve().parents[3] / "policy"
CANARY = "canary-value-4b1e"
LIMIT_SECONDS = 240
KNOWN = frozenset(rule.id for rule in RULES)
SEED: dict[str, Any] = {
    "users": [{"login": "owner"}],
    "organizations": [{"login": "guild", "plan": "enterprise", "owners": ["owner"]}],
    "tokens": [{"login": "owner"}],
}
SOUND = """
import pulumi, pulumi_github as github

here = pulumi.ResourceOptions(provider=github.Provider("gh", owner="guild", legacy_client=False))
team = github.Team("releasers", name="releasers", privacy="closed", opts=here)
code = github.Repository("code", name="code", visibility="private", auto_init=True, opts=here)
access = github.TeamRepository(
    "access", team_id=team.id, repository=code.name, permission="maintain", opts=here)
gate = github.RepositoryEnvironment(
    "gate", repository=code.name, environment="pypi-release", can_admins_bypass=False,
    prevent_self_review=True, reviewers=[{"teams": [team.id.apply(int)]}],
    deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
    opts=pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(depends_on=[access])))
github.RepositoryEnvironmentDeploymentPolicy(
    "tags", repository=code.name, environment=gate.environment,
    tag_pattern="v[0-9]*.[0-9]*.[0-9]*", opts=here)
github.ActionsEnvironmentSecret(
    "token", repository=code.name, environment=gate.environment, secret_name="PYPI_API_TOKEN",
    value=pulumi.Output.secret("CANARY"), opts=here)
github.RepositoryRuleset(
    "tag-rules", name="tags", repository=code.name, target="tag", enforcement="active",
    conditions={"ref_name": {"includes": ["refs/tags/v*"], "excludes": []}},
    rules={"creation": True, "update": True, "deletion": True}, opts=here)
github.RepositoryRuleset(
    "main", name="main", repository=code.name, target="branch", enforcement="active",
    conditions={"ref_name": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
    rules={
        "deletion": True, "non_fast_forward": True, "required_signatures": True,
        "required_linear_history": True,
        "pull_request": {
            "required_approving_review_count": 2, "dismiss_stale_reviews_on_push": True,
            "require_code_owner_review": True, "require_last_push_approval": True,
            "required_review_thread_resolution": True},
        "required_status_checks": {
            "strict_required_status_checks_policy": True,
            "required_checks": [{"context": "ci", "integration_id": 15368}]}},
    opts=here)
""".replace("CANARY", CANARY)
WEAK = (
    SOUND.replace("can_admins_bypass=False", "can_admins_bypass=True")
    .replace("ActionsEnvironmentSecret", "ActionsSecret")
    .replace('environment=gate.environment, secret_name="', 'secret_name="')
    .replace('"required_approving_review_count": 2', '"required_approving_review_count": 1')
)
# each resource is sound; that no ruleset protects the default branch only the whole stack shows
UNPROTECTED = SOUND.replace('"~DEFAULT_BRANCH"', '"refs/heads/other"')
PREVIEWED_ONLY = SOUND.replace(
    'github.RepositoryRuleset(\n    "tag-rules"',
    'if pulumi.runtime.is_dry_run(): github.RepositoryRuleset(\n    "tag-rules"',
)
UNSEEN = SOUND.replace(
    "prevent_self_review=True", "prevent_self_review=team.id.apply(lambda number: bool(number))"
)


@dataclass
class Stack:
    """One Pulumi program with its stack, in a world of its own."""

    folder: Path
    world: World
    environment: dict[str, str]

    def pulumi(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the real `pulumi`."""
        command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        return subprocess.run(
            [*command, "--stack", "dev"],
            cwd=self.folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )

    def run(self, program: str, *arguments: str, **variables: str) -> tuple[int, str, set[str]]:
        """Run a program; the exit code, the output, and the rules that spoke."""
        (self.folder / "__main__.py").write_text(program, encoding="utf-8")
        log = self.folder / "events"
        log.unlink(missing_ok=True)
        done = self.pulumi(
            *arguments, "--policy-pack", "policy", "--event-log", str(log), **variables
        )
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        events = [json.loads(line).get("policyEvent") for line in lines]
        output = done.stdout + done.stderr
        assert CANARY not in output + "".join(lines)
        return done.returncode, output, {event["policyName"] for event in events if event}

    def analyze(self, old: str = "", new: str = "") -> tuple[int, set[str]]:
        """Judge the state without program or provider; exit code and rules that spoke."""
        exported = self.pulumi("stack", "export").stdout
        assert old in exported
        file = self.folder / "exported.json"
        file.write_text(exported.replace(old, new), encoding="utf-8")
        command = ["pulumi", "policy", "analyze", "--policy-pack", "policy", "--file", str(file)]
        done = subprocess.run(
            [*command, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        output = done.stdout + done.stderr
        return done.returncode, {rule for rule in KNOWN if f"  {rule} " in output}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def stack(sandbox: Sandbox, tmp_path: Path, request: pytest.FixtureRequest) -> Stack:
    """An empty stack."""
    world = sandbox.world(f"p{abs(hash(request.node.name))}", SEED)
    (tmp_path / "state").mkdir()
    project = "name: plain\nruntime:\n  name: python\n  options: {virtualenv: .venv}\n"
    (tmp_path / "Pulumi.yaml").write_text(project, encoding="utf-8")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "policy").symlink_to(POLICY)
    environment = engine.ensure().environment(
        {
            **os.environ,
            "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "for-tests",
            "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log
            "GITHUB_BASE_URL": world.base_url,
            "GITHUB_TOKEN": world.token,
            "PYTHONDONTWRITEBYTECODE": "",  # each run would compile the pack again
        }
    )
    made = Stack(tmp_path, world, environment)
    init = made.pulumi("stack", "init", "--secrets-provider", "passphrase")
    assert init.returncode == 0, init.stderr
    return made


def test_weak_program_is_refused_and_nothing_applied(stack: Stack) -> None:
    """C3: preview exits non-zero and names the rules; `up` does not apply anything either."""
    expected = {"BR005", "EN003", "SE003"}
    code, output, rules = stack.run(WEAK, "preview")
    assert code != 0
    assert expected <= rules, output
    code, output, rules = stack.run(WEAK, "up", "--yes")
    assert code != 0
    assert expected <= rules, output
    assert stack.world.writes() == []


@pytest.mark.parametrize(
    ("arguments", "variable"),
    cases([(["--skip-preview"], "")], (["-yf"], ""), ([], "PULUMI_OPTION_SKIP_PREVIEW")),
)
def test_update_without_preview_is_refused_before_anything_is_applied(
    stack: Stack, arguments: list[str], variable: str
) -> None:
    """C3: what only the whole stack shows cannot be applied by leaving the preview out."""
    variables = {variable: "true"} if variable else {}
    code, output, rules = stack.run(UNPROTECTED, "up", "--yes", *arguments, **variables)
    assert code != 0
    assert rules == {"PK002"}, output
    assert "PORTCULLIS_PREVIEWED=true" in output
    assert stack.world.writes() == []


def test_update_without_preview_stops_before_the_weak_resource(stack: Stack) -> None:
    """C3: after a preview elsewhere, rules on single resources still stop at their resource."""
    previewed = {"PORTCULLIS_PREVIEWED": "true"}
    code, output, rules = stack.run(WEAK, "up", "--yes", "--skip-preview", **previewed)
    assert code != 0
    assert "PK002" not in rules
    assert rules & {"EN003", "SE003"}, output
    paths = [entry["path"] for entry in stack.world.writes()]
    assert not [path for path in paths if "environments" in path or "secrets" in path]


def test_sound_program_passes_at_preview_and_update(stack: Stack) -> None:
    """C3: nothing sound is refused: at preview, at update, afterwards, and in the state file."""
    code, output, rules = stack.run(SOUND, "up", "--yes")
    assert (code, rules) == (0, set()), output
    code, output, rules = stack.run(SOUND, "preview", "--expect-no-changes")
    assert (code, rules) == (0, set()), output
    assert stack.analyze() == (0, set())
    weaker = ('"canAdminsBypass": false', '"canAdminsBypass": true')
    code, rules = stack.analyze(*weaker)
    assert code != 0
    assert rules == {"EN003"}


def test_ruleset_of_previews_only_does_not_count_at_update(stack: Stack) -> None:
    """Issue 15, 2: what a program declares only at preview protects nothing at the update.

    The update stops with the finding: `pulumi up` judges what it applies, not what it showed.
    """
    code, output, rules = stack.run(PREVIEWED_ONLY, "preview")
    assert (code, rules) == (0, set()), output
    code, output, rules = stack.run(PREVIEWED_ONLY, "up", "--yes")
    assert code != 0
    assert "TG001" in rules, output


def test_value_that_preview_cannot_see_is_refused(stack: Stack) -> None:
    """C3: fail closed, and say so; the SDK alone would only warn."""
    code, output, rules = stack.run(UNSEEN, "preview")
    assert code != 0
    assert rules == {"EN002"}, output
    assert "not known at preview" in output


@pytest.mark.parametrize("form", cases(["variable"], "option", "equals"))
def test_unknown_rule_in_the_config_file_stops_everything(stack: Stack, form: str) -> None:
    """C3: a mistyped rule id does not leave a rule at its default in silence."""
    file = stack.folder / "levels.json"
    file.write_text('{"EN0003": "advisory"}', encoding="utf-8")
    arguments = {
        "option": ("--policy-pack-config", "levels.json"),
        "equals": ("--policy-pack-config=levels.json",),
        "variable": (),
    }[form]
    variables = {"PULUMI_OPTION_POLICY_PACK_CONFIG": file.name} if form == "variable" else {}
    code, output, _ = stack.run(SOUND, "preview", *arguments, **variables)
    assert code != 0
    assert "did you mean `EN003`?" in output
    assert stack.world.writes() == []


def test_levels_parameters_and_exemptions_by_config_file(stack: Stack) -> None:
    """C3: the same program passes with a level, a parameter and an exemption."""
    exemption = {
        "rule": "SE003",
        "resource": "token",
        "reason": "moves behind the gate this month",
        "expires": "2099-01-01",
    }
    reads = {**exemption, "rule": "RP001", "resource": "gate"}
    until = (TODAY + dt.timedelta(days=30)).isoformat()
    dated = {"reason": "moves in spring", "expires": until}
    config: dict[str, Any] = {
        "EN003": {"enforcementLevel": "advisory", **dated},
        "BR005": {"minimum": 1, **dated},
    }
    file = stack.folder / "levels.json"
    file.write_text(json.dumps({**config, "PK001": {"exemptions": [exemption]}}), encoding="utf-8")
    code, output, rules = stack.run(WEAK, "preview", "--policy-pack-config", "levels.json")
    assert code != 0
    assert rules == {"EN003", "PK001", "PK003", "RP001", "SE003"}, output
    exemptions = [{**each, "expires": until} for each in (exemption, reads)]
    file.write_text(json.dumps({**config, "PK001": {"exemptions": exemptions}}), encoding="utf-8")
    code, output, rules = stack.run(WEAK, "preview", "--policy-pack-config", "levels.json")
    assert (code, rules) == (0, {"EN003", "EX004", "PK003"}), output
    assert f"EN003 is advisory instead of mandatory until {until}: moves in spring" in output
    assert f"BR005 has a looser `minimum` until {until}: moves in spring" in output


ENDED = '{"EN003": {"enforcementLevel": "disabled", "reason": "x", "expires": "2026-01-31"}}'


@pytest.mark.parametrize(
    ("content", "words"),
    cases(
        [(ENDED, "`EN003` is switched off: this ended on 2026-01-31: remove the entry")],
        ('{"all": "disabled"}', "`all`: allowed: mandatory, remediate"),
        ('{"EN003": "disabled"}', "`EN003` is switched off: give the `reason`"),
    ),
)
def test_rules_are_not_switched_off_quietly(stack: Stack, content: str, words: str) -> None:
    """C3: without a reason and a date the pack does not start, so nothing is applied.

    The same holds for a policy config file and for the stack's configuration (issue 13, 9).
    """
    (stack.folder / "levels.json").write_text(content, encoding="utf-8")
    by_file = stack.run(WEAK, "up", "--yes", "--policy-pack-config", "levels.json")
    assert stack.pulumi("config", "set", "portcullis:policy", content).returncode == 0
    by_stack = stack.run(WEAK, "up", "--yes")
    for code, output, _ in (by_file, by_stack):
        assert code != 0
        assert words in output
    assert stack.world.writes() == []


def test_stack_configuration_is_seen(stack: Stack) -> None:
    """C3: the engine shows the pack the stack's configuration: a profile, and its mistakes."""
    weak = SOUND.replace('"required_signatures": True,', "")  # BR012, of medium severity
    assert stack.run(weak, "preview")[0] == 0
    set_ = ("config", "set", "portcullis:policyProfile")
    assert stack.pulumi(*set_, "strict").returncode == 0
    code, output, rules = stack.run(weak, "preview")
    assert code != 0
    assert rules == {"BR012"}, output
    assert stack.pulumi(*set_, "lax").returncode == 0
    code, output, _ = stack.run(SOUND, "preview")
    assert code != 0
    assert "allowed: baseline, strict, release-critical" in output


def test_what_is_safe_to_fix_is_fixed(stack: Stack) -> None:
    """C3: at level `remediate` the provider gets the safe value, and the update passes."""
    weak = SOUND.replace("can_admins_bypass=False", "can_admins_bypass=True")
    file = stack.folder / "levels.json"
    file.write_text('{"EN003": "remediate"}', encoding="utf-8")
    code, output, _ = stack.run(weak, "up", "--yes", "--policy-pack-config", "levels.json")
    assert code == 0, output
    sent = [
        entry["body"]
        for entry in stack.world.writes()
        if entry["path"].endswith("/environments/pypi-release")
    ]
    assert sent
    assert {body["can_admins_bypass"] for body in sent} == {False}

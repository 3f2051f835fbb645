"""`portcullis check`: its options, its findings and its exit code."""

from __future__ import annotations

import html
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from portcullis.check.organization import Subject, check
from portcullis.project import StackSettings
from tests.portcullis.check.projects import CANARY, command, data, findings, project, rules

ROOT = Path(__file__).resolve().parents[3]


def test_sound_organization_ends_with_0(tmp_path: Path) -> None:
    """C3: nothing sound is refused."""
    done = command(str(project(tmp_path)))
    assert (done.exit_code, done.output) == (0, "policies   portcullis: no findings\n")


def test_mandatory_finding_ends_with_1(tmp_path: Path) -> None:
    """C3: what a preview would refuse is refused here, with rule, place, remedy."""
    done = command(str(project(tmp_path, ("actions.sha_pinning_required", False))))
    assert done.exit_code == 1
    assert "mandatory  AC004  ActionsOrganizationPermissions acme" in done.output
    assert "orgs/acme.yaml:53:3  actions.sha_pinning_required" in done.output
    assert "policies   portcullis: 1 mandatory finding\n" in done.output


def test_advisory_findings_end_with_0(tmp_path: Path) -> None:
    """C3: what does not stop a preview does not stop here."""
    done = command(str(project(tmp_path, ("settings.members_can_fork_private_repositories", True))))
    assert done.exit_code == 0
    assert "advisory  OR003" in done.output


def test_all_mistakes_at_once_end_with_1(tmp_path: Path) -> None:
    """E8: mistakes in the file are reported together, each with its place."""
    done = command(str(project(tmp_path, ("plan", "gold"), ("teams.devs.member", ["x"]))))
    assert done.exit_code == 1
    assert "orgs/acme.yaml:2:1  plan" in done.output
    assert "teams.devs.member" in done.output
    assert "policies   portcullis: 2 mistakes\n" in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["orgs/nothing.yaml"],
        ["elsewhere/acme.yaml"],
        ["orgs/acme.yaml", "--format", "pdf"],
        ["orgs/acme.yaml", "--dry-run"],
        ["--stack", "empty"],
        ["orgs/acme.yaml", "--stack", "nowhere"],
        ["orgs/acme.yaml", "--policy-config", "missing.json"],
        ["orgs/acme.yaml", "--policy-config", "wrong.json"],
    ],
    ids=" ".join,
)
def test_wrong_call_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """E8: a pipeline tells a wrong call from a finding."""
    project(tmp_path)
    (tmp_path / "wrong.json").write_text('{"EN03": "advisory"}', encoding="utf-8")
    (tmp_path / "Pulumi.empty.yaml").touch()
    monkeypatch.chdir(tmp_path)
    done = command(*arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_no_secret_is_read_and_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1: sources stay closed, no connection is opened, no program started."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("not offline")

    monkeypatch.setenv("TOKEN", CANARY)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    secrets = {
        name: {"from": source, "visible_to": ["app"]}
        for name, source in {
            "A": {"config": "a"},
            "B": {"env": "TOKEN"},
            "C": {"esc": "acme/ci", "key": "c"},
            "D": {"vault": "ci/d", "key": "d"},
            "E": {"aws": "ssm:/ci/e"},
        }.items()
    }
    file = project(tmp_path, ("secrets", secrets), ("sources.esc", {"organization": "acme"}))
    done = command(str(file))
    assert CANARY not in done.output
    assert "SE013" in done.output
    assert done.output.count("  SE013  ") == 1


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "markdown", "html"])
def test_no_value_is_shown(tmp_path: Path, form: str) -> None:
    """S1: a secret that somebody typed as a variable is found, and not quoted."""
    value = "ghp_" + CANARY.replace("-", "0") * 2 + "00"
    file = project(tmp_path, ("repositories.app.variables", {"REGION": value[:40]}))
    assert "SE004" in rules(file)
    done = command(str(file), "--format", form)
    assert "SE004" in done.output
    assert value[:40] not in done.output


def test_exemption_counts(tmp_path: Path) -> None:
    """C3: exemptions of the file hold here too; each is listed, and so is one for nothing."""
    exemption = {
        "rule": "AC004",
        "resource": "actions.sha_pinning_required",
        "reason": "until the last action is pinned",
        "expires": datetime.now(UTC).date().isoformat(),
    }
    weak = ("actions.sha_pinning_required", False)
    file = project(tmp_path, weak, ("exemptions", [exemption]))
    assert rules(file) == {"EX004"}
    until = f"AC004 at actions.sha_pinning_required until {exemption['expires']}: until the last"
    for format_ in ("text", "json", "markdown"):
        assert until in html.unescape(command(str(file), "--format", format_).output), format_
    assert rules(project(tmp_path, ("exemptions", [exemption]))) == {"EX003"}


def test_policy_config_file_and_stack_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C3: levels, parameters and profiles are those of the engine; the file wins."""
    unpinned = ("actions.sha_pinning_required", False)
    file = project(tmp_path, ("protection.main.approvals", 1), unpinned)
    levels = tmp_path / "levels.json"
    dated = {"reason": "moves in spring", "expires": datetime.now(UTC).date().isoformat()}
    advisory, off = ({"enforcementLevel": each, **dated} for each in ("advisory", "disabled"))
    content = {"AC004": advisory, "BR005": {"minimum": 1, **dated}}
    levels.write_text(json.dumps(content), encoding="utf-8")
    assert command(str(file), "--policy-config", str(levels)).exit_code == 0
    stack = {"portcullis:organization": "acme", "portcullis:policy": {"AC004": off}}
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": stack}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    reported = json.loads(command("--format", "json").output)
    assert [each["rule"] for each in reported["findings"]] == ["BR005", "PK003"]
    assert "AC004 is switched off until" in reported["findings"][1]["details"][0]
    (tmp_path / "none.json").write_text("{}", encoding="utf-8")
    given = f"{levels},{tmp_path / 'none.json'}"
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK_CONFIG", given)
    reported = json.loads(command("--format", "json").output)
    found = [(each["rule"], each["level"]) for each in reported["findings"]]
    assert sorted(found) == [("AC004", "advisory"), *[("PK003", "advisory")] * 2]


def test_encrypted_configuration_stays_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1: what is encrypted in the stack's file is not even looked at; nor is a passphrase."""
    project(tmp_path)
    config = {
        "portcullis:organization": "acme",
        "portcullis:policy": {"secure": "v1:no:ciphertext"},
    }
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert command().exit_code == 0


def test_profile_decides_levels(tmp_path: Path) -> None:
    """C3: under `strict` a finding of medium severity is mandatory."""
    file = project(tmp_path, ("settings.members_can_fork_private_repositories", True))
    levels = tmp_path / "levels.json"
    levels.write_text('{"PK001": {"profile": "strict"}}', encoding="utf-8")
    assert command(str(file)).exit_code == 0
    assert command(str(file), "--policy-config", str(levels)).exit_code == 1


def test_what_the_pack_would_fix_is_no_finding(tmp_path: Path) -> None:
    """C3: at level `remediate` the engine fixes, so nothing is refused here either."""
    weak = ("repositories.app.environments.pypi-release.can_admins_bypass", True)
    file = project(tmp_path, weak)
    levels = tmp_path / "levels.json"
    levels.write_text('{"EN003": "remediate"}', encoding="utf-8")
    assert rules(file) == {"EN003"}
    assert command(str(file), "--policy-config", str(levels)).exit_code == 0


def test_noted_age_of_the_stacks_secrets_counts(tmp_path: Path) -> None:
    """G9: the date that `secrets rotate` notes in the stack's file is read; no value is."""
    secret = {"from": {"config": "old"}, "visible_to": ["app"], "rotate_every": "90d"}
    file = project(tmp_path, ("secrets.OLD", secret))
    config = {"portcullis:secretsChanged": {"old": "2020-01-31"}}
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    assert rules(file) == set()
    _, found = check(Subject(tmp_path, "acme", StackSettings("dev", tmp_path)))
    assert [each.rule.id for each in found] == ["SE008"]


def test_repository_in_a_file_of_its_own_is_found_there(tmp_path: Path) -> None:
    """E8: the place is in the repository's file, not in the organization's."""
    whole: dict[str, Any] = data(("repositories.app.security.vulnerability_alerts", False))
    own = whole.pop("repositories")["app"]
    folder = tmp_path / "orgs" / "acme" / "repositories"
    folder.mkdir(parents=True)
    (folder.parent / "organization.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    text = yaml.safe_dump(own, sort_keys=False)
    (folder / "app.yaml").write_text(text, encoding="utf-8")
    (found,) = (each for each in check(Subject(tmp_path, "acme"))[1] if each.rule.id == "RE001")
    assert found.location.file == "orgs/acme/repositories/app.yaml"
    assert found.location.line is not None
    assert "vulnerability_alerts" in text.splitlines()[found.location.line - 1]
    assert command(str(folder / "app.yaml")).exit_code == 1


def test_order_does_not_change() -> None:
    """E8: two runs print the same; what is mandatory comes first, then by place."""
    first = command(str(ROOT / "orgs/insecure.yaml"))
    assert first.output == command(str(ROOT / "orgs/insecure.yaml")).output
    found = findings(ROOT / "orgs/insecure.yaml")
    assert [each.sort_key for each in found] == sorted(each.sort_key for each in found)


def test_module_runs_from_anywhere(tmp_path: Path) -> None:
    """E8: as a person calls it; the pack is found by itself."""
    file = project(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "portcullis", "check", str(file)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_one_level_for_all_rules(tmp_path: Path) -> None:
    """C3: `all` holds for rules of which the file says nothing itself, as at the engine."""
    file = project(tmp_path, text=(ROOT / "orgs/insecure.yaml").read_text(encoding="utf-8"))
    levels = tmp_path / "levels.json"
    levels.write_text('{"all": "advisory"}', encoding="utf-8")
    refused = command(str(file), "--policy-config", str(levels))
    assert refused.exit_code == 2
    assert "`all`: allowed: mandatory, remediate" in refused.stderr
    dated = {"reason": "moves in spring", "expires": datetime.now(UTC).date().isoformat()}
    advisory = {"EN001": {"enforcementLevel": "advisory", **dated}}
    levels.write_text(json.dumps({"all": "mandatory", **advisory}), encoding="utf-8")
    reported = json.loads(
        command(str(file), "--policy-config", str(levels), "--format", "json").output
    )
    at_advice = {each["rule"] for each in reported["findings"] if each["level"] == "advisory"}
    assert at_advice == {"EN001"}


def test_settings_of_the_pack_are_judged_too(tmp_path: Path) -> None:
    """C3: a pattern that does not compile is a finding, in every format, though no file has it."""
    file = project(tmp_path)
    levels = tmp_path / "levels.json"
    levels.write_text('{"PK001": {"releaseEnvironments": "(ship"}}', encoding="utf-8")
    for form in ("text", "json", "sarif", "github", "markdown", "html"):
        done = command(str(file), "--policy-config", str(levels), "--format", form)
        assert done.exit_code == 1
        assert "PK001" in done.output


def test_missing_code_owners_name_the_field(tmp_path: Path) -> None:
    """C3: the finding leads to the field to write, and the fix names it."""
    changes = [
        ("repositories.app.code_owners", {}),
        ("repositories.app.files", {"docs/a.md": {"content": "a"}}),
        ("protection.main.require_code_owner_review", False),
    ]
    file = project(tmp_path, *changes)
    (found,) = [each for each in findings(file) if each.rule.id == "RE013"]
    assert found.location.path == ("repositories", "app", "code_owners")
    assert "`code_owners`" in found.rule.remediation


def test_a_file_that_is_elsewhere_is_reported_with_the_way_out(tmp_path: Path) -> None:
    """Where organizations have to be, and how to check this one."""
    file = tmp_path / "elsewhere" / "acme.yaml"
    file.parent.mkdir()
    file.write_text("organization: acme\n", encoding="utf-8")
    done = command(str(file))
    assert done.exit_code == 2
    assert f"{file} is not in a folder named orgs" in done.stderr
    assert "portcullis check orgs/acme.yaml" in done.stderr
    gone = command(str(tmp_path / "elsewhere" / "gone.yaml"))
    assert "gone.yaml: there is no such file" in gone.stderr


def test_a_required_check_that_no_managed_workflow_makes_is_found(tmp_path: Path) -> None:
    """Issue 13, number 10: a check under any other name blocks every pull request for good."""
    managed = ("repositories.app.workflows", True)
    python = ("repositories.app.ecosystems", ["pip"])
    other = ("protection.main.required_checks", ["ci", "other"])
    app = ("protection.main.checks_app", 254)
    file = project(tmp_path, managed, python, other)
    (found,) = (each for each in findings(file) if each.rule.id == "BR014")
    assert found.location.dotted_item == "protection.main"
    assert found.finding.at == ("required_checks",)
    assert "`other`" in found.text
    assert "`ci`" not in found.text
    assert "BR014" not in rules(project(tmp_path, managed, python))
    assert "BR014" not in rules(project(tmp_path, managed, python, other, app))
    assert "BR014" not in rules(project(tmp_path, other))

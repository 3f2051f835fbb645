"""`--fix` sets single fields to their safe value, and touches nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from portcullis_policy.registry import RULES

from tests.portcullis.check.projects import command, data, findings, project

ROOT = Path(__file__).resolve().parents[3]
INSECURE = (ROOT / "orgs/insecure.yaml").read_text(encoding="utf-8")
MAIN, SECURITY = "protection.main", "repositories.app.security"
RELEASE = "repositories.app.environments.pypi-release"
WHERE = {
    "OR": "settings",
    "AC": "actions",
    "RE": SECURITY,
    "BR": MAIN,
    "RS": MAIN,
    "EN": RELEASE,
    "SE": "secrets.TOKEN",
}
WEAK: dict[str, object] = {
    "default_repository_permission": "write",
    "default_workflow_permissions": "write",
    "approvals": 1,
    "enforcement": "disabled",
    "visible_to": "all",
}
CASES = [(rule.id, field, safe) for rule in RULES for field, safe in rule.yaml_fixes]


@pytest.mark.parametrize(("rule", "field", "safe"), CASES)
def test_every_fix_of_a_rule_remedies_it(
    tmp_path: Path, rule: str, field: str, safe: object
) -> None:
    """C3: the rule speaks of the weak value at this field; after `--fix` it does not."""
    path = f"{WHERE[rule[:2]]}.{field}"
    weak: object = WEAK.get(field, not safe)
    if field == "mode":
        path, weak = f"{MAIN}.bypass", [{"team": "devs", "mode": "always"}]
    file = project(tmp_path, (path, weak))
    assert rule in {each.rule.id for each in findings(file)}
    command(str(file), "--fix")
    assert rule not in {each.rule.id for each in findings(file)}
    fixed = yaml.safe_load(file.read_text(encoding="utf-8"))
    expected = [{"team": "devs", "mode": safe}] if field == "mode" else safe
    assert fixed == data((path, expected))


def test_example_is_fixed_line_by_line(tmp_path: Path) -> None:
    """C3: in orgs/insecure.yaml only values change: every comment stays, and every other line."""
    file = project(tmp_path, text=INSECURE)
    before = {each.rule.id for each in findings(file)}
    done = command(str(file), "--fix")
    assert done.exit_code == 1  # decisions are left to people
    fixed = file.read_text(encoding="utf-8")
    pairs = list(zip(INSECURE.splitlines(), fixed.splitlines(), strict=True))
    changed = [(old, new) for old, new in pairs if old != new]
    assert len(changed) >= 20
    for old, new in changed:
        assert old.partition("#")[2] == new.partition("#")[2]
        assert old.partition(":")[0] == new.partition(":")[0]
        assert f"-{old}\n+{new}" in done.output or f"-{old}" in done.output
    left = {each.rule.id for each in findings(file)}
    assert not left & {rule for rule, _, _ in CASES}
    assert {"AC003", "EN001", "EN006", "SE003", "TG001"} <= before & left


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    """C3: idempotent."""
    file = project(tmp_path, text=INSECURE)
    command(str(file), "--fix")
    once = file.read_bytes()
    assert not command(str(file), "--fix").output.startswith("---")
    assert file.read_bytes() == once


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    """C3: the same difference is shown, and the file stays."""
    file = project(tmp_path, text=INSECURE)
    shown = command(str(file), "--fix", "--dry-run").output.partition("mandatory  ")[0]
    assert file.read_text(encoding="utf-8") == INSECURE
    assert shown == command(str(file), "--fix").output.partition("mandatory  ")[0]
    assert shown.startswith("--- a/orgs/acme.yaml\n+++ b/orgs/acme.yaml\n@@ -10,4 +10,4 @@\n")


def test_difference_leaves_other_formats_whole(tmp_path: Path) -> None:
    """E8: beside JSON the difference goes to the error output."""
    done = command(str(project(tmp_path, text=INSECURE)), "--fix", "--format", "json")
    assert done.stdout.startswith("{")
    assert done.stderr.startswith("--- a/orgs/acme.yaml")


def test_mistakes_are_reported_and_nothing_is_fixed(tmp_path: Path) -> None:
    """C3: a file that is not understood is not edited."""
    wrong = INSECURE.replace("plan: enterprise", "plan: gold")
    file = project(tmp_path, text=wrong)
    done = command(str(file), "--fix")
    assert done.exit_code == 1
    assert "orgs/acme.yaml:5:1  plan" in done.output
    assert file.read_text(encoding="utf-8") == wrong


def test_configured_minimum_is_kept(tmp_path: Path) -> None:
    """C3: where three approvals are asked for, three are written."""
    file = project(tmp_path, ("protection.main.approvals", 2))
    levels = tmp_path / "levels.json"
    levels.write_text('{"BR005": {"minimum": 3}}', encoding="utf-8")
    command(str(file), "--fix", "--policy-config", str(levels))
    assert yaml.safe_load(file.read_text(encoding="utf-8")) == data(
        ("protection.main.approvals", 3)
    )


def test_exempted_finding_stays(tmp_path: Path) -> None:
    """C3: what somebody decided, with a reason and a date, is not undone."""
    exemption = {
        "rule": "AC004",
        "resource": "actions.sha_pinning_required",
        "reason": "until the last one is pinned",
        "expires": datetime.now(UTC).date().isoformat(),
    }
    file = project(tmp_path, text=f"{INSECURE}\nexemptions: [{json.dumps(exemption)}]\n")
    command(str(file), "--fix")
    assert "sha_pinning_required: false " in file.read_text(encoding="utf-8")


def test_repositorys_own_file_is_fixed(tmp_path: Path) -> None:
    """C3: in a folder of files the right one is edited."""
    whole = data(("repositories.app.security.vulnerability_alerts", False))
    own = whole.pop("repositories")["app"]
    folder = tmp_path / "orgs" / "acme" / "repositories"
    folder.mkdir(parents=True)
    main = folder.parent / "organization.yaml"
    main.write_text(yaml.safe_dump(whole), encoding="utf-8")
    (folder / "app.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    assert command(str(folder.parent), "--fix").exit_code == 0
    assert "vulnerability_alerts: true" in (folder / "app.yaml").read_text(encoding="utf-8")
    assert main.read_text(encoding="utf-8") == yaml.safe_dump(whole)

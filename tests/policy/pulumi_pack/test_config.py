"""Levels and parameters are taken by rule id, and unknown names are errors."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.pulumi_pack.config import check_file
from portcullis_policy.pulumi_pack.start import begin
from portcullis_policy.semantics import github as gh
from pulumi.runtime import proto

from tests.policy.harness import Pack, ids

GATE = Declared(gh.ENVIRONMENT, {"repository": "x", "environment": "ship-it"})
POLICY = Path(__file__).resolve().parents[3] / "policy"


SOON = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)).isoformat()
DATED = {"reason": "moves in spring", "expires": SOON}


def write(tmp_path: Path, content: object) -> Path:
    """A policy config file."""
    file = tmp_path / "levels.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_level_of_a_rule_can_be_changed() -> None:
    """C3: each rule is its own Pulumi policy, with its own level."""
    pack = Pack(levels={"EN001": proto.ADVISORY, "EN004": proto.DISABLED})
    gate = Declared(gh.ENVIRONMENT, {"repository": "x", "environment": "pypi"})
    levels = {item.policyName: item.enforcementLevel for item in pack.analyze(gate)}
    assert levels["EN001"] == proto.ADVISORY
    assert levels["EN003"] == proto.MANDATORY
    assert "EN004" not in levels


def test_names_of_release_environments_can_be_changed() -> None:
    """C3: other names for environments: one pattern for the whole pack."""
    assert not ids(Pack().analyze(GATE))
    given = {"PK001": {"releaseEnvironments": "^ship"}}
    assert {"EN001", "EN004"} <= ids(Pack(given).analyze(GATE))


def test_pattern_that_does_not_compile_fails_closed() -> None:
    """C3: a broken pattern is a critical finding, and every environment counts as release."""
    pack = Pack({"PK001": {"releaseEnvironments": "("}})
    assert "PK001" in ids(pack.started)
    assert "EN001" in ids(pack.analyze(Declared(gh.ENVIRONMENT, {"environment": "docs"})))


def test_unknown_parameter_is_a_finding_of_its_rule() -> None:
    """C3: a mistyped parameter is reported, with a suggestion."""
    pack = Pack({"EN001": {"minimun": 2}})
    assert "EN001" in ids(pack.started)
    said = Pack({"BR005": {"minimun": 1}}).run([])
    (message,) = [item.message for item in said if item.policyName == "BR005"]
    assert message.splitlines() == [
        "a change needs too few approvals",
        "  the policy configuration",
        "    `minimun` is no parameter of BR005; did you mean `minimum`?",
    ]


def test_parameters_are_in_the_schema_that_the_engine_checks() -> None:
    """C3: wrong types are refused by the engine before anything runs."""
    info = Pack().servicer.GetAnalyzerInfo(None, None)
    schemas = {item.name: dict(item.configSchema.properties) for item in info.policies}
    assert schemas["BR005"]["minimum"]["type"] == "integer"
    assert set(schemas["PK001"]) == {
        "releaseEnvironments",
        "testEnvironments",
        "approvalEnvironments",
        "automationApps",
        "publishingSecrets",
        "auditArchives",
        "profile",
        "exemptions",
        "reason",
        "expires",
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"EN0004": "disabled"}, "did you mean `EN004`"),
        ({"nonsense": "disabled"}, "see docs/rules/index.md"),
        ({"EN001": "off"}, "advisory, disabled, mandatory, remediate"),
        ({"BR005": {"minimun": 1}}, "did you mean `minimum`"),
        ({"EN001": {"x": 1}}, "allowed: reason, expires"),
        ({"EN001": {"enforcementLevel": "off"}}, "advisory, disabled, mandatory, remediate"),
        ({"BR005": {"minimum": "two"}}, "must be of type integer"),
        ({"BR005": {"minimum": True}}, "must be of type integer"),
        ({"PK001": {"profile": "lax"}}, "baseline, strict, release-critical"),
        ([], "must be an object"),
    ],
)
def test_mistakes_in_a_file(tmp_path: Path, content: Any, words: str) -> None:  # noqa: ANN401 - any JSON
    """C3: the engine passes unknown names silently; the pack does not."""
    (problem,) = check_file(write(tmp_path, content))
    assert words in problem


def test_sound_file_has_no_problems(tmp_path: Path) -> None:
    """C3: levels, parameters, settings and the engine's own keys are allowed."""
    content = {
        "all": "mandatory",
        "environments": [],
        "EN007": {"enforcementLevel": "disabled", **DATED},
        "BR005": {"enforcementLevel": "advisory", "minimum": 1, **DATED},
        "PK001": {"exemptions": []},
    }
    assert check_file(write(tmp_path, content)) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"EN007": "disabled"}, "`EN007` is switched off: give the `reason`"),
        ({"EN001": "advisory"}, "`EN001` is advisory instead of mandatory: give the `reason`"),
        ({"EN001": {"enforcementLevel": "advisory", "reason": " "}}, "give the `reason`"),
        ({"EN001": {"enforcementLevel": "disabled", "reason": "x"}}, "give its last day"),
        ({"BR005": {"minimum": 1}}, "`BR005` has a looser `minimum`: give the `reason`"),
        ({"PK001": {"profile": "baseline"}}, "`PK001` has a looser `profile`"),
        ({"PK001": {"releaseEnvironments": "^x$"}}, "has a looser `releaseEnvironments`"),
        ({"PK001": {"testEnvironments": "."}}, "has a looser `testEnvironments`"),
        ({"PK001": {"publishingSecrets": "^NPM_TOKEN$"}}, "has a looser `publishingSecrets`"),
        ({"PK001": {"approvalEnvironments": "."}}, "has a looser `approvalEnvironments`"),
        ({"PK001": {"auditArchives": "^x$"}}, "has a looser `auditArchives`"),
        ({"PK003": {"enforcementLevel": "disabled", **DATED}}, "the pack's own rules always stay"),
        ({"EX001": {"enforcementLevel": "advisory", **DATED}}, "the pack's own rules always stay"),
        ({"all": "disabled"}, "`all`: allowed: mandatory, remediate"),
        ({"all": "advisory"}, "`all`: allowed: mandatory, remediate"),
        ({"all": {"enforcementLevel": "disabled", **DATED}}, "`all`: allowed"),
    ],
)
def test_what_is_weaker_needs_a_reason_and_a_date(
    tmp_path: Path,
    content: Any,  # noqa: ANN401 - any JSON
    words: str,
) -> None:
    """C3: a rule cannot be switched off quietly: not by a level, a parameter or a profile."""
    assert words in "\n".join(check_file(write(tmp_path, content)))


@pytest.mark.parametrize(
    ("expires", "words"),
    [("2026-01-31", "this ended on 2026-01-31"), ("2099-01-01", "more than 400 days ahead")],
)
def test_a_weakened_rule_has_a_last_day(tmp_path: Path, expires: str, words: str) -> None:
    """C3: after it the entry is refused; it cannot be far away."""
    entry = {"enforcementLevel": "disabled", "reason": "x", "expires": expires}
    (problem,) = check_file(write(tmp_path, {"EN007": entry}))
    assert words in problem


@pytest.mark.parametrize(
    "content",
    [
        {"EN001": "mandatory", "OR003": "mandatory", "EN003": "remediate", "BR005": {"minimum": 3}},
        {"PK001": {"profile": "strict", "releaseEnvironments": "."}},
        {"EN001": {"enforcementLevel": "disabled", **DATED}},
    ],
)
def test_what_is_stricter_needs_neither(tmp_path: Path, content: dict[str, object]) -> None:
    """C3: and what has both is allowed."""
    assert check_file(write(tmp_path, content)) == []


def test_unreadable_file(tmp_path: Path) -> None:
    """C3: a file that is no JSON, or not there, is reported, without its content."""
    file = tmp_path / "levels.json"
    (problem,) = check_file(file)
    assert problem == "there is no such file"
    file.write_bytes(b'{"canary": "\xff"}')
    assert check_file(file) == ["cannot be read as JSON: save it as UTF-8 text"]
    file.write_text("[" * 100_000, encoding="utf-8")
    assert check_file(file) == ["cannot be read as JSON: it is nested too deeply"]
    file.write_text('{\n  "canary"', encoding="utf-8")
    assert check_file(file) == ["cannot be read as JSON: see line 2, column 11"]


def test_pack_does_not_start_with_unknown_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C3: the file is found through the variable form of the engine's option."""
    file = write(tmp_path, {"EN999": "disabled"})
    monkeypatch.setitem(os.environ, "PULUMI_OPTION_POLICY_PACK_CONFIG", str(file))
    with pytest.raises(SystemExit, match="EN999"):
        begin()


def test_command_checks_files(tmp_path: Path) -> None:
    """C3: where the pack cannot see the file, a command can."""
    command = [sys.executable, "-m", "portcullis_policy.pulumi_pack.config"]
    for content, code in (({}, 0), ({"EN999": "disabled"}, 1)):
        file = write(tmp_path, content)
        done = subprocess.run(
            [*command, str(file)], cwd=POLICY, capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert ("EN999" in done.stdout) == bool(code)

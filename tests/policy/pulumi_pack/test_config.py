"""Levels and parameters are taken by rule id, and unknown names are errors."""

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
    """C3: a mistyped parameter is told, with the name that was meant."""
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
        "publishingSecrets",
        "auditArchives",
        "profile",
        "exemptions",
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"EN04": "disabled"}, "did you mean `EN004`"),
        ({"nonsense": "disabled"}, "see docs/rules/index.md"),
        ({"EN001": "off"}, "advisory, disabled, mandatory, remediate"),
        ({"BR005": {"minimun": 1}}, "did you mean `minimum`"),
        ({"EN001": {"x": 1}}, "it has none"),
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
        "EN007": "disabled",
        "BR005": {"enforcementLevel": "advisory", "minimum": 1},
        "PK001": {"exemptions": []},
    }
    assert check_file(write(tmp_path, content)) == []


def test_unreadable_file(tmp_path: Path) -> None:
    """C3: a file that is no JSON, or not there, is said to be so, without its content."""
    file = tmp_path / "levels.json"
    (problem,) = check_file(file)
    assert "FileNotFoundError" in problem
    file.write_text("{canary", encoding="utf-8")
    (problem,) = check_file(file)
    assert "JSON" in problem
    assert "canary" not in problem


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

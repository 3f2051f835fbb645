"""zizmor and actionlint are run once, apart from everything, and only names and lines are kept."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.semantics import linters

import engine
from tests.policy.harness import Pack

ROOT = Path(__file__).parents[3]
CANARY = "canary-of-a-workflow"
BAD = changed(CI, ("[pull_request, push]", "pull_request_target"), ("name: ci", f"name: {CANARY}"))
RECORDING = """#!{python} -I
import json, os, stat, sys
here = os.getcwd()
files = [name for name in sys.argv[1:] if name.endswith(".yml")]
with open({log!r}, "a") as log:
    log.write(json.dumps({{
        "folder": here,
        "mode": stat.S_IMODE(os.stat(here).st_mode),
        "environment": sorted(os.environ),
        "files": len(files),
        "arguments": sys.argv[1:],
    }}) + "\\n")
print({answer})
"""
ACTIONLINT = json.dumps(
    [
        {
            "message": CANARY,
            "filepath": "0.yml",
            "line": 3,
            "column": 1,
            "kind": "expression",
            "snippet": CANARY,
        }
    ]
)


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Nothing is remembered from other tests."""
    linters.asked.cache_clear()


def program(folder: Path, name: str, answer: str) -> tuple[Path, Path]:
    """A program that writes down how it was called, and answers; and what it writes."""
    log = folder / f"{name}.log"
    path = folder / name
    text = RECORDING.format(python=sys.executable, log=str(log), answer=repr(answer))
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path, log


def calls(log: Path) -> list[dict[str, Any]]:
    """What was written down."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [json.loads(line) for line in lines]


def said(rule: str, *files: str, **parameters: object) -> list[str]:
    """What a rule says of workflow files."""
    resources = [file(text, CI_PATH, f"f{number}") for number, text in enumerate(files)]
    found = Pack({rule: parameters} if parameters else {}).run(resources)
    return [item.message for item in found if item.policyName == rule]


def test_real_zizmor_is_asked() -> None:
    """C3: the pinned zizmor beside the pack's Python finds what is dangerous, at its line."""
    (message,) = said("WF017", BAD)
    assert "zizmor dangerous-triggers: .github/workflows/ci.yml, line" in message
    assert CANARY not in message


def test_a_tool_is_run_once_for_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: one run for each set of files, for three rules, at each of a run's two readings."""
    path, log = program(tmp_path, "zizmor", "[]")
    monkeypatch.setenv("PORTCULLIS_ZIZMOR", str(path))
    said("WF017", CI, BAD)
    said("WF018", CI, BAD)
    assert [call["files"] for call in calls(log)] == [2]


def test_copies_are_private_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: a folder of this user's alone, gone afterwards; no network, no variables, no tokens."""
    monkeypatch.setenv("GITHUB_TOKEN", CANARY)
    for name, variable in (("zizmor", "ZIZMOR"), ("actionlint", "ACTIONLINT")):
        path, log = program(tmp_path, name, "[]")
        monkeypatch.setenv(f"PORTCULLIS_{variable}", str(path))
        said("WF017", f"{CI}# for {name}\n")
        (call,) = calls(log)
        assert call["mode"] == stat.S_IRWXU
        assert not Path(call["folder"]).exists()
        assert set(call["environment"]) <= {"HOME", "PATH", "XDG_CACHE_HOME", "LC_CTYPE"}
        assert name == "actionlint" or {"--offline", "--no-config"} <= set(call["arguments"])


def test_only_name_and_line_of_actionlint_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C3: its message and its snippet quote the file, so neither is shown."""
    path, _ = program(tmp_path, "actionlint", ACTIONLINT)
    monkeypatch.setenv("PORTCULLIS_ACTIONLINT", str(path))
    (message,) = said("WF019", CI)
    assert "actionlint expression: .github/workflows/ci.yml, line 3" in message
    assert CANARY not in message


def test_real_actionlint_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: actionlint on PATH finds a mistake at its line, and nothing in a sound file."""
    monkeypatch.setenv("PATH", str(engine.ensure_actionlint().parent), prepend=os.pathsep)
    wrong = changed(CI, ("runs-on:", "run-on:"), ("name: ci", f"name: {CANARY}"))
    line = wrong[: wrong.index("run-on:")].count("\n") + 1
    messages = said("WF019", wrong)
    assert any(
        f"actionlint syntax-check: .github/workflows/ci.yml, line {line}" in message
        or re.search(rf"actionlint syntax-check: .*, lines .*\b{line}\b", message)
        for message in messages
    ), messages
    assert not any(CANARY in message for message in messages)
    assert said("WF019", CI, required=True) == []


@pytest.mark.parametrize(
    "answer",
    ["no JSON", "{}", "[1]", '[{"kind": "x"}]', ACTIONLINT.replace("expression", "a b <c>")],
)
def test_a_tool_that_is_not_understood_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """C3: a broken tool is neither a crash nor a pass, and its output is not shown."""
    path, _ = program(tmp_path, "actionlint", answer)
    monkeypatch.setenv("PORTCULLIS_ACTIONLINT", str(path))
    (message,) = said("WF019", CI)
    assert "could not be run" in message
    assert CANARY not in message


def test_a_missing_tool_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: the pack needs zizmor, and says once that it is missing; actionlint only on request."""
    for name in ("ZIZMOR", "ACTIONLINT"):
        monkeypatch.setenv(f"PORTCULLIS_{name}", "/nowhere/at/all")
    (missing,) = said("WF017", BAD)
    assert "zizmor is not installed" in missing
    assert said("WF018", BAD) + said("WF019", BAD) == []
    (message,) = said("WF019", BAD, required=True)
    assert "actionlint is not installed" in message


def test_zizmor_is_installed_with_the_pack() -> None:
    """C3: what installs the pack from its own list of packages has zizmor."""
    needed = (ROOT / "policy" / "requirements.in").read_text(encoding="utf-8")
    assert re.search(r"^zizmor>=", needed, re.MULTILINE)
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert re.search(r"^zizmor==\S+ \\\n    --hash=sha256:", pinned, re.MULTILINE)


def test_files_that_cannot_be_read_are_not_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C3: they are a finding already (WF001)."""
    path, log = program(tmp_path, "zizmor", "[]")
    monkeypatch.setenv("PORTCULLIS_ZIZMOR", str(path))
    said("WF017", "jobs: [")
    assert calls(log) == []

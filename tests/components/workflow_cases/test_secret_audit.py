"""`secret-audit.yml`: what it knows of secrets, and what its script finds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from components.files import secret_audit
from tests.components.workflow_cases.scripts import fake, run
from tests.components.workflow_cases.variants import AUDIT, AUDITED, load

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOW: dict[str, Any] = load(secret_audit.render(AUDIT, AUDITED)[secret_audit.PATH])
JOB = WORKFLOW["jobs"]["secret-audit"]
CREATE, COMPARE = JOB["steps"]


def test_it_knows_names_places_and_periods() -> None:
    """A line for each store whose names can be listed, and no value or source (R8, R9)."""
    assert COMPARE["env"]["DECLARED"].splitlines() == [
        "SCAN 180 organization",
        "HOOK - repository",
        "HOOK - Dependabot",
        "TOKEN 90 environment pypi release",
    ]
    assert "source-of-values" not in secret_audit.render(AUDIT, AUDITED)[secret_audit.PATH]


def test_it_runs_each_week_with_a_token_that_only_reads() -> None:
    """The App's key is in one environment; the workflow's own token may write issues (R2, R14)."""
    assert set(WORKFLOW["on"]) == {"schedule", "workflow_dispatch"}
    assert (WORKFLOW["permissions"], JOB["permissions"]) == ({}, {})
    assert JOB["environment"] == {"name": "audit of secrets"}
    inputs = dict(CREATE["with"])
    assert inputs.pop("client-id") == "Iv23liABCDEFGHIJKLMN"
    assert inputs.pop("private-key") == "${{ secrets.AUDIT_APP_KEY }}"
    assert set(inputs.values()) == {"read"}
    assert all(name.startswith("permission-") for name in inputs)
    assert COMPARE["env"]["GH_TOKEN"] == "${{ steps.app.outputs.token }}"
    assert WORKFLOW["jobs"]["issue"]["permissions"] == {"issues": "write"}
    assert "environment" not in WORKFLOW["jobs"]["issue"]
    silent = load(secret_audit.render(AUDIT, AUDITED, issue=False)[secret_audit.PATH])
    assert set(silent["jobs"]) == {"secret-audit"}


GH = """\
#!/bin/sh
path="$(printf '%s' "$3" | sed 's/?.*//; s|repos/guild/app/||; s|/|_|g')"
[ -f "$path.json" ] || exit 1
exec jq --raw-output "$5" "$path.json"
"""
NOW = datetime.now(UTC)


def _stored(**days: int) -> str:
    found = [
        {"name": name, "updated_at": (NOW - timedelta(days=age)).strftime("%Y-%m-%dT%H:%M:%SZ")}
        for name, age in days.items()
    ]
    return json.dumps({"secrets": found})


SOUND = {
    "actions_secrets": _stored(HOOK=400),
    "actions_organization-secrets": _stored(SCAN=180),
    "dependabot_secrets": _stored(HOOK=1),
    "environments": json.dumps({"environments": [{"name": "pypi release"}, {"name": "staging"}]}),
    "environments_pypi%20release_secrets": _stored(TOKEN=90),
    "environments_staging_secrets": _stored(),
}


@pytest.mark.parametrize(
    ("there", "findings"),
    [
        ({}, []),
        ({"dependabot_secrets": _stored()}, ["Missing::HOOK of the Dependabot"]),
        (
            {"environments_pypi%20release_secrets": _stored(TOKEN=91)},
            ["Too old::TOKEN of the environment pypi release was changed 91 days ago"],
        ),
        (
            {"environments_staging_secrets": _stored(DSN=2)},
            ["Not declared::DSN of the environment staging is there"],
        ),
        (
            {"actions_secrets": _stored(), "actions_organization-secrets": _stored(HOOK=1)},
            [
                "Missing::SCAN of the organization",
                "Missing::HOOK of the repository",
                "Not declared::HOOK of the organization",
            ],
        ),
    ],
)
def test_what_differs_is_named(tmp_path: Path, there: dict[str, str], findings: list[str]) -> None:
    """Missing, too old, not declared; a secret's place is a part of what it is (R8, R14)."""
    for name, text in {**SOUND, **there}.items():
        (tmp_path / f"{name}.json").write_text(text)
    done = _run(tmp_path)
    assert (done.returncode == 0) is (not findings), done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert len(lines) == len(findings)
    for line, finding in zip(lines, findings, strict=True):
        assert line.startswith(f"::error title={finding}")


def test_a_list_that_github_refuses_is_no_empty_list(tmp_path: Path) -> None:
    """An App without a permission must not look like a repository without secrets (R8)."""
    for name, text in SOUND.items():
        if name != "environments_staging_secrets":
            (tmp_path / f"{name}.json").write_text(text)
    done = _run(tmp_path)
    assert done.returncode != 0
    assert "::error" not in done.stdout


def _run(folder: Path) -> Any:  # noqa: ANN401 - subprocess's generic type
    fake(folder, "gh", GH)
    return run(
        COMPARE,
        folder,
        DECLARED=COMPARE["env"]["DECLARED"],
        GITHUB_OUTPUT=str(folder / "output"),
        GITHUB_REPOSITORY="guild/app",
        GITHUB_STEP_SUMMARY=str(folder / "summary"),
        RUNNER_TEMP=str(folder),
    )

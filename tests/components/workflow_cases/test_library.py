"""The workflow files that a repository chooses beside CI and the release path."""

from __future__ import annotations

from typing import get_args

import pytest

from components.base import Ecosystem
from components.files.library import (
    CODEQL_ECOSYSTEMS,
    CODEQL_PATH,
    SCORECARD_PATH,
    codeql_languages,
    render,
)
from tests.components.workflow_cases.variants import (
    CODEQL,
    SCORECARD,
    VARIANTS,
    cargo,
    files,
    npm,
    plan,
)


def test_nothing_is_written_that_was_not_chosen() -> None:
    """By default a repository has CI, and what releases and takes back its packages."""
    assert CODEQL_PATH not in render(VARIANTS["both"])
    assert CODEQL_PATH in render(VARIANTS["codeql"])
    assert SCORECARD_PATH not in render(VARIANTS["both"])


# --- codeql.yml


def test_codeql_searches_each_language_of_the_repository() -> None:
    """Those of ecosystems and of packages; Go is built, which CodeQL requires (R8)."""
    job = files(VARIANTS["codeql"])[CODEQL_PATH]["jobs"]["codeql"]
    assert job["strategy"]["matrix"] == {"language": ["go", "javascript-typescript"]}
    builds = "${{ matrix.language == 'go' && 'autobuild' || 'none' }}"
    assert job["steps"][1]["with"]["build-mode"] == builds
    assert codeql_languages(plan(npm(), cargo(), chosen=CODEQL)) == (
        "javascript-typescript",
        "rust",
    )


@pytest.mark.parametrize("ecosystem", get_args(Ecosystem))
def test_codeql_is_written_where_it_knows_a_language(ecosystem: Ecosystem) -> None:
    """What the message for other repositories lists is what it knows."""
    found = CODEQL_PATH in render(plan(ecosystems=(ecosystem,), chosen=CODEQL))
    assert found is (ecosystem in CODEQL_ECOSYSTEMS)
    assert (ecosystem == "docker") is not found


def test_codeql_runs_on_proposals_on_the_default_branch_and_each_week() -> None:
    """What was merged before a weakness was known is searched again (R8, R14)."""
    workflow = files(VARIANTS["codeql"])[CODEQL_PATH]
    assert set(workflow["on"]) == {"pull_request", "merge_group", "push", "schedule"}
    assert workflow["on"]["push"] == {"branches": ["main"]}


def test_codeql_reads_runs_in_private_repositories_only() -> None:
    """A public repository shows them to everybody (R2)."""
    permissions = {
        name: files(VARIANTS[name])[CODEQL_PATH]["jobs"]["codeql"]["permissions"]
        for name in ("codeql", "codeql-private")
    }
    assert permissions["codeql"] == {"contents": "read", "security-events": "write"}
    assert permissions["codeql-private"] == {**permissions["codeql"], "actions": "read"}


# --- scorecard.yml


def test_scorecard_rates_the_default_branch_and_publishes_nothing() -> None:
    """It has no identity token, which would be valid outside of every environment (R2, R8)."""
    workflow = files(VARIANTS["scorecard"])[SCORECARD_PATH]
    assert set(workflow["on"]) == {"branch_protection_rule", "push", "schedule"}
    assert workflow["on"]["push"] == {"branches": ["trunk/2"]}
    job = workflow["jobs"]["scorecard"]
    assert "id-token" not in job["permissions"]
    assert job["steps"][1]["with"]["publish_results"] is False
    assert job["steps"][1]["with"]["results_file"] == job["steps"][2]["with"]["sarif_file"]


def test_scorecard_is_for_public_repositories() -> None:
    """Nothing is written elsewhere: the YAML is refused there."""
    assert render(plan(chosen=SCORECARD, visibility="private")) == {}

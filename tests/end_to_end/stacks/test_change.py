"""A change in YAML previews as exactly that change, and arrives by one `up`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import CANARY, SMALL
from tests.support.extent import cases
from tests.support.tokens import pypi_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.project import Project

GATE = "RepositoryEnvironment tool/staging"

CHANGES = cases(
    [
        ("display_name: Acme", "display_name: Acme Inc.", {"OrganizationSettings acme": {"name"}}),
        (
            "    required_checks: [ci, security-ci]",
            "    required_checks: [ci, security-ci]\n    approvals: 3",
            {"OrganizationRuleset main": {"rules.pullRequest.requiredApprovingReviewCount"}},
        ),
        (
            "wait_timer: 5",
            "wait_timer: 5\n        can_admins_bypass: true",
            {GATE: {"canAdminsBypass"}},
        ),
        (
            "{teams: [makers], users: [ana]}",
            "{teams: [makers], users: [ben]}",
            {GATE: {"reviewers[0].users[0]"}},
        ),
        (
            "members: [ana, ben]",
            "members: [ana, ben, zoe]",
            {"TeamMembers releasers": {"members[2]"}},
        ),
    ],
    ("description: A tool", "description: The tool", {"Repository tool": {"description"}}),
    ("wait_timer: 5", "wait_timer: 6", {GATE: {"waitTimer"}}),
    ("COLOUR: green", "COLOUR: blue", {"ActionsVariable tool/COLOUR": {"value"}}),
    (
        "{releasers: push,",
        "{releasers: triage,",
        {"TeamRepository tool/releasers": {"permission"}},
    ),
)
"""Of each kind of setting; test_preview.py has the others in one preview."""


@pytest.fixture
def restored(made: Project) -> Iterator[Project]:
    """The made organization; its file and its environment are put back afterwards."""
    environment = dict(made.environment)
    yield made
    made.environment = environment
    made.write(SMALL.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    CHANGES,
    ids=[c[1].split(":")[0].strip() + str(i) for i, c in enumerate(CHANGES)],
)
def test_one_changed_value_previews_as_that_change(
    restored: Project, old: str, new: str, expected: dict[str, set[str]]
) -> None:
    """A preview names the one resource and the one property that change, and nothing else (C5)."""
    restored.environment["PULUMI_OPTION_POLICY_PACK"] = ""
    restored.edit(old, new)
    preview = restored.preview()
    assert preview.code == 0, preview.text
    assert preview.operations() == dict.fromkeys(expected, "update")
    for resource, properties in expected.items():
        assert preview.changed(resource) == properties


def test_a_line_that_moves_is_no_change(restored: Project) -> None:
    """Comments and blank lines in the YAML preview as nothing: places are no inputs."""
    restored.edit("plan: team", "# a comment\n\n\nplan: team")
    preview = restored.preview("--expect-no-changes")
    assert preview.code == 0, preview.text


def test_another_token_is_no_change(restored: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of an App's installation lives for an hour: each run has another one."""
    token = restored.world.control("POST", "tokens", {"login": "owner"})["token"]
    monkeypatch.setitem(restored.environment, "GITHUB_TOKEN", token)
    preview = restored.preview("--expect-no-changes")
    assert preview.code == 0, preview.text
    assert token not in json.dumps(restored.state())


def test_a_new_value_of_a_secret_is_one_update(small: Project) -> None:
    """A changed value updates in place, and the secret is never missing on GitHub meanwhile."""
    small.make()
    small.world.clear_journal()
    new = pypi_token("acme-tool", f"{CANARY}-new")
    small.pulumi("config", "set", "--secret", "portcullis:pypiToken", check=True, stdin=new)
    changed = small.update()
    assert changed.code == 0, changed.text
    secret = "ActionsEnvironmentSecret tool/pypi-release/PYPI_API_TOKEN"
    assert changed.operations(final=True) == {secret: "update"}
    value = small.world.secret("PYPI_API_TOKEN", repository="acme/tool", environment="pypi-release")
    assert value == new
    assert not [write for write in small.world.writes() if write["method"] == "DELETE"]


def test_what_is_taken_out_of_yaml_is_deleted_by_name(small: Project) -> None:
    """Taking a secret out of the YAML is a deletion that the preview names (S6)."""
    small.make()
    small.edit("      SCAN_TOKEN: {from: {config: scanToken}, stores: [actions, dependabot]}\n", "")
    small.edit("    secrets:\n    variables: {COLOUR", "    variables: {COLOUR")
    changed = small.update()
    assert changed.code == 0, changed.text
    assert changed.operations(final=True) == {
        "ActionsSecret tool/actions/SCAN_TOKEN": "delete",
        "DependabotSecret tool/dependabot/SCAN_TOKEN": "delete",
    }

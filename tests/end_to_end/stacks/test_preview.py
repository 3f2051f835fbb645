"""A preview says what a reviewer needs: values and people, no property paths, no secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import CANARY, SMALL
from tests.support.tokens import pypi_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.project import Project


EDITS = [
    ("releasers: {members: [ana, ben]}", "releasers: {members: [ana, zoe], description: Ships}"),
    ("maintainers: [lea]}", "maintainers: [lea, ben]}"),
    ("teams: [makers], users: [ana]}", "teams: [makers, releasers]}"),
    ("wait_timer: 5", "wait_timer: 6"),
    ("topics: [python]", "topics: [python, cli]"),
    ("description: A tool", "description: The tool"),
    ("access: {releasers: push", "access: {releasers: maintain"),
    ('"# Security\\n"', '"# Security\\nby mail\\n"'),
    ("COLOUR: green", "COLOUR: blue"),
    ("REGION: {value: north, visible_to: [tool]}", "REGION: {value: north, visible_to: all}"),
    ("[ci, security-ci]", "[ci, security-ci, docs]\n    approvals: 3"),
]

LINES = """
  update   ActionsOrganizationVariable REGION
             selected repository ids: tool removed
             visibility: selected -> all
  update   OrganizationRuleset main
             pull request: required approving review count: 2 -> 3
             required status checks: required checks: docs added
  update   Repository tool
             description: A tool -> The tool
             topics: cli added
  update   RepositoryFile tool/SECURITY.md
             content:
               +by mail
  update   Team releasers
             description: "" -> Ships
  update   TeamMembers releasers
             ben leaves releasers
             zoe joins releasers
  update   TeamMembers makers
             ben joins makers as maintainer
  update   RepositoryEnvironment tool/staging
             reviewer ana replaced by team releasers
             wait timer: 5 -> 6
  update   TeamRepository tool/releasers
             permission: push -> maintain
  update   ActionsVariable tool/COLOUR
             value: green -> blue
  update   ActionsEnvironmentSecret tool/pypi-release/PYPI_API_TOKEN
             value: new value (secret, not shown)
"""


@pytest.fixture
def restored(made: Project) -> Iterator[Project]:
    """The made organization; its file and the stack's config are put back afterwards."""
    config = made.folder / "Pulumi.test.yaml"
    text = config.read_text(encoding="utf-8")
    yield made
    made.write(SMALL.read_text(encoding="utf-8"))
    config.write_text(text, encoding="utf-8")


def blocks(text: str) -> set[str]:
    """The resources of a preview, each with the lines below it."""
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith("  update "):
            found.append(line)
        elif line.startswith("      ") and found:
            found[-1] += f"\n{line}"
    return set(found)


def test_a_preview_shows_values_and_people(restored: Project) -> None:
    """Old value and new value of each field, people and teams by name, never a secret (C5)."""
    for old, new in EDITS:
        restored.edit(old, new)
    value = pypi_token("acme-tool", f"{CANARY}-new")
    restored.pulumi("config", "set", "--secret", "portcullis:pypiToken", check=True, stdin=value)
    preview = restored.portcullis("preview")
    assert preview.code == 0, preview.text
    assert blocks(preview.stdout) == blocks(LINES)
    assert CANARY not in preview.text
    assert value not in preview.text


def test_a_reviewer_who_is_a_new_team_has_its_name(restored: Project) -> None:
    """A team that the same change makes has no id yet; who comes and goes is shown as well."""
    restored.edit("  makers: {", "  guards: {members: [zoe]}\n  makers: {")
    restored.edit("access: {releasers: push", "access: {guards: push, releasers: push")
    restored.edit("teams: [makers], users: [ana]}", "teams: [makers, guards]}")
    preview = restored.portcullis("preview")
    assert preview.code == 0, preview.text
    assert "             reviewer ana replaced by team guards\n" in preview.stdout
    assert "  create   TeamMembers guards\n             zoe joins guards\n" in preview.stdout
    assert "  create   TeamRepository tool/guards\n             permission: push" in preview.stdout

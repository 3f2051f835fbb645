"""CODEOWNERS and dependabot.yml: the text that is committed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from components.files import code_owners, dependabot
from components.files.dependabot import DependabotConfig
from components.repository import OwnedPath

TEAMS = st.lists(st.sampled_from(["devs", "ops", "security"]), max_size=3, unique=True)
PATTERNS = st.from_regex(r"[a-zA-Z0-9*/._-]{1,20}", fullmatch=True)
OWNERS = st.dictionaries(PATTERNS, TEAMS, max_size=6)


@given(OWNERS)
def test_code_owners_says_pattern_and_teams_line_by_line(owners: dict[str, list[str]]) -> None:
    """One line a pattern, in the order that is written: for GitHub the last match wins."""
    text = code_owners.render(owners, "acme")
    assert text.endswith("\n")
    lines = [line.split(" ") for line in text.splitlines() if line]
    assert [line[0] for line in lines] == list(owners)
    assert [[team.removeprefix("@acme/") for team in line[1:]] for line in lines] == [
        *owners.values()
    ]


@given(st.text(max_size=8))
def test_no_accepted_pattern_breaks_its_line(pattern: str) -> None:
    """What would be a comment, a second word or a second line is refused by the model."""
    try:
        TypeAdapter(OwnedPath).validate_python(pattern)
    except ValidationError:
        return
    line = code_owners.render({pattern: ["devs"]}, "acme")
    assert line.split() == [pattern, "@acme/devs"]
    assert not line.startswith(("#", "!"))


def rendered(config: DependabotConfig, ecosystems: list[Any]) -> list[dict[str, Any]]:
    """The updates of the rendered file, as Dependabot reads them."""
    data = YAML(typ="safe").load(dependabot.render(config, ecosystems))
    assert data.pop("version") == 2
    updates: list[dict[str, Any]] = data.pop("updates")
    assert data == {}
    return updates


def test_each_ecosystem_is_watched() -> None:
    """Weekly, from the root, and only versions that have been out for a week (G3)."""
    updates = rendered(DependabotConfig(), ["pip", "npm", "docker"])
    assert [update["package-ecosystem"] for update in updates] == ["pip", "npm", "docker"]
    assert updates[0] == {
        "package-ecosystem": "pip",
        "directories": ["/"],
        "schedule": {"interval": "weekly"},
        "open-pull-requests-limit": 10,
        "cooldown": {"default-days": 7},
    }


def test_what_is_said_about_dependabot_is_rendered() -> None:
    """Interval, limit and folders are the declared ones; without a cooldown there is no block."""
    config = DependabotConfig(
        interval="daily",
        cooldown_days=0,
        open_pull_requests_limit=0,
        directories={"npm": ["/web", "/docs"]},
    )
    pip, npm = rendered(config, ["pip", "npm"])
    assert (pip["directories"], npm["directories"]) == (["/"], ["/web", "/docs"])
    assert (pip["schedule"], pip["open-pull-requests-limit"]) == ({"interval": "daily"}, 0)
    assert "cooldown" not in pip


@pytest.mark.parametrize("folder", ["sdk", "", "/a b", "/a\n"])
def test_folders_are_from_the_root(folder: str) -> None:
    """Dependabot takes absolute folders alone."""
    with pytest.raises(ValidationError):
        DependabotConfig(directories={"pip": [folder]})

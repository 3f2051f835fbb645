"""Release tags: what the rulesets together let through is exactly strict semantic versions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components.base import TagProtectionName
from components.context import Context
from components.github_access import GitHubAccess
from components.preflight import Names, Preflight
from components.tag_ruleset import TagProtectionConfig, release_tag_pattern, tag_rulesets
from sandbox.enforcement.ref_patterns import matches
from tests.components.building import declare
from tests.support.recording import number_of

STRICT = r"[0-9]+\.[0-9]+\.[0-9]+"
NAMES = st.text("v0123456789.-+abrctx/]!_ü", min_size=1, max_size=14)
"""What git lets a tag be called, as far as it matters here."""
PREFIXES = st.from_regex(r"[a-z][a-z0-9-]{0,4}", fullmatch=True)


def rulesets(prefix: str) -> list[tuple[str, Any, Any, Any]]:
    """The rulesets of release tags that the team 5 may make."""
    access = GitHubAccess("https://github.invalid/", token="unused")
    numbers: Any = {"security": 5}
    context = Context("acme", "team", Preflight("acme", access, Names()), team_ids=numbers)
    return tag_rulesets("r", TagProtectionConfig(created_by=["security"], prefix=prefix), context)


def may_create(prefix: str, tag: str, *, maker: bool) -> bool:
    """Whether somebody, of the teams that may or not, can push a new tag."""
    for _, conditions, rules, actors in rulesets(prefix):
        names = conditions["ref_name"]
        ref = f"refs/tags/{tag}"
        included = any(matches(pattern, ref) for pattern in names["includes"])
        covered = included and not any(matches(pattern, ref) for pattern in names["excludes"])
        if covered and rules.get("creation") and not (maker and actors):
            return False
    return True


def git_takes(ref: str) -> bool:
    """Whether git lets a ref be called so (git-check-ref-format)."""
    refused = re.search(r"//|/\.|\.\.|[~^:?*\[\\ ]|/\Z|\.\Z", ref)
    return refused is None


@given(prefix=PREFIXES, tag=NAMES)
@example(prefix="v", tag="1.2.3-rc1")
@example(prefix="v", tag="1..2.3")
@example(prefix="v", tag="1.2")
@example(prefix="v", tag="1.2.3.4")
@example(prefix="v", tag="-test")
@example(prefix="v", tag="1/2.3.4")
@example(prefix="v", tag="/1.2.3")
@example(prefix="v", tag="1.2.3/x/y")
@example(prefix="v", tag="٣.٣.٣")
def test_makers_can_push_strict_versions_and_nothing_else(prefix: str, tag: str) -> None:
    """Of all tags with the prefix, the named teams make MAJOR.MINOR.PATCH alone (A1)."""
    strict = re.fullmatch(STRICT, tag) is not None
    if git_takes(prefix + tag):
        assert may_create(prefix, prefix + tag, maker=True) == strict
        assert not may_create(prefix, prefix + tag, maker=False)


@given(prefix=PREFIXES, version=st.from_regex(STRICT, fullmatch=True))
def test_every_strict_version_matches_the_pattern(prefix: str, version: str) -> None:
    """The environments' pattern admits whatever the rulesets let a maker push."""
    if version.isascii():
        assert matches(f"refs/tags/{release_tag_pattern(prefix)}", f"refs/tags/{prefix}{version}")


@given(tag=NAMES)
def test_other_tags_are_left_alone(tag: str) -> None:
    """A tag without the prefix is nobody's business here."""
    if not tag.startswith("v"):
        assert may_create("v", tag, maker=False)


@given(prefix=PREFIXES, tag=NAMES)
def test_nobody_moves_or_deletes_a_tag_with_the_prefix(prefix: str, tag: str) -> None:
    """The immutable ruleset covers every such tag, and has no bypass at all."""
    (found,) = [each for each in rulesets(prefix) if each[0] == "r (immutable)"]
    _, conditions, rules, actors = found
    assert rules == {"update": True, "deletion": True, "non_fast_forward": True}
    assert actors == []
    assert conditions["ref_name"]["excludes"] == []
    ref = f"refs/tags/{prefix}{tag}"
    if git_takes(ref):
        assert any(matches(pattern, ref) for pattern in conditions["ref_name"]["includes"])


def test_only_the_named_teams_pass_and_not_the_automation() -> None:
    """Only people in a team may start a release; the App that keeps files cannot (R1)."""
    recording = declare()
    actors = {
        name: recording.one("OrganizationRuleset", name).inputs.get("bypassActors", [])
        for name in (
            "releases",
            "releases (immutable)",
            "releases (names)",
            "releases (strict names)",
        )
    }
    team = number_of("github:index/team:Team", "security")
    (maker,) = actors.pop("releases")
    assert sorted(map(str, maker.values())) == sorted(["Team", "always", str(team)])
    assert list(actors.values()) == [[], [], []]


@given(st.text(max_size=90))
@example("n" * 80)
@example("n" * 81)
@example("releases (names)")
def test_names_of_tag_rulesets_fit_and_cannot_meet(name: str) -> None:
    """GitHub takes 100 characters, and no name that is accepted is one that Portcullis makes."""
    try:
        TypeAdapter(TagProtectionName).validate_python(name)
    except ValidationError:
        return
    made = [each[0].replace("r", name, 1) for each in rulesets("v")]
    assert max(map(len, made)) <= 100
    for other in made[1:]:
        with pytest.raises(ValidationError):
            TypeAdapter(TagProtectionName).validate_python(other)


def test_tags_of_one_repository_are_protected_alike() -> None:
    """The same rulesets, at the repository."""
    recording = declare(("repositories.app.tag_protection", {"own": {"created_by": ["devs"]}}))
    names = ["app/own", "app/own (immutable)", "app/own (names)", "app/own (strict names)"]
    assert recording.names("RepositoryRuleset") == names
    for name in names:
        inputs = recording.one("RepositoryRuleset", name).inputs
        assert (inputs["target"], inputs["enforcement"]) == ("tag", "active")

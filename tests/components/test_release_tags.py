"""Release tags: what the rulesets together let through is exactly the versions of a scheme."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components.base import TagProtectionName
from components.context import Context
from components.github_access import GitHubAccess
from components.names.versions import ReleaseTags, Scheme
from components.preflight import Names, Preflight
from components.tag_ruleset import TagProtectionConfig, tag_rulesets
from sandbox.enforcement.ref_patterns import matches
from tests.components.building import declare
from tests.support.recording import number_of
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMES: tuple[Scheme, ...] = ("semver", "calver", "pep440")
PIECES: dict[Scheme, list[str]] = {
    "semver": ["0", "1", "12", ".", ".3", "-rc1", "+b", "/", "x", "01"],
    "calver": ["2026", "1999", "0", "1", "7", "07", "12", "13", ".", ".0", "-", "x"],
    "pep440": [
        *("0", "1", "12", ".", ".2", "a", "b", "rc", "c", ".post", ".dev", "post", "dev"),
        *("a1", "rc2", ".post3", ".dev4", "01", "-1", "_", "+x", "E", "t", "."),
    ],
}
"""What versions of each scheme consist of, and what is near to it."""
ANYTHING = st.text("v0123456789.-+abrctx/]!_ü", min_size=1, max_size=14)
"""What git lets a tag be called, as far as it matters here."""
PREFIXES = st.from_regex(
    r"[a-z][a-z0-9-]{0,4}|@[a-z]{1,3}/[a-z]{1,3}@|[a-z]{1,3}/v", fullmatch=True
)
NUMBER = "(?:0|[1-9][0-9]*)"
VERSIONS: dict[Scheme, str] = {
    "semver": rf"{NUMBER}\.{NUMBER}\.{NUMBER}",
    "calver": rf"2[0-9]{{3}}\.(?:[1-9]|0[1-9]|1[0-2])\.{NUMBER}",
    "pep440": (
        rf"{NUMBER}\.{NUMBER}(?:\.{NUMBER})?(?:(?:a|b|rc){NUMBER})?"
        rf"(?:\.post{NUMBER})?(?:\.dev{NUMBER})?"
    ),
}
"""The versions of each scheme, written once more: what the product's patterns are held to."""


@st.composite
def versions(draw: st.DrawFn) -> tuple[Scheme, str]:
    """A scheme, and a version of it or something near."""
    scheme = draw(st.sampled_from(SCHEMES))
    near = st.lists(st.sampled_from(PIECES[scheme]), min_size=1, max_size=8).map("".join)
    exact = st.from_regex(VERSIONS[scheme], fullmatch=True).filter(str.isascii)
    return scheme, draw(near | exact | ANYTHING)


def rulesets(prefix: str, scheme: Scheme = "semver") -> list[tuple[str, Any, Any, Any]]:
    """The rulesets of release tags that the team 5 may make."""
    access = GitHubAccess("https://github.invalid/", token="unused")
    numbers: Any = {"security": 5}
    context = Context("acme", "team", Preflight("acme", access, Names()), team_ids=numbers)
    config = TagProtectionConfig(created_by=["security"], prefix=prefix, scheme=scheme)
    return tag_rulesets("r", config, context)


def may_create(prefix: str, tag: str, *, maker: bool, scheme: Scheme = "semver") -> bool:
    """Whether somebody, of the teams that may or not, can push a new tag."""
    for _, conditions, rules, actors in rulesets(prefix, scheme):
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


def filter_takes(pattern: str, tag: str) -> bool:
    """Whether a workflow's filter takes a tag, as far as ours go: no star, `+` as in regexes."""
    return re.fullmatch(re.sub(r"\.(?![^\[]*\])", r"\.", pattern), tag) is not None


@given(prefix=PREFIXES, version=versions())
@example(prefix="v", version=("semver", "1.2.3-rc1"))
@example(prefix="v", version=("semver", "1..2.3"))
@example(prefix="v", version=("semver", "1.2"))
@example(prefix="v", version=("semver", "1.2.3.4"))
@example(prefix="v", version=("semver", "-test"))
@example(prefix="v", version=("semver", "1/2.3.4"))
@example(prefix="v", version=("semver", "/1.2.3"))
@example(prefix="v", version=("semver", "1.2.3/x/y"))
@example(prefix="v", version=("semver", "٣.٣.٣"))
@example(prefix="v", version=("semver", "01.2.3"))
@example(prefix="v", version=("semver", "2026.07.1"))
@example(prefix="v", version=("calver", "2026.07.1"))
@example(prefix="v", version=("calver", "2026.13.1"))
@example(prefix="v", version=("calver", "2026.007.1"))
@example(prefix="v", version=("pep440", "1.2rc1.post2.dev3"))
@example(prefix="v", version=("pep440", "1.2.3.4"))
@example(prefix="v", version=("pep440", "1.2.dev3.post2"))
def test_makers_can_push_versions_and_nothing_else(
    prefix: str, version: tuple[Scheme, str]
) -> None:
    """The tag rules admit exactly what the release workflow takes, of tags with the prefix (A1).

    `v01.2.3` used to pass the rules, and the workflow refused it.
    """
    scheme, text = version
    tag, tags = prefix + text, ReleaseTags(prefix, scheme)
    strict = text.isascii() and re.fullmatch(VERSIONS[scheme], text) is not None
    assert (re.fullmatch(tags.expression, tag, re.ASCII) is not None) == strict
    if git_takes(tag):
        assert may_create(prefix, tag, maker=True, scheme=scheme) == strict
        assert not may_create(prefix, tag, maker=False, scheme=scheme)
    if strict:
        assert any(filter_takes(pattern, tag) for pattern in tags.filters)
        assert any(matches(f"refs/tags/{each}", f"refs/tags/{tag}") for each in tags.admitted)


@given(version=versions())
@settings(max_examples=30, deadline=None)
@example(version=("calver", "2026.07.10"))
@example(version=("calver", "2026.10.0"))
@example(version=("pep440", "1.0rc1.post0.dev2"))
def test_the_script_reads_the_version_that_packages_have(version: tuple[Scheme, str]) -> None:
    """Bash matches the same tags, and `normalized` is the version as registries write it."""
    scheme, text = version
    tags = ReleaseTags("v", scheme)
    script = f'[[ "$1" =~ ^{tags.expression}$ ]] || exit 3; echo "{tags.normalized}"'
    if "\0" in text:
        return
    done = subprocess.run(
        ["bash", "-c", script, "-", f"v{text}"],  # noqa: S607 - as the runner finds it
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
    )
    strict = text.isascii() and re.fullmatch(VERSIONS[scheme], text) is not None
    assert done.returncode == (0 if strict else 3)
    if strict:
        packages = text.replace(".0", ".", 1) if text[4:6] == ".0" else text
        assert done.stdout.strip() == (packages if scheme == "calver" else text)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_examples_are_of_their_scheme(scheme: Scheme) -> None:
    """The examples in messages can be pushed."""
    for tag in ReleaseTags("sdk/v", scheme).examples:
        assert may_create("sdk/v", tag, maker=True, scheme=scheme)


PUSHED: dict[Scheme, dict[str, bool]] = {
    "semver": {
        "1.2.3": True,
        "0.0.0": True,
        "10.20.30": True,
        "2026.7.1": True,
        "01.2.3": False,
        "1.02.3": False,
        "1.2.03": False,
        "2026.07.1": False,
        "1.2": False,
        "1.2.3.4": False,
        "1.2.3-rc1": False,
        "-test": False,
        "1.2.3/x": False,
    },
    "calver": {
        "2026.7.1": True,
        "2026.07.2": True,
        "2026.12.0": True,
        "2026.13.1": False,
        "2026.0.1": False,
        "2026.7.01": False,
        "26.7.1": False,
        "1.2.3": False,
        "2026.7": False,
    },
    "pep440": {
        "1.2": True,
        "1.2.3": True,
        "1.2rc1": True,
        "1.2.3a1.post2.dev3": True,
        "1": False,
        "1.2-rc1": False,
        "1.2.rc1": False,
        "1.2rc01": False,
        "1.2.3.4": False,
        "1.2.dev1.post2": False,
        "1.2c1": False,
        "1.2+x": False,
    },
}
"""Versions and their likes, and whether a maker's push of the tag gets through."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A GitHub to push to."""
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize("scheme", SCHEMES)
def test_github_takes_and_refuses_the_push(sandbox: Sandbox, scheme: Scheme) -> None:
    """With the rulesets on GitHub, a push of a maker gets through for a version alone (A1, R1)."""
    repository = {"files": {"README.md": "a"}, "collaborators": {"may": "push", "bob": "push"}}
    seed = {
        "organizations": [
            {
                "login": "acme",
                "plan": "team",
                "owners": ["olga"],
                "members": ["may", "bob"],
                "teams": {"security": {"members": ["may"]}},
                "repositories": {"app": repository},
            }
        ]
    }
    world = sandbox.world(f"tags-{scheme}", seed)
    with world.client("olga") as olga, world.client("may") as may, world.client("bob") as bob:
        team = olga.get("/orgs/acme/teams/security").json()["id"]
        for name, conditions, rules, actors in rulesets("sdk/v", scheme):
            refs = conditions["ref_name"]
            body = {
                "name": name,
                "target": "tag",
                "enforcement": "active",
                "conditions": {
                    "ref_name": {"include": refs["includes"], "exclude": refs["excludes"]}
                },
                "rules": [{"type": rule} for rule, on in rules.items() if on],
                "bypass_actors": [
                    {"actor_id": team, "actor_type": "Team", "bypass_mode": "always"}
                    for _ in actors
                ],
            }
            made = olga.post("/repos/acme/app/rulesets", json=body)
            assert made.status_code == 201, made.text
        sha = olga.get("/repos/acme/app/commits/main").json()["sha"]
        for version, admitted in PUSHED[scheme].items():
            body = {"ref": f"refs/tags/sdk/v{version}", "sha": sha}
            assert bob.post("/repos/acme/app/git/refs", json=body).status_code == 422
            pushed = may.post("/repos/acme/app/git/refs", json=body).status_code
            assert (pushed == 201) is admitted, version


@given(tag=ANYTHING, scheme=st.sampled_from(SCHEMES))
def test_other_tags_are_left_alone(tag: str, scheme: Scheme) -> None:
    """A tag without the prefix is nobody's business here."""
    if not tag.startswith("v"):
        assert may_create("v", tag, maker=False, scheme=scheme)


@given(prefix=PREFIXES, tag=ANYTHING)
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

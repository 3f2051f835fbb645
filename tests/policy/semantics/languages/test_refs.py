"""Which tags patterns leave open is decided for all tags, with the shortest one as the proof."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portcullis_policy.semantics.languages.refs import (
    Guard,
    filter_not_version,
    not_version,
    tag_regions,
)

from sandbox.enforcement.ref_patterns import matches
from sandbox.runs.filters import selected

SEMVER = "v[0-9]*.[0-9]*.[0-9]*"
ALPHABET = "v01./"
NAMES = [
    name
    for length in range(1, 6)
    for name in map("".join, itertools.product(ALPHABET, repeat=length))
    if ".." not in name and not name.endswith((".", "/"))
    if not any(not part or part.startswith(".") for part in name.split("/"))
    if not any(part.endswith(".") for part in name.split("/"))
]
PIECES = st.sampled_from(["v", "0", "1", ".", "/", "*", "?", "**/", "[0-1]", "[!v]", "[^0]", "**"])
PATTERNS = st.lists(PIECES, min_size=1, max_size=5).map("".join)
GUARDS = st.builds(
    Guard,
    st.lists(PATTERNS | st.just("*"), min_size=1, max_size=2).map(
        lambda each: tuple(f"refs/tags/{pattern}" for pattern in each)
    ),
    st.lists(PATTERNS, max_size=1).map(lambda each: tuple(f"refs/tags/{p}" for p in each)),
)


def open_tag(admitted: str, *guards: Guard) -> str | None:
    """Return the shortest admitted tag that no guard is for."""
    regions = tag_regions(admitted, guards)
    assert regions is not None
    return next((region.tag for region in regions if not region.guards), None)


def guard(includes: str, excludes: str = "") -> Guard:
    """Return the guard of patterns of tags, with spaces between them."""
    included, excluded = (
        tuple(f"refs/tags/{each}" for each in text.split()) for text in (includes, excludes)
    )
    return Guard(included, excluded)


@settings(max_examples=150, deadline=None)
@given(PATTERNS, st.lists(GUARDS, max_size=2))
def test_regions_agree_with_trying_every_short_tag(admitted: str, guards: list[Guard]) -> None:
    """C3: every set of guards that a short tag has is found, with a tag that is no longer."""
    regions = tag_regions(admitted, tuple(guards))
    assert regions is not None
    found = {region.guards: region.tag for region in regions}
    for held, tag in found.items():
        assert matches(admitted, tag)
        assert held_by(tag, guards) == held
    for name in NAMES:
        if matches(admitted, name):
            held = held_by(name, guards)
            assert held in found
            assert len(found[held]) <= len(name)


def held_by(tag: str, guards: list[Guard]) -> frozenset[int]:
    """Return which guards are for a tag, by the sandbox's own matcher."""
    ref = f"refs/tags/{tag}"
    return frozenset(
        number
        for number, each in enumerate(guards)
        if any(matches(pattern, ref) for pattern in each.includes)
        if not any(matches(pattern, ref) for pattern in each.excludes)
    )


@pytest.mark.parametrize(
    ("admitted", "guards", "tag"),
    [
        (SEMVER, [guard("v*")], None),
        (SEMVER, [guard("*")], None),
        (SEMVER, [Guard(("~ALL",))], None),
        (SEMVER, [], "v0.0.0"),
        ("v*", [guard("v1*")], "v"),
        (SEMVER, [guard("v*", "v2*")], "v2.0.0"),
        (SEMVER, [guard("v*", "v2*"), guard("v2*.*.*")], None),
        (SEMVER, [guard("v[0-4]*"), guard("v[6-9]*")], "v5.0.0"),
        (SEMVER, [guard("v[0-4]*"), guard("v[^0-4]*")], None),
        (SEMVER, [guard("v0* v1* v2* v3* v4* v5* v6* v7* v8* v9*")], None),
        (SEMVER, [guard("v*", "v*-*")], "v0-.0.0"),
        ("pkg/*", [guard("*")], "pkg/0"),
        ("pkg/*", [guard("**/*")], None),
        ("*", [guard("*", "[a-z]*")], "a"),
        ("[0-9]*.[0-9]*", [guard("[0-9]*")], None),
        ("v1.2.3", [guard("v1.2.[0-9]")], None),
        (SEMVER, [Guard(("refs/heads/v*", "v*"))], "v0.0.0"),
        ("v*..*", [], None),
    ],
)
def test_what_no_guard_is_for(admitted: str, guards: list[Guard], tag: str | None) -> None:
    """C3: includes minus excludes of all rulesets together, with the shortest tag left."""
    assert open_tag(admitted, *guards) == tag


@pytest.mark.parametrize(
    ("pattern", "tag"),
    [
        (SEMVER, None),
        ("[0-9]*.[0-9]*", None),
        ("v[0-9]*.[0-9]*", None),
        ("20[0-9][0-9].[0-9]*", None),
        ("20[0-9][0-9][0-1][0-9][0-3][0-9]", None),
        ("20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]", None),
        ("sdk-v[0-9]*.[0-9]*.[0-9]*", None),
        ("sdk@[0-9]*.[0-9]*.[0-9]*", None),
        ("pkg/v[0-9]*.[0-9]*", None),
        ("*-v[0-9]*.[0-9]*", None),
        ("v1.2.3", None),
        ("v1.2.[0-9]*", None),
        ("release_1.[0-9]*", None),
        ("[v]*", "v"),
        ("v*", "v"),
        ("v[0-9]*", "v0"),
        ("*", "0"),
        ("v*.*.*", "v.0.a"),
        ("*v[0-9]*.[0-9]*", "av0.0"),
        ("release", "release"),
        ("v[!0-9]*", "va"),
    ],
)
def test_what_is_no_version(pattern: str, tag: str | None) -> None:
    """C3, A1: SemVer, PEP 440, CalVer and prefixes are versions; the rest is shown by a tag."""
    assert not_version(pattern) == (() if tag is None else (tag,))


@pytest.mark.parametrize(
    ("wanted", "unwanted", "tag"),
    [
        ("v[0-9]+.[0-9]+.[0-9]+", [], None),
        ("v?[0-9]+.[0-9]+", [], None),
        ("[0-9]+.[0-9]+.[0-9]+*", [], None),
        ("sdk-v[0-9]+.[0-9]+.**", [], None),
        ("v*", [], "v"),
        ("v*", ["v*-*"], "v"),
        ("v[0-9]**", ["v[0-9]", "v[0-9]+[0-9]"], "v0a"),
        ("**", [], "0"),
    ],
)
def test_what_a_filter_admits_besides(wanted: str, unwanted: list[str], tag: str | None) -> None:
    """C3: the filters of workflows have a syntax of their own, and take tags away again."""
    found = filter_not_version(wanted, tuple(unwanted))
    assert found == (() if tag is None else (tag,))
    if tag:
        assert selected([wanted, *(f"!{each}" for each in unwanted)], tag)


@pytest.mark.parametrize("pattern", ["v[0-9", "+v", "v++", "v[z-a]", "v\\", "[]v", "v" * 2000])
def test_a_filter_that_cannot_be_read(pattern: str) -> None:
    """C3: what GitHub does not document is not taken for harmless."""
    assert filter_not_version(pattern) is None


@pytest.mark.parametrize(
    ("admitted", "guards"),
    [
        ("*a" * 300, [guard("*b" * 300)]),
        ("v" * 5000, []),
        ("[a-z]*" * 60, [guard("*" + "?" * 60 + "x")]),
        ("*" + "a?" * 40, [guard("*" + "?" * 60 + "x"), guard("*" + "b?" * 50)]),
        ("*", [guard(" ".join(f"*{number}*{number + 1}*" for number in range(200)))]),
        ("**/*a/" * 60, [guard("**/*b/" * 60)]),
        ("*", [guard(" ".join(["*" + "?" * 60 + "x"] * 30))] * 5),
    ],
)
def test_hostile_patterns_take_no_time(admitted: str, guards: list[Guard]) -> None:
    """C3: a pattern that takes too long is reported, which refuses it."""
    begin = time.process_time()
    assert tag_regions(admitted, tuple(guards)) is None
    assert time.process_time() - begin < 2

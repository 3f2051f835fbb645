"""The rules on workflow files report what an attacker can use, and leave sound files alone."""

from __future__ import annotations

import textwrap
from functools import cache

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.semantics import github as gh

from tests.policy.harness import Pack, urn_of
from tests.policy.real_shapes.sound import SOUND
from tests.policy.real_shapes.wrong import WRONG

_MANDATORY = 1
_OF_THE_STACK = ("WF020",)
"""These files stand alone: no environments are declared beside them."""


def _written(text: str) -> str:
    """A file as it stands in a repository."""
    for short, long in (("SHA", "a1" * 20), ("DIGEST", "b" * 64), ("FLOWS", ".github/workflows")):
        text = text.replace(short, long)
    return textwrap.dedent(text)


def _files() -> dict[str, Declared]:
    """All files, each in a repository of its own: the linters run once for all of them."""
    texts = SOUND | {name: text for name, (_, text) in WRONG.items()}
    return {
        name: Declared(
            gh.REPOSITORY_FILE,
            {
                "repository": f"r{number}",
                "file": ".github/workflows/w.yml",
                "content": _written(text),
            },
            f"r{number}",
        )
        for number, (name, text) in enumerate(texts.items())
    }


@cache
def _reported() -> dict[str, set[str]]:
    """The mandatory findings of each file, by rule."""
    files = _files()
    found: dict[str, set[str]] = {name: set() for name in files}
    names = {urn_of(declared): name for name, declared in files.items()}
    pack = Pack()
    said = [(name, item) for name, declared in files.items() for item in pack.analyze(declared)]
    said += [(names.get(item.urn, ""), item) for item in pack.analyze_stack([*files.values()])]
    for name, item in said:
        if name and item.enforcementLevel == _MANDATORY and item.policyName not in _OF_THE_STACK:
            found[name].add(item.policyName)
    return found


@pytest.mark.parametrize("name", SOUND)
def test_sound_files_are_not_refused(name: str) -> None:
    """C3: a file that an engineer would leave as it is has no mandatory finding."""
    assert _reported()[name] == set()


@pytest.mark.parametrize("name", WRONG)
def test_files_that_an_attacker_can_use_are_refused(name: str) -> None:
    """C3: what makes a shape sound is looked for; without it the finding is there."""
    assert WRONG[name][0] in _reported()[name]

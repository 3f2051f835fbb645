"""All values are checked before anything is declared, and all mistakes are reported at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from components.declaration import DeclarationError, load
from components.declaration.secret_values import read_values
from components.secrets.reference import SOURCE_NAMES
from components.secrets.source import MissingSecretError, SecretValue
from components.secrets.sources import SourcesConfig, open_sources
from tests.components.declaration.sound import SOUND, places, replaced, written
from tests.components.secrets.asking import CANARY
from tests.support.recording import record
from tests.support.tokens import TEST_PYPI, npm_token, pypi_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from components.secrets.reference import Reference


@dataclass
class Given:
    """All sources in one: what each place holds; others are missing."""

    values: Mapping[str, str]
    asked: list[str] = field(default_factory=list)

    def fetch(self, reference: Reference) -> SecretValue:
        """The value."""
        self.asked.append(str(reference))
        if reference.place not in self.values:
            raise MissingSecretError(f"nothing at {reference.place}")
        return SecretValue(self.values[reference.place], version="1")


def read(folder: Path, text: str, **values: str) -> tuple[Mapping[Reference, SecretValue], Given]:
    """Read the secrets of a file, and what was asked."""
    given = Given(values)
    declaration = load("acme", written(folder, text))
    return read_values(declaration, dict.fromkeys(SOURCE_NAMES, given)), given


def reported(folder: Path, text: str, **values: str) -> tuple[list[str], list[str], list[str]]:
    """The marks of a file, the places of its mistakes, and what they say, without any value."""
    text, marked = places(text)
    with pytest.raises(DeclarationError) as raised:
        read(folder, text, **values)
    words = str(raised.value)
    assert [value for value in values.values() if value in words] == []
    found = raised.value.mistakes
    return marked, [str(each.place) for each in found], [each.what for each in found]


TOKENS = (
    "{python: acme-tool, auth: hybrid, approvers: [devs], tokens: "
    "{pypi: {»from: {config: pypi}}, testpypi: {»from: {config: testpypi}}}}"
)
NPM = "[{npm: w, auth: token, approvers: [devs], tokens: {npm: {»from: {config: n}}}}]"
PUBLISH = ("{python: app, approvers: [devs]}", TOKENS)
EVERYWHERE = replaced(
    ("  TOKEN: {from", "  TOKEN: {»from"),
    PUBLISH,
    ("    environments: {}", "    environments: {x: {secrets: {E: {»from: {config: e}}}}}"),
    (
        "  web: {}",
        (
            "  web: {access: {security: push, devs: push}, secrets: {R: {»from: {env: R}}}, "
            f"publish: {NPM}}}"
        ),
    ),
)
"""A token in each place of an organization."""
RIGHT = {
    "token": CANARY,
    "pypi": pypi_token("acme-tool"),
    "testpypi": pypi_token("acme-tool", domain=TEST_PYPI),
    "e": CANARY,
    "R": CANARY,
    "n": npm_token(),
}
"""What each of them has to be."""


def plain(text: str) -> str:
    """A file without its marks."""
    return places(text)[0]


def test_each_reference_has_its_value(tmp_path: Path) -> None:
    """As its source gave it (S1)."""
    values, _ = read(tmp_path, plain(EVERYWHERE), **RIGHT)
    assert {each.place: value.value for each, value in values.items()} == RIGHT
    assert {value.version for value in values.values()} == {"1"}


def test_all_missing_values_are_reported_at_once_with_their_places(tmp_path: Path) -> None:
    """Each where it is referred to, in the order of the file."""
    marked, found, what = reported(tmp_path, EVERYWHERE)
    assert found == marked
    assert len(found) == 6
    assert set(what) == {f"nothing at {place}" for place in RIGHT}


def test_a_reference_is_asked_for_once(tmp_path: Path) -> None:
    """However many secrets have it; but each of them is reported if it is missing."""
    text = replaced(
        ("  TOKEN: {from", "  TOKEN: {»from"),
        (
            "  web: {}",
            "  web: {secrets: {A: {»from: {config: token}}, B: {»from: {config: token}}}}",
        ),
    )
    _, given = read(tmp_path, plain(text), token=CANARY)
    assert given.asked == ["config token"]
    marked, found, _ = reported(tmp_path, text)
    assert found == marked


@pytest.mark.parametrize(
    ("place", "value", "wrong"),
    [
        ("pypi", pypi_token(None), "valid for all projects of its account"),
        ("pypi", pypi_token("other"), "not one for this project alone"),
        ("pypi", RIGHT["testpypi"], "not one of pypi.org"),
        ("testpypi", RIGHT["pypi"], "not one of test.pypi.org"),
        ("testpypi", pypi_token(None, domain=TEST_PYPI), "valid for all projects"),
        ("n", CANARY, "no npm token"),
        ("n", RIGHT["pypi"], "no npm token"),
    ],
)
def test_a_registry_s_token_is_checked_without_being_asked_for(
    place: str, value: str, wrong: str, tmp_path: Path
) -> None:
    """`publish` knows its package: an account's token is refused there (R7)."""
    marked, found, (what,) = reported(tmp_path, EVERYWHERE, **{**RIGHT, place: value})
    assert found == [marked[{"pypi": 2, "testpypi": 3, "n": 5}[place]]]
    assert wrong in what
    assert what.endswith(f"(config {place})")


@pytest.mark.parametrize(
    ("written_kind", "right", "wrong"),
    [
        ("kind: npm-token", npm_token(), CANARY),
        ("kind: pypi-token", pypi_token(None), CANARY),
        ("kind: pypi-token, project: App", pypi_token("app"), pypi_token(None)),
        ("kind: pypi-token, project: app", pypi_token("app"), pypi_token("other")),
        (
            "kind: pypi-token, registry: testpypi",
            pypi_token(None, domain=TEST_PYPI),
            pypi_token(None),
        ),
        ("kind: aws-access-key", "AKIA" + "ABCD" * 4, CANARY),
    ],
)
def test_a_kind_that_is_written_is_checked(
    written_kind: str, right: str, wrong: str, tmp_path: Path
) -> None:
    """A value that is another thing is reported with its place, and not quoted."""
    text = replaced(("{from: {config: token},", f"{{»from: {{config: token}}, {written_kind},"))
    read(tmp_path, plain(text), token=right)
    marked, found, _ = reported(tmp_path, text, token=wrong)
    assert found == marked


def test_missing_and_wrong_values_are_reported_together(tmp_path: Path) -> None:
    """One run, one list."""
    values: dict[str, Any] = {**RIGHT, "n": CANARY, "pypi": pypi_token(None)}
    del values["e"], values["token"]
    _, found, what = reported(tmp_path, EVERYWHERE, **values)
    assert len(found) == len(what) == 4


@pytest.mark.parametrize("value", ["a\nb\n", "Grüße\n\n", " blank ", "\ttab", "日本語", "a\r\nb"])
def test_a_value_passes_unchanged(value: str, tmp_path: Path) -> None:
    """Lines, blanks and letters of all languages."""
    values, _ = read(tmp_path, SOUND, token=value)
    assert [each.value for each in values.values()] == [value]


def test_a_value_beyond_github_s_limit_is_reported(tmp_path: Path) -> None:
    """Before GitHub refuses it, in the middle of a run."""
    text = replaced(("  TOKEN: {from", "  TOKEN: {»from"))
    marked, found, (what,) = reported(tmp_path, text, token="ä" * 24 * 1024 + "b")
    assert found == marked
    assert "longer than 48 KB" in what


def test_the_stack_s_own_sources_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what a stack has, and nothing declared on the way."""
    monkeypatch.setenv("HOOK", CANARY)
    text = replaced(("  web: {}", "  web: {secrets: {HOOK: {from: {env: HOOK}}}}"))
    declaration = load("acme", written(tmp_path, text))
    config = {"portcullis:token": CANARY}
    found: list[Mapping[Reference, SecretValue]] = []

    def program() -> None:
        found.append(read_values(declaration, open_sources(SourcesConfig())))

    assert record(program, config, encrypted=config).resources == []
    assert {value.value for value in found[0].values()} == {CANARY}
    assert CANARY not in repr(found)

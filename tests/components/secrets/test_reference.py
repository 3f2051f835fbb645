"""References: exactly one source, in names and paths; a value in their place is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.secrets.reference import SOURCE_NAMES, Reference
from tests.components.secrets.asking import reference
from tests.support.tokens import npm_token, pypi_token

PLACES = {
    "config": "pypiToken",
    "env": "PYPI_TOKEN",
    "esc": "acme/api-keys",
    "vault": "ci/codecov",
    "aws": "ci/codecov",
}
KEYED = {"esc": "A.B", "vault": "token"}


def of(source: str, **more: str) -> dict[str, str]:
    """A sound reference to ``source``, with ``more``."""
    return {source: PLACES[source], **({"key": KEYED[source]} if source in KEYED else {}), **more}


def reported(fields: dict[str, str]) -> str:
    """What is wrong with a reference; nothing if nothing is."""
    try:
        Reference.model_validate(fields)
    except ValidationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("source", SOURCE_NAMES)
def test_a_reference_names_its_source_and_place(source: str) -> None:
    """What is written is what the source is asked for, and what people read (S1)."""
    found = reference(**of(source))
    assert (found.source, found.place) == (source, PLACES[source])
    assert str(found) == " ".join([source, PLACES[source], *filter(None, [KEYED.get(source)])])


@given(st.sets(st.sampled_from(SOURCE_NAMES)))
def test_exactly_one_source_is_named(sources: set[str]) -> None:
    """None would be no secret, two would be one of them by chance."""
    words = reported({name: PLACES[name] for name in sources} | {"key": "k"})
    assert ("exactly one source" in words) == (len(sources) != 1)


@pytest.mark.parametrize("source", SOURCE_NAMES)
def test_a_key_is_named_where_there_are_several_values(source: str) -> None:
    """Vault and ESC hold many values under a path, config and variables one."""
    without, with_key = (
        reported({source: PLACES[source]}),
        reported({source: PLACES[source], "key": "k"}),
    )
    assert (source in KEYED) == (f"name the value under the {source} path" in without)
    assert (source in ("config", "env")) == ("has one value and no versions" in with_key)


@pytest.mark.parametrize("source", SOURCE_NAMES)
def test_a_version_is_pinned_where_there_are_versions(source: str) -> None:
    """A version of what has none would be believed, and not be true."""
    words = reported(of(source, version="7"))
    assert bool(words) == (source in ("config", "env"))


@pytest.mark.parametrize("version", ["latest", "v7", "-1", "1.0"])
def test_a_version_in_vault_is_a_number(version: str) -> None:
    """Vault counts versions."""
    assert "a version in Vault is a number" in reported(of("vault", version=version))


TOKENS = (
    pypi_token("acme"),
    npm_token(),
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2" * 12,
    "AKIA" + "ABCD" * 4,
    "hvs." + "a1B2" * 12,
    "xoxb-" + "1234-" * 5,
)
"""As people paste them; made here, and nobody's."""
FIELDS = [*((name, name) for name in SOURCE_NAMES), ("aws", "key"), ("aws", "version")]


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token[:4])
@pytest.mark.parametrize(("source", "field"), FIELDS)
def test_a_token_in_place_of_a_name_is_refused(source: str, field: str, token: str) -> None:
    """A pasted token is refused wherever a name belongs, and never said again (S2)."""
    words = reported({**of(source), field: token})
    assert words
    assert token not in words


@given(
    prefix=st.sampled_from(["ghp_", "gho_", "ghs_", "npm_", "github_pat_"]),
    body=st.text("abcXYZ019_", min_size=20, max_size=60),
    field=st.sampled_from(FIELDS),
)
def test_no_token_of_a_well_known_shape_is_a_name(
    prefix: str, body: str, field: tuple[str, str]
) -> None:
    """Whatever stands behind the beginning."""
    words = reported({**of(field[0]), field[1]: prefix + body})
    assert words
    assert body not in words


@given(field=st.sampled_from(FIELDS), text=st.text(min_size=8, max_size=40))
def test_what_is_refused_is_not_quoted(field: tuple[str, str], text: str) -> None:
    """Somebody may have typed a password where its name belongs."""
    canary = f"{text} canary"  # a blank is in no name
    words = reported({**of(field[0]), field[1]: canary})
    assert words
    assert canary not in words


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("vault", "codecov"),
        ("vault", "/ci/codecov"),
        ("vault", "ci/codecov/"),
        ("vault", "ci//codecov"),
        ("esc", "api-keys"),
        ("esc", "acme/a/b"),
        ("aws", "ssm:"),
        ("aws", ""),
        ("env", "A-B"),
        ("config", "to ken"),
    ],
)
def test_a_place_that_cannot_be_is_refused(source: str, place: str) -> None:
    """Before the source is asked, with what a place looks like."""
    assert "allowed: " in reported({**of(source), source: place})


@pytest.mark.parametrize(
    "place",
    [
        "ci/codecov",
        "ssm:/ci/codecov",
        "ssm:codecov",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ci/codecov-a1B2c3",
    ],
)
def test_all_names_of_aws_are_places(place: str) -> None:
    """Names, ARNs and parameters."""
    assert reference(aws=place).place == place

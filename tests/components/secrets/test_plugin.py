"""What plugins say about failures is never passed on."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.secrets.plugin import asked, reason
from components.secrets.source import MissingSecretError

MEANINGS = {
    reason(words)
    for words in ("denied", "not found", "no vault token", "timeout", "sealed", "plugin", "?")
}
"""All that `reason` may say, as it says it for these words."""
MARKS = st.sampled_from(
    ["denied", "404", "not found", "no vault token", "eof", "sealed", "plugin", ""]
)
"""Words that are looked for in a failure, between what may be anything."""


@given(before=st.text(max_size=40), mark=MARKS, after=st.text(max_size=40))
@example("permission ", "denied", " for s.canary")
@example("", "", "access is denied: grant this login")
def test_nothing_of_a_failure_is_said_again(before: str, mark: str, after: str) -> None:
    """Whatever the words: one of seven fixed texts, and no piece of a secret (S2)."""
    said = reason(before + mark + after)
    assert said in MEANINGS
    words = before + mark + after
    pieces = {words[start : start + 6] for start in range(len(words) - 5)}
    fixed = "".join(MEANINGS)
    assert not [piece for piece in pieces if piece in said and piece not in fixed]


def test_the_meanings_are_apart() -> None:
    """Each of the words above stands for a meaning of its own."""
    assert len(MEANINGS) == 7


@pytest.mark.parametrize(
    ("words", "other"),
    [
        ("bad answer from http://127.0.0.1:50312/v1", "it is unavailable"),
        ("bad answer from http://127.0.0.1:40412/v1", "no such path"),
        ("bad answer with id 14035", "access is denied"),
        ("a thereof b", "does not answer"),
    ],
)
def test_a_number_in_an_address_is_no_status(words: str, other: str) -> None:
    """A port that begins like a status is none."""
    assert other not in reason(words)
    assert "cannot be understood" in reason(words)


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ('* error validating claims: claim "environment" does not match any', "access is denied"),
        ("* error validating token: token is expired", "access is denied"),
        ('* role "run" could not be found', "access is denied"),
        ('required fields are unset: ["jwt"]', "this run has no login there"),
    ],
)
def test_a_login_that_fails_is_reported_as_that(words: str, meaning: str) -> None:
    """Vault answers 400 to a login that it refuses; its provider asks for what is not given."""
    assert reason(f"Error making API request.\n\nCode: 400. Errors:\n\n{words}").startswith(meaning)


def test_the_failure_itself_is_not_kept() -> None:
    """A traceback of ours does not show the plugin's exception as its cause."""

    def fail() -> None:
        raise RuntimeError("canary")

    with pytest.raises(MissingSecretError) as raised:
        asked("Vault's ci/codecov", fail)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    assert "canary" not in str(raised.value)


def test_what_we_say_ourselves_is_kept() -> None:
    """A reason that a source found is not replaced by a guess."""

    def fail() -> None:
        raise MissingSecretError("it is denied to be sealed")

    with pytest.raises(MissingSecretError, match=r"^it is denied to be sealed$"):
        asked("Vault's ci/codecov", fail)

"""The stack's encrypted config as a source."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from components.secrets.config import ConfigSource
from tests.components.secrets.asking import CANARY, ask, reference, refusal

KEY = "portcullis:pypiToken"
TOKEN = reference(config="pypiToken")


def test_an_encrypted_value_is_given() -> None:
    """The value, and nothing else that is not known."""
    (found,) = ask(ConfigSource(), TOKEN, config={KEY: CANARY}).values
    assert (found.value, found.version, found.changed) == (CANARY, None, None)


def test_a_value_in_the_open_is_refused() -> None:
    """A plain config value is never used; the text says how to replace it, and not the value."""
    text = refusal(ConfigSource(), TOKEN, config={KEY: CANARY}, encrypted=False)
    assert "is plain text in Pulumi.test.yaml: create a new value at its issuer" in text
    assert "pulumi config set --secret portcullis:pypiToken --stack test" in text


def test_a_missing_key_is_named_with_the_command_that_sets_it() -> None:
    """Anyone who reads the message can paste the remedy."""
    assert refusal(ConfigSource(), TOKEN) == (
        "Pulumi.test.yaml has no portcullis:pypiToken; "
        "set it: pulumi config set --secret portcullis:pypiToken --stack test"
    )


def test_the_day_of_a_rotation_travels_with_the_value() -> None:
    """What `portcullis secrets rotate` notes is when the value was changed (G9)."""
    noted = {"portcullis:secretsChanged": '{"pypiToken": "2026-10-01"}'}
    (found,) = ask(ConfigSource(), TOKEN, config={KEY: CANARY, **noted}).values
    assert found.changed == datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize("noted", ['{"pypiToken": "soon"}', '{"other": "2026-10-01"}', "[]", "7"])
def test_a_note_that_cannot_be_read_is_no_day(noted: str) -> None:
    """A file that somebody edited does not stop a run."""
    config = {KEY: CANARY, "portcullis:secretsChanged": noted}
    (found,) = ask(ConfigSource(), TOKEN, config=config).values
    assert found.changed is None

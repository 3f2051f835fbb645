"""What an update overwrites in a file is shown, without the secrets in it."""

from __future__ import annotations

import pytest

from portcullis.preview.file_diff import HIDDEN, MOST_LINES, masked, unified
from tests.support.tokens import pypi_token

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nbody\n-----END RSA PRIVATE KEY-----\nafter"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n", ["plain"]),
        (KEY, [HIDDEN] * 4 + ["after"]),
        ("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", None),
        (f"pip --token {pypi_token('a')}", [HIDDEN]),
        ("DATABASE: postgres://ana:pw@db.example/x", [HIDDEN]),
        ("API_KEY=abc", [f"API_KEY={HIDDEN}"]),
        ('  - "db-password": hunter2 # mine', [f'  - "db-password": {HIDDEN}']),
        ("export DEPLOY_TOKEN = 'x'", [f"export DEPLOY_TOKEN = {HIDDEN}"]),
        ("  password: ${{ secrets.PASSWORD }}", None),
        ('TOKEN="$OTHER"', None),
        ("  id-token: write\n  contents: read\n  token-url: https://x.example", None),
        ("environment: release\non: push", None),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, shown: list[str] | None) -> None:
    """Tokens, keys and values of secret names are hidden; permissions and references are not."""
    assert masked(text) == (text.splitlines() if shown is None else shown)


def test_only_the_secret_differs() -> None:
    """A difference in secrets alone is still a difference, without either value."""
    (line,) = unified("TOKEN=one\n", "TOKEN=two\n", "app/.env")
    assert "looks like a secret" in line


def test_a_long_diff_is_cut_and_counted() -> None:
    """A file that is rewritten completely does not fill the terminal; what is left is counted."""
    lines = unified("a\n" * 1000, None, "app/x")
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == f"and {1000 + 3 - MOST_LINES} more lines"

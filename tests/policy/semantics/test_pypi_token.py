"""A PyPI token tells how far it reaches, and nothing of it is repeated."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.tokens import pypi_token
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.publishing.pypi_token import is_account_wide

from tests.policy.harness import Pack


@pytest.mark.parametrize(
    ("token", "wide"),
    [
        (pypi_token(), True),
        (pypi_token('[3, "user"]'), True),
        (pypi_token("[0, 99, 1]"), True),
        (pypi_token('{"version": 1, "permissions": "user"}'), True),
        (pypi_token('[1, ["escai"]]'), False),
        (pypi_token('[3, "user"]', '[2, ["id"]]'), False),
        (pypi_token('[4, "publisher"]'), False),
        (pypi_token('{"version": 1, "permissions": {"projects": ["escai"]}}'), False),
        ("pypi-", None),
        ("pypi-????", None),
        ("pypi-AQ", None),
        ("npm_x", None),
    ],
)
def test_reach_of_a_token(token: str, wide: bool | None) -> None:  # noqa: FBT001 - expected
    """C3: an account's, a project's (today's form and the old one), or no token."""
    assert is_account_wide(token) is wide


@given(st.text(max_size=60), st.binary(max_size=60))
def test_no_text_crashes_the_reader(text: str, raw: bytes) -> None:
    """C3: whatever a secret holds."""
    is_account_wide("pypi-" + text)
    is_account_wide("pypi-" + base64.urlsafe_b64encode(b"\x02" + raw).decode())


def test_the_token_is_not_shown() -> None:
    """C3: policies see secrets in plain text; a message does not repeat them."""
    token = pypi_token()
    secret = {"repository": "x", "secretName": "PYPI_API_TOKEN", "value": token}
    said = [
        item.message
        for item in Pack().run([Declared(gh.ACTIONS_SECRET, secret)])
        if item.policyName == "SE012"
    ]
    assert len(said) == 1
    assert token[5:25] not in said[0]

"""Ask a provider plugin for a value, and describe its failures without quoting a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from components.secrets.source import MissingSecretError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

_FAILURES: Mapping[str, tuple[str, ...]] = {
    "it does not answer: check the address, and that it is running; then try again": (
        *("connection", "no such host", "dial tcp", r"\beof\b", "time-?out", "timed out"),
        *("deadline", "could not connect"),
    ),
    "this run has no login there: docs/secrets.md names the variables of each source": (
        *("no valid credential", "cached credentials", "nocredentialproviders"),
        *("no vault token", "missing client token", "required fields are unset"),
    ),
    "access is denied: grant this login read access, or use another login": (
        *("denied", "authorized", "forbidden", r"\b40[13]\b", "invalid ?token", "bad token"),
        *("invalid role or secret id", "invalid secret id", r"error validating (token|claims)"),
        r"role \S+ could not be found",
        *("unrecognizedclient", "invalidclienttokenid", "expiredtoken"),
    ),
    "there is no such path: write the secret there, or correct the path": (
        *("no secret found", "no value found", "not ?found", "(?:can|could)n?.t find", r"\b404\b"),
    ),
    "it is unavailable: try again later": (
        *(r"\b50[0234]\b", "sealed", "internal", "throttl", r"\b429\b", "rate exceeded"),
        "too many requests",
    ),
    "the provider plugin is not installed": ("plugin",),
}
"""Each message, by words of Vault's, AWS's, ESC's and Go's own errors; the first match counts."""


def asked(place: str, ask: Callable[[], T]) -> T:
    """Return what ``ask`` gets from a provider plugin.

    The plugin's own words are not passed on: an answer that it cannot read may be quoted in them.

    Args:
        place: the source and its path, for the message.
        ask: invokes a function of the plugin.

    Raises:
        MissingSecretError: it failed.
    """
    try:
        return ask()
    except MissingSecretError:
        raise
    except Exception as error:  # noqa: BLE001 - the SDK raises plain exceptions for a failed invoke
        raise MissingSecretError(f"{place}: {reason(_words(error))}") from None


def _words(error: Exception) -> str:
    """Return an HTTP exception's status, or else its text: ESC's text has all headers."""
    status = getattr(error, "status", None)
    return str(status or error)


def reason(words: str) -> str:
    """Return what a failure's ``words`` mean, without repeating them."""
    for meaning, marks in _FAILURES.items():
        if re.search("|".join(marks), words, re.IGNORECASE):
            return meaning
    return "the answer cannot be understood: check the source, then try again"

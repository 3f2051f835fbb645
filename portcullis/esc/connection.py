"""Where ESC is and with which token: as `pulumi` has them; and ESC's answers in words.

Source: https://www.pulumi.com/docs/iac/cli/environment-variables/
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from pulumi_esc_sdk.esc_client import EscClient, default_client
from pulumi_esc_sdk.exceptions import ApiException
from urllib3.exceptions import HTTPError

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PULUMI_CLOUD = "https://api.pulumi.com"
_LOGIN = "run `pulumi login`, or set PULUMI_ACCESS_TOKEN"


class EscError(UserError):
    """ESC said no, or cannot be reached; ``status`` is its HTTP status, 0 for none."""

    def __init__(self, text: str, status: int = 0) -> None:
        """Take a text that names the environment and what to do, and never a value."""
        super().__init__(text)
        self.status = status


_TOKEN = re.compile(r"[\x21-\x7e]+")
_LOCAL = {"127.0.0.1", "localhost", "::1"}


class Account(NamedTuple):
    """An address of Pulumi and an access token for it."""

    address: str
    token: str

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, where no proxy of the network's is asked."""
        return urlsplit(self.address).hostname in _LOCAL


def account(environment: Mapping[str, str]) -> Account:
    """Return the address and token that `pulumi` uses, or those of Pulumi Cloud.

    Raises:
        UserError: there is no token, or it would travel unencrypted.
    """
    stored = _credentials(environment)
    address = next(
        (
            each.rstrip("/")
            for each in (environment.get("PULUMI_BACKEND_URL"), stored.get("current"))
            if isinstance(each, str) and each.startswith(("http://", "https://"))
        ),
        PULUMI_CLOUD,
    )
    try:
        url = urlsplit(address)
    except ValueError:
        raise UserError("PULUMI_BACKEND_URL: is no address") from None
    if url.scheme == "http" and url.hostname not in _LOCAL:
        raise UserError(f"ESC's address is {address}: allowed: https://, for it gets your token")
    tokens = stored.get("accessTokens")
    known = tokens.get(address) if isinstance(tokens, dict) else None
    token = environment.get("PULUMI_ACCESS_TOKEN") or known
    if not isinstance(token, str) or not token.strip():
        raise UserError(f"there is no access token for {address}: {_LOGIN}")
    if not _TOKEN.fullmatch(token.strip()):  # a client would quote it in its complaint
        raise UserError(f"the access token for {address} is none: {_LOGIN}")
    return Account(address, token.strip())


def _credentials(environment: Mapping[str, str]) -> dict[str, object]:
    home = environment.get("PULUMI_HOME") or Path(environment.get("HOME", "~")) / ".pulumi"
    try:
        stored = json.loads(Path(home, "credentials.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def connect(who: Account) -> EscClient:
    """Return a client of ESC for an account."""
    return default_client(host=who.address, access_token=who.token)


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """Turn ESC's refusals into words; ``what`` names the environment.

    An answer's body is never shown: it may quote what was sent.

    Raises:
        EscError: ESC said no, or cannot be reached.
    """
    try:
        yield
    except ApiException as error:
        status = int(error.status or 0)
        raise EscError(f"ESC: {what}: {because(status)}", status) from None
    except HTTPError as error:
        raise EscError(f"ESC: {what}: cannot be reached ({type(error).__name__})") from None


def because(status: int) -> str:
    """Why, and what to do, by the HTTP status of a refusal; 0 for no answer."""
    return _REASONS.get(status, f"ESC answered {status or 'nothing'}; try again later")


_REASONS = {
    400: "ESC refused the definition; `pulumi env edit` shows why",
    401: f"ESC does not know the access token: {_LOGIN}",
    403: "your token has no permission for this: ask for `write` on the environment",
    404: "not there, or your token has no permission to see it",
    409: "was changed by somebody else meanwhile, or exists already; run it again",
    429: "too many requests; wait a minute, and run it again",
}

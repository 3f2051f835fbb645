"""Two-factor authentication: whether the organization requires it, and which members lack it.

Sources:
    https://docs.github.com/rest/orgs/members#list-organization-members
    https://docs.github.com/rest/orgs/orgs#get-an-organization
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portcullis.live.asking import Unread

if TYPE_CHECKING:
    from portcullis.live.asking import Asking

_OWNERS_ONLY = 422
"""GitHub's answer to the filter from those who are no owners."""


@dataclass(frozen=True)
class TwoFactor:
    """What is known of members' second factor."""

    required: bool | Unread
    """Whether the organization requires it of everybody."""
    without: tuple[str, ...] | Unread
    """The logins of members who have none, in order."""


def read(asking: Asking, organization: str) -> TwoFactor:
    """Return what these credentials may know of it.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be reached.
    """
    return TwoFactor(_required(asking, organization), _without(asking, organization))


def _required(asking: Asking, organization: str) -> bool | Unread:
    shown = asking.get(f"/orgs/{organization}")
    if isinstance(shown, Unread):
        return shown
    required = shown.get("two_factor_requirement_enabled")
    # GitHub leaves it out, or says null, where the token may not see it
    return (
        bool(required) if required is not None else Unread(403, "organization_administration=read")
    )


def _without(asking: Asking, organization: str) -> tuple[str, ...] | Unread:
    found = asking.listed(f"/orgs/{organization}/members?filter=2fa_disabled")
    if isinstance(found, Unread):
        if found.status == _OWNERS_ONLY:
            return Unread(_OWNERS_ONLY, reason="only an owner's token may see it")
        return found
    return tuple(sorted((str(each["login"]) for each in found), key=str.lower))

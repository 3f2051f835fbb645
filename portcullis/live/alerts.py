"""Open security alerts of an organization, counted.

Sources:
    https://docs.github.com/rest/secret-scanning/secret-scanning
    https://docs.github.com/rest/dependabot/alerts
    https://docs.github.com/rest/code-scanning/code-scanning
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.live.asking import PAGE, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.live.asking import Asking

KINDS = ("secret-scanning", "dependabot", "code-scanning")
"""As GitHub's paths name them."""

_PAGES = 3

MOST = _PAGES * PAGE
"""So many are counted; there may be more."""


def read(asking: Asking, organization: str) -> Mapping[str, int | Unread]:
    """Return the number of open alerts of each kind, up to `MOST`.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be reached.
    """
    return dict(
        zip(KINDS, asking.each(lambda kind: _count(asking, organization, kind), KINDS), strict=True)
    )


def _count(asking: Asking, organization: str, kind: str) -> int | Unread:
    # the answers hold secrets that were found, so nothing is kept of them but their number
    found = asking.listed(
        f"/orgs/{organization}/{kind}/alerts?state=open&hide_secret=true", pages=_PAGES
    )
    return found if isinstance(found, Unread) else len(found)

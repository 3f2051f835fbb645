"""REST's lists of a repository: secrets by name, variables, webhooks, and invitations.

What Actions may do in a repository is not read: a repository cannot allow more than the
organization does, and the YAML has no field for one that allows less.

Sources:
    https://docs.github.com/rest/actions/secrets
    https://docs.github.com/rest/repos/webhooks
    https://docs.github.com/organizations/managing-organization-settings/disabling-or-limiting-github-actions-for-your-organization
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from portcullis_policy.facts import UNKNOWN

from portcullis.live.asking import Unread
from portcullis.live.people import invitations
from portcullis.live.resource import Gap, LiveResource, updated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.live.asking import Asking

_LISTS = {
    "ActionsSecret": ("actions/secrets", "secrets", "Actions secrets"),
    "DependabotSecret": ("dependabot/secrets", "secrets", "Dependabot secrets"),
    "CodespacesSecret": ("codespaces/secrets", "secrets", "Codespaces secrets"),
    "ActionsVariable": ("actions/variables", "variables", "variables"),
    "RepositoryWebhook": ("hooks", "", "webhooks"),
}
"""Path, the field that holds the entries, and what people call them, by kind."""


def read(
    asking: Asking, organization: str, repository: str
) -> tuple[list[LiveResource], list[Gap]]:
    """Return what REST lists of a repository, and what could not be read."""
    base = f"/repos/{organization}/{repository}"
    found: list[LiveResource] = []
    gaps: list[Gap] = []
    for kind, (path, key, what) in _LISTS.items():
        items = asking.listed(f"{base}/{path}", key)
        if isinstance(items, Unread):
            gaps.append(Gap(f"{what} of {repository}", (kind,), repository, items))
        else:
            found += [_item(kind, repository, item) for item in items]
    invited, unread = invitations.of_repository(asking, organization, repository)
    return [*found, *invited], [*gaps, *unread]


def _item(kind: str, repository: str, item: Mapping[str, Any]) -> LiveResource:
    if kind == "RepositoryWebhook":
        inputs = {"repository": repository, **webhook(item)}
        return LiveResource(
            kind, f"{repository}/{inputs['address']}", f"{repository}/{item['id']}", inputs
        )
    name = item["name"]
    if kind == "ActionsVariable":
        inputs = {"repository": repository, "variableName": name, "value": item["value"]}
        return LiveResource(kind, f"{repository}/{name}", f"{repository}:{name}", inputs)
    store = kind.removesuffix("Secret").lower()
    inputs = {"repository": repository, "secretName": name}
    full, ident = f"{repository}/{store}/{name}", f"{repository}/{name}"
    return LiveResource(kind, full, ident, inputs, updated=updated(item))


def webhook(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a webhook as the provider declares it; GitHub never shows its secret.

    The password and the query of its address may be secrets too: they are left out.
    """
    config = item["config"]
    configuration = {
        "url": config.get("url"),
        "contentType": config.get("content_type"),
        "insecureSsl": str(config.get("insecure_ssl", "0")) == "1",
        # GitHub shows stars for one that is set
        **({"secret": UNKNOWN} if config.get("secret") else {}),
    }
    return {
        "number": item["id"],
        "address": shown_address(str(config.get("url") or "")),
        "active": item["active"],
        "events": item["events"],
        "configuration": configuration,
    }


_LONGEST_SEGMENT = 20
"""Characters of a part of a path that is shown: longer ones, as chat services have, are secrets."""


def shown_address(url: str) -> str:
    """Return an address without what may be a secret in it: a login, a query, a key in its path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(an address that cannot be read)"
    segments = ["..." if len(e) >= _LONGEST_SEGMENT else e for e in parts.path.split("/")]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "/".join(segments), "", ""))

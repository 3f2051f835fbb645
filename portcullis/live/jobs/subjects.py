"""The templates of the subjects of jobs' OIDC tokens: of the organization, and of repositories.

Source: https://docs.github.com/rest/actions/oidc
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from portcullis.live.asking import Unread
from portcullis.live.resource import Gap, LiveResource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portcullis.live.asking import Asking
    from portcullis.live.resource import Live

ORGANIZATION = "ActionsOrganizationOidcSubjectClaimCustomizationTemplate"
REPOSITORY = "ActionsRepositoryOidcSubjectClaimCustomizationTemplate"

DEFAULT = ("repo", "context")
"""The claims of GitHub's own template."""

_PATH = "actions/oidc/customization/sub"


def read(asking: Asking, live: Live, repositories: Iterable[str]) -> None:
    """Read the organization's template, and those of ``repositories`` that exist."""
    name = live.organization
    answer = asking.get(f"/orgs/{name}/{_PATH}")
    if isinstance(answer, Unread):
        live.gaps.append(Gap("subject template of the organization", (ORGANIZATION,), None, answer))
    else:
        inputs = {"includeClaimKeys": answer.get("include_claim_keys") or [*DEFAULT]}
        live.resources.append(LiveResource(ORGANIZATION, name, name, inputs))
    there = {key.casefold(): (key, each.name) for key, each in live.repositories.items()}
    wanted = sorted({there[each.casefold()] for each in repositories if each.casefold() in there})
    found = asking.each(partial(_of_repository, asking, name), wanted)
    for each in found:
        if isinstance(each, Gap):
            live.gaps.append(each)
        else:
            live.resources.append(each)


def _of_repository(asking: Asking, organization: str, names: tuple[str, str]) -> LiveResource | Gap:
    """Return the template of a repository, of which we know our name and GitHub's."""
    repository, name = names
    answer = asking.get(f"/repos/{organization}/{name}/{_PATH}")
    if isinstance(answer, Unread):
        return Gap(f"subject template of {repository}", (REPOSITORY,), repository, answer)
    inputs: dict[str, Any] = {
        "repository": repository,
        "useDefault": answer.get("use_default", True),
    }
    if not inputs["useDefault"]:
        inputs["includeClaimKeys"] = answer.get("include_claim_keys") or []
    return LiveResource(REPOSITORY, repository, repository, inputs)


def is_customized(resource: LiveResource) -> bool:
    """Say whether somebody replaced GitHub's own template."""
    if resource.kind == REPOSITORY:
        return not resource.inputs["useDefault"]
    return tuple(resource.inputs["includeClaimKeys"]) != DEFAULT

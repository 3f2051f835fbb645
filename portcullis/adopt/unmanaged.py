"""List what lies beside adopted resources and is neither declared nor removed.

Portcullis owns who may approve, deploy and push, so that extras are removed. Everything else that
is not declared stays as it is: somebody may need it. It is listed by name, because a person has to
decide about each.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from portcullis.drift.undeclared import TAKEN_BACK, worth_showing
from portcullis.live.compare import undeclared
from portcullis.live.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from components.organization import ResolvedOrganization
    from portcullis.adopt.from_live import There
    from portcullis.live.resource import Live, LiveResource

REMEDY = "declare them to manage them, or delete them on GitHub; make up leaves them as they are"
"""What to do about all of them."""

_ELSEWHERE = frozenset({"AppInstallation", "Membership", "Repository", "Runner", "Team"})
"""What an organization may have hundreds of: `portcullis drift` lists them."""


def lines(
    there: There, adopted: Collection[str], live: Live, resolved: ResolvedOrganization
) -> Iterator[str]:
    """Yield what exists in the things that were adopted and is not declared, a line a place.

    Args:
        there: What is on GitHub.
        adopted: The URNs of what was adopted.
        live: The organization on GitHub.
        resolved: The organization as it is declared.
    """
    places = {_inside(there.found[urn], live) for urn in adopted}
    found: dict[str, list[str]] = defaultdict(list)
    for drift in worth_showing(undeclared(there.rest, live), resolved, live):
        each = drift.live
        if each and each.kind not in {*TAKEN_BACK, *_ELSEWHERE} and _place(each, live) in places:
            found[_place(each, live)].append(_words(each))
    for place in sorted(found, key=lambda name: (name != live.organization, name)):
        yield f"{place}: {', '.join(sorted(found[place], key=str.casefold))}"


def _inside(adopted: LiveResource, live: Live) -> str | None:
    """Return the place that an adopted thing is; None for one in which nothing lies."""
    if adopted.kind in {"Repository", "RepositoryEnvironment"}:
        return adopted.name
    return live.organization if adopted.kind == "OrganizationSettings" else None


def _place(each: LiveResource, live: Live) -> str:
    """Return where something lies: the organization, a repository or an environment."""
    if each.kind == "BranchProtection":  # it refers to its repository by an id
        return each.name.partition("/")[0]
    repository = each.inputs.get("repository")
    if repository is None:
        return live.organization
    environment = None if each.kind == "RepositoryEnvironment" else each.inputs.get("environment")
    return f"{repository}/{environment}" if environment else str(repository)


def _words(each: LiveResource) -> str:
    """Return a noun and a name, such as `variable DEBUG`."""
    inputs = each.inputs
    names = ("secretName", "variableName", "address", "title", "file", "username", "propertyName")
    name = next((inputs[field] for field in names if field in inputs), None)
    if name is None:
        name = each.name.partition("/")[2] if "repository" in inputs else each.name
    if each.kind == "BranchProtection":
        name = inputs["pattern"]
    return f"{KINDS[each.kind].noun.removeprefix('environment ')} {name}"

"""Put into a state what a declared thing has on GitHub beyond its declaration.

An environment may let in refs that are not declared, a repository may be open to teams that are
not declared, and a team may have members although none is declared. They are in the state then and
not in the program, so the next preview lists them by name as deletions, and the update removes
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.adopt.completion import in_order
from portcullis.adopt.entries import entry
from portcullis.check.recorder import Options, Registered
from portcullis.live.resource import token
from portcullis.pulumi_runs.events import name_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from portcullis.adopt.entries import Entry
    from portcullis.live.resource import Live, LiveResource

OWNERS: Mapping[str, tuple[str, str]] = {
    "RepositoryEnvironmentDeploymentPolicy": ("RepositoryEnvironment", "environment"),
    "TeamRepository": ("Repository", "name"),
    "TeamMembers": ("Team", "slug"),
}
"""The kinds that an update removes, because Portcullis owns who may deploy and push; each with the
kind that it is below, and with that one's field that has its name."""

_PLACES: Mapping[str, tuple[str, ...]] = {
    "RepositoryEnvironmentDeploymentPolicy": ("repository", "environment"),
    "TeamRepository": ("repository",),
    "TeamMembers": ("teamSlug",),
}
"""The fields that name the owner."""


def with_extras(
    state: Mapping[str, Any],
    undeclared: Iterable[LiveResource],
    live: Live,
    frozen: Collection[str] = (),
) -> tuple[dict[str, Any], list[str]]:
    """Return the state with what nobody declared below its resources, and the URNs of that.

    Args:
        state: An exported state.
        undeclared: What exists on GitHub and nobody declared.
        live: The organization on GitHub.
        frozen: URNs of repositories that are declared as archived: nothing changes below them.
    """
    deployment = {**state["deployment"]}
    resources: list[Entry] = [*(deployment.get("resources") or ())]
    known = {each["urn"] for each in resources}
    ids = {(each["type"], each.get("id")) for each in resources}
    owners = {
        key: each
        for each in resources
        if each["urn"] not in frozen and not each.get("delete")
        for key in [_key(each)]
        if key
    }
    added: list[str] = []
    for each in undeclared:
        owner = owners.get(_owner(each)) if each.kind in OWNERS else None
        if owner is None or (token(each.kind), each.id) in ids:
            continue  # or it is in the state already: adoption has put it there
        registered = _beside(owner, each)
        if registered.urn not in known:
            added.append(registered.urn)
            resources.append(entry(registered, each, live, owner["provider"], known))
    deployment["resources"] = in_order(resources)
    return {**state, "deployment": deployment}, added


def _owner(there: LiveResource) -> tuple[str, ...]:
    """Return what identifies the thing that one is below."""
    names = [there.inputs[field] for field in _PLACES[there.kind]]
    return (token(OWNERS[there.kind][0]), *(str(each).casefold() for each in names))


def _key(resource: Entry) -> tuple[str, ...] | None:
    """Return what identifies a resource of a state that others may be below."""
    properties = {**(resource.get("inputs") or {}), **(resource.get("outputs") or {})}
    fields = {token(kind): field for kind, field in OWNERS.values()}
    field = fields.get(resource["type"])
    if field is None or field not in properties:
        return None
    names = [properties[field]]
    if field == "environment":
        names.insert(0, properties["repository"])
    return (resource["type"], *(str(each).casefold() for each in names))


def _beside(owner: Entry, there: LiveResource) -> Registered:
    """Return what nobody declared, as if the component of its owner declared it."""
    kind = token(there.kind)
    start, project, types, _ = owner["parent"].split("::", 3)
    name = name_of(owner["urn"])
    if there.kind == "TeamRepository":
        name = f"{name}/{there.name.rpartition('/')[2]}"
    elif there.kind == "RepositoryEnvironmentDeploymentPolicy":
        pattern = there.inputs.get("tagPattern")
        type_ = "tag" if pattern else "branch"
        name = f"{name}/{type_}/{pattern or there.inputs['branchPattern']}"
    return Registered(
        kind,
        name,
        "::".join((start, project, f"{types}${kind}", name)),
        owner["parent"],
        None,
        there.inputs,
        {},
        Options((owner["urn"],)),
    )

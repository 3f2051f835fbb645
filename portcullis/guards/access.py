"""Guards of access: the last owner, and what the automation itself needs to undo a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.guards.managed import TAKEN_AWAY
from portcullis.guards.stop import Stop
from portcullis.preview.names import number_of
from portcullis.pulumi_runs.events import DONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portcullis.guards.managed import Managed
    from portcullis.pulumi_runs.events import Run

_INSTALLATIONS = frozenset({"AppInstallationRepository", "AppInstallationRepositories"})


def last_owner(planned: Run, before: Mapping[str, Managed]) -> Iterator[Stop]:
    """Stop an update after which none of the declared owners of the organization is one."""
    owners = [
        each
        for each in before.values()
        if each.kind == "Membership" and each.inputs.get("role") == "admin"
    ]
    stay = [each for each in owners if _role_after(planned, each) == "admin"]
    new = [
        each
        for each in planned.planned.values()
        if each.type.endswith(":Membership") and each.inputs.get("role") == "admin"
    ]
    if owners and not stay and not new:
        names = ", ".join(str(each.inputs.get("username")) for each in owners)
        what = f"no declared owner of the organization is left: {names}"
        yield Stop("last owner", what, "remove the last owner")


def _role_after(planned: Run, owner: Managed) -> object:
    operation = planned.resources.get(owner.urn, "")
    if operation == "delete":
        return None
    step = planned.steps.get(owner.urn)
    return step.new_inputs.get("role") if step and step.new_inputs else owner.inputs.get("role")


def own_access(
    planned: Run, gone: Sequence[Managed], before: Mapping[str, Managed], apps: set[int]
) -> Iterator[Stop]:
    """Stop an update that takes from the automation's App what it has: a bypass, a repository.

    Args:
        planned: The preview.
        gone: What the update takes away.
        before: What is on GitHub now.
        apps: The App's numeric id, as it is declared, and as it was.
    """
    for each in gone:
        if each.kind in _INSTALLATIONS:
            what = f"an App's access to repositories is taken away: {each.title}"
            yield Stop("own access", what, f"delete {each.path}")
    for urn, step in planned.steps.items():
        thing = before.get(urn)
        if thing is None or DONE.get(step.operation) in TAKEN_AWAY:
            continue
        if lost := _apps(step.old_inputs) & apps - _apps(step.new_inputs):
            listed = ", ".join(map(str, sorted(lost)))
            what = f"{thing.title}: the automation's App {listed} may not bypass it any more"
            yield Stop("own access", what, f"lock out of {thing.path}")
        elif thing.kind in _INSTALLATIONS and (
            less := _repositories(step.old_inputs) - _repositories(step.new_inputs)
        ):
            listed = ", ".join(sorted(less))
            what = f"{thing.title}: an App loses its access to {listed}"
            yield Stop("own access", what, f"lock out of {thing.path}")


def _apps(inputs: Mapping[str, Any]) -> set[int]:
    """Return the Apps that may bypass a ruleset."""
    actors = inputs.get("bypassActors")
    numbers = {
        number_of(each.get("actorId"))
        for each in (actors if isinstance(actors, list) else [])
        if isinstance(each, dict) and each.get("actorType") == "Integration"
    }
    return {each for each in numbers if each is not None}


def _repositories(inputs: Mapping[str, Any]) -> set[str]:
    listed = inputs.get("selectedRepositories")
    return {str(each) for each in listed} if isinstance(listed, list) else set()

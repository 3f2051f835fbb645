"""A note in the state of what an update is about to do, in case it is killed.

A backend without Pulumi Cloud writes the whole state before and after each change, so that a first
update takes time by the square of its size. Pulumi can leave these checkpoints out and write the
state once, at the end. A run that is killed then leaves no trace of what it made. So the plan is
put into the state before the update begins, as a resource that no program declares. The engine
removes the resource with the same write that stores the result. A note that is still there means
that an update did not end, and names everything that it can have changed.

Source: https://github.com/pulumi/pulumi/issues/10668
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from portcullis.adopt.completion import REPOSITORY, TEAM, TEAM_MEMBERS, TEAM_REPOSITORY
from portcullis.pulumi_runs.events import DONE, UNFINISHED, Planned, name_of, provider_urn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pulumi import automation

    from portcullis.pulumi_runs.events import Run

FEW = 25
"""Up to this many changes, checkpoints cost less than a note does."""

CHECKPOINTS = "PORTCULLIS_CHECKPOINTS"
"""The variable that keeps the checkpoints: the user sets it to `true`."""

WITHOUT_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true"}
"""Pulumi's own variable; Pulumi Cloud has a journal of its own and is never given it."""

_NAME = "unfinished-update"
_KEPT = frozenset(
    {
        "archiveOnDestroy",
        "autoInit",
        "branchPattern",
        "environment",
        "name",
        "pattern",
        "repository",
        "repositoryId",
        "secretName",
        "tagPattern",
        "teamId",
        "teamSlug",
        "variableName",
    }
)
"""Inputs that locate a resource on GitHub, or that only the program knows; none is secret."""

_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine's events have for a value that is not known before the update."""

_SECRET = "[secret]"  # noqa: S105 - the engine's mask of a secret
_REPLACED = "replaced"
_STACK = "pulumi:pulumi:Stack"
_BRANCH_PROTECTION = "github:index/branchProtection:BranchProtection"


@dataclass(frozen=True)
class Unfinished:
    """What an update can have changed on GitHub."""

    created: Mapping[str, Planned] = field(default_factory=dict)
    """URN to resource, of creations and of the new halves of replacements."""
    touched: Sequence[str] = ()
    """URNs of resources that it changes, replaces or deletes."""
    begun: str = ""
    """When it began, as an ISO time; empty where that is not known."""
    first: bool = False
    """Whether no update of the stack ended before it."""


def is_large(planned: Run) -> bool:
    """Return whether an update has so many changes that checkpoints would slow it down.

    What lies elsewhere than on GitHub, such as at AWS, could not be found after a kill.
    """
    kinds = {
        urn.split("::", 3)[2].rpartition("$")[2]
        for urn, operation in planned.resources.items()
        if operation in DONE
    }
    return planned.changes().total() > FEW and all(
        kind.startswith(("github:", "portcullis:", "pulumi:")) for kind in kinds
    )


def variables(stack: automation.Stack, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the variables for a run without checkpoints; none where they are to be kept."""
    if environment.get(CHECKPOINTS, "").lower() in {"1", "true"}:
        return {}
    backend = environment.get("PULUMI_BACKEND_URL") or stack.workspace.who_am_i().url or ""
    is_cloud = backend.startswith(("https:", "http:"))
    return {} if is_cloud or not backend else WITHOUT_CHECKPOINTS


def planned_by(planned: Run, state: Mapping[str, Any]) -> Unfinished:
    """Return what an update does that was previewed.

    Args:
        planned: The preview.
        state: The stack's state, exported.
    """
    created = {urn: _reduced(each) for urn, each in planned.planned.items()}
    touched: list[str] = []
    resources = {each["urn"]: each for each in _resources(state)}
    for urn, operation in planned.resources.items():
        resource = resources.get(urn)
        if resource is None or operation not in DONE or not _is_on_github(resource):
            continue
        touched.append(urn)
        if DONE[operation] == _REPLACED:
            step = planned.steps.get(urn)
            inputs = {**resource.get("inputs", {}), **(step.new_inputs if step else {})}
            created[urn] = _reduced(_as_planned(resource, inputs))
    begun = datetime.now(UTC).isoformat()
    return Unfinished(created, tuple(touched), begun, first=not has_ended(state))


def left_in(state: Mapping[str, Any]) -> Unfinished | None:
    """Return what an unfinished update may have changed; None if there was none.

    Args:
        state: The stack's state, exported. It has a note, or creations that the engine began.
    """
    pending = pending_creates(state)
    notes = [each["inputs"] for each in _resources(state) if each["type"] == UNFINISHED]
    if not (pending or notes):
        return None
    noted = [Planned(**each) for note in notes for each in note["created"]]
    touched = tuple(urn for note in notes for urn in note["touched"])
    reduced = {urn: _reduced(each) for urn, each in pending.items()}
    begun = max((note["begun"] for note in notes), default="")
    first = any(note["first"] for note in notes) if notes else not has_ended(state)
    return Unfinished({each.urn: each for each in noted} | reduced, touched, begun, first=first)


def has_ended(state: Mapping[str, Any]) -> bool:
    """Return whether an update of the stack ever ended: only then the stack has outputs."""
    return any(each.get("outputs") for each in _resources(state) if each["type"] == _STACK)


def as_never_ended(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state without the stack's outputs, which a partial update sets as well."""
    resources = [
        {**each, "outputs": {}} if each["type"] == _STACK else each for each in _resources(state)
    ]
    return {**state, "deployment": {**state["deployment"], "resources": resources}}


def is_noted(state: Mapping[str, Any]) -> bool:
    """Return whether the state has a note."""
    return any(each["type"] == UNFINISHED for each in _resources(state))


def pending_creates(state: Mapping[str, Any]) -> dict[str, Planned]:
    """Return URN to resource, of those whose creation the engine began and did not finish."""
    deployment: Mapping[str, Any] = state.get("deployment") or {}
    begun = (
        operation["resource"]
        for operation in deployment.get("pending_operations") or []
        if operation["type"] == "creating"
    )
    return {each["urn"]: _as_planned(each, each.get("inputs", {})) for each in begun}


def noted(state: Mapping[str, Any], left: Unfinished) -> dict[str, Any]:
    """Return the state with a note of ``left`` instead of an older one and of begun operations."""
    changed = without_note(state)
    note = {
        "urn": note_urn([*left.created, *left.touched][0]),
        "custom": False,
        "type": UNFINISHED,
        "inputs": {
            "created": [asdict(each) for each in left.created.values()],
            "touched": list(left.touched),
            "begun": left.begun,
            "first": left.first,
        },
    }
    resources = [*changed["deployment"].get("resources", ()), note]
    changed["deployment"] = {**changed["deployment"], "resources": resources}
    changed["deployment"].pop("pending_operations", None)
    return changed


def without_note(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state without a note."""
    deployment = {**state["deployment"]}
    if is_noted(state):
        kept = [each for each in deployment["resources"] if each["type"] != UNFINISHED]
        deployment["resources"] = kept
    return {**state, "deployment": deployment}


def note_urn(urn: str) -> str:
    """Return the URN of the note in the stack and project of another ``urn``."""
    stack, project, _ = urn.split("::", 2)
    return f"{stack}::{project}::{UNFINISHED}::{_NAME}"


def with_components(state: Mapping[str, Any], created: Mapping[str, Planned]) -> dict[str, Any]:
    """Return the state with the components around its resources and around those that follow.

    Components are nothing on GitHub. Some may not be declared any more.

    Args:
        state: The stack's state, exported.
        created: The planned components, by URN.
    """
    known = {each["urn"] for each in _resources(state)}
    added = {
        urn: {"urn": urn, "custom": False, "type": each.type, "parent": each.parent}
        for urn, each in created.items()
        if urn not in known and each.type.startswith("portcullis:")
    }
    resources = [*_resources(state), *_parents_first(added)]
    return {**state, "deployment": {**state["deployment"], "resources": resources}}


def providers_to_make(left: Unfinished, found: Iterable[str], state: Mapping[str, Any]) -> set[str]:
    """Return the URNs of the providers that the resources ``found`` lack, and of what is around."""
    known = {each["urn"] for each in _resources(state)}
    wanted: set[str] = set()
    around = [left.created[urn].provider for urn in found]
    while around:
        urn = around.pop()
        if urn not in known and urn not in wanted and urn in left.created:
            wanted.add(urn)
            around.append(left.created[urn].parent)
    return wanted


def _parents_first(added: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(added.values(), key=lambda each: _depth(each, added))


def _depth(component: Mapping[str, Any], added: Mapping[str, Mapping[str, Any]]) -> int:
    parent = added.get(component["parent"])
    return 1 + _depth(parent, added) if parent else 0


def to_look_up(left: Unfinished, state: Mapping[str, Any]) -> dict[str, Planned]:
    """Return what the update was to create on GitHub and what the state does not have."""
    known = {
        each["urn"]
        for each in _resources(state)
        if not (each.get("delete") or each.get("pendingReplacement"))
    }
    return {
        urn: each
        for urn, each in left.created.items()
        if urn not in known and each.provider  # neither a component nor a provider
    }


def is_root(resource: Planned) -> bool:
    """Return whether a resource is one in which others lie."""
    return resource.type in {REPOSITORY, TEAM}


def within_reach(
    planned: Mapping[str, Planned], state: Mapping[str, Any], missing: Collection[str]
) -> dict[str, Planned]:
    """Return those that can exist on GitHub, with the ids that a preview did not know.

    Args:
        planned: URN to resource, without repositories and teams.
        state: The stack's state, exported, which has the repositories and teams that exist.
        missing: The names of planned repositories that do not exist.
    """
    roots = {
        (each["type"], name_of(each["urn"])): each
        for each in _resources(state)
        if each["type"] in {REPOSITORY, TEAM}
    }
    return {
        urn: replace(each, inputs={**_ids(each, roots), **each.inputs})
        for urn, each in planned.items()
        if each.inputs.get("repository") not in missing
    }


def _ids(planned: Planned, roots: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Any]:
    """Return the inputs that refer to a team or a repository by what GitHub calls it."""
    name = name_of(planned.urn)
    if planned.type == TEAM_REPOSITORY:
        team = roots.get((TEAM, name.rpartition("/")[2]))
        return {"teamId": team["id"] if team else ""}
    if planned.type == TEAM_MEMBERS and (team := roots.get((TEAM, name))):
        return {"teamSlug": team["outputs"]["slug"]}
    if planned.type == _BRANCH_PROTECTION:
        repository = next(
            (each for (kind, _), each in roots.items() if _beside(kind, each, planned)), None
        )
        return {"repositoryId": repository["outputs"]["nodeId"] if repository else ""}
    return {}


def _beside(kind: str, resource: Mapping[str, Any], planned: Planned) -> bool:
    return bool(kind == REPOSITORY and resource.get("parent") == planned.parent)


def _reduced(resource: Planned) -> Planned:
    """Return a resource with no more inputs than it takes to find it on GitHub."""
    inputs = {name: value for name, value in resource.inputs.items() if _is_kept(name, value)}
    return replace(resource, inputs=inputs)


def _is_kept(name: str, value: object) -> bool:
    known = isinstance(value, str | bool | int) and value not in {_UNKNOWN, _SECRET}
    return name in _KEPT and known


def _as_planned(resource: Mapping[str, Any], inputs: Mapping[str, Any]) -> Planned:
    return Planned(
        urn=resource["urn"],
        type=resource["type"],
        parent=resource.get("parent", ""),
        provider=provider_urn(resource.get("provider", "")),
        inputs=inputs,
        protect=resource.get("protect", False),
        retain_on_delete=resource.get("retainOnDelete", False),
    )


def _is_on_github(resource: Mapping[str, Any]) -> bool:
    return bool(resource.get("custom")) and not resource["type"].startswith("pulumi:")


def _resources(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    return (state.get("deployment") or {}).get("resources") or []

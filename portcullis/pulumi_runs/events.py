"""What the engine says while it runs, as plain data."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "archive": "archived",
    "forget": "forgotten",
    "replace": "replaced",
    "create-replacement": "replaced",
    "delete-replaced": "replaced",
    "import-replacement": "replaced",
    "import": "adopted",
    "read": "read",
}
"""Operations that do something, in the words that people read."""

ROOT = "portcullis:index:Organization"
"""The type of the component that everything else is below."""

UNFINISHED = "portcullis:index:UnfinishedUpdate"
"""The type of the note of an update in the state; it is nothing on GitHub, and no change."""

_NAMED = {
    "github:index/team:Team": "team",
    "github:index/repository:Repository": "repository",
}
"""Types whose numeric ids other resources refer to."""

_COLOUR = re.compile(r"<\{%[^%]*%\}>")
"""The engine's marks for colours, such as `<{%reset%}>`."""


@dataclass(frozen=True)
class Finding:
    """A violation that the policy pack reported."""

    rule: str
    level: str
    urn: str
    message: str


@dataclass(frozen=True)
class Planned:
    """A resource that a preview would create."""

    urn: str
    type: str
    parent: str
    provider: str
    """URN of its provider; empty for a component."""
    inputs: Mapping[str, Any]
    protect: bool = False
    retain_on_delete: bool = False


@dataclass(frozen=True)
class Step:
    """One step with the resource's properties before and after; secrets are masked in them."""

    operation: str
    changed: tuple[str, ...] = ()
    """Paths of the properties that change."""
    old_inputs: Mapping[str, Any] = field(default_factory=dict)
    old_outputs: Mapping[str, Any] = field(default_factory=dict)
    new_inputs: Mapping[str, Any] = field(default_factory=dict)
    overwritten: str | None = None
    """The text of a file on GitHub that nobody but people wrote, and that the step overwrites."""


@dataclass
class Run:
    """One preview or update, filled while its events arrive."""

    resources: dict[str, str] = field(default_factory=dict)
    """URN to operation, of every resource in the order of their appearance."""
    steps: dict[str, Step] = field(default_factory=dict)
    """URN to step, of every resource that does not stay the same."""
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    """Names of teams and repositories by (kind, numeric id on GitHub)."""
    done: set[str] = field(default_factory=set)
    planned: dict[str, Planned] = field(default_factory=dict)
    """URN to resource, of those that are created."""
    findings: list[Finding] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    """(URN or "", text) of each error."""
    organization: Mapping[str, Any] = field(default_factory=dict)
    """Inputs of the root component, which nothing that is secret is among."""
    outputs_differ: bool = False
    """Whether the stack's outputs are others than before."""
    protection: dict[str, bool] = field(default_factory=dict)
    """URN to the new value of Pulumi's `protect`, of resources where it changes."""
    moved: bool = False
    """Whether the state alone changes otherwise: a resource's URN, parent or provider."""
    seconds: float = 0.0
    policy_packs: dict[str, str] = field(default_factory=dict)

    def changes(self) -> Counter[str]:
        """Count the resources that are created, updated and so on, but not unchanged ones."""
        return Counter(DONE[op] for op in self.resources.values() if op in DONE and op != "read")

    @property
    def new_names(self) -> dict[str, list[str]]:
        """The names of teams and repositories that are created, by kind."""
        found: dict[str, list[str]] = {}
        for resource in self.planned.values():
            if kind := _NAMED.get(resource.type):
                found.setdefault(kind, []).append(name_of(resource.urn))
        return found

    @property
    def has_to_be_carried_out(self) -> bool:
        """Whether an update would change anything, on GitHub or only in the stack's state."""
        in_state = self.outputs_differ or self.moved or bool(self.protection)
        return in_state or bool(self.changes())

    @property
    def is_to_be_agreed(self) -> bool:
        """Whether somebody has to agree first: to changes, and to what may be deleted from now."""
        return bool(self.changes() or self.protection)

    def take(self, event: Any) -> None:  # noqa: ANN401 - pulumi.automation's event, untyped inside
        """Note one engine event."""
        if _is_of_note(event):
            return
        if (pre := event.resource_pre_event) is not None:
            self._take_step(pre.metadata)
        elif (outputs := event.res_outputs_event) is not None:
            self.done.add(outputs.metadata.urn)
            if outputs.metadata.type == "pulumi:pulumi:Stack":
                old, new = outputs.metadata.old, outputs.metadata.new
                self.outputs_differ = (old and old.outputs) != (new and new.outputs)
        elif (policy := event.policy_event) is not None:
            finding = Finding(
                policy.policy_name,
                policy.enforcement_level,
                policy.resource_urn or "",
                plain(policy.message),
            )
            if finding not in self.findings:
                self.findings.append(finding)
        elif (diagnostic := event.diagnostic_event) is not None:
            if diagnostic.severity == "error" and not diagnostic.ephemeral:
                self.errors.append((diagnostic.urn or "", plain(diagnostic.message)))
        elif (summary := event.summary_event) is not None:
            self.seconds = float(summary.duration_seconds)
            self.policy_packs = dict(summary.policy_packs or {})

    def _take_step(self, step: Any) -> None:  # noqa: ANN401 - as above
        operation, new = _operation(step), step.new
        self.resources[step.urn] = operation
        self._note_names(step.old)
        if operation != "same":
            self._note_step(step)
        if new is None:
            return
        if step.old is not None:
            self._compare(step.urn, step.old, new)
        if new.type == ROOT:
            self.organization = new.inputs or {}
        if operation == "create":
            self.planned[new.urn] = Planned(
                new.urn,
                new.type,
                new.parent,
                provider_urn(new.provider),
                new.inputs or {},
                protect=bool(new.protect),
                retain_on_delete=bool(new.retain_on_delete),
            )

    def _note_step(self, step: Any) -> None:  # noqa: ANN401 - as above
        """Keep what a step changes; of a replacement's three steps the one that says most."""
        changed = tuple(sorted(step.detailed_diff or step.diffs or []))
        if changed or step.urn not in self.steps:
            old, new = step.old, step.new
            self.steps[step.urn] = Step(
                step.op.value,
                changed,
                (old and old.inputs) or {},
                (old and old.outputs) or {},
                (new and new.inputs) or {},
            )

    def _note_names(self, state: Any) -> None:  # noqa: ANN401 - as above
        """Keep the name of a team or a repository, which others refer to by number."""
        kind = _NAMED.get(state.type) if state else None
        if kind is None:
            return
        outputs = state.outputs or {}
        number = outputs.get("repoId") if kind == "repository" else state.id
        name = outputs.get("slug") or outputs.get("name")
        with contextlib.suppress(ValueError):
            self.names[kind, int(number or "")] = str(name)

    def _compare(self, urn: str, old: Any, new: Any) -> None:  # noqa: ANN401 - as above
        """Note what differs between two states that is not a property of the resource."""
        if bool(old.protect) != bool(new.protect):
            self.protection[urn] = bool(new.protect)
        if any(
            (getattr(old, name) or "") != (getattr(new, name) or "")
            for name in ("urn", "parent", "provider")
        ):
            self.moved = True


def _is_of_note(event: Any) -> bool:  # noqa: ANN401 - as above
    """Return whether an event is about the note of an update, which is no resource of anybody."""
    step = event.resource_pre_event or event.res_outputs_event
    return bool(step and step.metadata.type == UNFINISHED)


def _operation(step: Any) -> str:  # noqa: ANN401 - as above
    """Return the engine's operation, or what a deletion is on GitHub: often it deletes nothing."""
    operation: str = step.op.value
    if operation == "delete" and step.old:
        if step.old.retain_on_delete:
            return "forget"
        if (step.old.outputs or {}).get("archiveOnDestroy"):
            return "archive"
    return operation


def provider_urn(reference: str | None) -> str:
    """Return the URN in a reference to a provider, which is the URN, `::` and an id."""
    return (reference or "").rpartition("::")[0]


def name_of(urn: str) -> str:
    """Return the resource's name in a URN; a name may have `::` itself."""
    return urn.split("::", 3)[-1]


def plain(text: str) -> str:
    """Return ``text`` without the engine's colour marks and outer blanks."""
    return _COLOUR.sub("", text).strip()

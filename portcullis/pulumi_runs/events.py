"""What the engine says while it runs, as plain data."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Operations that do something, in the words that people read.
DONE = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
    "create-replacement": "replaced",
    "delete-replaced": "replaced",
    "import-replacement": "replaced",
    "import": "adopted",
    "read": "read",
}

#: The type of the component that everything else is below.
ROOT = "portcullis:index:Organization"

#: The engine's marks for colours, such as `<{%reset%}>`.
_COLOUR = re.compile(r"<\{%[^%]*%\}>")


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


@dataclass
class Run:
    """One preview or update, filled while its events arrive."""

    resources: dict[str, str] = field(default_factory=dict)
    """URN to operation, of every resource in the order of their appearance."""
    properties: dict[str, list[str]] = field(default_factory=dict)
    """URN to the properties that an update or a replacement changes."""
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
    seconds: float = 0.0
    policy_packs: dict[str, str] = field(default_factory=dict)

    def changes(self) -> Counter[str]:
        """How many resources are created, updated and so on; unchanged ones are not counted."""
        return Counter(DONE[op] for op in self.resources.values() if op in DONE and op != "read")

    def take(self, event: Any) -> None:  # noqa: ANN401 - pulumi.automation's event, untyped inside
        """Note one engine event."""
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
        operation, new = step.op.value, step.new
        self.resources[step.urn] = operation
        changed = sorted(step.detailed_diff or step.diffs or [])
        # a replacement comes in three steps, and not each of them says what changed
        self.properties[step.urn] = changed or self.properties.get(step.urn, [])
        if new is None:
            return
        if new.type == ROOT:
            self.organization = new.inputs or {}
        if operation == "create":
            self.planned[new.urn] = Planned(
                new.urn, new.type, new.parent, provider_urn(new.provider), new.inputs or {}
            )


def provider_urn(reference: str | None) -> str:
    """The URN in a reference to a provider, which is the URN, `::` and an id."""
    return (reference or "").rpartition("::")[0]


def name_of(urn: str) -> str:
    """The resource's name in a URN; a name may have `::` itself."""
    return urn.split("::", 3)[-1]


def plain(text: str) -> str:
    """``text`` without the engine's colour marks and outer blanks."""
    return _COLOUR.sub("", text).strip()

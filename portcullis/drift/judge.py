"""Judge the live organization by the policy pack, so that dangerous drift is separated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portcullis_policy.diagnostic import MANDATORY

from portcullis.check.findings import judge
from portcullis.check.recorder import Registered
from portcullis.live.resource import token
from portcullis.pulumi_runs.events import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from portcullis_policy.diagnostic import Diagnostic

    from portcullis.check.findings import Configuration
    from portcullis.live.compare import Drift

_OURS = frozenset({"slug", "address", "number", "pending", "byDefault"})
"""Fields of live resources that no resource of the provider has."""


def dangers(
    registered: Sequence[Registered],
    found: Sequence[Drift],
    known: Sequence[Drift],
    configured: Configuration,
    root: Path,
) -> list[Diagnostic]:
    """Return the findings that the live organization has and its declaration has not.

    Args:
        registered: What the program declares.
        found: Where GitHub differs.
        known: What of it the last update saw: by itself it can be dangerous, but it is no reason
            for findings about what is declared, such as about who can act alone.
        configured: Levels and parameters of the rules.
        root: The project's folder.
    """
    if not found:
        return []
    judged = judge(list(on_github(registered, found)), configured, root)
    live = [each for each in judged if each.level == MANDATORY]
    if not live:
        return []  # the usual case: the declaration need not be judged
    accepted = {_identity(each) for each in judge(registered, configured, root)}
    live = [each for each in live if _identity(each) not in accepted]
    own = {urn_of(each, registered) for each in found}
    if not known or all(each.urn in own for each in live):
        return live
    before = {
        _identity(each) for each in judge(list(on_github(registered, known)), configured, root)
    }
    return [each for each in live if each.urn in own or _identity(each) not in before]


def urn_of(drift: Drift, registered: Sequence[Registered]) -> str:
    """Return the URN of what differs; for what nobody declared, the one that it would have."""
    for each in registered if drift.declared else ():
        if (each.type, each.name) == _thing(drift):
            return each.urn
    base = next(each.urn for each in registered if each.type == ROOT)
    start, project, types, _ = base.split("::", 3)
    return "::".join((start, project, f"{types}${token(drift.kind)}", f"live {drift.name}"))


def _thing(drift: Drift) -> tuple[str, str]:
    """Return a resource's type and name: a state has longer URNs than a recorded program."""
    return token(drift.kind), drift.name


def _identity(finding: Diagnostic) -> tuple[str, str, str]:
    return finding.rule.id, finding.urn, finding.finding.detail


def on_github(registered: Sequence[Registered], found: Sequence[Drift]) -> Iterator[Registered]:
    """Yield the resources as GitHub has them.

    Args:
        registered: What the program declares.
        found: Where GitHub differs.
    """
    changed = {_thing(each): each for each in found if each.declared}
    for each in registered:
        drift = changed.get((each.type, each.name))
        if drift is None:
            yield each
        elif drift.what == "changed" and drift.live:
            live = {name: drift.live.inputs.get(name) for name in drift.fields}
            inputs = {**each.inputs, **live}
            yield replace(
                each, inputs={name: value for name, value in inputs.items() if value is not None}
            )
    root = next(each for each in registered if each.type == ROOT)
    provider = next((e.provider for e in registered if e.type.startswith("github:")), None)
    for drift in found:
        if drift.what == "undeclared" and drift.live:
            inputs = {name: v for name, v in drift.live.inputs.items() if name not in _OURS}
            urn = urn_of(drift, registered)
            yield Registered(token(drift.kind), drift.name, urn, root.urn, provider, inputs, {})

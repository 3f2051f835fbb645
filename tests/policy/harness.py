"""The pack behind Pulumi's own analyzer servicer: proxies, unknowns and levels included."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format, struct_pb2
from portcullis_policy.examples.base import Declared, Example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.judge import Judge
from portcullis_policy.pulumi_pack.analyzer import Policies, ReadOnce, policies
from portcullis_policy.pulumi_pack.start import Start
from portcullis_policy.registry import RULES
from portcullis_policy.semantics import github as gh
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

TODAY = dt.datetime.now(dt.UTC).date()
STACK_URN = "urn:pulumi:dev::project::pulumi:pulumi:Stack::project-dev"


def urn_of(declared: Declared) -> str:
    """The URN under which the harness registers an example's resource."""
    return f"urn:pulumi:dev::project::{declared.type}::{declared.name}"


def engine_value(value: object) -> Any:  # noqa: ANN401 - any JSON
    """A property as the engine sends it: unknowns are marked by a well-known text."""
    if value is UNKNOWN:
        return UNKNOWN_STRING_VALUE
    if isinstance(value, Mapping):
        return {key: engine_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [engine_value(item) for item in value]
    return value


def struct(props: Mapping[str, object]) -> struct_pb2.Struct:
    """Properties as protobuf."""
    return json_format.ParseDict(engine_value(props), struct_pb2.Struct())


@dataclass
class Pack:
    """A freshly started pack."""

    given: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    today: dt.date = TODAY
    levels: Mapping[str, int] = field(default_factory=dict)
    rules: Sequence[Any] = RULES
    start: Start = field(default_factory=Start)

    def __post_init__(self) -> None:
        """Start it as PolicyPack does, and configure it as the engine does."""
        self.judge = Judge(self.rules, today=lambda: self.today)
        self.policies: Policies = policies(self.judge, self.start)
        servicer: Any = _PolicyAnalyzerServicer
        self.servicer: Any = servicer(
            "portcullis", "0.1.0", self.policies, EnforcementLevel.ADVISORY
        )
        request = proto.ConfigureAnalyzerRequest()
        info = self.servicer.GetAnalyzerInfo(None, None)
        for policy in info.policies:
            config = request.policyConfig[policy.name]
            level: Any = self.levels.get(policy.name, policy.enforcementLevel)
            config.enforcementLevel = level
            config.properties.CopyFrom(struct(self.given.get(policy.name, {})))
        self.servicer.Configure(request, None)
        self.started = self.servicer.Analyze(
            proto.AnalyzeRequest(urn=STACK_URN, type="pulumi:pulumi:Stack", name="project-dev"),
            None,
        ).diagnostics

    def remediate(self, declared: Declared) -> list[Any]:
        """Let the pack fix one resource, as the engine does before it asks for findings."""
        request = proto.AnalyzeRequest(
            urn=urn_of(declared),
            type=declared.type,
            name=declared.name,
            properties=struct(declared.props),
        )
        return list(self.servicer.Remediate(request, None).remediations)

    def analyze(self, declared: Declared, parent: str = "") -> list[Any]:
        """Register one resource; what the pack says about it."""
        request = proto.AnalyzeRequest(
            urn=urn_of(declared),
            type=declared.type,
            name=declared.name,
            properties=struct(declared.props),
            options=proto.AnalyzerResourceOptions(parent=parent),
        )
        return list(self.servicer.Analyze(request, None).diagnostics)

    def analyze_stack(
        self, resources: Sequence[Declared], parents: Mapping[str, str] | None = None
    ) -> list[Any]:
        """Finish an update; what the pack says about the stack."""
        request = proto.AnalyzeStackRequest()
        for declared in resources:
            parent = (parents or {}).get(declared.name, "") or _parent_of(declared, resources)
            item = request.resources.add(
                urn=urn_of(declared),
                type=declared.type,
                name=declared.name,
                properties=struct(declared.props),
                parent=parent,
                options=proto.AnalyzerResourceOptions(parent=parent),
            )
            for prop, name in declared.depends.items():
                named = [each for each in resources if each.name == name]
                made_from = next(iter(named), Declared(gh.REPOSITORY, {}, name))
                item.propertyDependencies[prop].urns.append(urn_of(made_from))
        return list(self.servicer.AnalyzeStack(ReadOnce(request, self.policies), None).diagnostics)

    def run(self, resources: Sequence[Declared]) -> list[Any]:
        """Register all resources one by one and finish; everything that the pack says."""
        said = list(self.started)
        for declared in resources:
            said += self.analyze(declared, _parent_of(declared, resources))
        return said + self.analyze_stack(resources)


def _parent_of(declared: Declared, resources: Sequence[Declared]) -> str:
    """The URN of the component that an example names as the parent of a resource."""
    return next((urn_of(item) for item in resources if item.name == declared.parent), "")


def ids(diagnostics: Sequence[Any]) -> set[str]:
    """The rules that spoke."""
    return {item.policyName for item in diagnostics}


_STARTED: dict[str, tuple[Pack, dict[str, Any], dict[str, Any]]] = {}
"""Packs that were started, by their parameters, with what they knew right after their start."""


def started(given: Mapping[str, Mapping[str, object]] | None = None) -> Pack:
    """A pack that knows what a freshly started one knows, in a fifth of the time.

    The pack of the last call with these parameters ends with this call.
    """
    same = repr(given or {})
    if same not in _STARTED:
        pack = Pack(given or {})
        _STARTED[same] = (pack, _known(pack.judge), _known(pack.policies._desk))  # noqa: SLF001 - what is to be forgotten
    pack, judge, desk = _STARTED[same]
    vars(pack.judge).update({name: copy.copy(value) for name, value in judge.items()})
    vars(pack.policies._desk).update({name: copy.copy(value) for name, value in desk.items()})  # noqa: SLF001 - as above
    return pack


def _known(part: object) -> dict[str, Any]:
    """What a part of the pack has gathered."""
    gathered = (dict, list, set)
    return {
        name: copy.copy(value) for name, value in vars(part).items() if isinstance(value, gathered)
    }


def judged(example: Example) -> list[Any]:
    """What a freshly started pack says about an example."""
    return started(example.given).run(example.resources)

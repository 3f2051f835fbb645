"""The catalogue as Pulumi policies: one policy a rule, with its own id, level and switch.

Pulumi's SDK deserializes a resource anew for every policy (80 policies: 11 ms a resource). So the
first policy of the list reads the resource once and asks every rule. The list then hands the SDK
only those policies that have something to report. On a resource they judge again; of a stack they
report what the first one found, and are shown no resources (`ReadOnce`). If the first policy is
switched off, or the SDK stops iterating lazily, all policies run: slower, never laxer.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from google.protobuf import json_format
from grpc import StatusCode
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import policy as sdk

from portcullis_policy.diagnostic import Diagnostic
from portcullis_policy.evaluation import of_resource, of_stack
from portcullis_policy.facts import Facts
from portcullis_policy.judge import Judge, utc_today
from portcullis_policy.profiles import level
from portcullis_policy.pulumi_pack.config import problems, schema
from portcullis_policy.pulumi_pack.engine_call import reach_before, skips_preview
from portcullis_policy.pulumi_pack.proxies import plain
from portcullis_policy.pulumi_pack.remediation import with_fixes
from portcullis_policy.pulumi_pack.start import PROFILE_KEY, Start, begin
from portcullis_policy.pulumi_pack.weakened import LEVEL, Weakened, is_lower, listed, weakened
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Resource, ResourceRule, Rule, StackRule
from portcullis_policy.rules.pack.pack import (
    SKIPS_PREVIEW,
    STACK,
    WEAKENED,
    PackSettings,
    UnusedExemption,
)
from portcullis_policy.rules.release_path.fewer_people import BEFORE
from portcullis_policy.settings import PACK_RULE, PROFILE


class _Turn(threading.local):
    """What the first policy of the call on this thread found worth reporting."""

    wanted: set[str] | None = None
    resources: tuple[Resource, ...] = ()
    found: Sequence[Diagnostic] | None = None

    def begin(self) -> None:
        """Forget the last call."""
        self.wanted = None
        self.resources = ()
        self.found = None


class ReadOnce:
    """A request whose resources the SDK reads for the first policy only.

    The SDK reads all resources of a stack anew for each policy that has something to report.
    """

    def __init__(self, request: Any, all_: "Policies") -> None:  # noqa: ANN401 - gRPC's
        """Wrap a request of AnalyzeStack, which the SDK asks for its resources and nothing else."""
        self._request = request
        self._all = all_

    @property
    def resources(self) -> Sequence[Any]:
        """Return the resources; none once the stack is judged."""
        return () if self._all.judged else self._request.resources


class Policies(list[Policy]):
    """A list that yields its first policies, and then only those that have something to report."""

    def __init__(self, first: Sequence[Policy], others: Sequence[Policy], desk: "_Desk") -> None:
        """Put ``first`` before the others."""
        super().__init__((*first, *others))
        self._first = len(first)
        self._turn = desk.turn
        self._desk = desk

    def adopt(self, start: Start, *, skips_preview: bool) -> None:
        """Take what the stack's configuration says, before the engine asks for the levels.

        Args:
            start: levels, parameters and profile.
            skips_preview: whether the engine updates without a preview.
        """
        self._desk.start = start
        self._desk.weakened = [*start.weakened]
        self._desk.skips_preview = skips_preview
        self._desk.judge.configure(start.parameters)
        for policy in super().__iter__():
            policy.enforcement_level = self._desk.level_of(self._desk.judge.rules[policy.name])

    def check_levels(self, given: Mapping[str, Mapping[str, object]]) -> list[str]:
        """Return what is wrong with the levels and parameters that the engine gives.

        A policy config file that the pack did not see when it started is judged here.

        Args:
            given: by rule id, an entry as in that file.
        """
        desk, known = self._desk, {each.rule for each in self._desk.start.weakened}
        unseen: dict[str, object] = {}
        for name, entry in given.items():
            rule = desk.judge.rules.get(name)
            if rule is None or name in known:
                continue
            lower = is_lower(str(entry[LEVEL]), desk.level_of(rule).value)
            unseen[name] = {key: each for key, each in entry.items() if lower or key != LEVEL}
        found, wrong = weakened(unseen, list(desk.judge.rules.values()), utc_today())
        desk.weakened = [*desk.start.weakened, *found]
        if not wrong:
            desk.hear(given)
        return wrong

    @property
    def judged(self) -> bool:
        """Say whether the first policy of this call has judged the whole stack for all."""
        return self._turn.found is not None

    def __iter__(self) -> Iterator[Policy]:
        """Yield lazily; everything if no first policy ran."""
        self._turn.begin()
        for position, policy in enumerate(super().__iter__()):
            wanted = self._turn.wanted  # set by a first policy, while the SDK runs it
            if wanted is None or (position >= self._first and policy.name in wanted):
                yield policy


class _Desk:
    """What the policies of one pack share: the judge, the turn, and the configuration seen."""

    def __init__(self, judge: Judge, start: Start) -> None:
        self.judge = judge
        self.start = start
        self.weakened: list[Weakened] = [*start.weakened]
        self.skips_preview = False
        self.turn = _Turn()
        self.given: dict[str, dict[str, object]] = {}

    def configured(self, rule: Rule, given: Mapping[str, object]) -> bool:
        """Keep the parameters given for a rule: the SDK shows each policy only its own.

        Returns:
            Whether they are others than before.
        """
        changed = self._take(rule, given)
        if changed:
            self.judge.configure(self.given)
        return changed

    def hear(self, given: Mapping[str, Mapping[str, object]]) -> None:
        """Keep the parameters of all rules at once, before anything is judged.

        Args:
            given: by rule id, an entry of a policy config file.
        """
        known = [each for each in self.judge.rules.values() if each.id in given]
        changed = [
            self._take(each, {k: v for k, v in given[each.id].items() if k != LEVEL})
            for each in known
        ]
        if any(changed):
            self.judge.configure(self.given)

    def _take(self, rule: Rule, given: Mapping[str, object]) -> bool:
        """Keep the parameters given for a rule; say whether they are others than before."""
        started = self.start.parameters.get(rule.id, {})
        parameters = {**started, **{name: plain(value) for name, value in given.items()}}
        changed = self.given.get(rule.id) != parameters
        self.given[rule.id] = {
            key: value for key, value in parameters.items() if isinstance(key, str)
        }
        return changed

    def level_of(self, rule: Rule) -> EnforcementLevel:
        """Return a rule's level where the policy config file says nothing."""
        said = self.start.levels.get(rule.id)
        return EnforcementLevel(said or level(rule, self.start.profile))

    def unheard(self, kind: type[Rule]) -> set[str]:
        """Return the rules whose parameters were not seen yet, and matter."""
        return {
            rule.id
            for rule in self.judge.rules.values()
            if isinstance(rule, kind)
            and rule.id not in self.given
            and (rule.parameters or kind is ResourceRule)
        }


def policies(judge: Judge | None = None, start: Start | None = None) -> Policies:
    """Return the pack's policies, for `PolicyPack(policies=...)`.

    Args:
        judge: applies the rules; by default a new one with the whole catalogue.
        start: what the pack was started with.
    """
    desk = _Desk(judge or Judge(RULES), start or Start())
    desk.judge.configure(desk.start.parameters)
    first: list[Policy] = []
    others: list[Policy] = []
    for rule in desk.judge.rules.values():
        policy = _policy(rule, desk)
        (first if isinstance(rule, PackSettings | UnusedExemption) else others).append(policy)
    return Policies(sorted(first, key=_resources_first), others, desk)


def hear(all_: Policies) -> None:
    """Let the pack see the stack's configuration, and the levels that are in force.

    The engine sends the configuration by the call ConfigureStack, before it asks for the levels,
    and the levels by Configure. The SDK answers both and keeps part of them to itself, so they are
    read on the way.

    Args:
        all_: the pack's policies, before PolicyPack starts.
    """
    kind: Any = sdk._PolicyAnalyzerServicer  # noqa: SLF001 - there is no public place to hear it
    answer = kind.ConfigureStack

    def configure(servicer: object, request: Any, context: Any) -> object:  # noqa: ANN401 - gRPC's
        try:
            all_.adopt(begin(config=dict(request.config)), skips_preview=skips_preview())
        except SystemExit as wrong:
            context.abort(StatusCode.INVALID_ARGUMENT, str(wrong))
        return answer(servicer, request, context)

    set_levels = kind.Configure

    def take_levels(servicer: Any, request: Any, context: Any) -> object:  # noqa: ANN401 - gRPC's
        given = {
            name: {
                **json_format.MessageToDict(entry.properties),
                LEVEL: servicer._convert_enforcement_level(entry.enforcementLevel).value,  # noqa: SLF001 - as above
            }
            for name, entry in request.policyConfig.items()
        }
        if wrong := all_.check_levels(given):
            context.abort(StatusCode.INVALID_ARGUMENT, f"policy configuration:\n{listed(wrong)}")
        return set_levels(servicer, request, context)

    judge_stack = kind.AnalyzeStack

    def read_once(servicer: object, request: Any, context: Any) -> object:  # noqa: ANN401 - gRPC's
        return judge_stack(servicer, ReadOnce(request, all_), context)

    kind.ConfigureStack = configure
    kind.Configure = take_levels
    kind.AnalyzeStack = read_once


def _resources_first(policy: Policy) -> bool:
    return isinstance(policy, StackValidationPolicy)


def _policy(rule: Rule, desk: _Desk) -> Policy:
    """Return the Pulumi policy of a rule."""
    if isinstance(rule, ResourceRule):
        return ResourceValidationPolicy(
            rule.id,
            rule.title,
            validate=_resource_check(rule, desk),
            enforcement_level=desk.level_of(rule),
            remediate=_remediation(rule, desk) if rule.property_fixes else None,
            **_described(rule),
        )
    if isinstance(rule, StackRule):
        return StackValidationPolicy(
            rule.id,
            rule.title,
            validate=_stack_check(rule, desk),
            enforcement_level=desk.level_of(rule),
            **_described(rule),
        )
    raise TypeError(f"{rule.id} is neither a ResourceRule nor a StackRule")


def _described(rule: Rule) -> dict[str, Any]:
    """Return what Pulumi shows of a rule beside its findings."""
    first = rule.maps[0].framework if rule.maps else None
    numbers = [control.number for control in rule.maps if control.framework is first]
    return {
        "config_schema": PolicyConfigSchema(schema(rule)),
        "display_name": rule.title,
        "severity": Severity(rule.severity.value),
        "remediation_steps": rule.remediation,
        "framework": PolicyComplianceFramework(
            first.name, first.version, ", ".join(numbers), first.url
        )
        if first is not None
        else None,
        "tags": [rule.id[:2], *(control.tag for control in rule.maps)],
        "url": rule.anchor,
    }


def _remediation(rule: ResourceRule, desk: _Desk) -> Callable[[ResourceValidationArgs], Any]:
    """Return what Pulumi calls with each resource to fix it, at level `remediate`."""

    def remediate(args: ResourceValidationArgs) -> dict[str, Any] | None:
        if args.resource_type not in rule.resource_types:
            return None
        desk.configured(rule, args.get_config())
        read = plain(args.props)
        resource = Resource(args.resource_type, args.name, args.urn, args.opts.parent, Facts(read))
        if not desk.judge.judge(rule, desk.judge.register(resource)):
            return None
        return with_fixes(args.props, rule.property_fixes)

    return remediate


def _resource_check(
    rule: ResourceRule, desk: _Desk
) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    """Return what Pulumi calls with each resource."""
    comes_first = isinstance(rule, PackSettings)

    def check(args: ResourceValidationArgs, report: ReportViolation) -> None:
        first = rule.id not in desk.given
        desk.configured(rule, args.get_config())
        props: Any = plain(args.props)
        if args.resource_type == STACK:
            skips = {SKIPS_PREVIEW: True} if desk.skips_preview else {}
            weak = {WEAKENED: [str(each) for each in desk.weakened]} if desk.weakened else {}
            props = {**props, **skips, **weak}
        resource = Resource(args.resource_type, args.name, args.urn, args.opts.parent, Facts(props))
        if first:
            _report_problems(rule, desk, args.get_config(), report)
        resource = desk.judge.register(resource)
        applicable = desk.judge.rules_for(resource.type)
        if comes_first:
            speaking = {each.rule.id for each in of_resource(desk.judge, resource)}
            desk.turn.wanted = speaking | desk.unheard(ResourceRule)
        if rule in applicable:
            for item in desk.judge.judge(rule, resource):
                report(item.text, None)

    return check


def _stack_check(
    rule: StackRule, desk: _Desk
) -> Callable[[StackValidationArgs, ReportViolation], None]:
    """Return what Pulumi calls with all resources at the end."""
    comes_first = isinstance(rule, UnusedExemption)

    def check(args: StackValidationArgs, report: ReportViolation) -> None:
        changed = desk.configured(rule, args.get_config())
        _report_problems(rule, desk, args.get_config(), report)
        turn = desk.turn
        if turn.found is None:
            noted = {} if (before := reach_before()) is None else {BEFORE: before}
            turn.resources = tuple(_stack_resource(item, noted) for item in args.resources)
        if comes_first:
            turn.found = list(of_stack(desk.judge, turn.resources))
            turn.wanted = {each.rule.id for each in turn.found} | desk.unheard(StackRule)
        found = turn.found
        if found is None or (changed and not comes_first):
            found = desk.judge.judge_stack(rule, desk.judge.stack_of(turn.resources))
        own = [each for each in found if each.rule is rule]
        for item in own:
            report(item.text, item.finding.urn)

    return check


def _stack_resource(item: PolicyResource, noted: Mapping[str, object]) -> Resource:
    """Return a resource; what is noted of the run is part of the stack's own."""
    props: Any = plain(item.props)
    depends = {
        name: tuple(resource.urn for resource in resources)
        for name, resources in item.property_dependencies.items()
    }
    return Resource(
        item.resource_type,
        item.name,
        item.urn,
        item.opts.parent,
        Facts({**props, **noted} if item.resource_type == STACK and noted else props),
        depends,
        item.provider.urn if item.provider is not None else None,
    )


def _report_problems(
    rule: Rule, desk: _Desk, given: Mapping[str, object], report: ReportViolation
) -> None:
    """Report parameters that the rule does not have; see config.py."""
    for problem in problems(rule, given):
        report(f"  the policy configuration\n    {problem}", None)
    profile = given.get(PROFILE.name) if rule.id == PACK_RULE else None
    if profile is not None and profile != desk.start.profile:
        report(
            "  the policy configuration\n    `profile` is not in force: the pack could not see the "
            f"file when it started\n  fix: Set it in the stack's configuration: `{PROFILE_KEY}`.",
            None,
        )

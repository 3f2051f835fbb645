"""PK: the pack's own settings. EX: the exemptions."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, Example, example, stack
from portcullis_policy.exemptions import ORGANIZATION, Exemption, parse
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.settings import EXEMPTIONS, PACK_PARAMETERS, PACK_RULE, Settings
from portcullis_policy.severity import Severity

STACK = "pulumi:pulumi:Stack"
SKIPS_PREVIEW = "portcullis:skipsPreview"
"""What the pack notes at the stack itself: the engine does not tell it."""
WEAKENED = "portcullis:weakened"
"""What the policy configuration switches off or weakens, noted at the stack itself."""


def _soon() -> str:
    """Return a date that an exemption may have, whenever the examples are read."""
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=90)).isoformat()


_EXEMPTION: Mapping[str, object] = {
    "rule": "BR004",
    "resource": "repositories.sophia",
    "reason": "one maintainer until the second is hired",
    "expires": _soon(),
}
_ROOT: Mapping[str, object] = {
    "declaredIn": "orgs/guild.yaml",
    "path": [],
    "exemptions": [_EXEMPTION],
}


def _with(**changes: object) -> dict[str, object]:
    """Return the example's root component with a changed exemption."""
    return {**_ROOT, "exemptions": [{**_EXEMPTION, **changes}]}


class PackSettings(ResourceRule):
    """The settings of the whole pack are valid.

    An invalid pattern or a malformed exemption would otherwise silently change what every other
    rule does. The rule is judged at the stack itself, before anything is applied.
    """

    id = PACK_RULE
    title = "the policy pack's settings cannot be read"
    severity = Severity.CRITICAL
    resource_types = (STACK,)
    remediation = "Fix the entry of PK001 in the policy config file."
    parameters = PACK_PARAMETERS
    good = (
        example("no settings", STACK, {}),
        Example("own names", (Declared(STACK, {}),), {PACK_RULE: {"releaseEnvironments": "ship"}}),
    )
    bad = (
        Example(
            "a pattern that does not compile",
            (Declared(STACK, {}),),
            {PACK_RULE: {"releaseEnvironments": "(ship"}},
        ),
        Example(
            "an exemption without reason",
            (Declared(STACK, {}),),
            {PACK_RULE: {"exemptions": [{**_EXEMPTION, "reason": ""}]}},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del resource
        for parameter in PACK_PARAMETERS:
            if parameter.schema.get("format") == "regex":
                try:
                    re.compile(str(settings.value(PACK_RULE, parameter)))
                except re.error:
                    yield finding(f"`{parameter.name}` is not a regular expression")
        entries = settings.value(PACK_RULE, EXEMPTIONS)
        listed = list(entries) if isinstance(entries, list | tuple) else [entries]
        for exemption in parse(listed, settings.rules, settings.today()):
            for problem in _all_problems(exemption, settings):
                yield finding(f"exemptions[{exemption.position}]: {problem}")


class SkippedPreview(ResourceRule):
    """An update is previewed.

    Rules on the stack judge all resources together, when the last one is known. At a preview, that
    is before anything changes. An update without a preview would apply everything and be refused
    afterwards. The rule is judged at the stack itself, before anything is applied.

    Pulumi's Automation API, and therefore its GitHub Action, always updates without a preview. Run
    the preview as a separate step there; `PORTCULLIS_PREVIEWED=true` states that it passed. Source:
    https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/
    """

    id = "PK002"
    title = "the update skips its preview"
    severity = Severity.HIGH
    resource_types = (STACK,)
    remediation = (
        "Do not use `--skip-preview`. If a preview of the same change passed in an earlier step, "
        "set the variable `PORTCULLIS_PREVIEWED=true`."
    )
    good = (
        example("an update after a preview", STACK, {SKIPS_PREVIEW: False}),
        example("a preview", STACK, {}),
    )
    bad = (example("an update without a preview", STACK, {SKIPS_PREVIEW: True}),)

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        skips = resource.facts.flag(SKIPS_PREVIEW)
        if skips not in (None, False):
            detail = "what only the whole stack shows would be judged when it is applied"
            yield finding(detail, value=skips)


class WeakenedRule(ResourceRule):
    """Every rule that is switched off or weakened is listed, with its reason and its last day.

    A rule that is off looks like a rule that finds nothing. The policy configuration has to give a
    reason and a date for each; without them, and after that day, the pack does not start.
    """

    id = "PK003"
    title = "a rule is switched off or weakened"
    severity = Severity.LOW
    resource_types = (STACK,)
    remediation = "Remove the entry from the policy configuration as soon as its reason is gone."
    good = (example("all rules as they are", STACK, {}),)
    bad = (
        example(
            "a rule is off", STACK, {WEAKENED: ["EN007 is switched off until 2027-03-31: moves"]}
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        entries = resource.facts.entries(WEAKENED)
        for entry in [UNKNOWN] if entries is UNKNOWN else entries:
            yield finding(entry if isinstance(entry, str) else "not known at preview")


class MalformedExemption(ResourceRule):
    """An exemption names a rule, a resource, a reason and a date.

    An exemption that lacks one of them, lasts longer than 400 days or covers everything is not a
    decision that somebody can be asked about later. It does not apply.
    """

    id = "EX001"
    title = "an exemption does not apply, because it is malformed"
    severity = Severity.HIGH
    resource_types = (ORGANIZATION,)
    remediation = "Give it `rule`, `resource`, `reason` and `expires` (at most 400 days ahead)."
    good = (example("an exemption with reason and date", ORGANIZATION, _ROOT),)
    bad = (
        example("no reason", ORGANIZATION, _with(reason="")),
        example("no date", ORGANIZATION, _with(expires=None)),
        example("too far ahead", ORGANIZATION, _with(expires="2099-12-31")),
        example("unknown rule", ORGANIZATION, _with(rule="BR999")),
        example("covers every repository", ORGANIZATION, _with(resource="repositories")),
        example("covers every ruleset", ORGANIZATION, _with(resource="protection")),
        example("unknown at preview", ORGANIZATION, _with(expires=UNKNOWN)),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for exemption in _read(resource, settings):
            for problem in exemption.problems:
                yield finding(problem, "exemptions", exemption.position)


class ExpiredExemption(ResourceRule):
    """An exemption has not expired.

    After its last day, the finding that it covered counts again. The entry that stays in the file
    looks like a decision still in force.
    """

    id = "EX002"
    title = "an exemption does not apply, because it has expired"
    severity = Severity.HIGH
    resource_types = (ORGANIZATION,)
    remediation = "Fix what it covers and remove it, or renew it with a new date and reason."
    good = (example("an exemption that has not expired", ORGANIZATION, _ROOT),)
    bad = (example("an exemption that expired", ORGANIZATION, _with(expires="2024-01-31")),)

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for exemption in _read(resource, settings):
            if exemption.expired(settings.today()):
                detail = f"the exemption of {exemption.rule} expired on {exemption.expires}"
                yield finding(detail, "exemptions", exemption.position)


class UnusedExemption(StackRule):
    """An exemption covers something.

    An exemption that covers nothing is no longer needed, or its resource has a typing mistake. In
    both cases it could silently cover something later.
    """

    id = "EX003"
    title = "an exemption covers nothing"
    severity = Severity.LOW
    resource_types = (ORGANIZATION,)
    remediation = "Remove it, or correct its `resource`."
    good = (stack("no exemptions", Declared(ORGANIZATION, {**_ROOT, "exemptions": []})),)
    bad = (
        stack(
            "an exemption for no existing resource",
            Declared(ORGANIZATION, _with(resource="repositories.x")),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for known in stack.exemptions:
            exemption = known.exemption
            if exemption.counts(settings.today()) and not known.used:
                yield Finding(
                    f"no finding of {exemption.rule} stands where the exemption points",
                    ("exemptions", exemption.position),
                    urn=known.urn,
                )


def _read(resource: Resource, settings: Settings) -> tuple[Exemption, ...]:
    """Return the exemptions that a root component declares."""
    entries = resource.facts.entries("exemptions")
    listed = [UNKNOWN] if entries is UNKNOWN else entries
    return parse(listed, settings.rules, settings.today())


def _all_problems(exemption: Exemption, settings: Settings) -> Iterator[str]:
    """Yield what keeps an exemption from counting."""
    yield from exemption.problems
    if exemption.expired(settings.today()):
        yield f"the exemption of {exemption.rule} expired on {exemption.expires}"


RULES = (
    PackSettings,
    SkippedPreview,
    WeakenedRule,
    MalformedExemption,
    ExpiredExemption,
    UnusedExemption,
)

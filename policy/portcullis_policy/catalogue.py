"""Prints the catalogue page: `python -m portcullis_policy.catalogue > ../docs/rules.md`."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from portcullis_policy.examples.base import Declared, Example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import FRAMEWORKS
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Rule, StackRule

FAMILIES = {
    "OR": "Organization",
    "AC": "Actions",
    "RE": "Repository",
    "ST": "Stack",
    "BR": "Branches",
    "RS": "Rulesets",
    "TG": "Tags",
    "EN": "Environments",
    "SE": "Secrets",
    "WF": "Workflow files",
    "DB": "Dependabot",
    "TR": "Trust",
    "AU": "Audit archive",
    "PK": "The pack",
    "EX": "Exemptions",
}
_LONGEST_NAME = 40
_HEAD = """\
<!-- Generated: `make docs` writes this page from policy/. Edit the rules, not this file. -->
# Rules

What the policy pack refuses. Critical and high findings are mandatory: they stop `pulumi preview`
and `pulumi up`. Medium and low ones are advisory. A rule marked *stack* judges all resources
together, at the end of a preview or update; the others judge each resource before it is applied.

Set a rule's level or parameters with `--policy-pack-config`:
`{"BR005": {"enforcementLevel": "advisory", "minimum": 1}, "EN007": "disabled"}`.
"""


def render(rules: Sequence[Rule] = RULES) -> str:
    """Return the page, in Markdown.

    Args:
        rules: the catalogue, in its order.
    """
    lines = [_HEAD, "| rule | what is wrong | severity | default | |", "|---|---|---|---|---|"]
    lines += [
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.title} | {rule.severity.value} "
        f"| {rule.severity.level} | {'stack' if isinstance(rule, StackRule) else ''} |"
        for rule in rules
    ]
    family = ""
    for rule in rules:
        if rule.id[:2] != family:
            family = rule.id[:2]
            lines += ["", f"## {FAMILIES[family]}"]
        lines += ["", *_section(rule)]
    lines += ["", *_index(rules)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _section(rule: Rule) -> Iterator[str]:
    """Yield the lines of one rule."""
    summary, _, rationale = inspect.cleandoc(rule.__doc__ or "").partition("\n\n")
    yield f"### {rule.id}"
    yield ""
    title = f"{rule.title[0].upper()}{rule.title[1:]}"
    yield f"**{title}** · {rule.severity.value}, {rule.severity.level}"
    yield ""
    yield f"{summary} {rationale}".replace("\n\n", "\n").replace("\n", " ")
    yield ""
    yield f"Fix: {rule.remediation}"
    if rule.maps:
        yield ""
        yield f"See: {_controls(rule)}"
    if rule.mends:
        yield ""
        set_ = ", ".join(f"`{at}: {json.dumps(to)}`" for at, to in rule.mends)
        yield f"At level `remediate` Pulumi mends it: {set_}."
    if rule.waits:
        yield ""
        yield "A value that is not known at preview is judged at update."
    if rule.parameters:
        yield ""
        for parameter in rule.parameters:
            default = json.dumps(parameter.default)
            yield f"- `{parameter.name}` (default `{default}`): {parameter.meaning}"
    yield ""
    yield f"Looks at: {', '.join(type_.rpartition(':')[2] for type_ in rule.resource_types)}"
    yield ""
    for heading, examples in (("Refused", rule.bad), ("Sound", rule.good)):
        first, *others = examples
        yield from _example(heading, first)
        if others:
            yield f"{heading} too: {', '.join(f'*{other.note}*' for other in others)}."
            yield ""


def _controls(rule: Rule) -> str:
    """Return the rule's like in published frameworks, by framework."""
    numbers: dict[str, list[str]] = {}
    for control in rule.maps:
        numbers.setdefault(control.framework.name, []).append(control.number)
    return " · ".join(f"{name} {', '.join(found)}" for name, found in numbers.items())


def _index(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the index by framework: which rules serve a control."""
    yield "## By framework"
    yield ""
    yield "Only what fits, by numbers of published lists; a control that is not here has no rule."
    for framework in FRAMEWORKS:
        yield ""
        yield f"### [{framework.name}]({framework.url}), {framework.version}"
        yield ""
        yield "| control | | rules |"
        yield "|---|---|---|"
        for number, title in framework.controls.items():
            serving = [
                f"[{rule.id}](#{rule.id.lower()})"
                for rule in rules
                if any((at.framework.key, at.number) == (framework.key, number) for at in rule.maps)
            ]
            if serving:
                yield f"| {number} | {title} | {', '.join(serving)} |"


def _example(heading: str, example: Example) -> Iterator[str]:
    """Yield one example, as YAML."""
    yield f"{heading}: {example.note}"
    yield ""
    yield "```yaml"
    if example.given:
        yield f"# policy config: {json.dumps(_printable(example.given))}"
    for declared in example.resources:
        yield from _yaml(declared)
    yield "```"
    yield ""


def _yaml(declared: Declared) -> Iterator[str]:
    """Yield a resource as in a Pulumi YAML program."""
    options = {"options": {"parent": f"${{{declared.parent}}}"}} if declared.parent else {}
    document = {
        declared.name: {"type": declared.type, "properties": _printable(declared.props), **options},
    }
    text = yaml.dump(document, Dumper=_Dumper, default_flow_style=None, sort_keys=False, width=100)
    yield from text.rstrip().splitlines()


class _Dumper(yaml.SafeDumper):
    """Writes shared parts of examples in full, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        """See yaml.SafeDumper."""
        del data
        return True

    def represent_text(self, data: str) -> yaml.Node:
        """Write files as they are, line by line."""
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)


def _printable(value: object) -> object:
    """Return a value as YAML can write it; dates of examples move, so they are left out."""
    if value is UNKNOWN:
        return "(unknown at preview)"
    if isinstance(value, str) and value.startswith("pypi-") and len(value) > _LONGEST_NAME:
        return "(a token)"
    if isinstance(value, Mapping):
        return {
            key: "(a date)" if key in ("expires", "changed", "updatedAt") else _printable(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value


if __name__ == "__main__":
    print(render(), end="")  # noqa: T201 - this is a command

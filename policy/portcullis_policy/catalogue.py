"""Write the pages about the rules: an index, and one page for each family.

`python -m portcullis_policy.catalogue` prints them as JSON: file name to text.
"""

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import yaml

from portcullis_policy.examples.base import Declared, Example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.families import FAMILIES, link_to, page_of
from portcullis_policy.mappings import FRAMEWORKS
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Rule, StackRule
from portcullis_policy.semantics.workflow_files.waivers import COMMENT, DATE
from portcullis_policy.settings import Parameter

_LONGEST_NAME = 40
_GENERATED = "<!-- Generated from policy/ by `make docs`. Edit the rules, not this file. -->"
_INDEX_HEAD = f"""\
{_GENERATED}
# Rules

The rules of the [policy pack](../policy.md). Critical and high findings are mandatory: they stop
`pulumi preview` and `pulumi up`. Medium and low findings are advisory.

A rule that judges the *stack* looks at all resources together, at the end of a preview or update.
The other rules judge each resource before it is applied.

To change a rule's level or parameters, see [configuration](../policy.md#configuration).
"""


def pages(rules: Sequence[Rule] = RULES) -> dict[str, str]:
    """Return the pages in Markdown, by file name: `index.md`, and one for each family.

    Args:
        rules: the catalogue, in its order.
    """
    families: dict[str, list[Rule]] = {}
    for rule in rules:
        families.setdefault(rule.id[:2], []).append(rule)
    return {
        "index.md": _page(_index(families, rules)),
        **{page_of(family): _page(_family(family, each)) for family, each in families.items()},
    }


def _page(lines: Iterable[str]) -> str:
    """Return lines as a page, without repeated blank lines."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _index(families: Mapping[str, Sequence[Rule]], rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the index: the rules by family, then by published framework."""
    yield _INDEX_HEAD
    for family, members in families.items():
        yield f"## [{FAMILIES[family]}]({page_of(family)})"
        yield ""
        yield from _table(members, "")
        yield ""
    yield from _frameworks(rules)


def _family(family: str, rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the page of one family."""
    yield _GENERATED
    yield f"# Rules: {FAMILIES[family]}"
    yield ""
    yield "[All rules](index.md) · [how to configure or exempt a rule](../policy.md)"
    yield ""
    yield from _table(rules, page_of(family))
    for rule in rules:
        yield ""
        yield from _section(rule)


def _table(rules: Sequence[Rule], page: str) -> Iterator[str]:
    """Yield a table of rules, with links as they are on ``page``."""
    yield "| rule | what is wrong | severity | default level | judges |"
    yield "|---|---|---|---|---|"
    for rule in rules:
        kind = "stack" if isinstance(rule, StackRule) else "resource"
        yield (
            f"| [{rule.id}]({link_to(rule.id).removeprefix(page)}) | {rule.title} "
            f"| {rule.severity.value} | {rule.severity.level} | {kind} |"
        )


def _section(rule: Rule) -> Iterator[str]:
    """Yield the lines of one rule."""
    summary, _, rationale = inspect.cleandoc(rule.__doc__ or "").partition("\n\n")
    yield f"## {rule.id}"
    yield ""
    title = f"{rule.title[0].upper()}{rule.title[1:]}"
    yield f"**{title}** · {rule.severity.value}, {rule.severity.level}"
    yield ""
    yield f"{summary} {rationale}".replace("\n\n", "\n").replace("\n", " ")
    yield ""
    yield f"**Fix:** {rule.remediation}"
    if rule.maps:
        yield ""
        yield f"**Controls:** {_controls(rule)}"
    if rule.yaml_fixes:
        yield ""
        fields = ", ".join(f"`{field}: {json.dumps(to)}`" for field, to in rule.yaml_fixes)
        yield f"`portcullis check --fix` sets {fields}."
    if rule.property_fixes:
        yield ""
        set_ = ", ".join(f"`{at}: {json.dumps(to)}`" for at, to in rule.property_fixes)
        yield f"At the level `remediate`, Pulumi sets the safe value: {set_}."
    if rule.waits:
        yield ""
        yield "A value that is unknown at preview is judged at update."
    if rule.parameters:
        yield ""
        for parameter in rule.parameters:
            yield from _parameter(parameter)
    yield ""
    types = dict.fromkeys(type_.rpartition(":")[2] for type_ in rule.resource_types)
    yield f"**Resource types:** {', '.join(types)}"
    yield ""
    for heading, examples in (("Refused", rule.bad), ("Accepted", rule.good)):
        first, *others = examples
        yield from _example(heading, first)
        if others:
            yield f"**Also {heading.lower()}:** {', '.join(f'*{other.note}*' for other in others)}."
            yield ""


def _parameter(parameter: Parameter) -> Iterator[str]:
    """Yield one parameter and its default."""
    default = json.dumps(parameter.default)
    if "<" not in default:
        yield f"- `{parameter.name}` (default `{default}`): {parameter.meaning}"
        return
    # MkDocs looks for HTML in everything but fenced blocks, and a regular expression confuses it
    yield from (f"- `{parameter.name}`: {parameter.meaning} Default:", "")
    yield from ("    ```text", f"    {default}", "    ```", "")


def _controls(rule: Rule) -> str:
    """Return the controls of published frameworks that the rule serves, by framework."""
    numbers: dict[str, list[str]] = {}
    for control in rule.maps:
        numbers.setdefault(control.framework.name, []).append(control.number)
    return " · ".join(f"{name} {', '.join(found)}" for name, found in numbers.items())


def _frameworks(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the index by framework: which rules serve a control."""
    yield "## By framework"
    yield ""
    yield "A control is listed only if a rule serves it. Numbers are those of the published lists."
    for framework in FRAMEWORKS:
        yield ""
        yield f"### [{framework.name}]({framework.url}), {framework.version}"
        yield ""
        if framework.complete:
            used = {at.number for rule in rules for at in rule.maps if at.framework is framework}
            yield f"Rules serve {len(used)} of its {len(framework.controls)} entries."
            yield ""
        yield "| control | title | rules |"
        yield "|---|---|---|"
        for number, title in framework.controls.items():
            serving = [
                f"[{rule.id}]({link_to(rule.id)})"
                for rule in rules
                if any((at.framework.key, at.number) == (framework.key, number) for at in rule.maps)
            ]
            if serving:
                yield f"| {number} | {title} | {', '.join(serving)} |"


def _example(heading: str, example: Example) -> Iterator[str]:
    """Yield one example, as YAML."""
    yield f"**{heading}:** {example.note}"
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
    if isinstance(value, str):
        return COMMENT.sub(lambda comment: DATE.sub("(a date)", comment[0]), value)
    if isinstance(value, Mapping):
        return {
            key: "(a date)" if key in ("expires", "changed", "updatedAt") else _printable(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value


if __name__ == "__main__":
    print(json.dumps(pages()))  # noqa: T201 - this is a command

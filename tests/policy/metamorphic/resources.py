"""Rewrites of a stack's resources: the providers make the same as before."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeGuard

from portcullis_policy.examples.base import Declared, Example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.workflows import read

from tests.policy.metamorphic.called_workflows import in_called_workflows
from tests.policy.metamorphic.documents import DOCUMENTS
from tests.policy.metamorphic.workflow_texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Rewrite = "Callable[[Example], Example]"
_UNRELATED = Declared("random:index/randomPet:RandomPet", {"length": 2}, "unrelated")
_REPOSITORY, _ANOTHER = re.compile(r"\bescai\b"), "riveter"
_PATTERNS = ("tagPattern", "branchPattern")
_LAST_LETTER = re.compile(r"(?<![\[\\\w-])([a-z])(?=[^/\[\]]*$)")


def _each(change: Callable[[Declared], Iterator[Declared]]) -> Callable[[Example], Example]:
    """A rewrite of each resource by itself, into one or several."""
    return lambda example: replace(
        example, resources=tuple(new for old in example.resources for new in change(old))
    )


def _texts(change: Callable[[Any], Any], value: object) -> Any:  # noqa: ANN401 - any JSON
    """A value with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _texts(change, item) for key, item in value.items()}
    return [_texts(change, item) for item in value] if isinstance(value, list | tuple) else value


def _is_workflow(content: object) -> TypeGuard[str]:
    return isinstance(content, str) and read(content) is not None


def _workflow(change: Callable[[str], str]) -> Callable[[Example], Example]:
    """A rewrite of the workflow files of a stack; files that cannot be read are left alone."""

    def one(declared: Declared) -> Iterator[Declared]:
        content, path = declared.props.get("content"), str(declared.props.get("file"))
        if declared.type == gh.REPOSITORY_FILE and ".github" in path and _is_workflow(content):
            declared = replace(declared, props={**declared.props, "content": change(content)})
        yield declared

    return _each(one)


def _document(change: Callable[[str], str]) -> Callable[[Example], Example]:
    def one(declared: Declared) -> Iterator[Declared]:
        yield replace(declared, props=_texts(change, dict(declared.props)))

    return _each(one)


def _reordered(example: Example) -> Example:
    """Resources in another order; a component stays before its children."""
    parents = {each.parent for each in example.resources}
    first = [each for each in example.resources if each.name in parents]
    others = [each for each in example.resources if each.name not in parents]
    return replace(example, resources=(*first, *reversed(others)))


def _one_more(example: Example) -> Example:
    first, *others = [*example.resources, _UNRELATED]
    return replace(example, resources=(first, _UNRELATED, *others[:-1]))


def _renamed(example: Example) -> Example:
    """Other names in Pulumi, which GitHub never sees."""
    if any("exemptions" in each.props for each in example.resources):
        return example  # an exemption names a resource as Pulumi does
    return replace(
        example,
        resources=tuple(
            replace(
                each,
                name=f"n-{each.name}",
                parent=each.parent and f"n-{each.parent}",
                depends={key: f"n-{name}" for key, name in each.depends.items()},
            )
            for each in example.resources
        ),
    )


def _other_repository(example: Example) -> Example:
    """Another name, unless a pattern or another spelling speaks of the old one."""
    if "esc" in _REPOSITORY.sub("", str(example)).lower():
        return example

    def change(text: str) -> str:
        return _REPOSITORY.sub(_ANOTHER, text)

    return replace(
        example,
        resources=tuple(
            replace(each, props=_texts(change, dict(each.props))) for each in example.resources
        ),
        given=_texts(change, json.loads(json.dumps(example.given))),
    )


def _split(declared: Declared) -> Iterator[Declared]:
    """Two rulesets with the same refs and actors, each with some of the rules."""
    rules = declared.props.get("rules")
    if declared.type not in gh.RULESETS or not isinstance(rules, dict) or len(rules) < len("ab"):
        yield declared
        return
    keys = sorted(rules)
    for number, some in enumerate((keys[::2], keys[1::2])):
        props = {**declared.props, "rules": {key: rules[key] for key in some}}
        if isinstance(declared.props.get("name"), str):
            props["name"] = f"{declared.props['name']} {number}"
        yield replace(declared, props=props, name=f"{declared.name}-{number}")


def _patterns(change: Callable[[str], list[str]]) -> Callable[[Declared], Iterator[Declared]]:
    """Patterns of refs, each written as several; an environment has one policy for each."""

    def one(declared: Declared) -> Iterator[Declared]:
        if declared.type in gh.RULESETS:
            yield replace(declared, props=_in_conditions(change, declared.props))
            return
        for key in _PATTERNS:
            pattern = declared.props.get(key)
            if declared.type == gh.DEPLOYMENT_POLICY and isinstance(pattern, str):
                for number, new in enumerate(change(pattern)):
                    name = declared.name + (f"-{number}" if number else "")
                    yield replace(declared, props={**declared.props, key: new}, name=name)
                return
        yield declared

    return one


def _in_conditions(
    change: Callable[[str], list[str]], props: Mapping[str, object]
) -> dict[str, object]:
    conditions = props.get("conditions")
    names = conditions.get("refName") if isinstance(conditions, dict) else None
    if not isinstance(conditions, dict) or not isinstance(names, dict):
        return dict(props)
    new = {
        key: [each for one in listed for each in (change(one) if isinstance(one, str) else [one])]
        if isinstance(listed, list)
        else listed
        for key, listed in names.items()
    }
    return {**props, "conditions": {**conditions, "refName": new}}


def _one_letter_in_brackets(pattern: str) -> list[str]:
    return [pattern if pattern.startswith("~") else _LAST_LETTER.sub(r"[\1]", pattern, count=1)]


def _star_in_two(pattern: str) -> list[str]:
    """What ends in `x*` is `x`, and `x` with something behind it."""
    if not re.search(r"\w\*$", pattern) or "**" in pattern:
        return [pattern]
    return [pattern[:-1], f"{pattern[:-1]}?*"]


def _lists_reversed(value: object) -> Any:  # noqa: ANN401 - any JSON
    """The lists of these resources are sets: reviewers, members, patterns, actors."""
    if isinstance(value, dict):
        return {key: _lists_reversed(item) for key, item in value.items()}
    return [*map(_lists_reversed, reversed(value))] if isinstance(value, list | tuple) else value


def _sets_in_another_order(declared: Declared) -> Iterator[Declared]:
    own = declared.type.startswith("github:")
    yield replace(declared, props=_lists_reversed(dict(declared.props))) if own else declared


def _of_the_organization(declared: Declared) -> Iterator[Declared]:
    """A ruleset of the organization that is for the one repository."""
    repository, conditions = declared.props.get("repository"), declared.props.get("conditions")
    if (
        declared.type == gh.REPOSITORY_RULESET
        and isinstance(repository, str)
        and isinstance(conditions, dict)
        and "refName" in conditions
    ):
        props = {key: value for key, value in declared.props.items() if key != "repository"}
        only = {"repositoryName": {"includes": [repository], "excludes": []}}
        declared = replace(
            declared, type=gh.ORGANIZATION_RULESET, props=props | {"conditions": conditions | only}
        )
    yield declared


def _capitals(key: str, types: tuple[str, ...] = ()) -> Callable[[Declared], Iterator[Declared]]:
    """GitHub ignores the case of these names."""

    def one(declared: Declared) -> Iterator[Declared]:
        name = declared.props.get(key)
        if isinstance(name, str) and (declared.type in types or not types):
            declared = replace(declared, props={**declared.props, key: name.upper()})
        yield declared

    return one


def _members_one_by_one(declared: Declared) -> Iterator[Declared]:
    members = declared.props.get("members")
    if declared.type != gh.TEAM_MEMBERS or not isinstance(members, list | tuple):
        yield declared
        return
    team = declared.props.get("teamSlug", declared.props.get("teamId"))
    for number, member in enumerate(members):
        props = {**member, "teamId": team}
        yield replace(
            declared, type=gh.TEAM_MEMBERSHIP, props=props, name=f"{declared.name}-{number}"
        )


def _access_one_by_one(declared: Declared) -> Iterator[Declared]:
    if declared.type != gh.REPOSITORY_COLLABORATORS or UNKNOWN in declared.props.values():
        yield declared
        return
    kinds = {"users": gh.REPOSITORY_COLLABORATOR, "teams": gh.TEAM_REPOSITORY}
    for key, type_ in kinds.items():
        listed = declared.props.get(key, ())
        for number, each in enumerate(listed if isinstance(listed, list | tuple) else ()):
            props = {**each, "repository": declared.props.get("repository")}
            yield replace(declared, type=type_, props=props, name=f"{declared.name}-{key}-{number}")


def _twice(pattern: str) -> list[str]:
    return [pattern, pattern]


REWRITES: dict[str, Callable[[Example], Example]] = {
    **{f"workflow: {name}": _workflow(change) for name, change in TEXTS.items()},
    **{f"document: {name}": _document(change) for name, change in DOCUMENTS.items()},
    "workflow: jobs in called workflows": _each(in_called_workflows),
    "resources in another order": _reordered,
    "one resource more": _one_more,
    "other names in Pulumi": _renamed,
    "another name of the repository": _other_repository,
    "one ruleset in two": _each(_split),
    "a letter of a pattern in brackets": _each(_patterns(_one_letter_in_brackets)),
    "a pattern in two": _each(_patterns(_star_in_two)),
    "sets in another order": _each(_sets_in_another_order),
    "a ruleset of the organization": _each(_of_the_organization),
    "the repository in capitals": _each(_capitals("repository")),
    "the environment in capitals": _each(_capitals("environment", gh.OF_ENVIRONMENTS)),
    "members one by one": _each(_members_one_by_one),
    "access one by one": _each(_access_one_by_one),
    "a pattern twice": _each(_patterns(_twice)),
}
"""Rewrites of an example, by what they change. What they do not apply to they leave as it is."""

"""`portcullis import --update`: files that exist are brought up to date with GitHub.

Only what differs from GitHub is changed. Comments, order, sources of secrets and reasons stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from components.declaration import Declaration, DeclarationError, load
from components.declaration.load import checked
from components.organization import OrganizationConfig
from portcullis.check.organization import Subject, recorded_of
from portcullis.drift.declared import declared, exists_of
from portcullis.drift.report import lines_of, names_of
from portcullis.importing.documents import Documents
from portcullis.importing.merge import merge
from portcullis.importing.proof import STILL, filled, path_of, unit_of, unsound
from portcullis.importing.seen import Left
from portcullis.live.compare import compare
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from portcullis.check.recorder import Registered
    from portcullis.importing.documents import Node
    from portcullis.importing.proof import Proven
    from portcullis.live.compare import Drift
    from portcullis.live.resource import Live

_REPOSITORY = frozenset(
    {
        *("description", "homepage", "visibility", "topics", "archived", "default_branch"),
        *("access", "features", "merge", "security"),
    }
)
"""A repository's own fields; the others are things of their own, or only people declare them."""

_WHOLE = frozenset(
    {
        *("Repository", "Team", "RepositoryEnvironment", "OrganizationRuleset"),
        *("RepositoryRuleset", "BranchProtection", "OrganizationCustomProperties"),
        *("RepositoryCustomProperty", "ActionsOrganizationVariable", "ActionsVariable"),
    }
)
"""Kinds of which one is one entry of the YAML, which goes when it is gone from GitHub."""

_SECTIONS = {
    "Repository": ("repositories", "name"),
    "Team": ("teams", "slug"),
    "TeamMembers": ("teams", "teamSlug"),
    "OrganizationRuleset": ("protection", "name"),
    "RepositoryRuleset": ("protection", "name"),
    "RepositoryEnvironment": ("environments", "environment"),
    "RepositoryEnvironmentDeploymentPolicy": ("environments", "environment"),
    "ActionsEnvironmentSecret": ("environments", "environment"),
    "ActionsEnvironmentVariable": ("environments", "environment"),
}
"""Where the YAML has a thing, and the field with its name; the rest follows from the kind's end."""


@dataclass
class Updated:
    """Files that were brought up to date, before they are written."""

    documents: Documents
    resolved: ResolvedOrganization
    registered: Sequence[Registered]
    differs: tuple[Left, ...]
    """What the next preview would change all the same."""
    changes: Sequence[tuple[str, str]]
    """For people: what was added, changed and removed."""


def updated(live: Live, what: Subject, fresh: Proven) -> Updated:
    """Return an organization's files with what differs from GitHub changed.

    Args:
        live: The organization.
        what: The project's folder, and the stack if there is one.
        fresh: What a first import would write.

    Raises:
        UserError: The files have mistakes, or would have; nothing was written.
    """
    try:
        declaration = load(what.name, what.root, blanks=True)
    except DeclarationError as error:
        raise UserError(str(error)) from None
    documents = Documents(what.root, what.name)
    registered, drift = _differences(declaration, what, live)
    parents = {each.urn: each for each in registered}
    data = documents.data()
    steps: dict[Segments, str] = {}
    for each in drift:
        path = path_of(each, parents, data, live) or _place(each, fresh)
        if path is not None:
            gone = each.what == "missing" and each.kind in _WHOLE
            unit = unit_of(path) or path
            steps[unit] = "remove" if gone else steps.get(unit, "change")
    new = OrganizationConfig.model_validate(filled(fresh.data))
    step_of = _Step(documents, declaration.config, new, fresh)
    done = [step_of.done(unit, step) for unit, step in steps.items()]
    changes = [each for each in done if each]
    resolved, problems = checked(filled(documents.data()), documents.origins, what.root)
    if problems or not resolved:
        raise UserError(f"nothing was changed: {unsound(problems)}")
    again, rest = _differences(Declaration(resolved, declaration.mistake), what, live)
    differs = {*fresh.differs, *_still(rest, again, documents.data(), live)}
    return Updated(documents, resolved, again, tuple(sorted(differs)), changes)


def _still(
    found: Sequence[Drift], registered: Sequence[Registered], data: dict[str, Any], live: Live
) -> Iterator[Left]:
    """Yield what the next preview would change all the same."""
    names, parents = names_of(live), {each.urn: each for each in registered}
    for each in found:
        if each.what != "undeclared" and not each.kind.endswith("Secret"):
            path = path_of(each, parents, data, live) or ()
            lines = "; ".join(lines_of(each, names)) or f"{each.kind} {each.name}: {each.what}"
            yield Left(".".join(map(str, path)), lines, STILL)


def _differences(
    declaration: Declaration, what: Subject, live: Live
) -> tuple[list[Registered], list[Drift]]:
    registered = recorded_of(declaration, what, exists_of(live))
    wanted = [
        each for each in declared(registered, declaration.resolved) if each.kind != "RepositoryFile"
    ]
    found = [each for each in compare(wanted, live) if each.kind != "RepositoryFile"]
    return registered, found


def _place(drift: Drift, fresh: Proven) -> Segments | None:
    """Return where an import writes what nobody has declared yet; None if it does not."""
    if drift.live is None:
        return None
    inputs = drift.live.inputs
    above: Segments = ()
    if "repository" in inputs or drift.kind == "BranchProtection":
        above = ("repositories", str(inputs.get("repository") or drift.name.partition("/")[0]))
    section, name = _entry(drift.kind, inputs)
    paths = [(*above, section, name)]
    if drift.kind.endswith("Ruleset"):
        paths.append((*above, "tag_protection", name.partition(" (")[0]))
    return next((path for path in paths if _at(fresh.data, path) is not None), None)


def _entry(kind: str, inputs: Mapping[str, Any]) -> tuple[str, str]:
    """Return the section of a thing, and its name there."""
    if kind in _SECTIONS:
        section, key = _SECTIONS[kind]
        return section, str(inputs[key])
    if kind == "BranchProtection":
        return "protection", f"classic {inputs['pattern']}"
    for end, section, key in (
        ("Secret", "secrets", "secretName"),
        ("Variable", "variables", "variableName"),
        ("CustomProperties", "properties", "propertyName"),
        ("CustomProperty", "properties", "propertyName"),
    ):
        if kind.endswith(end):
            return section, str(inputs[key])
    return "", ""


@dataclass
class _Step:
    """A thing that differs from GitHub, and what to do about it."""

    documents: Documents
    old: OrganizationConfig
    new: OrganizationConfig
    fresh: Proven

    def done(self, unit: Segments, step: str) -> tuple[str, str] | None:
        """Carry it out; return it for people, or None where nothing was to do."""
        there, given = self.documents.find(unit), _at(self.fresh.data, unit)
        done = ""
        if there is not None and given is None and step == "remove":
            self.documents.remove(unit)
            done = "removed"
        elif there is None and given is not None:
            self.documents.put(unit, given)
            done = "added"
        elif there is not None and given is not None and self._changed(unit, there, given):
            self.documents.touch(unit)
            done = "changed"
        return (done, ".".join(map(str, unit))) if done else None

    def _changed(self, unit: Segments, there: Node, given: Any) -> bool:  # noqa: ANN401 - a part of a declaration
        one, other = _model(self.old, unit), _model(self.new, unit)
        if isinstance(one, BaseModel) and isinstance(other, BaseModel):
            only = _REPOSITORY if unit[0] == "repositories" and unit[2:] == () else None
            return merge(there, one, other, given, only)
        if one != other:
            self.documents.put(unit, given)
        return bool(one != other)


def _at(data: Any, path: Segments) -> Any:  # noqa: ANN401 - any part of a declaration
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _model(config: BaseModel, path: Segments) -> Any:  # noqa: ANN401 - a model, or a plain value
    found: Any = config
    for step in path:
        found = found.get(step) if isinstance(found, dict) else getattr(found, str(step), None)
    return found

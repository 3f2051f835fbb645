"""The proof of an import: what its YAML declares is exactly what GitHub has.

The program's resources are recorded with GitHub's ids and compared with the crawl, as drift is.
What the models refuse, and what differs, is taken out of the YAML as a whole: it stays unmanaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.declaration import Declaration, Mistake
from components.declaration.load import checked
from components.declaration.yaml_file import Place
from components.names.team_slug import slug_of
from components.secrets.reference import BLANK
from portcullis.check.organization import Subject, recorded_of
from portcullis.drift.declared import declared, exists_of
from portcullis.drift.report import lines_of, names_of
from portcullis.drift.undeclared import TAKEN_BACK
from portcullis.importing.seen import Left
from portcullis.live.compare import compare
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from components.origin import Origin
    from portcullis.check.recorder import Registered
    from portcullis.live.compare import Drift
    from portcullis.live.resource import Live

_SECTIONS = frozenset(
    {"teams", "protection", "tag_protection", "secrets", "properties", "variables"}
)
_IN_REPOSITORY = frozenset(
    {"protection", "tag_protection", "environments", "secrets", "variables", "properties"}
)
_NAMED = {
    "ActionsSecret": ("secrets", "secretName"),
    "DependabotSecret": ("secrets", "secretName"),
    "CodespacesSecret": ("secrets", "secretName"),
    "ActionsVariable": ("variables", "variableName"),
    "RepositoryCustomProperty": ("properties", "propertyName"),
    "ActionsOrganizationSecret": ("secrets", "secretName"),
    "DependabotOrganizationSecret": ("secrets", "secretName"),
    "CodespacesOrganizationSecret": ("secrets", "secretName"),
    "ActionsOrganizationVariable": ("variables", "variableName"),
    "OrganizationCustomProperties": ("properties", "propertyName"),
}
"""The section, and the field with the name, of resources that no component of their own declares.
"""

STILL = "the next preview shows this change; an update makes it"
"""What happens to a difference that could not be left out."""


@dataclass(frozen=True)
class Proven:
    """A draft whose declaration is what GitHub has, but for `differs`."""

    data: dict[str, Any]
    left: tuple[Left, ...]
    resolved: ResolvedOrganization
    registered: Sequence[Registered]
    undeclared: Sequence[Drift]
    """What exists on GitHub, and the YAML does not have."""
    differs: tuple[Left, ...]
    """What the next preview would change all the same."""


def prove(
    data: dict[str, Any],
    left: Sequence[Left],
    live: Live,
    what: Subject,
    origins: Mapping[str, Origin],
) -> Proven:
    """Take out of a draft what the models refuse, and what would differ from GitHub.

    Args:
        data: The draft; it is changed.
        left: What is left out already.
        live: The organization.
        what: The project's folder, and the stack if there is one.
        origins: Where the organization and its repositories will be declared.
    """
    taken, stuck = [*left], set[Left]()
    names = names_of(live)
    while True:
        resolved = _accepted(data, taken, stuck, what, origins)
        registered = recorded_of(Declaration(resolved, _mistake), what, exists_of(live))
        found = compare(declared(registered, resolved), live)
        parents = {each.urn: each for each in registered}
        units: dict[Segments, str] = {}
        for each in found:
            path = path_of(each, parents, data, live)
            if path is None:
                continue
            lines = "; ".join(lines_of(each, names)) or f"{each.kind} {each.name}: {each.what}"
            unit = unit_of(path)
            if unit is None:
                stuck.add(Left(".".join(map(str, path)), lines, STILL))
            else:
                units.setdefault(unit, f"an update would change it: {lines}")
        removed = [_take_out(data, unit, why, taken) for unit, why in units.items()]
        if not any(removed):
            undeclared = [each for each in found if each.what == "undeclared"]
            return Proven(
                data, tuple(taken), resolved, registered, undeclared, tuple(sorted(stuck))
            )


def _accepted(
    data: dict[str, Any],
    taken: list[Left],
    stuck: set[Left],
    what: Subject,
    origins: Mapping[str, Origin],
) -> ResolvedOrganization:
    """Take out what the models refuse, until they accept the rest."""
    while True:
        resolved, problems = checked(filled(data), origins, what.root)
        changed = False
        for path, wrong, _ in problems:
            if unit := unit_of(path):
                changed |= _take_out(data, unit, f"`{'.'.join(map(str, path))}`: {wrong}", taken)
            else:
                stuck.add(Left(".".join(map(str, path)), wrong, STILL))
                changed |= _remove(data, path)
        if not problems and resolved:
            return resolved
        if not changed:
            raise UserError(f"this organization cannot be written as YAML: {unsound(problems)}")


def unsound(problems: Sequence[Problem]) -> str:
    """Return mistakes of a declaration that is not written yet, in one line."""
    return "; ".join(f"{'.'.join(map(str, path))}: {wrong}" for path, wrong, _ in problems)


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """Return a draft with a stand-in for the required setting that may be blank."""
    settings = data["settings"]
    if settings.get("billing_email") != BLANK:
        return data
    return {**data, "settings": {**settings, "billing_email": "unknown@unknown"}}


def unit_of(path: Segments) -> Segments | None:
    """Return what can be taken out of a declaration as a whole; None for settings."""
    if path[:1] == ("repositories",):
        inside = path[2:4]
        return path[:4] if len(inside) == 2 and inside[0] in _IN_REPOSITORY else path[:2]  # noqa: PLR2004 - a section and a name
    return path[:2] if path[:1] and path[0] in _SECTIONS else None


def _take_out(data: dict[str, Any], unit: Segments, why: str, taken: list[Left]) -> bool:
    """Take a thing out, and note it; say whether it was there."""
    if not _remove(data, unit):
        return False
    taken.append(Left(_words(unit), why))
    return True


_NOUNS = {
    "teams": "team",
    "protection": "protection",
    "tag_protection": "tag protection",
    "environments": "environment",
    "secrets": "secret",
    "variables": "variable",
    "properties": "custom property",
    "repositories": "repository",
}


def _words(unit: Segments) -> str:
    *above, section, name = map(str, unit)
    return f"{_NOUNS[section]} {name}" + (f" of {above[1]}" if above else "")


def _remove(data: dict[str, Any], path: Segments) -> bool:
    """Remove an item, and its section if that is empty then; say whether it was there.

    Of a list, all goes: one entry less would mean something else.
    """
    parents: list[dict[str, Any]] = [data]
    for index, step in enumerate(path[:-1]):
        below = parents[-1].get(str(step))
        if not isinstance(below, dict):
            return _remove(data, path[: index + 1])
        parents.append(below)
    if path[-1] not in parents[-1]:
        return False
    del parents[-1][str(path[-1])]
    if not parents[-1] and len(path) > 1 and path[-2] in _SECTIONS | _IN_REPOSITORY:
        del parents[-2][str(path[-2])]
    return True


def path_of(
    drift: Drift, registered: Mapping[str, Registered], data: Mapping[str, Any], live: Live
) -> Segments | None:
    """Return the path in the YAML of what differs; None for what nobody declared, and may stay."""
    if drift.declared is None:
        return _taken_back(drift, data, live)
    inputs = drift.declared.inputs
    if drift.kind in {"Team", "TeamMembers"}:
        return ("teams", drift.declared.name)
    above: Segments = ()
    urn: str | None = drift.declared.urn
    while urn is not None and not above:
        each = registered[urn]
        path = each.inputs.get("path")
        above = tuple(map(str, path)) if isinstance(path, list) else ()
        urn = each.parent
    if drift.kind in _NAMED:
        section, field = _NAMED[drift.kind]
        return (*above[:2], section, str(inputs[field]))
    return above or ("settings" if drift.kind == "OrganizationSettings" else "actions",)


def _taken_back(drift: Drift, data: Mapping[str, Any], live: Live) -> Segments | None:
    """Return the declared thing that an update would take this out of, such as a repository."""
    if drift.kind not in TAKEN_BACK or drift.live is None:
        return None
    inputs, slugs = drift.live.inputs, {number: slug for slug, number in live.teams.items()}
    repositories = data.get("repositories") or {}
    name = str(inputs.get("repository"))
    if drift.kind == "TeamMembers":
        slug = slug_of(str(inputs["teamSlug"]))
        return ("teams", slug) if slug in (data.get("teams") or {}) else None
    if name not in repositories or repositories[name].get("archived"):
        return None
    if drift.kind == "TeamRepository":
        team = slugs.get(int(inputs["teamId"]), "of a hidden team")
        return ("repositories", name, "access", team)
    environment = str(inputs["environment"])
    known = environment in (repositories[name].get("environments") or {})
    return ("repositories", name, "environments", environment) if known else None


def _mistake(path: Segments, what: str, allowed: str) -> Mistake:
    return Mistake(Place(""), ".".join(map(str, path)), what, allowed)

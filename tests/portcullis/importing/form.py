"""A declared organization as the reader would see it, were it on GitHub exactly so."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from components.declaration import Declaration, Mistake
from components.declaration.load import checked
from components.declaration.yaml_file import Place
from components.names.team_slug import slug_of
from portcullis.check.organization import Subject, recorded_of
from portcullis.drift.declared import exists_of
from portcullis.importing import files
from portcullis.importing.proof import prove
from portcullis.importing.translation.organization import drafted
from portcullis.live.kinds import KINDS
from portcullis.live.resource import Live, LiveRepository, LiveResource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from portcullis.check.recorder import Registered
    from portcullis.importing.proof import Proven

TEXTS = ("description", "company", "blog", "email", "location")
"""Settings that are not sent where they are empty, and that GitHub shows all the same."""


def resolved(data: dict[str, Any], root: Path) -> ResolvedOrganization:
    """Return a declaration, which has to be sound."""
    origins = files.origins(data["organization"], data.get("repositories") or {})
    found, problems = checked(data, origins, root)
    assert found, problems
    assert not problems
    return found


def recorded(organization: ResolvedOrganization, root: Path, live: Live) -> Sequence[Registered]:
    """Return what the program declares, with GitHub's ids."""
    declaration = Declaration(organization, _mistake)
    return recorded_of(declaration, Subject(root, organization.name), exists_of(live))


def _mistake(path: Segments, what: str, allowed: str) -> Mistake:
    return Mistake(Place(""), ".".join(map(str, path)), what, allowed)


def live(data: dict[str, Any], root: Path, people: Sequence[str] = ()) -> Live:
    """Return the live organization that is exactly as ``data`` declares it."""
    organization = resolved(data, root)
    config = organization.config
    there = Live(config.organization, plan=config.plan)
    there.users = {login.lower(): number for number, login in enumerate(people, 500)}
    there.teams = {slug: number for number, slug in enumerate(config.teams, 100)}
    for number, (name, each) in enumerate(config.repositories.items(), 900):
        branch = "trunk" if each.keeps_branch else each.default_branch
        node = f"R_{number}"
        there.repositories[name] = LiveRepository(name, number, node, branch, each.archived)
    for each_ in recorded(organization, root, there):
        kind = each_.type.rpartition(":")[2]
        if each_.type.startswith("github:") and kind in KINDS:
            inputs = _shown(kind, copy.deepcopy(dict(each_.inputs)), there)
            there.resources.append(LiveResource(kind, each_.name, each_.name, inputs))
    return there


def _shown(kind: str, inputs: dict[str, Any], live: Live) -> dict[str, Any]:
    """Return a resource's inputs with what only GitHub adds."""
    found = {key: _plain(value) for key, value in inputs.items() if not key.startswith("__")}
    if kind == "OrganizationSettings":
        found = {**dict.fromkeys(TEXTS, ""), **found}
    if kind == "Team":
        found |= {"slug": slug_of(str(found["name"])), "parentTeamReadSlug": None}
        slugs = {str(number): slug for slug, number in live.teams.items()}
        if parent := found.get("parentTeamId"):
            found["parentTeamReadSlug"] = slugs[str(parent)]
    if kind == "OrganizationCustomProperties":
        found.setdefault("description", "")
        found.setdefault("allowedValues", [])
    if kind == "Repository":
        found.setdefault("description", "")
        found.setdefault("homepageUrl", "")
    if kind.endswith("Secret"):
        found.pop("value", None)
        found.pop("plaintextValue", None)
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value with whole numbers as GitHub sends them."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) else value


def imported(there: Live, root: Path) -> Proven:
    """Return a live organization as its import declares it."""
    data, left = drafted(there)
    origins = files.origins(there.organization, data.get("repositories") or {})
    return prove(data, left, there, Subject(root, there.organization), origins)

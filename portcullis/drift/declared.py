"""What the declaration wants GitHub to have, with the ids that things have there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.names.team_slug import slug_of
from portcullis.adopt.old_names import OldNames
from portcullis.check.organization import Subject, recorded_of
from portcullis.check.program import Exists
from portcullis.files.live import Place
from portcullis.live.compare import Declared
from portcullis.live.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.declaration import Declaration
    from components.organization import ResolvedOrganization
    from portcullis.check.recorder import Known, Registered
    from portcullis.live.resource import Live
    from portcullis.project import StackSettings

_GITHUB = "github:index/"


def recorded(
    declaration: Declaration, settings: StackSettings, live: Live, names: OldNames | None = None
) -> list[Registered]:
    """Return the resources that the stack's program declares, no secret's value among them.

    Args:
        declaration: The organization.
        settings: The stack.
        live: The organization as GitHub has it, for ids and default branches.
        names: What GitHub calls things that are declared under a new name.
    """
    what = Subject(settings.root, settings.organization, settings)
    return recorded_of(declaration, what, exists_of(live, names))


def exists_of(live: Live, names: OldNames | None = None) -> Exists:
    """Return what a program has to know of what exists on GitHub: ids and default branches."""
    branches = {name: each.default_branch for name, each in live.repositories.items()}
    return Exists(_known(live, names or OldNames()), live.users, branches)


def _known(live: Live, names: OldNames) -> Known:
    """Return what tells the ids of teams and repositories, to which others refer."""
    repositories = {name.casefold(): (name, each) for name, each in live.repositories.items()}

    def known(
        type_: str, inputs: Mapping[str, object]
    ) -> tuple[str, Mapping[str, str | int]] | None:
        name = str(inputs.get("name", ""))
        slug = slug_of(names.of("teams", name))
        if type_ == f"{_GITHUB}team:Team" and slug in live.teams:
            return str(live.teams[slug]), {"slug": slug}
        name = names.of("repositories", name).casefold()
        if type_ == f"{_GITHUB}repository:Repository" and name in repositories:
            own, there = repositories[name]
            return own, {"repoId": there.number, "nodeId": there.node}
        return None

    return known


def declared(registered: Sequence[Registered], resolved: ResolvedOrganization) -> list[Declared]:
    """Return what can be compared with GitHub, of the resources ``registered``."""
    found = [
        Declared(kind, each.name, each.urn, each.inputs)
        for each in registered
        if each.type.startswith(_GITHUB) and (kind := each.type.rpartition(":")[2]) in KINDS
    ]
    urns = {
        each.name: each.urn for each in registered if each.type == "portcullis:index:Repository"
    }
    return [*found, *_proposed(resolved, urns)]


def _proposed(resolved: ResolvedOrganization, urns: Mapping[str, str]) -> Iterator[Declared]:
    """Yield managed files that reach GitHub by pull requests: they are no resources."""
    for name, repository in resolved.repositories.items():
        if not repository.by_pull_request:
            continue
        for path, file in repository.files.items():
            inputs: dict[str, Any] = {"repository": name, "file": path, "content": file.text()}
            yield Declared("RepositoryFile", f"{name}/{path}", urns.get(name, ""), inputs)


def managed_files(wanted: Sequence[Declared]) -> Iterator[Place]:
    """Yield the places of the managed files that are declared."""
    for each in wanted:
        if each.kind == "RepositoryFile":
            yield Place(str(each.inputs["repository"]), str(each.inputs["file"]))

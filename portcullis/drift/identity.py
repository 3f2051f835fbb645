"""Repositories and teams by their ids: what is known under another name, gone, or another thing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from portcullis.renames import things as ids
from portcullis.renames.moves import Declared, Problem, compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.declaration import Declaration
    from components.names.renames import Kind
    from portcullis.live.asking import Asking
    from portcullis.live.compare import Drift
    from portcullis.live.resource import Live, LiveResource
    from portcullis.renames.things import Thing

KINDS: Mapping[str, Kind] = {"Repository": "repositories", "Team": "teams"}
"""Kinds of resources whose things are recognized here, and their sections in the YAML."""


@dataclass(frozen=True)
class Identities:
    """The organization under the declared names, and what stands in the way of an update."""

    live: Live
    problems: Sequence[Problem] = ()
    """Why an update would stop, and what to do."""
    strangers: frozenset[tuple[Kind, str]] = field(default_factory=frozenset)
    """What is another thing on GitHub than the state's, by its name."""

    def problem(self, drift: Drift) -> Problem | None:
        """Return what an update would say about a thing."""
        section = KINDS.get(drift.kind)
        same = (each for each in self.problems if each.path[:2] == (section, drift.name))
        return next(same, None)


def recognize(
    asking: Asking, live: Live, known: Sequence[Thing], declaration: Declaration
) -> Identities:
    """Return the organization with each thing under its declared name.

    Args:
        asking: A conversation with its GitHub.
        live: The organization as GitHub has it.
        known: The repositories and teams of the state.
        declaration: The stack's organization.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    declared = _declared(declaration)
    there = {
        **{
            ("repositories", e.number): (name, e.default_branch)
            for name, e in live.repositories.items()
        },
        **{("teams", number): (slug, "") for slug, number in live.teams.items()},
    }
    answers: dict[Thing, ids.Live | None] = {}
    lost = []
    for thing in known:
        if found := there.get((thing.section, thing.number)):
            answers[thing] = ids.Live(live.organization, found[0], found[1] or None)
        elif not _is_hidden(live, thing):
            lost.append(thing)
    answers |= ids.ask(asking.client, lost)
    taken = {(section, name.lower()): number for (section, number), (name, _) in there.items()}
    holders = {
        thing: number
        for thing in lost
        if (number := taken.get((thing.section, thing.name.lower()))) is not None
    }
    found_ = compare(live.organization, answers, declared, holders)
    strangers = frozenset(
        (each.section, each.name.lower()) for each in found_.strangers if each in holders
    )
    names: dict[Kind, dict[str, str]] = {"repositories": {}, "teams": {}}
    for thing, now in answers.items():
        if now and now.owner.lower() == live.organization.lower():
            key = declared[thing.section].key_of(thing, now)
            if key and key.lower() != now.name.lower():
                names[thing.section][now.name] = key
    return Identities(_renamed(live, names), found_.problems, strangers)


def _declared(declaration: Declaration) -> dict[Kind, Declared]:
    config = declaration.config
    return {
        "repositories": Declared({k: each.renamed_from for k, each in config.repositories.items()}),
        "teams": Declared({k: each.renamed_from for k, each in config.teams.items()}),
    }


def _is_hidden(live: Live, thing: Thing) -> bool:
    """Say whether GitHub may only not show a thing."""
    kind = "Team" if thing.section == "teams" else "Repository"
    return any(
        kind in gap.kinds and gap.repository in {None, thing.name, thing.key} for gap in live.gaps
    )


def _renamed(live: Live, names: Mapping[Kind, Mapping[str, str]]) -> Live:
    """Return the organization with other names; one whose name is needed gets its id beside it."""
    numbers = {name: each.number for name, each in live.repositories.items()}
    repositories = _free(names["repositories"], numbers)
    teams = _free(names["teams"], live.teams)
    if not (repositories or teams):
        return live
    resources = [_under(each, repositories, teams, live.organization) for each in live.resources]
    return replace(
        live,
        resources=resources,
        teams={teams.get(slug, slug): number for slug, number in live.teams.items()},
        repositories={repositories.get(k, k): each for k, each in live.repositories.items()},
    )


def _free(names: Mapping[str, str], numbers: Mapping[str, int]) -> dict[str, str]:
    wanted = {name.lower() for name in names.values()}
    others = {
        name: f"{name} (id {number})"
        for name, number in numbers.items()
        if name.lower() in wanted and name not in names
    }
    return {**names, **others}


def _under(
    each: LiveResource, repositories: Mapping[str, str], teams: Mapping[str, str], organization: str
) -> LiveResource:
    inputs: dict[str, Any] = dict(each.inputs)
    start, slash, rest = each.name.partition("/")
    name = each.name
    if start in repositories and (each.kind == "Repository" or "repository" in inputs or slash):
        if each.kind in {"Repository", "BranchProtection"} or inputs.get("repository") == start:
            name = f"{repositories[start]}{slash}{rest}"
        if inputs.get("repository") == start:
            inputs["repository"] = repositories[start]
    if each.kind == "TeamRepository" and rest in teams:
        name = f"{name.removesuffix(rest)}{teams[rest]}"
    if each.kind in {"Team", "TeamMembers"} and each.name in teams:
        name = teams[each.name]
        if each.kind == "TeamMembers":
            inputs["teamSlug"] = name
    if each.kind == "BranchProtection" and teams:
        actors = {f"{organization}/{old}": f"{organization}/{new}" for old, new in teams.items()}
        inputs = _replaced(inputs, actors)
    return replace(each, name=name, inputs=inputs)


def _replaced(value: Any, actors: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name: _replaced(each, actors) for name, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, actors) for each in value]
    return actors.get(value, value) if isinstance(value, str) else value


def without_consequences(
    found: Sequence[Drift], strangers: frozenset[tuple[Kind, str]]
) -> Iterator[Drift]:
    """Yield what differs, without what lies in a repository or a team that is gone or replaced."""
    gone = {
        (KINDS[each.kind], each.name.lower())
        for each in found
        if each.kind in KINDS and each.what == "missing"
    } | strangers
    for each in found:
        start, _, rest = each.name.lower().partition("/")
        side = each.live or each.declared
        inputs = side.inputs if side else {}
        holders = set()
        if "repository" in inputs or each.kind == "BranchProtection":
            holders.add(("repositories", start))
        if each.kind == "TeamMembers":
            holders.add(("teams", start))
        if each.kind == "TeamRepository":
            holders.add(("teams", rest))
        if each.kind in {"BranchDefault", "RepositoryVulnerabilityAlerts"}:
            holders.add(("repositories", each.name.lower()))
        if not holders & gone:
            yield each

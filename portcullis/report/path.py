"""The path of a package from people to the registry, and where it is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portcullis_policy.release_path.numbers import people

from components.declaration.guards import protections
from components.publish.packages import RegistryPackage
from portcullis.report.found import by_repository, text, thing
from portcullis.report.model import Package, Stage, StageKind, Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portcullis_policy.diagnostic import Diagnostic

    from components.environment import ResolvedEnvironment
    from components.organization import ResolvedOrganization
    from components.publish.environments import ResolvedPackage
    from components.repository import ResolvedRepository
    from portcullis.reach.report import Asked
    from portcullis.report.known import Known

ENOUGH = 2
"""People who have to act together before a package is published: one alone is too few."""

_FAMILIES: dict[StageKind, frozenset[str]] = {
    "start": frozenset({"TG"}),
    "review": frozenset({"BR", "RS"}),
    "environment": frozenset({"EN"}),
    "credential": frozenset({"SE", "WF"}),
    "registry": frozenset({"RP"}),
}
"""The rules that judge each stage, by family."""

_NOT_THERE = "it is declared, and does not exist on GitHub"
_NO_GATE = "no environment: nobody has to approve"
_FILED = {
    "oidc": "trusted publishing (OIDC): no stored credential",
    "hybrid": "trusted publishing (OIDC), with a stored token to fall back on",
    "token": "a stored token",
}


@dataclass(frozen=True)
class _Place:
    """A place that publishes."""

    asked: Asked
    organization: ResolvedOrganization
    repository: ResolvedRepository
    found: Sequence[Diagnostic]
    """Findings on the repository."""
    differing: Mapping[str, str]
    """How repositories and environments differ, by lower-case name: `changed`, `missing`."""

    @property
    def packages(self) -> list[ResolvedPackage]:
        """Return the declared packages that are published there."""
        return [
            each for each in self.repository.packages if each.environment == self.asked.goal.name
        ]

    def about(self, environment: str) -> list[Diagnostic]:
        """Return the findings that are not about another environment."""
        others = [
            f"{self.repository.name}/{each}/".lower()
            for each in self.repository.environments
            if each != environment
        ]
        return [each for each in self.found if not f"{thing(each)}/".startswith(tuple(others))]


def packages(known: Known) -> Iterator[Package]:
    """Yield every place that publishes, with its path."""
    found = by_repository(known.findings)
    differing = _differing(known)
    organization = known.declaration.resolved
    repositories = {name.lower(): each for name, each in organization.repositories.items()}
    for asked in known.reach.goals:
        name, fewest = asked.goal.repository, asked.answer.fewest_people
        repository = repositories.get(name)
        path: list[Stage] = []
        if repository:
            path = _path(_Place(asked, organization, repository, found.get(name, ()), differing))
        yield Package(
            name=asked.name,
            repository=name,
            fewest=fewest,
            summary=people(fewest),
            broken=bool(_too_few(fewest)) or any(stage.broken for stage in path),
            path=tuple(path),
            ways=tuple(
                Way(actors=tuple(way.names), steps=tuple(way.steps)) for way in asked.answer.ways
            ),
        )


def _too_few(fewest: int | None) -> list[str]:
    """Return what is wrong where one person, or none, suffices."""
    return [f"{people(fewest)} can publish"] if fewest is not None and fewest < ENOUGH else []


def _differing(known: Known) -> Mapping[str, str]:
    """Return how environments, and repositories with theirs, differ from what is declared."""
    items = known.github.drift.items if known.github else ()
    return {
        item.drift.name.lower(): item.drift.what
        for item in items
        if item.drift.kind in {"RepositoryEnvironment", "Repository"}
    }


def _path(place: _Place) -> list[Stage]:
    """Return the stages, from people to the registry."""
    found, fewest = place.found, place.asked.answer.fewest_people
    about = place.about(place.asked.goal.name)
    gates = list(_gates(place))
    stages = [
        _stage("start", "Release tag", _starting(place), found),
        _stage("review", "Reviewed change", _reviewed(place), found),
        *(_gate(place, each, last=each is gates[-1]) for each in gates),
    ]
    if not gates:
        stages.append(_stage("environment", "Environment", [], found, [_NO_GATE]))
    stages.append(_stage("credential", "Credential", _credentials(place.packages), about))
    registries = dict.fromkeys(
        f"{each.package} at {each.registry}"
        for each in place.repository.publishers
        if each.environment == place.asked.goal.name
    )
    lines = [*registries, f"reached by {people(fewest)}"]
    return [*stages, _stage("registry", "Registry", lines, about, _too_few(fewest))]


def _stage(
    kind: StageKind,
    title: str,
    lines: Iterable[str],
    found: Iterable[Diagnostic],
    broken: Iterable[str] = (),
) -> Stage:
    """Return a stage, with the findings of its rules."""
    findings = (text(each) for each in found if each.rule.id[:2] in _FAMILIES[kind])
    wrong = tuple(dict.fromkeys((*broken, *findings)))
    return Stage(kind=kind, title=title, lines=tuple(lines), broken=wrong)


def _gates(place: _Place) -> Iterator[ResolvedEnvironment]:
    """Yield the environments that the publishing job passes, the last one at the end."""
    repository, name = place.repository, place.asked.goal.name
    others = {each.environment for each in repository.packages} - {name}
    if place.packages:
        yield from (
            each
            for each in repository.release_path
            if each.release == "release" and each.name not in others
        )
    elif name in repository.environments:
        yield repository.environments[name]


def _gate(place: _Place, gate: ResolvedEnvironment, *, last: bool) -> Stage:
    """Return an environment; findings on several of them stand at the last one."""
    repository = place.repository
    own = f"{repository.name}/{gate.name}".lower()
    about = place.about(gate.name) if last else [e for e in place.found if thing(e) == own]
    reviewers, from_ = gate.config.reviewers, gate.config.deploy_from
    who = [*(_team(each, place.organization) for each in reviewers.teams), *reviewers.users]
    refs = [*(f"tag {each}" for each in from_.tags), *(f"branch {each}" for each in from_.branches)]
    lines = [f"approves: {' or '.join(who)}"] if who else []
    if refs or from_.everything:
        lines.append(f"entered from {', '.join(refs) or 'every ref'}")
    whole = place.differing.get(repository.name.lower())
    differs = whole if whole == "missing" else place.differing.get(own)
    if differs:
        lines = [f"declared: {each}" for each in lines]
    gone = [_NOT_THERE] if differs == "missing" else []
    return _stage("environment", f"Environment {gate.name}", lines, about, gone)


def _team(slug: str, organization: ResolvedOrganization) -> str:
    members = sorted(organization.people.get(slug, ()))
    return f"{slug} ({', '.join(members)})" if members else slug


def _starting(place: _Place) -> Iterator[str]:
    """Yield who creates release tags."""
    ours = [each for package in place.packages for each in package.protections]
    by_name = {each.name: each for each in ours or place.repository.tag_protection}
    for each in by_name.values():
        teams = " or ".join(_team(team, place.organization) for team in each.config.created_by)
        yield f"creates tags {', '.join(each.config.tags.admitted)}: {teams}"
    if not by_name:
        yield "anybody with write access creates tags"


def _reviewed(place: _Place) -> Iterator[str]:
    """Yield what a change of a protected branch needs."""
    configs = [each.config for each in protections(place.repository, place.organization)]
    if configs:
        yield f"approvals of a change: {max(each.approvals for each in configs)}"
    checks = dict.fromkeys(check for each in configs for check in each.required_checks)
    if checks:
        yield f"has to be green: {', '.join(checks)}"


def _credentials(here: Sequence[ResolvedPackage]) -> Iterator[str]:
    """Yield how the packages are published."""
    for each in here:
        config = each.config
        if isinstance(config, RegistryPackage):
            yield f"{config.id}: {_FILED[config.auth]}"
        elif getattr(config, "auth", None) == "token":
            yield f"{config.id}: {_FILED['token']}"
        else:
            yield f"{config.id}: the job's own token"
    if not here:
        yield "by a workflow file of the repository's own"

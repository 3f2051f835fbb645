"""What is closed, and in which order: what stops most by fewest requests comes first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portcullis.lockdown import roles
from portcullis.lockdown.doors import Door, Kind
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from components.declaration import Declaration
    from components.organization import ResolvedOrganization
    from components.secrets.secret import Store
    from portcullis.live.raw.settings import Document
    from portcullis.lockdown.record import Level


@dataclass(frozen=True)
class Scope:
    """What the declaration says about what a lockdown has to close."""

    organization: str
    level: Level
    only: frozenset[str] = frozenset()
    """The lower-case names of the repositories that it is limited to; empty: all of them."""
    releasing: frozenset[str] | None = None
    """Lower-case names of those that publish; None: nobody knows, so each counts as one."""
    secrets: tuple[tuple[str, str], ...] = ()
    """Repository (empty: the organization) and secret: all that have a source to come back from."""
    roles: tuple[tuple[str, Door], ...] = ()
    """Repository, and a role of AWS or Vault that trusts its jobs."""
    rulesets: bool = True
    """Whether the plan has rulesets of the organization."""

    def stops(self, name: str) -> bool:
        """Say whether releases of a repository are stopped."""
        if self.only:
            return name.lower() in self.only
        return self.level == "all" or self.releases(name)

    def releases(self, name: str) -> bool:
        """Say whether a repository publishes, as far as anybody knows."""
        return self.releasing is None or name.lower() in self.releasing


@dataclass(frozen=True)
class Targets:
    """The repositories that a lockdown is about, the most dangerous first."""

    stopped: Sequence[Document]
    all_ids: Collection[int] = field(default_factory=tuple)
    missing: tuple[str, ...] = ()
    """Declared to publish, or asked for, and not on GitHub under that name."""


def scope_of(
    declaration: Declaration | None, organization: str, level: Level, only: Collection[str]
) -> Scope:
    """Return what is to be closed; without a declaration, every repository counts as publishing.

    Raises:
        UserError: ``only`` names a repository that is not declared.
    """
    names = frozenset(name.lower() for name in only)
    if declaration is None:
        return Scope(organization, level, names)
    resolved = declaration.resolved
    known = {name.lower() for name in resolved.repositories}
    if wrong := sorted(names - known):
        raise UserError(
            f"--repository {', '.join(wrong)}: {organization} declares no such repository; "
            f"allowed: {', '.join(sorted(known)) or 'none'}"
        )
    releasing = {
        name.lower()
        for name, each in resolved.repositories.items()
        if each.packages or each.trusts or each.release_path
    }
    plan_has_rulesets = resolved.config.plan != "free"
    return Scope(
        *(organization, level, names, frozenset(releasing)),
        secrets=tuple(_secrets(resolved, names or releasing, level, whole=not names)),
        roles=tuple(
            (each.job.repository, door)
            for each in resolved.trusts
            for door in roles.doors(resolved, each)
        ),
        rulesets=plan_has_rulesets,
    )


def _secrets(
    resolved: ResolvedOrganization, names: Collection[str], level: Level, *, whole: bool
) -> Iterator[tuple[str, str]]:
    """Yield the secrets that jobs which publish, Dependabot or codespaces there could read."""
    for secret in resolved.secrets:
        seen = {name.lower() for name in secret.repositories}
        if secret.scope == "organization":
            if whole and (level == "all" or seen & set(names)):
                for store in secret.stores:
                    yield "", f"{_before(None, store)}{secret.name}"
        elif seen & set(names) or (whole and level == "all"):
            for store in secret.stores:
                yield secret.repositories[0], f"{_before(secret.environment, store)}{secret.name}"


def _before(environment: str | None, store: Store) -> str:
    """Return what stands before the name of a secret that is not simply one of Actions."""
    if environment:
        return f"{environment}/"
    return "" if store == "actions" else f"{store}:"


def targets(scope: Scope, repositories: Sequence[Document]) -> Targets:
    """Return the repositories to close: those that publish first, by name."""
    open_ = [each for each in repositories if not each["archived"]]
    stopped = sorted(
        (each for each in open_ if scope.stops(each["name"])),
        key=lambda each: (not scope.releases(each["name"]), each["name"].lower()),
    )
    there = {each["name"].lower() for each in repositories}
    wanted = scope.only or scope.releasing or frozenset()
    ids = tuple(each["id"] for each in repositories)
    return Targets(stopped, ids, tuple(sorted(wanted - there)))


def first(scope: Scope) -> Iterator[Door]:
    """Yield what stops all by one request each, and needs no list of repositories."""
    yield Door(Kind.NOTE)
    if not scope.only and scope.rulesets:
        yield Door(Kind.TAGS)


def of_each(scope: Scope, repository: Document) -> Iterator[Door]:
    """Yield what stops a repository where no setting of the organization does."""
    if scope.only or not scope.rulesets:
        yield Door(Kind.TAGS, repository["id"])
    if scope.only:
        yield Door(Kind.ACTIONS, repository["id"])


def roles_of(scope: Scope) -> Iterator[Door]:
    """Yield the roles outside of GitHub that trust jobs whose repository is stopped."""
    for repository, door in scope.roles:
        if scope.stops(repository):
            yield door


STORES: tuple[Store, ...] = ("actions", "dependabot", "codespaces")
"""Where secrets of an organization are."""


def undeclared(scope: Scope, store: Store, visibility: Mapping[str, str]) -> Iterator[str]:
    """Yield the organization's secrets in a store that stay, because nobody could bring them back.

    Args:
        scope: What is closed.
        store: Where they are.
        visibility: Of all secrets there, by name.
    """
    removed = {name.lower() for where, name in scope.secrets if not where}
    for name in visibility:
        door = f"{_before(None, store)}{name}"
        if door.lower() not in removed:
            yield door


def secrets_of(scope: Scope, repository: Document | None) -> Iterator[Door]:
    """Yield the secrets of a repository; None: the organization's."""
    name, number = (repository["name"], repository["id"]) if repository else ("", None)
    for where, secret in scope.secrets:
        if where.lower() == name.lower():
            yield Door(Kind.SECRET, number, secret)

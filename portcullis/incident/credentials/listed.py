"""The list of the credentials that could publish: from reach, the declaration and GitHub."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portcullis_policy.release_path.derivation import ActorKind
from portcullis_policy.release_path.goals import GoalKind
from portcullis_policy.release_path.numbers import label
from portcullis_policy.semantics.publishing.secret_names import cloud, registry

from components.connections.deploy_key import fingerprint
from portcullis.incident import places
from portcullis.incident.credentials.credential import Credential, Facts, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from components.declaration import Declaration
    from components.secrets.declared import DeclaredSecret
    from portcullis.live.raw.credentials import Stored, StoredSecret
    from portcullis.reach.report import Report

Listed = dict[str, tuple[Credential, Facts]]
"""By id, the most dangerous first."""

_CLASSES = frozenset({ActorKind.MEMBER, ActorKind.WRITER})


@dataclass(frozen=True)
class Known:
    """All that the list is made of."""

    organization: str
    web: str
    """Where GitHub's pages are."""
    stack: str
    stored: Stored
    declaration: Declaration | None = None
    """None: it has mistakes."""
    reach: Report | None = None
    dates: Mapping[str, datetime] = field(default_factory=dict)
    """When sources got their values, by the declared secret's dotted path."""


def listed(known: Known) -> Listed:
    """Return the credentials that could publish, each with what APIs show of it."""
    found: Listed = {}
    parts = (_secrets, _keys, _apps, _roles, _registries, _people, _unread)
    for part in parts:
        for credential, facts in part(known):
            found.setdefault(credential.id, (credential, facts))
    return found


def publishing(known: Declaration, report: Report) -> frozenset[str]:
    """Return the lower-case names of the repositories from which something is published."""
    declared = {
        name.lower()
        for name, each in known.resolved.repositories.items()
        if each.packages or each.trusts or each.release_path
    }
    return frozenset(declared | {goal.goal.repository.lower() for goal in report.goals})


def _secrets(known: Known) -> Iterator[tuple[Credential, Facts]]:
    live = {_secret_id(each, known.organization): each for each in known.stored.secrets}
    declared = _declared(known)
    goals = _goals(known.reach)
    ids = dict.fromkeys((*live, *declared))
    for key in sorted(ids, key=lambda key: (_opens(key) is None, key)):
        there, written = live.get(key), declared.get(key)
        place = key.partition("/")[2]
        could = goals.get(place.lower()) or _opens(key) or "is read by jobs that publish"
        credential = Credential(
            id=key,
            kind=Kind.SECRET,
            name=f"{place} ({key.partition(':')[2].partition('/')[0]})",
            could=could,
            replace=_replace(known, there, written),
        )
        yield credential, _facts(known, there, written)


def _replace(known: Known, there: StoredSecret | None, written: DeclaredSecret | None) -> str:
    if written:
        path = ".".join(map(str, written.path))
        return f"portcullis secrets rotate {path} --stack {known.stack}"
    where = (there.repository, there.environment, there.store) if there else ("", "", "actions")
    return places.secrets_page(known.web, known.organization, *where)


def _facts(known: Known, there: StoredSecret | None, written: DeclaredSecret | None) -> Facts:
    path = ".".join(map(str, written.path)) if written else ""
    return Facts(
        there=there is not None,
        since=there.updated if there else None,
        source=str(written.config.from_) if written else "",
        changed=known.dates.get(path),
    )


def _secret_id(secret: StoredSecret, organization: str) -> str:
    place = secret.repository or f"@{organization}"
    inside = f"{secret.environment}/" if secret.environment else ""
    return f"secret:{secret.store}/{place}/{inside}{secret.name}"


def _declared(known: Known) -> dict[str, DeclaredSecret]:
    """Return the declared secrets that jobs of a publishing repository see, by id."""
    if known.declaration is None or known.reach is None:
        return {}
    names = publishing(known.declaration, known.reach)
    found: dict[str, DeclaredSecret] = {}
    for secret in known.declaration.resolved.secrets:
        if not names & {name.lower() for name in secret.repositories}:
            continue
        of = secret.scope == "organization"
        place = f"@{known.organization}" if of else secret.repositories[0]
        inside = f"{secret.environment}/" if secret.environment else ""
        for store in secret.stores:
            found[f"secret:{store}/{place}/{inside}{secret.name}"] = secret
    return found


def _goals(report: Report | None) -> dict[str, str]:
    """Return what a secret opens by itself, in words, by `repository/[environment/]name`."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for asked in report.goals if report else ():
        goal = asked.goal
        if goal.kind is GoalKind.ROLE and goal.login:
            found[f"{goal.repository}/{goal.name.rpartition(' by ')[2]}".lower()].append(
                label(goal)
            )
    return {place: "; ".join(words) for place, words in found.items()}


def _opens(key: str) -> str | None:
    """Return what a secret opens, as far as its name tells."""
    name = key.rpartition("/")[2]
    at = cloud(name)
    if at:
        return f"acts in {at}"
    at = registry(name)
    return f"publishes at {at}" if at else None


def _keys(known: Known) -> Iterator[tuple[Credential, Facts]]:
    declared = _declared_keys(known)
    live = {_key_id(key.repository, key.key): key for key in known.stored.keys}
    for ident in dict.fromkeys((*live, *declared)):
        there, written = live.get(ident), declared.get(ident)
        path = ".".join(("repositories", written[0], "deploy_keys", written[1])) if written else ""
        repository, title = (there.repository, there.title) if there else written or ("", "")
        credential = Credential(
            id=ident,
            kind=Kind.DEPLOY_KEY,
            name=f"{title} of {repository}",
            could="pushes commits and tags",
            replace=f"another key at {path}, and portcullis up --stack {known.stack}"
            if written
            else f"{known.web}/{known.organization}/{repository}/settings/keys",
        )
        since = there.created if there else None
        yield credential, Facts(there=there is not None, since=since, source=path)


def _key_id(repository: str, key: str) -> str:
    """Return an id that a key keeps, however often it is added again."""
    return f"key:{repository}/{fingerprint(key)}"


def _declared_keys(known: Known) -> dict[str, tuple[str, str]]:
    """Return the declared keys that may write, as repository and title, by id."""
    if known.declaration is None or known.reach is None:
        return {}
    names = publishing(known.declaration, known.reach)
    return {
        _key_id(name, key.key): (name, title)
        for name, each in known.declaration.config.repositories.items()
        if name.lower() in names and not each.archived
        for title, key in each.deploy_keys.items()
        if not key.read_only
    }


def _apps(known: Known) -> Iterator[tuple[Credential, Facts]]:
    settings = f"{known.web}/organizations/{known.organization}/settings"
    for app in known.stored.apps:
        yield (
            Credential(
                id=f"app:{app.number}",
                kind=Kind.APP,
                name=f"private keys of the App {app.slug}",
                could="changes what the App may change",
                replace=f"{settings}/installations/{app.installation}",
            ),
            Facts(),
        )
    for name in _actors(known, frozenset({ActorKind.APP})):
        yield (
            Credential(
                id=f"app:{name}",
                kind=Kind.APP,
                name=f"private keys of the App {name}",
                could="passes rulesets",
                replace=f"{settings}/apps",
            ),
            Facts(),
        )


def _roles(known: Known) -> Iterator[tuple[Credential, Facts]]:
    """Yield the roles of AWS and Vault: what a job got lives on for the length of a session."""
    for asked in known.reach.goals if known.reach else ():
        goal = asked.goal
        if goal.kind is GoalKind.ROLE and not goal.login:
            in_aws = ":aws:" in goal.urn or "$aws:" in goal.urn
            credential = Credential(
                id=f"role:{goal.repository}/{goal.name}",
                kind=Kind.ROLE,
                name=f"sessions of the role {goal.name}",
                could=f"acts as the role, from {goal.repository}",
                replace=_AWS_SESSIONS if in_aws else _VAULT_LEASES,
            )
            yield credential, Facts()


_AWS_SESSIONS = "AWS console, IAM, the role, Revoke sessions"
_VAULT_LEASES = "vault token revoke -accessor ACCESSOR, for each of the role's tokens"


def _registries(known: Known) -> Iterator[tuple[Credential, Facts]]:
    if known.declaration is None:
        return
    for repository in known.declaration.resolved.repositories.values():
        for each in repository.publishers:
            credential = Credential(
                id=f"registry:{each.registry.replace(' ', '-')}/{each.package}",
                kind=Kind.REGISTRY,
                name=f"{each.registry}: accounts, tokens and trusted publishers of {each.package}",
                could=f"publishes {each.package}",
                replace=places.owners_of(each, known.web),
            )
            yield credential, Facts()


def _people(known: Known) -> Iterator[tuple[Credential, Facts]]:
    tokens = f"{known.web}/settings/tokens, {known.web}/settings/keys"
    people = _actors(known, frozenset({ActorKind.PERSON}))
    administrators = dict.fromkeys(
        name for each in (known.reach.administrators if known.reach else ()) for name in each.names
    )
    for name in dict.fromkeys((*people, *administrators)):
        yield _person(name, f"password, second factor, tokens and SSH keys of {name}", tokens)
    for name in _actors(known, _CLASSES):
        yield _person(name, f"the same of everybody with {name}", tokens)


def _person(name: str, words: str, place: str) -> tuple[Credential, Facts]:
    return (
        Credential(
            id=f"person:{name.replace(' ', '-')}",
            kind=Kind.PERSON,
            name=words,
            could="acts on the release path",
            replace=place,
        ),
        Facts(),
    )


def _actors(known: Known, kinds: frozenset[ActorKind]) -> list[str]:
    """Return who is in any set that suffices to publish, by name."""
    return sorted(
        {
            actor.name
            for asked in (known.reach.goals if known.reach else ())
            if asked.goal.kind is GoalKind.PACKAGE
            for way in asked.answer.ways
            for actor in way.actors
            if actor.kind in kinds
        }
    )


def _unread(known: Known) -> Iterator[tuple[Credential, Facts]]:
    for what, why in known.stored.unread.items():
        credential = Credential(
            id=f"unread:{what.replace(' ', '-')}",
            kind=Kind.UNREAD,
            name=what,
            could="nobody knows what is there",
            replace="look at the page on GitHub, or use credentials that may read it",
        )
        yield credential, Facts(unread=str(why))

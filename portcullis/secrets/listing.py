"""Every secret that is declared or on GitHub: how old it is, who uses it, who need not see it.

No value is here: GitHub tells none, and sources' values stay in the Pulumi program.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from portcullis.secrets.usage import WHOLE_FILE, dependabot_mentions, jobs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portcullis_policy.semantics.workflow_files.expressions import Mentions

    from components.organization import ResolvedOrganization
    from components.secrets.declared import DeclaredSecret, Scope
    from components.secrets.secret import Store
    from portcullis.secrets.live import Live, LiveSecret
    from portcullis.secrets.usage import Job

_NARROWNESS: dict[Scope, int] = {"organization": 0, "repository": 1, "environment": 2}
_TRUSTED_PUBLISHING = "trusted publishing (auth: oidc)"
_AWS = "a role of AWS that trusts GitHub's OIDC"
_BY_KIND = {
    "pypi-token": _TRUSTED_PUBLISHING,
    "npm-token": _TRUSTED_PUBLISHING,
    "crates-token": _TRUSTED_PUBLISHING,
    "aws-access-key": _AWS,
}
_BY_NAME = {
    "PYPI_TOKEN": _TRUSTED_PUBLISHING,
    "PYPI_API_TOKEN": _TRUSTED_PUBLISHING,
    "TEST_PYPI_TOKEN": _TRUSTED_PUBLISHING,
    "TEST_PYPI_API_TOKEN": _TRUSTED_PUBLISHING,
    "NPM_TOKEN": _TRUSTED_PUBLISHING,
    "AWS_ACCESS_KEY_ID": _AWS,
    "AWS_SECRET_ACCESS_KEY": _AWS,
    "VAULT_TOKEN": "a role of Vault that trusts GitHub's OIDC",
}
"""Credentials that need not be stored, by their usual names.

Source: https://docs.github.com/actions/concepts/security/openid-connect
"""


@dataclass(frozen=True)
class Use:
    """A job that uses a secret, or may."""

    repository: str
    workflow: str
    """The file's path."""
    job: str
    """The job's key; `*` is the whole file."""
    environment: str | None
    named: bool
    """False where the job may use every secret that it sees, and does not name this one."""


@dataclass(frozen=True)
class ListedSecret:
    """One secret, with all that is known of it but its value."""

    name: str
    scope: Scope
    repositories: tuple[str, ...]
    """The declared repositories that see it."""
    environment: str | None
    stores: tuple[Store, ...]
    path: str | None
    """Where it stands in the YAML, dotted; None where it is only on GitHub."""
    source: str | None
    kind: str | None
    version: str | None
    """By the source's numbering."""
    changed: date | None
    dated_by: Literal["source", "github"] | None
    """Whether the source or GitHub supplied the date; GitHub knows only when it got the value."""
    age_days: int | None
    rotate_every_days: int | None
    due: date | None
    overdue_days: int
    """0 where it is not due, or nobody knows."""
    used_by: tuple[Use, ...]
    used_unseen: bool
    """Whether it may be used where nobody can look: in codespaces."""
    seen_without_need: tuple[str, ...]
    """Repositories that see an organization's secret, and use it nowhere."""
    hides: tuple[str, ...]
    """Targets whose secret of the same name is not used where this one is."""
    hidden_by: tuple[str, ...]
    same_source: tuple[str, ...]
    """Other places in the YAML that refer to the same value."""
    replaceable_by: str | None
    """What would make storing it unnecessary."""
    missing_in: tuple[Store, ...]
    """Stores that it is declared for, and is not in on GitHub."""

    @property
    def target(self) -> str:
        """`organization`, `escai`, or `escai/pypi-release`."""
        return _target(self.scope, self.repositories, self.environment)

    @property
    def unused(self) -> bool:
        """Whether nothing uses it."""
        return not (self.used_by or self.used_unseen)


def _target(scope: Scope, repositories: Sequence[str], environment: str | None) -> str:
    if scope == "organization":
        return "organization"
    return "/".join(part for part in (*repositories, environment) if part)


@dataclass(frozen=True)
class _Secret:
    """A secret as declared, as found, or both."""

    name: str
    scope: Scope
    repositories: tuple[str, ...]
    environment: str | None
    stores: tuple[Store, ...]
    declared: DeclaredSecret | None
    live: tuple[LiveSecret, ...]

    @property
    def target(self) -> str:
        return _target(self.scope, self.repositories, self.environment)

    def hides(self, other: _Secret) -> bool:
        """Return whether it is taken where ``other`` would be otherwise, in a store of both."""
        return (
            self.name == other.name
            and _NARROWNESS[self.scope] > _NARROWNESS[other.scope]
            and self.repositories[0] in other.repositories
            and bool(set(self.stores) & set(other.stores))
        )

    def hides_from(self, job: Job, repository: str) -> bool:
        """Return whether ``job`` surely takes this one before any wider one."""
        if repository not in self.repositories or "actions" not in self.stores:
            return False
        own = (job.environment or "").lower()
        return self.environment is None or self.environment.lower() == own


@dataclass(frozen=True)
class _Files:
    """What the files of a repository use."""

    jobs: list[Job]
    dependabot: Mentions
    dependabot_path: str


def listing(
    organization: ResolvedOrganization,
    facts: Mapping[str, Mapping[str, Any]],
    live: Live,
    today: date,
) -> list[ListedSecret]:
    """Return all secrets, the declared ones in the order of the YAML, then those only on GitHub.

    Args:
        organization: the declared one.
        facts: what the sources say of each declared secret, by its dotted path (see
            `components.secrets.declared.facts`).
        live: what GitHub has.
        today: from which ages are counted.
    """
    secrets = list(_all(organization, live))
    files = _files(organization, live)
    return [_listed(each, secrets, files, facts, today) for each in secrets]


def _all(organization: ResolvedOrganization, live: Live) -> Iterator[_Secret]:
    found: defaultdict[tuple[str, ...], list[LiveSecret]] = defaultdict(list)
    for each in live.secrets:
        found[_place(each)].append(each)
    for secret in organization.secrets:
        here = found[_place(secret)]
        found[_place(secret)] = [each for each in here if each.store not in secret.stores]
        yield _Secret(
            name=secret.name,
            scope=secret.scope,
            repositories=secret.repositories,
            environment=secret.environment,
            stores=tuple(secret.stores),
            declared=secret,
            live=tuple(each for each in here if each.store in secret.stores),
        )
    for left in filter(None, found.values()):
        yield _Secret(
            name=left[0].name,
            scope=left[0].scope,
            repositories=tuple(dict.fromkeys(n for each in left for n in each.repositories)),
            environment=left[0].environment,
            stores=tuple(each.store for each in left),
            declared=None,
            live=tuple(left),
        )


def _place(secret: DeclaredSecret | LiveSecret) -> tuple[str, ...]:
    """Return the same for a declared secret and for what GitHub has of it."""
    target = _target(secret.scope, secret.repositories, secret.environment)
    return secret.scope, target.lower(), secret.name


def _files(organization: ResolvedOrganization, live: Live) -> dict[str, _Files]:
    """Return by repository; what is on GitHub counts before what is declared."""
    found: dict[str, _Files] = {}
    for name, repository in organization.repositories.items():
        if repository.config.archived:
            continue  # nothing runs there
        texts: dict[str, str | None] = {
            path: file.text() for path, file in repository.files.items()
        }
        if name in live.repositories:
            texts |= live.repositories[name].files
        path = next((path for path in texts if path.startswith(".github/dependabot.")), "")
        found[name] = _Files(jobs_of(texts), dependabot_mentions(texts), path)
    return found


def _listed(
    secret: _Secret,
    others: Sequence[_Secret],
    files: Mapping[str, _Files],
    facts: Mapping[str, Mapping[str, Any]],
    today: date,
) -> ListedSecret:
    declared = secret.declared
    path = ".".join(map(str, declared.path)) if declared else None
    known = facts.get(path or "", {})
    changed, dated_by = _dated(known, secret.live)
    kind = declared.config.kind if declared else None
    every = declared.config.rotate_every if declared else None
    due = changed + every if changed and every else None
    hiding = [each for each in others if each.hides(secret)]
    used_by = tuple(_uses(secret, hiding, files))
    used_unseen = "codespaces" in secret.stores
    using = {use.repository for use in used_by}
    wide = secret.scope == "organization" and not used_unseen
    has = {each.store for each in secret.live}
    return ListedSecret(
        name=secret.name,
        scope=secret.scope,
        repositories=secret.repositories,
        environment=secret.environment,
        stores=secret.stores,
        path=path,
        source=str(declared.config.from_) if declared else None,
        kind=kind,
        version=known.get("version"),
        changed=changed,
        dated_by=dated_by,
        age_days=(today - changed).days if changed else None,
        rotate_every_days=every.days if every else None,
        due=due,
        overdue_days=max((today - due).days, 0) if due else 0,
        used_by=used_by,
        used_unseen=used_unseen,
        seen_without_need=tuple(n for n in secret.repositories if wide and n not in using),
        hides=tuple(each.target for each in others if secret.hides(each)),
        hidden_by=tuple(each.target for each in hiding),
        same_source=tuple(_same_source(secret, others)),
        replaceable_by=_BY_KIND.get(kind or "") or _BY_NAME.get(secret.name),
        missing_in=tuple(each for each in secret.stores if each not in has),
    )


def _dated(
    known: Mapping[str, Any], live: Iterable[LiveSecret]
) -> tuple[date | None, Literal["source", "github"] | None]:
    """Return when the value was changed: as its source says, or else when GitHub got it."""
    if text := known.get("changed"):
        return date.fromisoformat(text), "source"
    dates = [each.updated.date() for each in live]
    # the oldest of several stores: one that was forgotten there is as old as that
    return (min(dates), "github") if dates else (None, None)


def _uses(secret: _Secret, hiding: Sequence[_Secret], files: Mapping[str, _Files]) -> Iterator[Use]:
    """Return who uses it; a job that takes a narrower one of the same name does not.

    Workflows that Dependabot starts get the secrets of its store in place of those of Actions.
    """
    for repository in secret.repositories:
        if (here := files.get(repository)) is None:
            continue
        for job in here.jobs if {"actions", "dependabot"} & set(secret.stores) else ():
            enters = secret.environment is None or job.may_enter(secret.environment)
            hidden = any(each.hides_from(job, repository) for each in hiding)
            if enters and not hidden and job.secrets.may_use(secret.name):
                named = secret.name in job.secrets.names
                yield Use(repository, job.workflow, job.name, job.environment, named)
        hidden = any(
            "dependabot" in each.stores and repository in each.repositories for each in hiding
        )
        if "dependabot" in secret.stores and not hidden and here.dependabot.may_use(secret.name):
            named = secret.name in here.dependabot.names
            yield Use(repository, here.dependabot_path, WHOLE_FILE, None, named)


def _same_source(secret: _Secret, others: Iterable[_Secret]) -> Iterator[str]:
    """Return where else the YAML refers to the same value."""
    for other in others:
        if (
            secret.declared
            and other.declared
            and other is not secret
            and other.declared.config.from_ == secret.declared.config.from_
        ):
            yield ".".join(map(str, other.declared.path))

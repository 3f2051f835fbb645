"""Secrets that are in no environment: who sees them, and what they publish.

Every workflow on every branch of a repository reads the repository's secrets and those of the
organization that it sees. A run of Dependabot sees Dependabot's instead. Source:
https://docs.github.com/actions/concepts/security/secrets
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.protection import Subject, subject_named, subjects
from portcullis_policy.semantics.publishing.secret_names import cloud, registry
from portcullis_policy.semantics.publishing.secrets import used_by_publishing_jobs, used_in
from portcullis_policy.settings import Settings

OF_DEPENDABOT = " of Dependabot"
"""What follows the name of a secret of Dependabot: another one may have the same name."""
_KINDS = {gh.ACTIONS_ORGANIZATION_SECRET: "", gh.DEPENDABOT_ORGANIZATION_SECRET: OF_DEPENDABOT}
_OWN = {gh.ACTIONS_SECRET: "", gh.DEPENDABOT_SECRET: OF_DEPENDABOT}


@dataclass(frozen=True, slots=True)
class Stored:
    """The secrets of a repository that are in no environment.

    Attributes:
        urns: by name; a secret of Dependabot has `OF_DEPENDABOT` after its name.
        shared: names of those that another repository sees too.
    """

    urns: Mapping[str, str] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()


def stored(stack: Stack, repository: str) -> Stored:
    """Return the secrets that jobs of a repository see without an environment.

    A secret of the repository replaces one of the organization with the same name.
    """
    known = stack.once(_Known).stored
    if repository not in known:
        known[repository] = _stored(stack, repository)
    return known[repository]


class _Known:
    """What was read of a stack already."""

    def __init__(self, _: Stack) -> None:
        """Know nothing yet."""
        self.stored: dict[str, Stored] = {}


def _stored(stack: Stack, repository: str) -> Stored:
    own = dict(stack.once(_of_repositories).get(repository, {}))
    taken = {name.upper() for name in own}
    shared = set()
    subject = subject_named(stack, repository)
    for secret in stack.once(_of_organizations):
        if secret.name.upper() not in taken and secret.seen_by(subject):
            own[secret.name] = secret.resource.urn
            if secret.is_shared(subject, subjects(stack)):
                shared.add(secret.name)
    return Stored(own, frozenset(shared))


def publishing_by_secret(stack: Stack, settings: Settings) -> Iterator[str]:
    """Yield the repositories with a secret of their own that publishes or logs in to a cloud.

    A secret of the organization counts where a job that publishes uses it.
    """
    own = stack.once(_of_repositories)
    for repository, names in own.items():
        if any(settings.can_publish(_plain(name)) or cloud(_plain(name)) for name in names):
            yield repository
    if own or next(stack.of(gh.ACTIONS_ORGANIZATION_SECRET), None) is not None:
        for use in used_by_publishing_jobs(stack, settings):
            if isinstance(use.repository, str) and use.secret in {
                name.upper() for name in stored(stack, use.repository).urns
            }:
                yield use.repository


def publishing_for(
    stack: Stack,
    settings: Settings,
    repository: str,
    environments: Mapping[str, Iterable[str]],
) -> dict[str, tuple[str, ...]]:
    """Return the secrets outside of environments that publish, by environment in lower case.

    A secret publishes what the jobs of an environment publish if they use it, or if its name says
    so and no job of the repository uses it for something else. What no environment publishes is
    listed under the empty name.

    Args:
        stack: all resources.
        settings: tell which names are those of credentials that publish.
        repository: its name.
        environments: the names of the secrets of each environment that publishes.
    """
    names = stored(stack, repository).urns
    found: dict[str, list[str]] = {name: [] for name in (*environments, "")}
    if not names:
        return {}
    uses = used_in(stack, settings, repository)
    used = {each.secret for each in uses}
    for name in names:
        plain = _plain(name).upper()
        by_name = settings.can_publish(plain)
        for environment, secrets in environments.items():
            own = {each.upper() for each in secrets}
            needed = name == _plain(name) and any(
                each.secret == plain and each.environment in (environment, None) for each in uses
            )
            alike = by_name and (plain in own or plain not in used)
            if (needed and plain not in own) or (alike and _fits(plain, environment, own)):
                found[environment].append(name)
        loose = name == _plain(name) and any(
            each.secret == plain and each.environment == "" for each in uses
        )
        if (by_name or loose) and not any(name in each for each in found.values()):
            found[""].append(name)
    return {environment: tuple(each) for environment, each in found.items()}


def _fits(secret: str, environment: str, others: Iterable[str]) -> bool:
    """Say whether a token may be for the registry of an environment, by all their names."""
    named = {registry(each) for each in (environment, *others)} - {None}
    return not named or registry(secret) in {None, *named}


def _plain(name: str) -> str:
    return name.removesuffix(OF_DEPENDABOT)


def _of_repositories(stack: Stack) -> dict[str, dict[str, str]]:
    """Return the URNs of the secrets of repositories, by repository and name."""
    found: dict[str, dict[str, str]] = {}
    for item in stack.of(*_OWN):
        repository, name = item.facts.text("repository"), item.facts.text("secretName")
        if isinstance(repository, str) and isinstance(name, str):
            known = found.setdefault(repository.lower().rpartition("/")[2], {})
            known[f"{name}{_OWN[item.type]}"] = item.urn
    return found


@dataclass(frozen=True, slots=True)
class _Shared:
    """A secret of an organization.

    Attributes:
        name: its name.
        resource: where it comes from.
        selected: ids of the repositories that see it, as far as they are known.
        made_from: URNs of the repositories that see it.
    """

    name: str
    resource: Resource
    selected: frozenset[int]
    made_from: frozenset[str]

    def seen_by(self, subject: Subject) -> bool:
        """Say whether a repository of the same account sees the secret.

        Private repositories see no secrets of an organization on the Free plan.
        """
        if subject.account is not UNKNOWN and subject.account != self.resource.provider:
            return False
        if subject.private and subject.plan == "free":
            return False
        visibility = self.resource.facts.text("visibility")
        if visibility == "selected":
            number = subject.facts.number("repoId")
            by_id = isinstance(number, float) and int(number) in self.selected
            return by_id or subject.urn in self.made_from
        return visibility == "all" or (visibility == "private" and subject.private)

    def is_shared(self, subject: Subject, all_: Iterable[Subject]) -> bool:
        """Say whether a repository other than one sees the secret."""
        return any(each.name != subject.name and self.seen_by(each) for each in all_)


def _of_organizations(stack: Stack) -> tuple[_Shared, ...]:
    """Return the secrets of organizations, each with its repositories."""
    lists: dict[tuple[object, ...], list[Resource]] = {}
    for item in stack.of(*gh.ORGANIZATION_SECRET_REPOSITORIES):
        kind = gh.ORGANIZATION_SECRET_REPOSITORIES[item.type]
        lists.setdefault((item.provider, kind, _upper(item)), []).append(item)
    found = []
    for item in stack.of(*_KINDS):
        name = item.facts.text("secretName")
        if isinstance(name, str):
            listing = [item, *lists.get((item.provider, item.type, _upper(item)), ())]
            found.append(
                _Shared(
                    f"{name}{_KINDS[item.type]}",
                    item,
                    frozenset(number for each in listing for number in _numbers(each)),
                    frozenset(
                        urn
                        for each in listing
                        for property_ in ("selectedRepositoryIds", "repositoryId")
                        for urn in each.depends.get(property_, ())
                    ),
                )
            )
    return tuple(found)


def _numbers(item: Resource) -> Iterator[int]:
    """Yield the ids of the repositories that a resource lists."""
    entries = item.facts.entries("selectedRepositoryIds")
    for each in (*([] if entries is UNKNOWN else entries), item.facts.at("repositoryId")):
        if isinstance(each, int | float) or (isinstance(each, str) and each.isdecimal()):
            yield int(each)


def _upper(item: Resource) -> str:
    name = item.facts.text("secretName")
    return name.upper() if isinstance(name, str) else ""

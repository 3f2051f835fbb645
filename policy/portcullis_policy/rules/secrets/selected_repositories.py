"""SE: the repositories of an organization secret, where another resource lists them."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_REPOSITORIES, _REPOSITORY, *_SIBLINGS = gh.ORGANIZATION_SECRET_REPOSITORIES
_SECRET = {"secretName": "CODECOV_TOKEN", "visibility": "selected", "value": "x"}
_ONE = Declared(gh.REPOSITORY, {"name": "escai", "repoId": 1}, "one")
_TWO = Declared(gh.REPOSITORY, {"name": "riveter", "repoId": 2}, "two")


def _listing(*ids: object, type_: str = _REPOSITORIES, secret: str = "CODECOV_TOKEN") -> Declared:  # noqa: S107 - a name
    """Return a resource that lists the repositories of a secret."""
    return Declared(type_, {"secretName": secret, "selectedRepositoryIds": list(ids)}, "list")


class SelectedOnce(StackRule):
    """The repositories of an organization secret are listed once, and are not all repositories.

    A list in a resource of its own is in force beside the one that a reviewer sees at the secret:
    the last one applied counts. A list of all repositories gives the secret to everybody who may
    write to any of them, as `all` does.
    """

    id = "SE019"
    title = "another resource gives an organization secret to more repositories"
    severity = Severity.HIGH
    maps = cis("2.1.7")
    resource_types = (*gh.ORGANIZATION_SECRET_REPOSITORIES, *gh.ORGANIZATION_SECRETS, gh.REPOSITORY)
    remediation = "List the repositories at the secret alone, and only those that need it."
    good = (
        stack(
            "listed apart, for one of two repositories",
            _ONE,
            _TWO,
            Declared(gh.ACTIONS_ORGANIZATION_SECRET, _SECRET, "secret"),
            _listing(1),
        ),
        stack(
            "the list of another secret",
            _ONE,
            _TWO,
            Declared(
                gh.ACTIONS_ORGANIZATION_SECRET,
                {**_SECRET, "selectedRepositoryIds": [1]},
                "secret",
            ),
            _listing(2, secret="OTHER"),  # noqa: S106 - a name
        ),
        stack("one repository is all there is", _ONE, _listing(1)),
    )
    bad = (
        stack(
            "two lists for one secret",
            _ONE,
            _TWO,
            Declared(
                gh.ACTIONS_ORGANIZATION_SECRET,
                {**_SECRET, "selectedRepositoryIds": [1]},
                "secret",
            ),
            _listing(2),
        ),
        stack(
            "a list of every repository, for Dependabot",
            _ONE,
            _TWO,
            _listing(1, 2, type_=_SIBLINGS[0]),
        ),
        stack(
            "every repository, one resource for each",
            _ONE,
            _TWO,
            Declared(_REPOSITORY, {"secretName": "A", "repositoryId": 1}, "first"),
            Declared(_REPOSITORY, {"secretName": "a", "repositoryId": 2}, "second"),
        ),
        stack("a list that is unknown at preview", _ONE, _TWO, _listing(UNKNOWN)),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        at_secret = {
            (item.provider, item.type, _name(item))
            for item in stack.of(*gh.ORGANIZATION_SECRETS)
            if item.facts.entries("selectedRepositoryIds") != []
        }
        groups: dict[tuple[object, ...], list[Resource]] = {}
        for item in stack.of(*gh.ORGANIZATION_SECRET_REPOSITORIES):
            kind = gh.ORGANIZATION_SECRET_REPOSITORIES[item.type]
            groups.setdefault((item.provider, kind, _name(item)), []).append(item)
        for secret, listed in groups.items():
            if secret in at_secret:
                detail = "the secret has a list of its own"
                yield Finding(detail, ("visible_to",), urn=listed[0].urn)
            elif _are_all(stack, listed):
                detail = "every repository of this program is in it, or may be"
                yield Finding(detail, ("visible_to",), urn=listed[0].urn)


def _are_all(stack: Stack, listed: list[Resource]) -> bool:
    """Say whether several repositories are declared, and each may be among the listed ones."""
    repositories = [
        item
        for item in stack.of(gh.REPOSITORY)
        if item.facts.flag("archived") is not True and item.provider == listed[0].provider
    ]
    made_from = {
        urn
        for item in listed
        for field in ("selectedRepositoryIds", "repositoryId")
        for urn in item.depends.get(field, ())
    }
    ids = [each for item in listed for each in _ids(item)]
    anything = UNKNOWN in ids and not made_from
    return len(repositories) > 1 and all(
        anything or item.urn in made_from or _number(item.facts.at("repoId")) in ids
        for item in repositories
    )


def _ids(item: Resource) -> list[object]:
    entries = item.facts.entries("selectedRepositoryIds")
    listed = [UNKNOWN] if entries is UNKNOWN else entries
    one = item.facts.at("repositoryId")
    return [
        UNKNOWN if each is UNKNOWN else _number(each) for each in (*listed, one) if each is not None
    ]


def _number(value: object) -> object:
    """Return an id as a number, however it is written."""
    try:
        return int(value) if isinstance(value, int | float | str) else value
    except ValueError:
        return value


def _name(item: Resource) -> object:
    name = item.facts.text("secretName")
    return name.upper() if isinstance(name, str) else name


RULES = (SelectedOnce,)

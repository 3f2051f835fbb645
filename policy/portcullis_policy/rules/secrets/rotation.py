"""SE: how old secrets are, whether they are used, and which one of a name counts.

The root component tells what is known of each secret (`secrets`): never its value.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portcullis_policy.examples.base import Declared, Example, example, stack
from portcullis_policy.examples.tokens import pypi_token
from portcullis_policy.examples.workflow_files import CI, CI_PATH, RELEASE, changed, file
from portcullis_policy.exemptions import ORGANIZATION
from portcullis_policy.facts import UNKNOWN, Step
from portcullis_policy.mappings import cis, osps
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.declared_secrets import day, declared_secrets, place
from portcullis_policy.semantics.publishing.jobs import secrets_named, uses_any_secret
from portcullis_policy.semantics.publishing.pypi_token import is_account_wide
from portcullis_policy.semantics.release_environments import is_release
from portcullis_policy.semantics.workflow_files.files import repository_of, workflow_files
from portcullis_policy.settings import Parameter, Settings
from portcullis_policy.severity import Severity

GRACE = Parameter(
    "graceDays",
    14,
    {"type": "integer", "minimum": 0, "maximum": 90},
    "Days after which an overdue secret stops the update.",
)
ALL_SECRETS = Parameter(
    "allSecrets",
    default=False,
    schema={"type": "boolean"},
    meaning="Also judge other secrets, where the program manages all workflow files.",
)
_OVERDUE_RULE = "SE008"
_TOKEN: Mapping[str, object] = {"repository": "escai", "secretName": "PYPI_API_TOKEN"}
_USED = (
    "      - uses: pypa",
    "      - env: {T: '${{ secrets.PYPI_API_TOKEN }}'}\n        run: x\n      - uses: pypa",
)


def _for_selected(repository: str) -> Declared:
    """Return an organization's secret for the repository of a Pulumi name."""
    secret = {
        "secretName": "PYPI_API_TOKEN",
        "visibility": "selected",
        "selectedRepositoryIds": [UNKNOWN],
    }
    depends = {"selectedRepositoryIds": repository}
    return Declared(gh.ACTIONS_ORGANIZATION_SECRET, secret, "b", depends)


def _ago(days: int) -> str:
    return (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days)).isoformat()


def _known(**changes: object) -> Mapping[str, object]:
    """Return a root component that knows one secret, with changes."""
    known = {
        "path": ["secrets", "CODECOV_TOKEN"],
        "name": "CODECOV_TOKEN",
        "source": "vault ci/codecov",
        "version": "7",
        "changed": _ago(20),
        "rotateEvery": 180,
        "kind": "token",
        **changes,
    }
    root = {"declaredIn": "orgs/guild.yaml", "path": [], "sandbox": False}
    return {**root, "secrets": {"secrets.CODECOV_TOKEN": known}}


@dataclass(frozen=True, slots=True)
class _Age:
    """What is known of one secret.

    Attributes:
        at: where it stands in the YAML file.
        overdue: days since it should have been replaced; 0 or less: not yet.
    """

    at: tuple[Step, ...]
    overdue: int


def _ages(resource: Resource, settings: Settings) -> Iterator[_Age]:
    """Yield the secrets with a rotation period whose source tells their age."""
    for known in declared_secrets(resource.facts):
        every = known.number("rotateEvery")
        changed = day(known.text("changed"))
        if isinstance(every, float) and changed and changed <= settings.today():
            yield _Age(place(known), int((settings.today() - changed).days - every))


class RotatedInTime(ResourceRule):
    """A secret is replaced when its rotation period is over.

    A token that leaked unnoticed works until it is replaced. This rule reports it for some days
    (`graceDays` of SE008); after that, SE008 refuses it.
    """

    id = "SE007"
    title = "a secret is due for rotation"
    severity = Severity.MEDIUM
    maps = osps("BR-07.02")
    resource_types = (ORGANIZATION,)
    remediation = "Replace it at its source; the next update takes the new value."
    good = (
        example("a new value", ORGANIZATION, _known()),
        example("no rotation period", ORGANIZATION, _known(changed=_ago(999), rotateEvery=None)),
        example("due today", ORGANIZATION, _known(changed=_ago(180))),
    )
    bad = (example("a day too old", ORGANIZATION, _known(changed=_ago(181))),)

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        grace = settings.number(_OVERDUE_RULE, GRACE)
        for age in _ages(resource, settings):
            if 0 < age.overdue <= grace:
                yield finding(f"it is {age.overdue} days overdue", *age.at)


class NotLongOverdue(ResourceRule):
    """A secret is not long overdue for rotation.

    A reminder without a consequence is ignored.
    """

    id = "SE008"
    title = "a secret is long overdue for rotation"
    severity = Severity.HIGH
    maps = osps("BR-07.02")
    resource_types = (ORGANIZATION,)
    remediation = "Replace it at its source, or exempt it with a reason and a date."
    parameters = (GRACE,)
    good = (
        example("a new value", ORGANIZATION, _known()),
        example("within the days of grace", ORGANIZATION, _known(changed=_ago(190))),
    )
    bad = (
        example("after the days of grace", ORGANIZATION, _known(changed=_ago(195))),
        Example(
            "overdue, without days of grace",
            (Declared(ORGANIZATION, _known(changed=_ago(181))),),
            {"SE008": {"graceDays": 0}},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        grace = settings.number(self.id, GRACE)
        for age in _ages(resource, settings):
            if age.overdue > grace:
                yield finding(f"it is {age.overdue} days overdue", *age.at)


class SecretUsed(StackRule):
    """A workflow uses every publishing token.

    An unused token can only be stolen. The rule applies where the program manages the repository's
    workflow files; it cannot see other workflows.
    """

    id = "SE010"
    title = "a publishing token is used by no workflow"
    severity = Severity.LOW
    maps = cis("2.1.7")
    resource_types = (gh.ACTIONS_SECRET, gh.ACTIONS_ENVIRONMENT_SECRET, gh.REPOSITORY_FILE)
    remediation = "Remove it, and revoke it at its issuer."
    parameters = (ALL_SECRETS,)
    good = (
        stack(
            "a secret that a job uses",
            Declared(gh.ACTIONS_SECRET, _TOKEN),
            file(changed(RELEASE, _USED)),
        ),
        stack("no workflow files", Declared(gh.ACTIONS_SECRET, _TOKEN)),
        stack(
            "publishes nothing",
            Declared(gh.ACTIONS_SECRET, {**_TOKEN, "secretName": "SLACK_URL"}),
            file(CI, CI_PATH),
        ),
    )
    bad = (
        stack("a secret that no job uses", Declared(gh.ACTIONS_SECRET, _TOKEN), file(CI, CI_PATH)),
        Example(
            "any secret, where the configuration asks for it",
            (Declared(gh.ACTIONS_SECRET, {**_TOKEN, "secretName": "SLACK"}), file(CI, CI_PATH)),
            {"SE010": {"allSecrets": True}},
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        every = settings.value(self.id, ALL_SECRETS) is True
        used = stack.once(_used_secrets)
        for item in stack.of(gh.ACTIONS_SECRET, gh.ACTIONS_ENVIRONMENT_SECRET):
            name, known = item.facts.text("secretName"), used.get(repository_of(item))
            if not isinstance(name, str) or known is None or name.upper() in known or None in known:
                continue
            if every or settings.can_publish(name):
                yield Finding(
                    "no workflow file of the repository uses it", ("secrets", name), urn=item.urn
                )


class NotShadowed(StackRule):
    """A secret does not hide another one of the same name.

    An environment's secret has precedence over the repository's, and that one over the
    organization's. Somebody who replaces the hidden one changes nothing, and does not notice.
    """

    id = "SE011"
    title = "a secret hides another of the same name"
    severity = Severity.MEDIUM
    resource_types = (
        gh.ACTIONS_SECRET,
        gh.ACTIONS_ENVIRONMENT_SECRET,
        gh.ACTIONS_ORGANIZATION_SECRET,
    )
    remediation = "Give one of them another name, or remove the one that is hidden."
    good = (
        stack(
            "in two environments",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, {**_TOKEN, "environment": "a"}, "a"),
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, {**_TOKEN, "environment": "b"}, "b"),
        ),
        stack(
            "in two repositories",
            Declared(gh.ACTIONS_SECRET, _TOKEN, "a"),
            Declared(gh.ACTIONS_SECRET, {**_TOKEN, "repository": "two"}, "b"),
        ),
        stack(
            "the organization's is for another repository",
            Declared(gh.REPOSITORY, {"name": "two"}, "two"),
            Declared(gh.ACTIONS_SECRET, _TOKEN, "a"),
            _for_selected("two"),
        ),
    )
    bad = (
        stack(
            "an environment's and the repository's",
            Declared(
                gh.ACTIONS_ENVIRONMENT_SECRET,
                {**_TOKEN, "secretName": "MAP_KEY", "environment": "docs"},
                "a",
            ),
            Declared(gh.ACTIONS_SECRET, {**_TOKEN, "secretName": "map_key"}, "b"),
        ),
        stack(
            "the repository's and the organization's",
            Declared(gh.ACTIONS_SECRET, _TOKEN, "a"),
            Declared(gh.ACTIONS_ORGANIZATION_SECRET, {"secretName": "PYPI_API_TOKEN"}, "b"),
        ),
        stack(
            "the organization's is for this repository",
            Declared(gh.REPOSITORY, {"name": "Escai"}, "one"),
            Declared(gh.ACTIONS_SECRET, _TOKEN, "a"),
            _for_selected("one"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. Where the environment releases, SE006 speaks."""
        wide = [(_name(item), item) for item in stack.of(gh.ACTIONS_ORGANIZATION_SECRET)]
        own = {(repository_of(item), _name(item)) for item in stack.of(gh.ACTIONS_SECRET)}
        for item in stack.of(gh.ACTIONS_SECRET, gh.ACTIONS_ENVIRONMENT_SECRET):
            name, inner = _name(item), item.type == gh.ACTIONS_ENVIRONMENT_SECRET
            repository = repository_of(item)
            of_repository = inner and (repository, name) in own
            hidden = of_repository or any(
                name == other and _reaches(secret, repository, stack) for other, secret in wide
            )
            if name is not None and hidden and not (inner and is_release(item, settings)):
                owner = "repository" if of_repository else "organization"
                detail = f"the {owner} has a secret of the same name"
                yield Finding(detail, ("secrets", name), urn=item.urn)


def _reaches(secret: Resource, repository: object, stack: Stack) -> bool:
    """Say whether a repository may see an organization's secret: unless others are selected."""
    selected = secret.depends.get("selectedRepositoryIds", ())
    if secret.facts.text("visibility") != "selected" or not selected:
        return True
    names = (item.facts.text("name") for item in stack.of(gh.REPOSITORY) if item.urn in selected)
    return any(isinstance(name, str) and name.lower() == repository for name in names)


class TokenOfOneProject(ResourceRule):
    """A PyPI token is limited to one project.

    A token for a whole account publishes all its projects, including those of other organizations.
    The token itself contains its limits; Portcullis never prints any of it.
    """

    id = "SE012"
    title = "a PyPI token publishes every project of its account"
    severity = Severity.HIGH
    maps = cis("4.2.2")
    resource_types = gh.SECRETS
    remediation = "Create a token for this project only, or use trusted publishing."
    waits = True
    good = (
        example(
            "a token for one project", gh.ACTIONS_SECRET, _TOKEN, value=pypi_token('[1, ["escai"]]')
        ),
        example("no PyPI token", gh.ACTIONS_SECRET, _TOKEN, value="x"),
        example("unknown at preview", gh.ACTIONS_SECRET, _TOKEN, value=UNKNOWN),
    )
    bad = (
        example(
            "a token for a whole account",
            gh.ACTIONS_SECRET,
            _TOKEN,
            value=pypi_token('[3, "1234"]'),
        ),
        example(
            "a token in the old format",
            gh.ACTIONS_ENVIRONMENT_SECRET,
            {**_TOKEN, "environment": "pypi-release"},
            value=pypi_token('{"version": 1, "permissions": "user"}'),
        ),
        example(
            "a token without any restriction",
            gh.ACTIONS_SECRET,
            _TOKEN,
            plaintextValue=pypi_token(),
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        for prop in ("value", "plaintextValue"):
            value = resource.facts.text(prop)
            if isinstance(value, str) and is_account_wide(value):
                yield finding("the token is not limited to projects", "secrets")


def _name(item: Resource) -> str | None:
    name = item.facts.text("secretName")
    return name.upper() if isinstance(name, str) else None


def _used_secrets(stack: Stack) -> dict[object, set[str | None]]:
    """Return the secrets that each repository's workflow files name; None among them: any."""
    used: dict[object, set[str | None]] = {}
    for item in workflow_files(stack):
        text = item.resource.facts.text("content")
        known = used.setdefault(item.repository, set())
        if item.workflow is None or not isinstance(text, str):
            known.add(None)
            continue
        known |= secrets_named(text)
        called = any(job.at.get("secrets").text == "inherit" for job in item.workflow.jobs)
        if called or uses_any_secret(text):
            known.add(None)
    return used


RULES = (
    RotatedInTime,
    NotLongOverdue,
    SecretUsed,
    NotShadowed,
    TokenOfOneProject,
)

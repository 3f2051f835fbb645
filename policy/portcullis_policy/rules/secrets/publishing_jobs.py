"""SE: the secrets of publishing jobs, found by their use: where they lie, and how many together."""

from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.workflow_files import RELEASE, changed, file
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.publishing.secret_names import registry as registry_of
from portcullis_policy.semantics.publishing.secrets import (
    Use,
    used_by_publishing_jobs,
    variables_as_passwords,
)
from portcullis_policy.semantics.workflow_files.files import repository_of
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_SECRET: Mapping[str, object] = {"repository": "escai", "secretName": "WAREHOUSE", "value": "x"}
_ENVIRONMENT: Mapping[str, object] = {**_SECRET, "environment": "pypi-release"}
_VARIABLE: Mapping[str, object] = {
    "repository": "escai",
    "variableName": "SETTING",
    "value": "x",
}


def _from_variable(field: str) -> tuple[str, str]:
    """Return the change that gives the upload an input from a variable."""
    given = f"    steps:\n      - with: {{{field}: '${{{{ vars.SETTING }}}}'}}\n        uses: pypa"
    return ("    steps:\n      - uses: pypa", given)


_PASSWORD = (
    "    steps:\n      - uses: pypa",
    "    steps:\n      - with: {password: '${{ secrets.WAREHOUSE }}'}\n        uses: pypa",
)
_BY_JOB = (
    "    steps:\n      - uses: pypa",
    """\
    env: {T: '${{ secrets.WAREHOUSE }}'}
    steps:
      - with: {password: '${{ env.T }}'}
        uses: pypa""",
)
_SIGNED = (
    "    steps:\n      - uses: pypa",
    """\
    steps:
      - run: cosign sign-blob --yes --key env://KEY dist/*
        env: {KEY: '${{ secrets.WAREHOUSE }}'}
      - uses: pypa""",
)
_CALLER = """\
on: {push: {tags: ["v*"]}}
permissions: {}
jobs:
  publish:
    uses: ./.github/workflows/publish.yml
    secrets: {token: '${{ secrets.WAREHOUSE }}'}
"""
_CALLED = """\
on: {workflow_call: {secrets: {token: {required: true}}}}
permissions: {}
jobs:
  publish:
    runs-on: ubuntu-24.04
    environment: pypi-release
    steps:
      - run: twine upload dist/*
        env: {TWINE_PASSWORD: '${{ secrets.token }}'}
"""


class PublishingSecretInEnvironment(StackRule):
    """A publishing job uses no secret of the repository or the organization.

    Every workflow on every branch reads repository and organization secrets. Whatever such a secret
    is called, anybody who may push a branch can publish with it, or sign what they built. The rule
    follows secrets through the environment variables of steps, jobs and workflows, steps that log
    in or sign, composite actions and called workflows.
    """

    id = "SE017"
    title = "a publishing job uses a secret that lies outside of its environment"
    severity = Severity.CRITICAL
    maps = cis("2.1.7", "4.2.2")
    resource_types = (gh.REPOSITORY_FILE, gh.ACTIONS_SECRET, gh.ACTIONS_ORGANIZATION_SECRET)
    remediation = "Move it to the release environment's `secrets`, or use trusted publishing."
    good = (
        stack(
            "a secret of the environment",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, _ENVIRONMENT, "secret"),
            file(changed(RELEASE, _PASSWORD)),
        ),
        stack(
            "a secret of another job",
            Declared(gh.ACTIONS_SECRET, _SECRET, "secret"),
            file(changed(RELEASE, ("run: uv build", "run: uv build '${{ secrets.WAREHOUSE }}'"))),
        ),
        stack(
            "another repository's secret of that name",
            Declared(gh.ACTIONS_SECRET, {**_SECRET, "repository": "other"}, "secret"),
            file(changed(RELEASE, _PASSWORD)),
        ),
    )
    bad = (
        stack(
            "the password of an upload",
            Declared(gh.ACTIONS_SECRET, _SECRET, "secret"),
            file(changed(RELEASE, _PASSWORD)),
        ),
        stack(
            "a secret of the organization, through a variable of the job",
            Declared(gh.ACTIONS_ORGANIZATION_SECRET, {"secretName": "warehouse"}, "secret"),
            file(changed(RELEASE, _BY_JOB)),
        ),
        stack(
            "the key that signs what is published",
            Declared(gh.ACTIONS_SECRET, _SECRET, "secret"),
            file(changed(RELEASE, _SIGNED)),
        ),
        stack(
            "given to a workflow that publishes",
            Declared(gh.ACTIONS_SECRET, _SECRET, "secret"),
            file(_CALLER),
            file(_CALLED, ".github/workflows/publish.yml", "called"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        secrets = list(stack.of(gh.ACTIONS_SECRET, gh.ACTIONS_ORGANIZATION_SECRET))
        used = used_by_publishing_jobs(stack, settings) if secrets else ()
        own = {
            (repository_of(item), _lower(item.facts, "environment"), _name(item))
            for item in stack.of(gh.ACTIONS_ENVIRONMENT_SECRET)
        }
        outside = [use for use in used if (use.repository, use.environment, use.secret) not in own]
        for item in secrets:
            if any(_is_meant(item, use) for use in outside):
                at = ("secrets", str(item.facts.text("secretName")))
                yield Finding("a job that publishes uses it", at, urn=item.urn)


class OneRegistryEach(StackRule):
    """An environment holds the publishing tokens of one registry.

    Every job of an environment gets all its secrets. If one environment has the tokens of several
    registries, a weakness in one job's tools publishes to all of them.
    """

    id = "SE018"
    title = "one environment holds the publishing tokens of several registries"
    severity = Severity.HIGH
    maps = cis("2.1.7")
    resource_types = (gh.ACTIONS_ENVIRONMENT_SECRET,)
    remediation = "Give each registry an environment of its own, which its job names."
    good = (
        stack(
            "one registry",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, {**_ENVIRONMENT, "secretName": "PYPI_TOKEN"}),
            Declared(
                gh.ACTIONS_ENVIRONMENT_SECRET,
                {**_ENVIRONMENT, "secretName": "TWINE_PASSWORD"},
                "other",
            ),
        ),
        stack(
            "an environment for each registry",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, {**_ENVIRONMENT, "secretName": "PYPI_TOKEN"}),
            Declared(
                gh.ACTIONS_ENVIRONMENT_SECRET,
                {**_ENVIRONMENT, "environment": "npm-release", "secretName": "NPM_TOKEN"},
                "other",
            ),
        ),
    )
    bad = (
        stack(
            "tokens of two registries",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, {**_ENVIRONMENT, "secretName": "PYPI_TOKEN"}),
            Declared(
                gh.ACTIONS_ENVIRONMENT_SECRET, {**_ENVIRONMENT, "secretName": "NPM_TOKEN"}, "other"
            ),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        held: dict[tuple[object, object], dict[str, Resource]] = {}
        for item in stack.of(gh.ACTIONS_ENVIRONMENT_SECRET):
            name, environment = _name(item), _lower(item.facts, "environment")
            if name is not None and environment is not UNKNOWN and settings.can_publish(name):
                registry = registry_of(name)
                if registry is not None:
                    held.setdefault((repository_of(item), environment), {})[registry] = item
        for registries in held.values():
            if len(registries) > 1:
                listed = ", ".join(sorted(registries))
                item = next(iter(registries.values()))
                yield Finding(f"it has tokens for {listed}", ("secrets",), urn=item.urn)


class PasswordIsSecret(StackRule):
    """A publishing job takes no password from a variable.

    Variables are plain text, whatever their value looks like: everybody who can read the
    repository's settings can publish, and the value appears in logs.
    """

    id = "SE021"
    title = "a publishing job takes a password from a variable"
    severity = Severity.CRITICAL
    maps = cis("2.1.7", "4.2.2")
    resource_types = (gh.REPOSITORY_FILE, *gh.VARIABLES)
    remediation = (
        "Make it a secret of the release environment, and replace the value, or use trusted "
        "publishing."
    )
    good = (
        stack(
            "another input from a variable",
            Declared(gh.ACTIONS_VARIABLE, _VARIABLE, "variable"),
            file(changed(RELEASE, _from_variable("repository-url"))),
        ),
        stack(
            "a variable of another repository",
            Declared(gh.ACTIONS_VARIABLE, {**_VARIABLE, "repository": "other"}, "variable"),
            file(changed(RELEASE, _from_variable("password"))),
        ),
    )
    bad = (
        stack(
            "the password of an upload",
            Declared(gh.ACTIONS_VARIABLE, _VARIABLE, "variable"),
            file(changed(RELEASE, _from_variable("password"))),
        ),
        stack(
            "from a variable of the organization, in another case",
            Declared(
                gh.ACTIONS_ORGANIZATION_VARIABLE,
                {"variableName": "Setting", "visibility": "all", "value": "x"},
                "variable",
            ),
            file(changed(RELEASE, _from_variable("password"))),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        used = variables_as_passwords(stack, settings)
        anywhere = {name for _, name in used}
        for item in stack.of(*gh.VARIABLES):
            name = item.facts.text("variableName")
            if not isinstance(name, str):
                continue
            wide = item.type == gh.ACTIONS_ORGANIZATION_VARIABLE and name.upper() in anywhere
            if wide or (repository_of(item), name.upper()) in used:
                yield Finding("a job that publishes uses it", ("variables", name), urn=item.urn)


def _is_meant(secret: Resource, use: Use) -> bool:
    """Say whether a job gets a secret: the repository's, or one of the organization."""
    owned = secret.type == gh.ACTIONS_ORGANIZATION_SECRET or repository_of(secret) == use.repository
    return owned and _name(secret) == use.secret


def _name(item: Resource) -> str | None:
    name = item.facts.text("secretName")
    return name.upper() if isinstance(name, str) else None


def _lower(facts: Facts, field: str) -> object:
    value = facts.text(field)
    return value.lower() if isinstance(value, str) else value


RULES = (PublishingSecretInEnvironment, OneRegistryEach, PasswordIsSecret)

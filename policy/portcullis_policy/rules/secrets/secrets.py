"""SE: secrets and variables: what they are called, where they lie, and who sees them."""

import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, child, example, stack
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.publishing.secret_names import is_cloud_login
from portcullis_policy.semantics.release_environments import ENVIRONMENT, is_release
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_SECRET: Mapping[str, object] = {"repository": "escai", "secretName": "CODECOV_TOKEN", "value": "x"}
_ORGANIZATION: Mapping[str, object] = {
    "secretName": "CODECOV_TOKEN",
    "visibility": "selected",
    "selectedRepositoryIds": [UNKNOWN],
    "value": "x",
}
_ENVIRONMENT: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "secretName": "PYPI_API_TOKEN",
    "value": "x",
}
_VARIABLE: Mapping[str, object] = {"repository": "escai", "variableName": "REGION", "value": "eu"}
_ALLOWED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _name(facts: Facts) -> str | None:
    """Return the name of a secret or variable, None when it is not known."""
    name = facts.text("secretName")
    name = facts.text("variableName") if name is None else name
    return name if isinstance(name, str) else None


def _at(facts: Facts) -> tuple[str, ...]:
    """Return the hint to the entry in the YAML file."""
    name = _name(facts)
    return ("secrets",) if name is None else ("secrets", name)


class NameAllowed(ResourceRule):
    """GitHub accepts the name of a secret or variable.

    GitHub reserves names that begin with `GITHUB_`, and rejects other names only when they are
    written, in the middle of an update.
    """

    id = "SE001"
    title = "a secret or variable has a name that GitHub refuses"
    severity = Severity.HIGH
    resource_types = (*gh.SECRETS, *gh.VARIABLES)
    remediation = "Use letters, digits and underscores, not beginning with a digit or `GITHUB_`."
    waits = True
    good = (
        example("a name", gh.ACTIONS_SECRET, _SECRET),
        example(
            "a name that begins with `GH_`", gh.ACTIONS_SECRET, _SECRET, secretName="GH_APP_KEY"
        ),
    )
    bad = (
        example(
            "a name that begins with `GITHUB_`", gh.ACTIONS_SECRET, _SECRET, secretName="GITHUB_PAT"
        ),
        example("in lower case", gh.ACTIONS_VARIABLE, _VARIABLE, variableName="github_ref"),
        example(
            "a name that begins with a digit", gh.ACTIONS_VARIABLE, _VARIABLE, variableName="2FA"
        ),
        example("a name with a hyphen", gh.DEPENDABOT_SECRET, _SECRET, secretName="API-TOKEN"),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        name = _name(resource.facts)
        if name is None:
            yield Finding("its name is not known", ("secrets",), unknown=True)
        elif name.upper().startswith("GITHUB_") or not _ALLOWED.fullmatch(name):
            kind = "variables" if resource.type in gh.VARIABLES else "secrets"
            yield finding("its name is reserved or has characters not allowed", kind)


class NotForAll(ResourceRule):
    """An organization secret lists the repositories that may use it.

    `all` includes public and future repositories. Everybody with write access to one of them can
    read the secret.
    """

    id = "SE002"
    title = "an organization secret is visible to all repositories"
    severity = Severity.HIGH
    yaml_fixes = (("visible_to", "private"),)
    maps = cis("2.1.7")
    resource_types = gh.ORGANIZATION_SECRETS
    remediation = "Name the repositories: `visible_to: [escai, riveter]`."
    good = (
        example("visible to selected repositories", gh.ACTIONS_ORGANIZATION_SECRET, _ORGANIZATION),
        example(
            "visible to private repositories",
            gh.ACTIONS_ORGANIZATION_SECRET,
            _ORGANIZATION,
            visibility="private",
        ),
    )
    bad = (
        example(
            "visible to all repositories",
            gh.ACTIONS_ORGANIZATION_SECRET,
            _ORGANIZATION,
            visibility="all",
        ),
        example(
            "a Dependabot secret, visible to all",
            gh.DEPENDABOT_ORGANIZATION_SECRET,
            _ORGANIZATION,
            visibility="all",
        ),
        example(
            "unknown at preview", gh.ACTIONS_ORGANIZATION_SECRET, _ORGANIZATION, visibility=UNKNOWN
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        visibility = resource.facts.text("visibility")
        if visibility not in ("selected", "private"):
            detail = "`visibility` is neither `selected` nor `private`"
            yield finding(detail, *_at(resource.facts), "visible_to", value=visibility)


class PublishingTokenInEnvironment(ResourceRule):
    """A token that can publish is a secret of a release environment.

    Every workflow on every branch reads repository and organization secrets. Anybody who may push a
    branch can publish with them, regardless of the default branch's protection. An environment that
    is no release environment does not protect them either, and a dependency or a branch can read
    the secrets of Dependabot and Codespaces.
    """

    id = "SE003"
    title = "a publishing token lies outside of a release environment"
    severity = Severity.CRITICAL
    maps = cis("2.1.7", "4.2.2")
    resource_types = gh.SECRETS
    remediation = "Move it to the release environment's `secrets`, or use trusted publishing."
    waits = True
    good = (
        example("no publishing token", gh.ACTIONS_SECRET, _SECRET),
        example("a secret of a release environment", gh.ACTIONS_ENVIRONMENT_SECRET, _ENVIRONMENT),
        child(
            "a secret of an environment whose component declares a release",
            Declared(ENVIRONMENT, {"release": "release"}, "component"),
            gh.ACTIONS_ENVIRONMENT_SECRET,
            _ENVIRONMENT,
            environment="ship-it",
        ),
        example(
            "a token that reads packages", gh.DEPENDABOT_SECRET, _SECRET, secretName="NPM_READ"
        ),
        example("a name without a token", gh.ACTIONS_SECRET, _SECRET, secretName="PYPI_PATH"),
        example(
            "a word that only ends like `PAT`",
            gh.ACTIONS_SECRET,
            _SECRET,
            secretName="NPM_COMPAT",
        ),
    )
    bad = (
        example(
            "a secret of the repository", gh.ACTIONS_SECRET, _SECRET, secretName="PYPI_API_TOKEN"
        ),
        example("a name in lower case", gh.ACTIONS_SECRET, _SECRET, secretName="npm_token"),
        example("a name with only the registry", gh.ACTIONS_SECRET, _SECRET, secretName="PYPI"),
        example("a name with its purpose", gh.ACTIONS_SECRET, _SECRET, secretName="npm_publish"),
        example("a name with a short word", gh.ACTIONS_SECRET, _SECRET, secretName="DOCKERHUB_PAT"),
        example(
            "a secret of the organization",
            gh.ACTIONS_ORGANIZATION_SECRET,
            _ORGANIZATION,
            secretName="TEST_PYPI_API_TOKEN",
        ),
        example(
            "an environment that releases nothing",
            gh.ACTIONS_ENVIRONMENT_SECRET,
            _ENVIRONMENT,
            environment="ci",
        ),
        example("a Dependabot secret", gh.DEPENDABOT_SECRET, _SECRET, secretName="NODE_AUTH_TOKEN"),
        example(
            "a Dependabot secret of the organization",
            gh.DEPENDABOT_ORGANIZATION_SECRET,
            _ORGANIZATION,
            secretName="TWINE_PASSWORD",
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        name = _name(resource.facts)
        gated = resource.type == gh.ACTIONS_ENVIRONMENT_SECRET and is_release(resource, settings)
        if name is None:
            yield Finding("its name is not known", _at(resource.facts), unknown=True)
        elif settings.can_publish(name) and not gated:
            yield finding("its name says that it publishes packages", *_at(resource.facts))


class ValueNotPlaintext(ResourceRule):
    """A secret is declared with `value`, not with `plaintextValue`.

    A changed `plaintextValue` replaces the secret: the provider writes the new one and then deletes
    it, because both have the same name. The secret is missing until the next update.
    """

    id = "SE005"
    title = "a secret uses `plaintextValue`"
    severity = Severity.MEDIUM
    resource_types = tuple(type_ for type_ in gh.SECRETS if "codespaces" not in type_)
    remediation = "Use `value`."
    good = (example("`value`", gh.ACTIONS_SECRET, _SECRET),)
    bad = (
        example("`plaintextValue`", gh.ACTIONS_SECRET, _SECRET, value=None, plaintextValue="x"),
        example(
            "unknown at preview", gh.DEPENDABOT_SECRET, _SECRET, value=None, plaintextValue=UNKNOWN
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.facts.at("plaintextValue") not in (None, ""):
            yield finding("`plaintextValue` is given", *_at(resource.facts))


class NoStaticCloudCredential(ResourceRule):
    """A workflow logs in to AWS and Vault with its own identity token, not with a stored key.

    Everybody who may read the secret can use a stored key from anywhere, until somebody rotates it.
    With OIDC a job gets a credential for minutes, and only the job of one environment gets it.
    Source: https://docs.github.com/actions/concepts/security/openid-connect
    """

    id = "SE016"
    title = "a static credential for AWS or Vault is stored"
    severity = Severity.MEDIUM
    maps = cis("2.1.7")
    resource_types = (
        gh.ACTIONS_SECRET,
        gh.ACTIONS_ENVIRONMENT_SECRET,
        gh.ACTIONS_ORGANIZATION_SECRET,
    )
    remediation = "Declare `trust` in the environment whose job needs it (docs/trust.md)."
    waits = True
    good = (
        example("another service's token", gh.ACTIONS_SECRET, _SECRET),
        example(
            "a name of a role, which is no credential",
            gh.ACTIONS_SECRET,
            _SECRET,
            secretName="AWS_ROLE_ARN",
        ),
    )
    bad = (
        example("an AWS key", gh.ACTIONS_SECRET, _SECRET, secretName="AWS_SECRET_ACCESS_KEY"),
        example(
            "of one stage, in an environment",
            gh.ACTIONS_ENVIRONMENT_SECRET,
            _ENVIRONMENT,
            secretName="PROD_AWS_ACCESS_KEY_ID",
        ),
        example(
            "a Vault token of the organization, in lower case",
            gh.ACTIONS_ORGANIZATION_SECRET,
            _ORGANIZATION,
            secretName="vault_token",
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        name = _name(resource.facts)
        if name is not None and is_cloud_login(name):
            yield finding("OIDC makes this secret unnecessary", *_at(resource.facts))


class NoTwinOutside(StackRule):
    """A release environment's secret does not exist outside of it.

    A job that does not name the environment gets the repository or organization secret of the same
    name, and so avoids the environment's protection.
    """

    id = "SE006"
    title = "a release environment's secret exists outside of it too"
    severity = Severity.HIGH
    maps = cis("2.1.7")
    resource_types = (
        gh.ACTIONS_ENVIRONMENT_SECRET,
        gh.ACTIONS_SECRET,
        gh.ACTIONS_ORGANIZATION_SECRET,
    )
    remediation = "Remove the secret outside of the environment, and replace its value."
    good = (
        stack(
            "a secret of the release environment only",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, _ENVIRONMENT),
        ),
        stack(
            "a secret of another repository",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, {**_ENVIRONMENT, "secretName": "KEY"}),
            Declared(gh.ACTIONS_SECRET, {**_SECRET, "repository": "docs", "secretName": "KEY"}),
        ),
    )
    bad = (
        stack(
            "also a secret of the repository",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, {**_ENVIRONMENT, "secretName": "SIGNING_KEY"}),
            Declared(gh.ACTIONS_SECRET, {**_SECRET, "secretName": "signing_key"}),
        ),
        stack(
            "also a secret of the organization",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, {**_ENVIRONMENT, "secretName": "SIGNING_KEY"}),
            Declared(
                gh.ACTIONS_ORGANIZATION_SECRET, {**_ORGANIZATION, "secretName": "SIGNING_KEY"}
            ),
        ),
        stack(
            "also of the repository, beside an environment whose component declares a release",
            Declared(ENVIRONMENT, {"release": "release"}, "component"),
            Declared(
                gh.ACTIONS_ENVIRONMENT_SECRET,
                {**_ENVIRONMENT, "environment": "ship-it", "secretName": "SIGNING_KEY"},
                parent="component",
            ),
            Declared(gh.ACTIONS_SECRET, {**_SECRET, "secretName": "SIGNING_KEY"}),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        gated: set[tuple[object, str]] = set()
        for item in stack.of(gh.ACTIONS_ENVIRONMENT_SECRET):
            name = _name(item.facts)
            if name is not None and is_release(item, settings):
                gated.add((_repository(item.facts), name.upper()))
        anywhere = {name for _, name in gated}
        for item in stack.of(gh.ACTIONS_SECRET, gh.ACTIONS_ORGANIZATION_SECRET):
            name = (_name(item.facts) or "").upper()
            wide = item.type == gh.ACTIONS_ORGANIZATION_SECRET
            if (wide and name in anywhere) or (_repository(item.facts), name) in gated:
                detail = "a release environment has a secret of the same name"
                yield Finding(detail, _at(item.facts), urn=item.urn)


class PrivateIsNotAnybodys(StackRule):
    """Members cannot gain access to an organization secret by creating a repository.

    With `private`, every private and internal repository can use the secret, including future ones.
    If members may create such repositories, each of them can read the secret with a workflow in a
    repository of their own.
    Source: https://docs.github.com/rest/actions/secrets#create-or-update-an-organization-secret
    """

    id = "SE015"
    title = "a member who makes a private repository reads an organization secret"
    severity = Severity.HIGH
    maps = cis("1.2.2", "2.1.7")
    resource_types = (*gh.ORGANIZATION_SECRETS, gh.ORGANIZATION_SETTINGS)
    remediation = (
        "Name the repositories (`visible_to: [escai, riveter]`), or keep "
        "`members_can_create_repositories: false` (the default)."
    )
    _FOR_PRIVATE = Declared(
        gh.ACTIONS_ORGANIZATION_SECRET, {**_ORGANIZATION, "visibility": "private"}, "secret"
    )
    good = (
        stack(
            "members may create no repositories",
            _FOR_PRIVATE,
            Declared(gh.ORGANIZATION_SETTINGS, {"membersCanCreateRepositories": False}),
        ),
        stack(
            "members may create public ones",
            _FOR_PRIVATE,
            Declared(
                gh.ORGANIZATION_SETTINGS,
                {"membersCanCreatePrivateRepositories": False},
            ),
        ),
        stack(
            "secrets for named repositories",
            Declared(gh.ACTIONS_ORGANIZATION_SECRET, _ORGANIZATION),
            Declared(gh.ORGANIZATION_SETTINGS, {}),
        ),
        stack("the stack does not declare the settings", _FOR_PRIVATE),
    )
    bad = (
        stack(
            "left out: GitHub lets members create repositories",
            _FOR_PRIVATE,
            Declared(gh.ORGANIZATION_SETTINGS, {"name": "g"}),
        ),
        stack(
            "members may create internal ones",
            _FOR_PRIVATE,
            Declared(
                gh.ORGANIZATION_SETTINGS,
                {
                    "membersCanCreatePrivateRepositories": False,
                    "membersCanCreateInternalRepositories": True,
                },
            ),
        ),
        stack(
            "members may create only private ones",
            _FOR_PRIVATE,
            Declared(
                gh.ORGANIZATION_SETTINGS,
                {
                    "membersCanCreateRepositories": False,
                    "membersCanCreatePrivateRepositories": True,
                },
            ),
        ),
        stack(
            "unknown at preview",
            _FOR_PRIVATE,
            Declared(gh.ORGANIZATION_SETTINGS, {"membersCanCreateRepositories": UNKNOWN}),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        organizations = stack.of(gh.ORGANIZATION_SETTINGS)
        if any(_members_make_private(item.facts) for item in organizations):
            for item in stack.of(*gh.ORGANIZATION_SECRETS):
                if item.facts.text("visibility") == "private":
                    detail = "it is for all private repositories, and members may create those"
                    yield Finding(detail, (*_at(item.facts), "visible_to"), urn=item.urn)


def _members_make_private(facts: Facts) -> bool:
    """Say whether members may create private or internal repositories; left out, they may.

    A kind that is allowed by itself counts, also where repositories as such are not.

    Source: https://www.pulumi.com/registry/packages/github/api-docs/organizationsettings/
    """
    some = facts.flag("membersCanCreateRepositories") is not False
    private = facts.flag("membersCanCreatePrivateRepositories")
    internal = facts.flag("membersCanCreateInternalRepositories")  # of enterprises only
    return (some and private is None) or any(
        kind not in (None, False) for kind in (private, internal)
    )


def _repository(facts: Facts) -> object:
    name = facts.text("repository")
    return name.lower() if isinstance(name, str) else name


RULES = (
    NameAllowed,
    NotForAll,
    PublishingTokenInEnvironment,
    ValueNotPlaintext,
    NoTwinOutside,
    PrivateIsNotAnybodys,
    NoStaticCloudCredential,
)

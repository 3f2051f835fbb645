"""What can be configured: parameters of single rules, and settings of the whole pack."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a policy config file may change.

    Attributes:
        name: its key in the file (camelCase, as Pulumi's own).
        default: the value if the configuration has none.
        schema: JSON Schema of its value, without the default.
        meaning: one line for the catalogue.
    """

    name: str
    default: object
    schema: Mapping[str, object]
    meaning: str


_REGEX = {"type": "string", "format": "regex", "minLength": 1}

RELEASE_ENVIRONMENTS = Parameter(
    "releaseEnvironments",
    r"pypi|npm|crates|rubygems|nuget|maven|docker|registry|release|publish|prod|deploy|(?<![a-z])live",
    _REGEX,
    "An environment whose name contains a match (in any case) is a release environment, unless its "
    "component decides it (`release`).",
)
TEST_ENVIRONMENTS = Parameter(
    "testEnvironments",
    r"^(?!.*(prod|live|release)).*(?<![a-z])(test|dev|staging|sandbox|preview|rehearsal)",
    _REGEX,
    "A release environment whose name contains a match publishes to a test registry: it needs no "
    "reviewers, but every other rule applies.",
)
PUBLISHING_SECRETS = Parameter(
    "publishingSecrets",
    r"(PYPI|TWINE|NPM|NODE_AUTH|CARGO|CRATES|RUBYGEMS|GEM_HOST|NUGET|MAVEN|OSSRH|SONATYPE|DOCKER"
    r"|GHCR|PACKAGIST|COCOAPODS|PUBLISH|RELEASE|(?<![A-Z0-9])(HEX|FLIT|HATCH_INDEX)_)[A-Z0-9_]*?"
    r"(TOKEN|KEY|PASSWORD|PASSPHRASE|CREDENTIALS?|SECRET|AUTH|(?<![A-Z0-9])(PASS|PWD|PAT|CREDS?))"
    r"[0-9]*"
    r"(?!\w*_(URL|URI|NAME|ID|PATH|ARN|TTL|FILE|EXPIRY|HEADER)$)(_[A-Z0-9]+)*$"
    r"|^(TEST_?)?(PYPI|TWINE|NPM|CARGO|CRATES(_?IO)?|RUBYGEMS|NUGET|MAVEN|SONATYPE|DOCKERHUB|GHCR)"
    r"(_?(PUBLISH|UPLOAD|RELEASE|DEPLOY)(ER)?)?$",
    _REGEX,
    "A secret whose name contains a match can publish a package.",
)
EXEMPTIONS = Parameter(
    "exemptions",
    (),
    {"type": "array", "items": {"type": "object"}},
    "Accepted findings, for programs without Portcullis's components: a list of "
    "`{rule, resource, reason, expires, approvedBy}`.",
)
PROFILE = Parameter(
    "profile",
    "",
    {"type": "string", "enum": ["baseline", "strict", "release-critical"]},
    "Default levels for the whole pack: `baseline` stops at critical findings, `strict` also at "
    "high and medium ones, `release-critical` also at high ones on the release path.",
)
APPROVAL_ENVIRONMENTS = Parameter(
    "approvalEnvironments",
    r"approv|first.?gate",
    _REGEX,
    "An environment whose name contains a match (in any case) gives the first of two approvals.",
)
AUDIT_ARCHIVES = Parameter(
    "auditArchives",
    r"audit",
    _REGEX,
    "A bucket whose name, Pulumi name, tag key or tag value contains a match (in any case) keeps "
    "the audit log.",
)
AUTOMATION_APPS = Parameter(
    "automationApps",
    (),
    {"type": "array", "items": {"type": "integer", "minimum": 1}},
    "Ids of the GitHub Apps that are the organization's automation and may bypass rulesets, for "
    "programs without Portcullis's components.",
)
REASON = Parameter(
    "reason",
    "",
    {"type": "string", "minLength": 1},
    "Why the rule is switched off or weakened.",
)
EXPIRES = Parameter(
    "expires",
    "",
    {"type": "string", "minLength": 10},
    "The last day on which the rule is switched off or weakened, such as 2027-03-31.",
)
COMMON_PARAMETERS = (REASON, EXPIRES)
"""What every rule's entry may have besides its own parameters."""
PACK_PARAMETERS = (
    RELEASE_ENVIRONMENTS,
    TEST_ENVIRONMENTS,
    APPROVAL_ENVIRONMENTS,
    PUBLISHING_SECRETS,
    AUDIT_ARCHIVES,
    AUTOMATION_APPS,
    PROFILE,
    EXEMPTIONS,
)
PACK_RULE = "PK001"
"""Settings of the whole pack are written under this rule's id."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration in force: what was given, and the defaults for what was not.

    Attributes:
        given: by rule id, then by parameter name.
        today: the clock that exemptions are judged by.
        rules: ids of all rules.
    """

    given: Mapping[str, Mapping[str, object]]
    today: Callable[[], dt.date]
    rules: frozenset[str]

    def value(self, rule_id: str, parameter: Parameter) -> object:
        """Return a parameter's value."""
        return self.given.get(rule_id, {}).get(parameter.name, parameter.default)

    def number(self, rule_id: str, parameter: Parameter) -> float:
        """Return a parameter's value as a number; its default when it is none."""
        value = self.value(rule_id, parameter)
        usable = value if isinstance(value, int | float) else parameter.default
        return float(usable) if isinstance(usable, int | float) else 0.0

    def is_release_environment(self, name: str) -> bool:
        """Say whether something is published through the environment, trial places included."""
        return self._matches(RELEASE_ENVIRONMENTS, name)

    def is_test_environment(self, name: str) -> bool:
        """Say whether what is published there is a trial, such as `testpypi`."""
        return self._matches(TEST_ENVIRONMENTS, name)

    def is_approval_environment(self, name: str) -> bool:
        """Say whether it gives the first of two approvals, such as `release-approval`."""
        return self._matches(APPROVAL_ENVIRONMENTS, name)

    def is_audit_archive(self, name: str) -> bool:
        """Say whether a bucket of that name or tag keeps the audit log."""
        return self._matches(AUDIT_ARCHIVES, name)

    def is_automation(self, app: float) -> bool:
        """Say whether the configuration names an App as the organization's automation."""
        apps = self.value(PACK_RULE, AUTOMATION_APPS)
        return isinstance(apps, list | tuple) and app in apps

    def can_publish(self, secret_name: str) -> bool:
        """Say whether a secret of that name can publish a package."""
        return self._matches(PUBLISHING_SECRETS, secret_name)

    def _matches(self, parameter: Parameter, name: str) -> bool:
        pattern = _pattern(str(self.value(PACK_RULE, parameter)))
        return pattern.search(name[:_LONGEST_NAME]) is not None


_LONGEST_NAME = 1000
"""Characters of a name that are looked at; what a name is for stands in far fewer."""


@lru_cache(maxsize=32)
def _pattern(text: str) -> re.Pattern[str]:
    """Compile a configured pattern; one that cannot be compiled matches everything (closed)."""
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error:
        return re.compile("")

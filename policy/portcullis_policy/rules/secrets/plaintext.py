"""SE: secrets in the open: in variables, files, descriptions and addresses."""

import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, osps
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.rules.repositories.people_files import ADDED_FILES
from portcullis_policy.rules.secrets.shapes import (
    has_token,
    looks_random,
    looks_secret,
    sounds_secret,
)
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_VARIABLE: Mapping[str, object] = {"repository": "escai", "variableName": "REGION", "value": "eu"}
_FILE: Mapping[str, object] = {"repository": "escai", "file": "deploy.sh", "content": "make all"}
_HOOK: Mapping[str, object] = {"repository": "escai", "events": ["push"]}
_SECRET_IN_QUERY = re.compile(
    r"[?&;#](\w*(token|secret|password|passwd|signature|api_?key|access_?key|auth)|sig|key|pw|pwd)"
    r"=[^&;#\s]{6}",
    re.IGNORECASE,
)
_PUBLISHED = (
    gh.REPOSITORY,
    gh.REPOSITORY_TOPICS,
    gh.REPOSITORY_CUSTOM_PROPERTY,
    gh.REPOSITORY_AUTOLINK,
    gh.REPOSITORY_MILESTONE,
    gh.REPOSITORY_DEPLOY_KEY,
    gh.ORGANIZATION_SETTINGS,
    gh.ORGANIZATION_ROLE,
    gh.ORGANIZATION_REPOSITORY_ROLE,
    gh.ORGANIZATION_CUSTOM_PROPERTIES,
    gh.TEAM,
    gh.RELEASE,
    gh.ISSUE,
    gh.ISSUE_LABEL,
    gh.ISSUE_LABELS,
    *gh.RULESETS,
    gh.ENVIRONMENT,
    gh.DEPLOYMENT_POLICY,
)
"""What has names, descriptions and links that everybody with access reads."""
_MADE_BY_GITHUB = frozenset({"id", "nodeId", "etag", "urn", "key"})
"""Properties that nobody chooses, and a public key."""


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the texts in a property, at any depth."""
    if isinstance(value, str):
        yield value
    elif depth < _DEEPEST and isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for each in value:
            yield from _texts(each, depth + 1)


_DEEPEST = 8


def _in_address(url: str) -> bool:
    """Say whether an address has a secret in it: a token, a password or a field for one."""
    return looks_secret(url) or ("://" in url and _SECRET_IN_QUERY.search(url) is not None)


class NoSecretInVariable(ResourceRule):
    """A variable does not contain a secret.

    Variables are plain text: everybody who can read the repository's settings can read them, and
    GitHub does not mask them in logs. The rule checks the name, and the known formats of tokens,
    keys and URLs with a password.
    """

    id = "SE004"
    title = "a variable holds what looks like a secret"
    severity = Severity.CRITICAL
    maps = cis("2.1.7")
    resource_types = gh.VARIABLES
    remediation = "Make it a secret, and replace the value, because others could read it."
    waits = True
    good = (
        example("a variable without a secret", gh.ACTIONS_VARIABLE, _VARIABLE),
        example(
            "a variable about a secret", gh.ACTIONS_VARIABLE, _VARIABLE, variableName="TOKEN_URL"
        ),
        example(
            "a URL without a password",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value="https://example.com/a:b",
        ),
        example(
            "words that only contain the beginning of a token",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value="task-sk-learn-and-friends-2026 my-pypi-mirror-of-packages",
        ),
    )
    bad = (
        example(
            "a variable with the name of a secret",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            variableName="DEPLOY_TOKEN",
        ),
        example(
            "a variable with a value like a token",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value="npm_" + "a1" * 18,
        ),
        example(
            "a URL with a password",
            gh.ACTIONS_ORGANIZATION_VARIABLE,
            {"variableName": "MIRROR", "visibility": "all", "value": "https://u:pw@example.com"},
        ),
        example(
            "a URL with a token in its query",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value="https://ci.example/hook?token=anything",
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        name, value = (resource.facts.text(key) for key in ("variableName", "value"))
        at = ("variables", name) if isinstance(name, str) else ("variables",)
        if isinstance(name, str) and sounds_secret(name):
            yield finding("its name is that of a secret", *at)
        elif isinstance(value, str) and _in_address(value):
            yield finding("its value has the shape of a secret", *at)
        elif value is UNKNOWN:
            yield finding("its value cannot be seen yet", *at, value=value)


class NoSecretInFile(ResourceRule):
    """A file, a description, a topic or an address does not contain a secret.

    Everybody with access to the repository can read a file or a description, and a file stays in
    the history. Administrators can read the address of a webhook, and it appears in logs. The rule
    checks the known formats of tokens and keys. In an address it also checks for a password; in a
    file, a password often belongs to a test database.
    """

    id = "SE014"
    title = "a file, a description or an address holds what looks like a secret"
    severity = Severity.CRITICAL
    maps = (*cis("1.5.1"), *osps("BR-07.01"))
    resource_types = (
        gh.REPOSITORY_FILE,
        ADDED_FILES,
        gh.REPOSITORY_WEBHOOK,
        gh.ORGANIZATION_WEBHOOK,
        *_PUBLISHED,
    )
    remediation = "Make it a secret, and replace the value, because others could read it."
    waits = True
    good = (
        example("no secret", gh.REPOSITORY_FILE, _FILE),
        example(
            "a reference to a secret",
            gh.REPOSITORY_FILE,
            _FILE,
            content="env: {GH_TOKEN: '${{ secrets.GH_TOKEN }}'}",
        ),
        example(
            "the password of a test's database",
            gh.REPOSITORY_FILE,
            _FILE,
            content="DATABASE_URL: postgres://test:test@localhost/test",
        ),
        example(
            "an address",
            gh.REPOSITORY_WEBHOOK,
            _HOOK,
            configuration={"url": "https://ci.example/hook"},
        ),
        example(
            "an address with a query",
            gh.REPOSITORY_WEBHOOK,
            _HOOK,
            configuration={"url": "https://ci.example/hook?channel=release&keyword=tagged"},
        ),
        example(
            "links to packages",
            gh.REPOSITORY_FILE,
            _FILE,
            content="https://example.com/task-sk-image-processing-tools-1 pypi-mirror-tools-v2",
        ),
        example(
            "a repository with a description",
            gh.REPOSITORY,
            {"name": "escai", "description": "Tools for tokens", "topics": ["npm", "tokens"]},
        ),
    )
    bad = (
        example("a token", gh.REPOSITORY_FILE, _FILE, content="export T=npm_" + "a1" * 18),
        example(
            "in an address",
            gh.ORGANIZATION_WEBHOOK,
            _HOOK,
            configuration={"url": f"https://ci.example/?token=glpat-{'a1' * 10}"},
        ),
        example(
            "a token of no known shape",
            gh.ORGANIZATION_WEBHOOK,
            _HOOK,
            configuration={"url": "https://ci.example/hook?project=a&token=anything"},
        ),
        example(
            "a password in an address",
            gh.REPOSITORY_WEBHOOK,
            _HOOK,
            configuration={"url": "https://ci:pw@ci.example/hook"},
        ),
        example(
            "a token in a description",
            gh.REPOSITORY,
            {"name": "escai", "description": f"uses rubygems_{'a1' * 24}"},
        ),
        example(
            "a password in a homepage",
            gh.REPOSITORY,
            {"name": "escai", "homepageUrl": "https://u:pw@docs.example"},
        ),
        example(
            "a token in a file that is added to what people wrote",
            ADDED_FILES,
            {"repository": "escai", "files": {".npmrc": {"content": f"token=npm_{'a1' * 18}"}}},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.type == gh.REPOSITORY_FILE:
            content = resource.facts.text("content")
            if content is UNKNOWN or (content is not None and has_token(content)):
                yield finding("`content` has the shape of a secret in it", "content", value=content)
        elif resource.type == ADDED_FILES:
            if any(map(has_token, _texts(resource.facts.at("files")))):
                yield finding("a file has the shape of a secret in it", "files")
        elif resource.type in _PUBLISHED:
            yield from _published(resource)
        else:
            url = resource.facts.text("configuration", "url")
            if url is UNKNOWN or (url is not None and _in_address(url)):
                yield finding("`url` has the shape of a secret in it", "url", value=url)


def _published(resource: Resource) -> Iterator[Finding]:
    """Yield the properties of a resource that have a secret among what everybody reads."""
    props = resource.facts.at()
    for name, value in props.items() if isinstance(props, Mapping) else ():
        if name not in _MADE_BY_GITHUB and any(map(_in_address, _texts(value))):
            yield finding(f"`{name}` has the shape of a secret in it")


class NoRandomValue(ResourceRule):
    """A variable whose value looks random may hold a secret.

    Tokens of some services have no format that anybody could recognize. The rule only hints: a
    public key or an id may look the same.
    """

    id = "SE020"
    title = "a variable's value looks random"
    severity = Severity.LOW
    maps = cis("2.1.7")
    resource_types = gh.VARIABLES
    remediation = "If it is a secret, make it one, and replace the value."
    waits = True
    good = (
        example("a word", gh.ACTIONS_VARIABLE, _VARIABLE),
        example("a hash", gh.ACTIONS_VARIABLE, _VARIABLE, value="a1b2c3d4e5" * 4),
        example(
            "words", gh.ACTIONS_VARIABLE, _VARIABLE, value="My-Long-Name-Of-A-Machine-Pool-2026"
        ),
    )
    bad = (
        example(
            "a random text", gh.ACTIONS_VARIABLE, _VARIABLE, value="q7Rk2" + "xZ9vT4mB1nLc8WdY3hJf6"
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        name, value = (resource.facts.text(key) for key in ("variableName", "value"))
        if isinstance(value, str) and looks_random(value) and not _in_address(value):
            at = ("variables", name) if isinstance(name, str) else ("variables",)
            yield finding("its value looks random", *at)


RULES = (NoSecretInVariable, NoSecretInFile, NoRandomValue)

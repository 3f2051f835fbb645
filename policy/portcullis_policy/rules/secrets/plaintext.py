"""SE: secrets in the open: in variables, files and addresses, which everybody reads."""

import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.rules.secrets.shapes import TOKEN, looks_secret, sounds_secret
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
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        name, value = (resource.facts.text(key) for key in ("variableName", "value"))
        at = ("variables", name) if isinstance(name, str) else ("variables",)
        if isinstance(name, str) and sounds_secret(name):
            yield finding("its name is that of a secret", *at)
        elif isinstance(value, str) and looks_secret(value):
            yield finding("its value has the shape of a secret", *at)
        elif value is UNKNOWN:
            yield finding("its value cannot be seen yet", *at, value=value)


class NoSecretInFile(ResourceRule):
    """A file in a repository, or the address of a webhook, does not contain a secret.

    Everybody with access to the repository can read a file, and it stays in the history.
    Administrators can read an address, and it appears in logs. The rule checks the known formats of
    tokens and keys. In an address it also checks for a password; in a file, a password often
    belongs to a test database.
    """

    id = "SE014"
    title = "a file or a webhook's address holds what looks like a secret"
    severity = Severity.CRITICAL
    maps = cis("1.5.1")
    resource_types = (gh.REPOSITORY_FILE, gh.REPOSITORY_WEBHOOK, gh.ORGANIZATION_WEBHOOK)
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
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.type == gh.REPOSITORY_FILE:
            content = resource.facts.text("content")
            if content is UNKNOWN or (content is not None and TOKEN.search(content)):
                yield finding("`content` has the shape of a secret in it", "content", value=content)
            return
        url = resource.facts.text("configuration", "url")
        if url is UNKNOWN or (
            url is not None and (looks_secret(url) or _SECRET_IN_QUERY.search(url))
        ):
            yield finding("`url` has the shape of a secret in it", "url", value=url)


RULES = (NoSecretInVariable, NoSecretInFile)

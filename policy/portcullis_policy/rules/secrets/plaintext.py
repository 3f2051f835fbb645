"""SE: secrets in the open: in variables, files, descriptions and addresses."""

import base64
import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Example, example
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed
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
from portcullis_policy.semantics.workflow_files.calls import action_as_workflow
from portcullis_policy.semantics.workflow_files.literal_logins import has_literal_login, is_literal
from portcullis_policy.semantics.workflow_files.workflows import UnreadableError, compose, read
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
_LOGINS = re.compile(
    r"\.env(?!\.(?:example|sample|template|dist|test)$)(?:\.[\w.]+)?|\.netrc|\.pgpass|\.pypirc|\.npmrc"
    r"|\.my\.cnf|\.git-credentials"
)
"""Names of files that hold logins."""
_LOCAL = re.compile(r"\S*@(?:localhost|127\.0\.0\.1|\[::1\])\S*")
"""Logins to the own machine."""
_ASSIGNMENT = re.compile(r"(?:export\s+)?(\w+)\s*[=:]\s*[\"']?([^\s\"']+)[\"']?")
_WORKFLOW = re.compile(r"(?:^|/)(?:\.github/workflows/[^/]+|action)\.ya?ml$", re.IGNORECASE)
_DEPENDABOT = ("dependabot.yml", "dependabot.yaml")
_OF_REGISTRIES = ("password", "token", "key", "auth-key")


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
            "where a secret is kept",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value="TOKEN_FILE=/run/token\nAPI_KEY=${API_KEY}",
        ),
        example(
            "a URL without a password",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value="https://example.com/a:b",
        ),
        example(
            "a URL with a placeholder for the password",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value="postgres://app:$PASSWORD@db.example/app",
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
            "a secret by its name in the value",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value="export DD_API_KEY=0a1b2c3d4e5f",
        ),
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
            "a token in base64",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value=base64.b64encode(b"npm_" + b"a1" * 18).decode(),
        ),
        example(
            "a header with a password",
            gh.ACTIONS_VARIABLE,
            _VARIABLE,
            value="Authorization: Basic dTpodW50ZXIyaHVudGVy",
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
        elif isinstance(value, str) and (_in_address(value) or _assigns(value)):
            yield finding("its value has the shape of a secret", *at)
        elif value is UNKNOWN:
            yield finding("its value cannot be seen yet", *at, value=value)


def _assigns(value: str) -> bool:
    """Say whether a value gives a secret of some name: `DD_API_KEY=0a1b...`, also over lines."""
    given = (_ASSIGNMENT.fullmatch(line.strip()) for line in value.splitlines())
    return any(each and sounds_secret(each[1]) and is_literal(each[2]) for each in given)


def _script(note: str, command: str) -> Example:
    """Return the CI workflow with another script."""
    content = changed(CI, ("uv run pytest", command))
    return example(note, gh.REPOSITORY_FILE, _FILE, file=CI_PATH, content=content)


class NoSecretInFile(ResourceRule):
    """A file, a description, a topic or an address does not contain a secret.

    Everybody with access to the repository can read a file or a description, and a file stays in
    the history. Administrators can read the address of a webhook, and it appears in logs. The rule
    checks the known formats of tokens and keys. In an address it also checks for a password, and in
    a file of logins, such as `.env` or `.netrc`; in other files, a password often belongs to a test
    database. In a workflow or an action it checks what is written for a login: an address of
    another host, a credential's variable or option, an input of an action that logs in or
    publishes.
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
        *(
            _script(note, command)
            for note, command in (
                (
                    "a password by its secret",
                    "pip install -i https://u:${{ secrets.P }}@a.example",
                ),
                ("a password by a variable", 'docker login -u bot -p "$PASSWORD" registry.example'),
                ("a server of a test", "curl -u admin:hunter2 http://localhost:8080"),
                ("a database of a test", "psql postgres://test:hunter2@db/test"),
            )
        ),
        example(
            "a file of logins of a test, and an example of one",
            ADDED_FILES,
            {
                "repository": "escai",
                "files": {
                    ".env": {"content": "DATABASE_URL=postgres://test:test@localhost/test"},
                    ".env.example": {"content": "DATABASE_URL=postgres://app:change-me@db/app"},
                },
            },
        ),
        example(
            "a registry's password by its secret",
            gh.REPOSITORY_FILE,
            _FILE,
            file=".github/dependabot.yml",
            content="registries: {a: {type: npm-registry, password: '${{secrets.NPM_READ}}'}}",
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
        *(
            _script(note, command)
            for note, command in (
                ("a password of an index", "pip install -i https://u:hunter2@pypi.guild.example x"),
                ("a password of a login", "docker login -u bot -p hunter2 registry.example"),
                ("a login of curl", "curl -u bot:hunter2 https://x.example"),
            )
        ),
        example(
            "the password of an upload, as a variable",
            gh.REPOSITORY_FILE,
            _FILE,
            file=CI_PATH,
            content=changed(CI, ("jobs:", "env: {TWINE_PASSWORD: hunter2}\njobs:")),
        ),
        example(
            "a password in a file of logins",
            gh.REPOSITORY_FILE,
            _FILE,
            file="deploy/.env",
            content="DATABASE_URL=postgres://app:hunter2@db.example/app",
        ),
        example(
            "the password of a registry, for Dependabot",
            gh.REPOSITORY_FILE,
            _FILE,
            file=".github/dependabot.yml",
            content="registries: {a: {type: npm-registry, username: ci, password: hunter2}}",
        ),
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
            content, path = (resource.facts.text(key) for key in ("content", "file"))
            if content is UNKNOWN or (content is not None and _in_file(path, content)):
                yield finding("`content` has the shape of a secret in it", "content", value=content)
        elif resource.type == ADDED_FILES:
            files = resource.facts.at("files")
            named = files.items() if isinstance(files, Mapping) else ()
            found = any(_in_file(path, text) for path, given in named for text in _texts(given))
            if found or any(map(has_token, _texts(files))):
                yield finding("a file has the shape of a secret in it", "files")
        elif resource.type in _PUBLISHED:
            yield from _published(resource)
        else:
            url = resource.facts.text("configuration", "url")
            if url is UNKNOWN or (url is not None and _in_address(url)):
                yield finding("`url` has the shape of a secret in it", "url", value=url)


def _in_file(path: object, content: str) -> bool:
    """Say whether a file has a secret in it: of a known format, or a password where logins are."""
    if has_token(content):
        return True
    name = str(path).rpartition("/")[2].lower()
    if _WORKFLOW.search(str(path)):
        workflow = action_as_workflow(content) if name.startswith("action.") else read(content)
        return workflow is not None and has_literal_login(workflow)
    if _LOGINS.fullmatch(name):
        return looks_secret(_LOCAL.sub("", content))
    return name in _DEPENDABOT and _gives_password(content)


def _gives_password(text: str) -> bool:
    """Say whether a registry of Dependabot's configuration has a password written in full."""
    try:
        registries = compose(text).get("registries").items().values()
    except UnreadableError:
        return False  # DB001 reports it
    given = (registry.get(field).text for registry in registries for field in _OF_REGISTRIES)
    return any(value and "${{" not in value for value in given)


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

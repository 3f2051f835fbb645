"""What a step of a workflow does that matters for releases: publish, cache, print, inject."""

import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from portcullis_policy.semantics.expressions import (
    in_braces,
    mentions,
    without_expressions,
)
from portcullis_policy.semantics.untrusted import inserts_text
from portcullis_policy.semantics.workflows import At, Job, Step, Workflow

_ACTIONS = re.compile(
    r"(pypa/gh-action-pypi-publish|js-devtools/npm-publish|rubygems/release-gem|etils-actions/pypi"
    r"|katyo/publish-crates|gradle/publish|goreleaser/goreleaser-action|chrnorm/publish-nuget"
    r"|cycjimmy/semantic-release-action|jreleaser/release-action)(/.*)?"
)
_PUSHING_ACTIONS = re.compile(r"docker/(build-push|bake)-action(/.*)?")
_LOCAL_REGISTRY = re.compile(r"(localhost|127\.0\.0\.1)(:\d+)?/")
_LOCAL = r"\s[\"']?(oci|oci-archive|docker-archive|docker-daemon|dir|containers-storage):"
"""Where an image stays on the runner."""
_COMMAND = re.compile(
    r"(?<![\w-])("
    r"twine\"?(==\S+)?\s+upload|(uv|poetry|flit|hatch|pdm|npm|pnpm|lerna|cargo|jsr)\s+([^\s&|;]+\s+)*?publish"
    r"|yarn\s+(npm\s+)?publish|gem\s+push|(docker|helm|crane|oras)\s+([^\s&|;]+\s+)*?push"
    rf"|(podman|buildah)\s+([^\s&|;]+\s+)*?push(?!\s[^|#]*{_LOCAL}[^\s|#]*\s*$)"
    rf"|skopeo\s+([^\s&|;]+\s+)*?copy(?=\s)[^|#]*\s[\"']?docker://[^\s\"']+[\"']?(?![^|#]*{_LOCAL})"
    r"|skopeo\s+([^\s&|;]+\s+)*?sync\s[^|#]*--dest[ =]docker\b"
    r"|docker\s+buildx\s+build\s.*--push|mvnw?\s(?![^#]*altDeploymentRepository=\S*::file:).*\bdeploy|gradlew?\s.*\bpublish\w*"
    r"|nuget\s+push|semantic-release|goreleaser\s+release|setup\.py\s.*\bupload"
    r")(?![\w-])"
)
_REHEARSAL = re.compile(r"--dry-run\b|--skip-publish\b|--snapshot\b")
_PRINTS = re.compile(
    r"^\s*(?:sudo\s+)?(?:echo|printf|cat\s*<<<|write-host|write-output)\b", re.IGNORECASE
)
_ELSEWHERE = re.compile(r"[|>]|add-mask")
_SEPARATORS = re.compile(r"&&|;|\|\|")
_VARIABLE = re.compile(r"\$(?:env:)?\{?(\w+)")
_PUBLISHING: WeakKeyDictionary[Workflow, tuple[tuple[Job, int], ...]] = WeakKeyDictionary()
_PIPED = re.compile(
    r"\b(curl|wget|irm|iwr|invoke-webrequest)\b[^|\n]*\|\s*(sudo\s+)?(\S*/)?(ba|z|da|k)?sh\b"
    r"|\b(curl|wget|irm|iwr)\b[^|\n]*\|\s*(sudo\s+)?(python3?|perl|ruby|node|iex|invoke-expression)\b"
    r"|\b(ba|z|da)?sh\s+(-c\s+[\"']?\$\(|<\(\s*)\s*(curl|wget)\b"
    r"|\b(source|eval|\.)\s+[\"']?(<|\$)\(\s*(curl|wget)\b|\biex\b.*\b(irm|iwr|downloadstring)\b",
    re.IGNORECASE,
)


def publishing_line(step: Step) -> int | None:
    """Return the line on which a step publishes a package or an image; None if it does not."""
    if _ACTIONS.fullmatch(step.action):
        return None if only_tries(step) else step.at.get("uses").line
    tags = re.split(r"[\s,]+", step.with_("tags").strip())
    pushes = step.with_("push").lower() not in ("", "false")
    if all(map(_LOCAL_REGISTRY.match, tags)):
        pushes = False
    if _PUSHING_ACTIONS.fullmatch(step.action) and (
        pushes or "push=true" in step.with_("outputs").lower()
    ):
        return step.at.get("uses").line
    for line, text in step.at.get("run").lines():
        for part in _SEPARATORS.split(text):
            said_only = _PRINTS.match(part) or _REHEARSAL.search(part)
            if _COMMAND.search(part) and not said_only:
                return line
    return None


def only_tries(step: Step) -> bool:
    """Say whether GoReleaser builds or checks, and publishes nothing."""
    if step.action != "goreleaser/goreleaser-action":
        return False
    words = step.with_("args").split()
    return (
        step.with_("install-only").lower() == "true"
        or words[:1] in [[each] for each in ("build", "check", "healthcheck")]
        or "--snapshot" in words
        or any("publish" in word.removeprefix("--skip=").split(",") for word in words)
    )


def publishing_jobs(workflow: Workflow) -> tuple[tuple[Job, int], ...]:
    """Return the jobs that publish, with the line on which they do."""
    if workflow not in _PUBLISHING:
        _PUBLISHING[workflow] = tuple(_publishing_jobs(workflow))
    return _PUBLISHING[workflow]


def _publishing_jobs(workflow: Workflow) -> Iterator[tuple[Job, int]]:
    for job in workflow.jobs:
        lines = [line for step in job.steps if (line := publishing_line(step)) is not None]
        if lines:
            yield (job, lines[0])


def publishes(workflow: Workflow) -> bool:
    """Say whether a workflow publishes anything."""
    return bool(publishing_jobs(workflow))


def injected(step: Step, typed: frozenset[str]) -> Iterator[int]:
    """Yield the lines of a script into which a stranger's text is pasted before it runs.

    Args:
        step: the step.
        typed: inputs of the workflow that can only be a number, a boolean or one of a list.
    """
    for line, text in step.run.lines():
        if any(inserts_text(expression, typed) for expression in in_braces(text)):
            yield line


def secrets_named(text: str) -> frozenset[str]:
    """Return the names of the secrets that expressions in a text use, in upper case."""
    return mentions(in_braces(text)).names


def uses_any_secret(text: str) -> bool:
    """Say whether an expression takes all secrets, or one by a name that is worked out."""
    return mentions(in_braces(text)).everything


def prints_secret(step: Step, known: frozenset[str]) -> Iterator[int]:
    """Yield the lines of a script that print a secret.

    GitHub masks a secret's exact value, but not what is made of it: a part, another encoding.

    Args:
        step: the step.
        known: environment variables of its job and workflow that hold secrets.
    """
    own = {name for name, value in step.at.get("env").items().items() if secrets_named(value.text)}
    for line, text in step.run.lines():
        if uses_any_secret(text):
            yield line
            continue
        for part in _SEPARATORS.split(text):
            shown = _PRINTS.match(part) and not _ELSEWHERE.search(without_expressions(part))
            if shown and (secrets_named(part) or set(_VARIABLE.findall(part)) & (known | own)):
                yield line
                break


def holding_secrets(*environments: At) -> frozenset[str]:
    """Return the names of environment variables whose values are secrets."""
    return frozenset(
        name
        for block in environments
        for name, value in block.items().items()
        if secrets_named(value.text)
    )


def piped_to_shell(step: Step) -> Iterator[int]:
    """Yield the lines of a script that run what they have just downloaded."""
    for line, text in step.at.get("run").lines():
        if _PIPED.search(text):
            yield line


def caches(step: Step) -> bool:
    """Say whether a step restores a cache that another workflow may have filled."""
    action = step.action
    if action.startswith("actions/cache") and not action.endswith("/save"):
        return True
    if action == "astral-sh/setup-uv":
        return step.with_("enable-cache").lower() != "false"
    if action == "actions/setup-go":
        return step.with_("cache").lower() != "false"
    if action in (
        "swatinem/rust-cache",
        "gradle/actions/setup-gradle",
        "mozilla-actions/sccache-action",
    ):
        return step.with_("cache-disabled").lower() != "true"
    setup = ("actions/setup-node", "actions/setup-python", "actions/setup-java", "ruby/setup-ruby")
    named = [step.with_(name).lower() for name in ("cache", "bundler-cache")]
    return action in setup and any(name and name != "false" for name in named)

"""What a step of a workflow does that matters for releases: publish, cache, print, inject."""

import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from portcullis_policy.semantics.commands.commands import commands
from portcullis_policy.semantics.commands.uploads import (
    Upload,
    nearby_names,
    upload_of,
    with_nearby,
)
from portcullis_policy.semantics.commands.uploads_by_action import upload_of_action
from portcullis_policy.semantics.commands.words import parts
from portcullis_policy.semantics.publishing.credentials import holds_credential
from portcullis_policy.semantics.workflow_files.expressions import (
    in_braces,
    mentions,
    without_expressions,
)
from portcullis_policy.semantics.workflow_files.pasted import pasted_lines
from portcullis_policy.semantics.workflow_files.untrusted import inserts_text
from portcullis_policy.semantics.workflow_files.workflows import At, Job, Step, Workflow

_PRINTS = re.compile(
    r"^\s*(?:sudo\s+)?(?:echo|printf|cat\s*<<<|write-host|write-output)\b", re.IGNORECASE
)
_ELSEWHERE = re.compile(r"[|>]|add-mask")
_SUMMARY = re.compile(r">>?\s*[\"']?\$\{?(env:)?GITHUB_STEP_SUMMARY")
_ENCODERS = r"(?:base64|base32|xxd|od|hexdump|rev|fold|tr|sed|cut|head|tail|cat|tac|tee|gzip|jq)"
_ENCODED = re.compile(
    rf"^\s*(?:(?:echo|printf)\b[^|>]*(?:\|\s*{_ENCODERS}\b[^|>]*)+|{_ENCODERS}\b[^|>]*<<<[^|>]*)$"
)
"""A value that is printed in another form, which GitHub does not mask."""
_DECODES = re.compile(r"\s(-d|-D|--decode|-r|--revert)\b")
_ALL_VARIABLES = re.compile(r"^\s*(?:env|printenv|export -p|declare -x|set)\s*(?:[|>].*)?$")
_PRINTS_IN_CODE = re.compile(r"\b(?:console\.\w+|core\.(?:info|notice|warning|error)|print)\s*\(")
_VARIABLE_IN_CODE = re.compile(
    r"\bprocess\.env\.(\w+)|\b(?:environ|env)\[\s*[\"'](\w+)|\bgetenv\(\s*[\"'](\w+)"
)
_SEPARATORS = re.compile(r"&&|;|\|\|")
_VARIABLE = re.compile(r"\$(?:env:)?\{?(\w+)")
_PUBLISHING: WeakKeyDictionary[Workflow, tuple[tuple[Job, tuple[tuple[Step, int], ...]], ...]] = (
    WeakKeyDictionary()
)
_CACHING = {
    "astral-sh/setup-uv": "enable-cache",
    "actions/setup-go": "cache",
    "gradle/actions/setup-gradle": "cache",
    "gradle/gradle-build-action": "cache",
    "jdx/mise-action": "cache",
    "actions-rust-lang/setup-rust-toolchain": "cache",
}
"""Actions that restore a cache unless an input says no."""
_CACHE_INPUT = re.compile(
    r"cache|(enable|use|restore)-cache|cache-from|cache-to|bundler-cache|cache-(environment|downloads|enabled|on)"
)
_CACHED_BUILD = re.compile(
    r"--cache-(?:from|to)\b(?![ =]\S*type=inline)|cache-(?:from|to)=type=(gha|registry|s3)"
)
_LONGEST = 8_000
"""Characters of one line that are looked at."""
_PIPED = re.compile(
    r"\b(curl|wget|irm|iwr|invoke-webrequest)\b[^|\n]*(?:\|\s*tee\b[^|\n]*)?"
    r"\|\s*(sudo\s+)?(\S*/)?(ba|z|da|k)?sh\b"
    r"|\b(curl|wget|irm|iwr)\b[^|\n]*\|\s*(sudo\s+)?(python3?|perl|ruby|node|iex|invoke-expression)\b"
    r"|\b(ba|z|da)?sh\s+(-c\s+[\"']?\$\(|<\(\s*)\s*(curl|wget)\b"
    r"|\b(source|eval|\.)\s+[\"']?(<|\$)\(\s*(curl|wget)\b|\biex\b.*\b(irm|iwr|downloadstring)\b",
    re.IGNORECASE,
)


def publishing_line(step: Step) -> int | None:
    """Return the line on which a step publishes a package or an image; None if it does not.

    What only its words tell (`BY_WORD`), and files that go to a server, need a credential besides:
    `publishing_jobs` knows which jobs hold one.
    """
    return _line_of(step, frozenset({Upload.REGISTRY}))


def only_tries(step: Step) -> bool:
    """Say whether GoReleaser builds or checks, and publishes nothing."""
    return step.action == "goreleaser/goreleaser-action" and upload_of_action(step) is None


def publishing_jobs(workflow: Workflow) -> tuple[tuple[Job, int], ...]:
    """Return the jobs that publish, with the line on which they do."""
    return tuple((job, found[0][1]) for job, found in _published(workflow))


def publishing_steps(job: Job, workflow: Workflow) -> tuple[Step, ...]:
    """Return the steps of a job that publish."""
    return next(
        (tuple(s for s, _ in found) for each, found in _published(workflow) if each is job), ()
    )


def publishes(workflow: Workflow) -> bool:
    """Say whether a workflow publishes anything."""
    return bool(_published(workflow))


def releasing_line(job: Job) -> int | None:
    """Return the line on which a job makes a release on GitHub; None if it does not."""
    only = frozenset({Upload.RELEASE})
    return next((line for step in job.steps if (line := _line_of(step, only)) is not None), None)


def _published(workflow: Workflow) -> tuple[tuple[Job, tuple[tuple[Step, int], ...]], ...]:
    """Return the jobs that publish, with each step that does, and its line."""
    if workflow not in _PUBLISHING:
        _PUBLISHING[workflow] = tuple(
            (job, steps) for job in workflow.jobs if (steps := tuple(_steps(job, workflow)))
        )
    return _PUBLISHING[workflow]


def _steps(job: Job, workflow: Workflow) -> Iterator[tuple[Step, int]]:
    kinds = frozenset({Upload.REGISTRY})
    if holds_credential(job, workflow):
        kinds |= {Upload.BY_WORD, Upload.TRANSFER}
    for step in job.steps:
        line = _line_of(step, kinds)
        if line is not None and not (job.environment.given and _only_deploys(step)):
            yield (step, line)


def _only_deploys(step: Step) -> bool:
    """Say whether a task called a deployment is all that sends something: `./deploy.sh`.

    In an environment, it reaches a system of the project's own, and no package's users.
    """
    sent = [(upload_of(each), each) for _, each in commands(step.at.get("run").lines())]
    return not step.uses and all(
        kind is None or (kind is Upload.BY_WORD and "deploy" in parts(each.text))
        for kind, each in sent
    )


def _line_of(step: Step, kinds: frozenset[Upload]) -> int | None:
    """Return the first line of a step that sends something in one of some ways."""
    if step.uses:
        return step.at.get("uses").line if upload_of_action(step) in kinds else None
    own = {name: value.text for name, value in step.at.get("env").items().items()}
    nearby = nearby_names(step.at.get("run").text, own)
    called = commands(step.at.get("run").lines())
    found = (line for line, each in called if upload_of(with_nearby(each, nearby)) in kinds)
    return next(found, None)


def injected(step: Step, typed: frozenset[str], *around: At) -> Iterator[int]:
    """Yield the lines of a script into which a stranger's text is pasted before it runs.

    Args:
        step: the step.
        typed: inputs of the workflow that can only be a number, a boolean or one of a list.
        around: `env` of the workflow and of the job.
    """
    for line, text in pasted_lines(step, *around):
        if any(inserts_text(expression, typed) for expression in in_braces(text)):
            yield line


def secrets_named(text: str) -> frozenset[str]:
    """Return the names of the secrets that expressions in a text use, in upper case."""
    return mentions(in_braces(text)).names


def uses_any_secret(text: str) -> bool:
    """Say whether an expression takes all secrets, or one by a name that is worked out."""
    return mentions(in_braces(text)).everything


def prints_secret(step: Step, *around: At) -> Iterator[int]:
    """Yield the lines of a script that print a secret.

    GitHub masks a secret's exact value, but not what is made of it: a part, another encoding.

    Args:
        step: the step.
        around: `env` of the workflow and of the job.
    """
    known = _holding_secrets(*around, step.at.get("env"))
    for line, text in pasted_lines(step, *around):
        if uses_any_secret(text):
            yield line
            continue
        if any(_shows(part, known) for part in _SEPARATORS.split(text)):
            yield line


def _shows(part: str, known: frozenset[str]) -> bool:
    """Say whether a part of a script's line prints a secret, as it is or in another form.

    Args:
        part: what stands between separators.
        known: environment variables that hold secrets.
    """
    if known and _ALL_VARIABLES.match(part):
        return True
    named = secrets_named(part) or set(_VARIABLE.findall(part)) & known
    if not named:
        in_code = {name for each in _VARIABLE_IN_CODE.findall(part) for name in each}
        return bool(_PRINTS_IN_CODE.search(part) and in_code & known)
    plain = without_expressions(part)
    if _ENCODED.match(plain):
        return not _DECODES.search(plain)
    return bool(_PRINTS.match(part)) and (
        not _ELSEWHERE.search(plain) or bool(_SUMMARY.search(plain))
    )


def _holding_secrets(*environments: At) -> frozenset[str]:
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
        if _PIPED.search(text[:_LONGEST]):
            yield line


def caches(step: Step) -> bool:
    """Say whether a step restores a cache that another workflow may have filled."""
    action = step.action
    if not step.uses:
        return any(_CACHED_BUILD.search(each.text) for _, each in commands(step.run.lines()))
    given = {key.lower(): value.text for key, value in step.at.get("with").items().items()}
    if action.startswith("actions/cache/save") or given.get("cache-disabled", "").lower() == "true":
        return False
    if action in _CACHING:
        return given.get(_CACHING[action], "true").lower() != "false"
    asked = [given[name].lower() for name in given if _CACHE_INPUT.fullmatch(name)]
    if any("cache-from=" in each or "cache-to=" in each for each in given.values()):
        return True
    named = bool({"cache", "ccache", "sccache"} & set(parts(action)))
    return named or any(each not in ("", "false") and "type=inline" not in each for each in asked)

"""Passwords and tokens that a workflow or an action has written in full."""

import re
from collections.abc import Iterator
from itertools import pairwise

from portcullis_policy.semantics.commands.commands import Command, commands
from portcullis_policy.semantics.commands.words import words
from portcullis_policy.semantics.workflow_files.workflows import At, Step, Workflow

_IN_ADDRESS = re.compile(
    r"https?://(?P<user>[^/\s:@\"'$<{]*):(?P<password>[^/\s:@\"']+)@"
    r"(?!localhost\b|127\.|[\w.-]*\.(?:local|localhost|test|invalid)\b)[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"(?:TWINE|FLIT|PDM_PUBLISH|MATURIN|UV_PUBLISH)_(?:PASSWORD|TOKEN)|UV_INDEX_\w+_PASSWORD"
    r"|POETRY_(?:PYPI_TOKEN|HTTP_BASIC)_\w+|CARGO_REGISTRY_TOKEN|GEM_HOST_API_KEY|NPM_TOKEN"
    r"|NODE_AUTH_TOKEN|HEX_API_KEY|VSCE_PAT|OVSX_PAT",
    re.IGNORECASE,
)
"""Variables that programs take as a credential, and nothing else."""
_INPUTS = re.compile(
    r"(?:[a-z0-9]+[-_])*(?:password|passwd|token|api[-_]?key|secret(?:[-_]access)?[-_]?key|pat)",
    re.IGNORECASE,
)
_OF_LOGINS = re.compile(r"publish|release|login|auth|upload|push|deploy|registry|pypi")
"""Words in the names of actions that log in somewhere with what they are given."""
_OPTIONS = words("-p --password --token --api-key --auth-token --otp -P")
_CLIENTS = words(
    "docker podman buildah skopeo crane helm oras twine npm uv cargo gem dotnet nuget flit poetry "
    "vault aws az gh"
)
_LOGIN = words("login upload publish push")
_PLACEHOLDER = re.compile(
    r"[$<{*%\[(].*|.*(?:\$|\{\{|<).*|(?:x|y|\*|\.|-|0)+|.*(?:dummy|fake|example|placeholder|change"
    r"|not-?a|invalid|test|todo|redacted|none|null|x-oauth|xxx).*",
    re.IGNORECASE | re.DOTALL,
)
_NEARBY = re.compile(r"://(?:[^/\s@]*@)?(?:localhost|127\.0\.0\.1|\[::1\]|[\w-]+)(?:[:/\s]|$)")
"""A server on the runner, or of a service container."""
_SHORTEST = 6


def has_literal_login(workflow: Workflow) -> bool:
    """Say whether a workflow has a password or a token written in full."""
    blocks = [workflow.at.get("env"), *(job.at.get("env") for job in workflow.jobs)]
    return any(map(_in_variables, blocks)) or any(
        _in_variables(step.at.get("env")) or any(_in_step(step)) for _, step in workflow.steps()
    )


def is_literal(text: str) -> bool:
    """Say whether a text may be a password, and is no reference and no placeholder for one."""
    return len(text) >= _SHORTEST and not _PLACEHOLDER.fullmatch(text)


def _in_variables(block: At) -> bool:
    return any(
        (_NAMES.fullmatch(name) and is_literal(value.text)) or _in_text(value.text)
        for name, value in block.items().items()
    )


def _in_text(text: str) -> bool:
    return "://" in text and any(is_literal(at["password"]) for at in _IN_ADDRESS.finditer(text))


def _in_step(step: Step) -> Iterator[bool]:
    logs_in = bool(_OF_LOGINS.search(step.action))
    for name, value in step.at.get("with").items().items():
        given = logs_in and _INPUTS.fullmatch(name) is not None
        yield (given and is_literal(value.text)) or _in_text(value.text)
    script = step.at.get("run")
    yield _in_text(script.text)
    for _, command in commands(script.lines()):
        yield _in_command(command)


def _in_command(command: Command) -> bool:
    if command.program in ("curl", "wget", "http"):
        if _NEARBY.search(command.text):
            return False
        given = [value for option, value in pairwise(command.words) if option in ("-u", "--user")]
        return any(is_literal(each.partition(":")[2]) for each in given)
    if command.program not in _CLIENTS or not _LOGIN & set(command.positionals[:3]):
        return False
    return any(
        option in _OPTIONS and not value.startswith("-") and is_literal(value)
        for option, value in pairwise(command.words)
    )

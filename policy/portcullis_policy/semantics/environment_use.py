"""Which environments a stack publishes through, by what its workflows and secrets do there.

The name of an environment, and what its component says, do not outweigh this.
"""

import re
from collections.abc import Iterator

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.publishing.jobs import publishing_jobs, publishing_steps
from portcullis_policy.semantics.release_environments import key
from portcullis_policy.semantics.workflow_files.expression_values import outcomes
from portcullis_policy.semantics.workflow_files.expressions import OPENING, in_braces
from portcullis_policy.semantics.workflow_files.files import runs
from portcullis_policy.semantics.workflow_files.workflows import Job, Step, Workflow
from portcullis_policy.settings import Settings

BY_JOB = "a job publishes through it"
BY_SECRET = "it has a secret that can publish"  # noqa: S105 - a reason in words
BY_NAME = "a job that publishes works out its name"
"""The reasons. A component's word on trials outweighs the last two, which have no registry."""
Key = tuple[object, object]
"""Repository and environment, in lower case."""

_TEST_REGISTRY = re.compile(r"\btest\.pypi\.org\b|\btest-?pypi\b|\blocalhost\b", re.IGNORECASE)
"""Registries that are known to be for trials, by their address or by uv's and twine's name."""
_VARIABLE = re.compile(r"(?:\benv\.|\$\{?)(\w+)")
_INPUT = re.compile(r"(?:github\.event\.)?inputs\.([\w-]+)")
_PAGES = "github-pages"
"""GitHub's own environment for pages: nothing else trusts it."""
_PUBLISHES = re.compile(r"\b(upload|publish|push|deploy)\b", re.IGNORECASE)


def published_through(stack: Stack, settings: Settings) -> dict[Key, str]:
    """Return the environments through which a stack publishes for real, each with the reason."""
    found: dict[Key, str] = {}
    for where in _of_jobs(stack):
        found.setdefault(where, BY_JOB)
    for where in _of_tokens(stack, settings):
        found.setdefault(where, BY_SECRET)
    for where in _worked_out(stack, settings):
        found.setdefault(where, BY_NAME)
    return found


def _of_jobs(stack: Stack) -> Iterator[Key]:
    """Yield the environments of jobs that publish to more than a registry for trials."""
    for item in runs(stack):
        if item.workflow is None or item.repository is UNKNOWN:
            continue
        for job, _ in publishing_jobs(item.workflow):
            name = job.environment.text.strip().lower()
            if name and not _is_trial(job, item.workflow):
                yield item.repository, name


def _worked_out(stack: Stack, settings: Settings) -> Iterator[Key]:
    """Yield the environments that a publishing job may name by an expression.

    The texts in the expression, or the options of the input, say which; otherwise it may be any.
    """
    declared: dict[object, set[str]] = {}
    for item in stack.of(gh.ENVIRONMENT):
        repository, name = key(item.facts)
        if isinstance(name, str) and name != _PAGES and not settings.is_test_environment(name):
            declared.setdefault(repository, set()).add(name)
    for file in runs(stack):
        known = declared.get(file.repository)
        if file.workflow is None or not known:
            continue
        for job, _ in publishing_jobs(file.workflow):
            text = job.environment.text
            if OPENING in text and not _is_trial(job, file.workflow):
                named = _candidates(file.workflow, text)
                yield from ((file.repository, each) for each in (named or known) if each in known)


def _candidates(workflow: Workflow, text: str) -> set[str]:
    """Return the values that an expression is limited to, in lower case; none: it is not."""
    expressions = [*in_braces(text.strip())]
    if len(expressions) != 1 or text.strip() != f"{OPENING}{expressions[0]}}}}}":
        return set()
    may_be = outcomes(expressions[0])
    found = {each.lower() for each in may_be.texts if each}
    for path in may_be.paths:
        input_ = _INPUT.fullmatch(path)
        options = _options(workflow, input_[1]) if input_ else set()
        if not options:
            return set()
        found |= options
    return set() if may_be.others else found


def _options(workflow: Workflow, name: str) -> set[str]:
    """Return the values that an input is limited to, in each event that has it; none: it is not."""
    found: set[str] = set()
    for event in workflow.triggers.values():
        inputs = {key.lower(): given for key, given in event.get("inputs").items().items()}
        if name in inputs:
            options = {each.text.lower() for each in inputs[name].get("options").entries()}
            if not options or inputs[name].get("type").text != "choice":
                return set()
            found |= options
    return found


def _of_tokens(stack: Stack, settings: Settings) -> Iterator[Key]:
    """Yield the environments that hold a token for publishing, unless they are for trials."""
    for item in stack.of(gh.ACTIONS_ENVIRONMENT_SECRET):
        name, environment = item.facts.text("secretName"), item.facts.text("environment")
        if not isinstance(name, str) or not isinstance(environment, str):
            continue
        if settings.can_publish(name) and not settings.is_test_environment(environment):
            yield key(item.facts)


def _is_trial(job: Job, workflow: Workflow) -> bool:
    """Say whether each step of a job that publishes names a registry for trials."""
    return all(_names_trial(job, step) for step in publishing_steps(job, workflow))


def _names_trial(job: Job, step: Step) -> bool:
    """Say whether a step publishes to a registry for trials: by its inputs, or on every line."""
    lines = [text for _, text in step.run.lines() if _PUBLISHES.search(text)]
    given = [_with_variables(job, value.text) for value in step.values()]
    return any(map(_TEST_REGISTRY.search, given)) or (
        bool(lines) and all(_TEST_REGISTRY.search(_with_variables(job, text)) for text in lines)
    )


def _with_variables(job: Job, text: str) -> str:
    """Return a text with the job's own variables in the place of their names."""
    return _VARIABLE.sub(lambda found: job.at.get("env", found[1]).text or found[0], text)

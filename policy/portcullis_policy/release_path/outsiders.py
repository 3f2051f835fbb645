"""Jobs that run an outsider's code with a right of the repository, by its workflow files.

Source: https://docs.github.com/actions/reference/security/securely-using-pull_request_target
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portcullis_policy.rule import Stack
from portcullis_policy.semantics.publishing.credentials import (
    permission,
    secrets_of_job,
    secrets_of_step,
)
from portcullis_policy.semantics.publishing.jobs import injected
from portcullis_policy.semantics.workflow_files.files import runs_of, workflow_path
from portcullis_policy.semantics.workflow_files.workflows import At, Job, Step, Workflow

_TRIGGERS = frozenset(
    {
        *("pull_request_target", "workflow_run", "issue_comment", "issues"),
        *("discussion", "discussion_comment"),
    }
)
"""Events that anybody can cause, and whose runs have secrets."""
_HEAD = re.compile(
    r"github\.event\.(pull_request|workflow_run)\.(head|merge_commit)|github\.head_ref|refs/pull/"
    r"|github\.event\.(workflow_run\.)?(pull_requests|head_sha|head_branch)|github\.event\.issue\.number"
)
_FETCHES_HEAD = re.compile(r"\bgh\s+pr\s+checkout\b|\bgit\s+.*\b(pull|refs/pull)/")
_MEMBERS_ONLY = re.compile(r"author_association|github\.(triggering_)?actor\b|\bsender\b|label")
"""Conditions that let a job run for some people only, or after a label, which members set."""
_INDEX = re.compile(r"\[\s*'(\w+)'\s*\]")


@dataclass(frozen=True, slots=True)
class OutsidersJob:
    """A job that runs an outsider's code.

    Attributes:
        path: of its workflow file.
        name: of the job.
        secrets: names of the secrets that it uses, in upper case; `*`: all that it can see.
        rights: what its GITHUB_TOKEN may write: `contents`, `actions`.
        environment: its environment, in lower case; empty if it has none.
    """

    path: str
    name: str
    secrets: tuple[str, ...]
    rights: tuple[str, ...]
    environment: str


def jobs_of_outsiders(stack: Stack, repository: str) -> Iterator[OutsidersJob]:
    """Yield the jobs of a repository that run an outsider's code."""
    for file in runs_of(stack, repository):
        workflow = file.workflow
        if workflow is None or not _TRIGGERS & set(workflow.triggers):
            continue
        inputs = _inputs(workflow)
        for name, job in zip(workflow.at.get("jobs").items(), workflow.jobs, strict=True):
            if _is_for_members(job.at):
                continue
            if any(_runs_foreign_code(step, inputs) for step in job.steps):
                yield _job(workflow_path(file.resource) or "", name, job, workflow)


def _inputs(workflow: Workflow) -> frozenset[str]:
    """Return the inputs of a workflow: only people who may push fill them."""
    on = workflow.at.get("on")
    events = ("workflow_dispatch", "workflow_call")
    return frozenset(name.lower() for each in events for name in on.get(each, "inputs").items())


def _is_for_members(at: At) -> bool:
    return _MEMBERS_ONLY.search(at.get("if").text) is not None


def _runs_foreign_code(step: Step, inputs: frozenset[str]) -> bool:
    """Say whether a step gets the head of a pull request, or an outsider's text into a script."""
    if _is_for_members(step.at):
        return False
    if step.action == "actions/checkout":
        values = step.at.get("with").items().values()
        return any(_HEAD.search(_INDEX.sub(r".\1", value.text.lower())) for value in values)
    fetched = any(_FETCHES_HEAD.search(text) for _, text in step.run.lines())
    return fetched or next(injected(step, inputs), None) is not None


def _job(path: str, name: str, job: Job, workflow: Workflow) -> OutsidersJob:
    secrets = secrets_of_job(job, workflow).union(*map(secrets_of_step, job.steps))
    rights = ("contents", "actions")
    return OutsidersJob(
        path,
        name,
        tuple(sorted(secrets)),
        tuple(each for each in rights if permission(job, workflow, each) == "write"),
        job.environment.text.strip().lower(),
    )

"""Jobs that run an outsider's code with a right of the repository, by its workflow files.

Source: https://docs.github.com/actions/reference/security/securely-using-pull_request_target
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portcullis_policy.rule import Stack
from portcullis_policy.semantics.files import workflow_files_of, workflow_path
from portcullis_policy.semantics.publishing import injected, secrets_named
from portcullis_policy.semantics.workflows import At, Job, Step, Workflow

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
_INDEX = re.compile(r"\[\s*'(\w+)'\s*\]")


@dataclass(frozen=True, slots=True)
class OutsidersJob:
    """A job that runs an outsider's code.

    Attributes:
        path: of its workflow file.
        name: of the job.
        secrets: names of the secrets that it uses, in upper case.
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
    for file in workflow_files_of(stack, repository):
        workflow = file.workflow
        if workflow is None or not _TRIGGERS & set(workflow.triggers):
            continue
        for name, at in workflow.at.get("jobs").items().items():
            job = next(each for each in workflow.jobs if each.at is at)
            if any(_runs_foreign_code(step) for step in job.steps):
                yield _job(workflow_path(file.resource) or "", name, job, workflow)


def _runs_foreign_code(step: Step) -> bool:
    """Say whether a step gets the head of a pull request, or an outsider's text into a script."""
    if step.action == "actions/checkout":
        values = step.at.get("with").items().values()
        return any(_HEAD.search(_INDEX.sub(r".\1", value.text.lower())) for value in values)
    return any(_FETCHES_HEAD.search(text) for _, text in step.run.lines()) or any(
        True for _ in injected(step, frozenset())
    )


def _job(path: str, name: str, job: Job, workflow: Workflow) -> OutsidersJob:
    texts = [
        *(value.text for value in workflow.at.get("env").items().values()),
        *(value.text for value in job.at.get("env").items().values()),
        *(value.text for step in job.steps for value in step.values()),
        *(step.run.text for step in job.steps),
    ]
    given = job.at.get("permissions")
    permissions = given if given.given else workflow.at.get("permissions")
    return OutsidersJob(
        path,
        name,
        tuple(sorted({secret for text in texts for secret in secrets_named(text)})),
        tuple(right for right in ("contents", "actions") if _writes(permissions, right)),
        job.environment.text.strip().lower(),
    )


def _writes(permissions: At, right: str) -> bool:
    return permissions.text.lower() == "write-all" or (
        permissions.get(right).text.lower() == "write"
    )

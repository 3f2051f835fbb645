"""Whether a job's GITHUB_TOKEN can start a release by the declared workflow files."""

from portcullis_policy.rule import Stack
from portcullis_policy.semantics.workflow_files.files import WorkflowFile, runs_of

_BY_TOKEN = frozenset({"workflow_dispatch", "repository_dispatch", "workflow_call"})
"""Triggers that a job's token fires, and that of a workflow which others call."""


def token_starts(stack: Stack, repository: str, environment: str) -> bool:
    """Say whether a job's token can start what publishes through an environment.

    Args:
        stack: all resources.
        repository: its name.
        environment: its name; where no declared workflow file names it, nobody knows.

    Returns:
        True if a file allows it, or if the stack does not show the file.
    """
    files = runs_of(stack, repository.lower())
    naming = [each for each in files if _names(each, environment.lower())]
    return not naming or any(
        each.workflow is None or _BY_TOKEN & set(each.workflow.triggers) for each in naming
    )


def _names(file: WorkflowFile, environment: str) -> bool:
    """Say whether a job may name an environment."""
    if file.workflow is None:
        return True
    names = [job.environment.text.strip().lower() for job in file.workflow.jobs]
    return any(name == environment or "${{" in name for name in names)

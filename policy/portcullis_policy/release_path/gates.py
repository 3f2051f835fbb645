"""Environments in a row: those that a release passes before the one that publishes."""

from collections.abc import Mapping

from portcullis_policy.rule import Stack
from portcullis_policy.semantics.workflow_files.files import runs_of
from portcullis_policy.settings import Settings


def gates_before(stack: Stack, repository: str, settings: Settings) -> Mapping[str, frozenset[str]]:
    """Return the environments of the jobs that have to be done first, by environment.

    Args:
        stack: all resources.
        repository: its name.
        settings: tell which environments are for trials: these are left out.

    Returns:
        Names in lower case, as far as workflow files are declared.
    """
    found: dict[str, set[str]] = {}
    for file in runs_of(stack, repository.lower()):
        for job in () if file.workflow is None else file.workflow.jobs:
            name = job.environment.text.strip().lower()
            if name and file.workflow is not None:
                before = file.workflow.needed_by(job)
                gates = {each.environment.text.strip().lower() for each in before}
                found.setdefault(name, set()).update(gates - {"", name})
    return {
        name: frozenset(each for each in gates if not settings.is_test_environment(each))
        for name, gates in found.items()
    }

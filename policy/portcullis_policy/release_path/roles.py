"""The roles outside GitHub that trust jobs of a repository's environments."""

from dataclasses import dataclass

from portcullis_policy.rule import Stack
from portcullis_policy.semantics.trust.declared import environments
from portcullis_policy.semantics.trust.trusting import trusted


@dataclass(frozen=True, slots=True)
class Role:
    """A role in AWS or Vault.

    Attributes:
        name: its name there.
        urn: its URN.
        environment: a job in this environment may assume it.
    """

    name: str
    urn: str
    environment: str


def roles(stack: Stack) -> dict[str, list[Role]]:
    """Return the roles that jobs may assume, by repository in lower case."""
    ids = environments(stack).ids
    found: dict[str, list[Role]] = {}
    for resource, jobs in trusted(stack):
        names = (resource.facts.text("roleName"), resource.facts.text("name"))
        shown = next((each for each in names if isinstance(each, str) and each), resource.name)
        for job in jobs:
            repository = job.repository or ids.get(job.repository_id or "")
            if repository is not None and job.environment is not None:
                role = Role(shown, resource.urn, job.environment)
                known = found.setdefault(repository, [])
                if role not in known:
                    known.append(role)
    return found

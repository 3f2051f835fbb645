"""The environments that a stack declares: what a trust of workflow jobs may name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.trust.github_tokens import Identity

_PROVIDER = "pulumi:providers:github"


@dataclass(frozen=True, slots=True)
class Environments:
    """The environments of a stack; names in lower case.

    Attributes:
        owners: logins of its organizations; none where it does not say.
        by_repository: environments by repository and name; None where a name is not known yet.
        ids: names of repositories by numeric id.
    """

    owners: frozenset[str] = frozenset()
    by_repository: Mapping[str | None, Mapping[str | None, Resource]] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)

    def objection(self, job: Identity) -> str:
        """Say why jobs are no jobs of a declared, protected environment; nothing if they are."""
        if job.owner is not None and self.owners and job.owner not in self.owners:
            return "it trusts a repository of another owner"
        names = {job.repository, self.ids.get(job.repository_id or "")} - {None}
        if len(names) > 1:
            return "it trusts a repository whose id belongs to another one"
        known = [self.by_repository.get(name, {}) for name in (*names, None)]
        if not names:
            known = list(self.by_repository.values())
        found = [
            group[name] for group in known for name in (job.environment, None) if name in group
        ]
        if not found:
            return (
                "it trusts an environment that the stack does not declare: "
                "anybody with write access can create it"
            )
        if not any(map(_is_protected, found)):
            return "it trusts an environment that every branch may use, without approval"
        return ""


def environments(stack: Stack) -> Environments:
    """Return the environments that a stack declares."""
    return stack.once(_read)


def _read(stack: Stack) -> Environments:
    owners = {
        owner.lower()
        for provider in stack.of(_PROVIDER)
        if isinstance(owner := provider.facts.text("owner"), str) and owner
    }
    names, ids = {}, {}
    for item in stack.of(gh.REPOSITORY):
        name = item.facts.text("name")
        if isinstance(name, str):
            names[item.urn] = name.lower()
            number = item.facts.number("repoId")
            if isinstance(number, float):
                ids[str(int(number))] = name.lower()
    found: dict[str | None, dict[str | None, Resource]] = {}
    for item in stack.of(gh.ENVIRONMENT):
        # of a repository that this run renames, the environment still has the old name
        made_from = [names[urn] for urn in item.depends.get("repository", ()) if urn in names]
        repository = made_from[0] if made_from else _lower(item.facts.text("repository"))
        found.setdefault(repository, {})[_lower(item.facts.text("environment"))] = item
    return Environments(frozenset(owners), found, ids)


def _lower(name: object) -> str | None:
    return name.lower().rpartition("/")[2] if isinstance(name, str) else None


def _is_protected(environment: Resource) -> bool:
    """Say whether an environment restricts who may use it, for all that is known."""
    facts = environment.facts
    policy = facts.block("deploymentBranchPolicy")
    restricted = policy is not None and any(
        policy.flag(name) in (True, UNKNOWN)
        for name in ("customBranchPolicies", "protectedBranches")
    )
    return restricted or facts.entries("reviewers") != []

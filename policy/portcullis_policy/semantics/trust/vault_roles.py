"""Vault roles for JWTs: whether they are for workflow jobs, and which jobs they name.

Source: https://developer.hashicorp.com/vault/docs/auth/jwt
"""

from collections.abc import Iterator, Mapping

from portcullis_policy.facts import UNKNOWN, Facts, UnknownType
from portcullis_policy.semantics.trust.github_tokens import (
    SUBJECT_OF_ONE,
    Identity,
    identity,
    is_issuer,
)
from portcullis_policy.semantics.trust.iam import texts

_GITHUB_CLAIMS = frozenset(
    {
        *("repository", "repository_id", "repository_owner", "repository_owner_id"),
        *("job_workflow_ref", "workflow_ref", "ref", "ref_type", "environment", "actor"),
        *("event_name", "runner_environment", "repository_visibility", "enterprise", "workflow"),
        *("actor_id", "base_ref", "head_ref", "job_workflow_sha", "run_id", "runner_group"),
    }
)
_PEOPLE = "oidc"
"""The type of roles for people, who log in with a browser."""


def is_for_github(facts: Facts) -> bool:
    """Say whether a role is for workflows: by its claims, its backend, or as it is open to all."""
    if facts.text("roleType") == _PEOPLE:
        return False
    claims, subject, backend = claims_of(facts), subjects(facts), facts.text("backend")
    return (
        claims is None
        or bool(set(claims) & _GITHUB_CLAIMS)
        or any(is_issuer(value) for each in claims.values() for value in each)
        or any(value.startswith(("repo:", "repository")) for value in subject)
        or (isinstance(backend, str) and "github" in backend.lower())
        or not (claims or subject)
    )


def claims_of(facts: Facts) -> dict[str, list[str]] | None:
    """Return the values of each bound claim; None for claims that are not known.

    Vault takes `/name` for `name`. The provider splits texts at commas.
    """
    given = facts.at("boundClaims")
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        return None
    return {
        str(name).removeprefix("/"): [
            part.strip() for text in texts(value) for part in text.split(",")
        ]
        for name, value in given.items()
    }


def subjects(facts: Facts) -> list[str]:
    """Return the subjects that a role is bound to."""
    return texts(facts.at("boundSubject")) or (claims_of(facts) or {}).get("sub", [])


def identities(facts: Facts) -> list[Identity]:
    """Return the jobs that a role names, each by repository and environment; none if it does not.

    Patterns name nothing.
    """
    bound = subjects(facts)
    if bound and all(SUBJECT_OF_ONE.fullmatch(each) for each in bound):
        return [identity(each) for each in bound]
    claims = claims_of(facts) or {}
    names = _named(claims, "repository")
    numbers = _named(claims, "repository_id")
    environments = _named(claims, "environment")
    jobs: list[Identity] = []
    for environment in environments:
        for name in names:
            owner, _, repository = name.lower().rpartition("/")
            number = numbers[0] if len(names) == len(numbers) == 1 else None
            jobs.append(Identity(owner or None, repository, number, environment.lower()))
        if not names:
            jobs += [Identity(None, None, each, environment.lower()) for each in numbers]
    return jobs


def _named(claims: Mapping[str, list[str]], name: str) -> list[str]:
    """Return the values of a claim if all of them are written in full."""
    values = claims.get(name, [])
    return values if all(value and not set(value) & set("*?") for value in values) else []


def policies(facts: Facts) -> Iterator[str | UnknownType]:
    """Yield the names of the policies of a role's tokens, in lower case as Vault keeps them.

    What is not a text may become any name, and is unknown.
    """
    for field in ("tokenPolicies", "policies"):
        listed = facts.entries(field)
        for each in listed if isinstance(listed, list) else [listed]:
            yield each.lower() if isinstance(each, str) else UNKNOWN

"""What trusts jobs of named environments: AWS roles and Vault roles, with the jobs."""

from collections.abc import Iterator

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics.aws_and_vault import ROLE, VAULT_BACKEND, VAULT_JWT_ROLE
from portcullis_policy.semantics.languages.automata import TooComplexError
from portcullis_policy.semantics.trust.aws_roles import Door, doors
from portcullis_policy.semantics.trust.github_tokens import (
    SUBJECT_OF_ONE,
    Identity,
    identity,
    is_issuer,
)
from portcullis_policy.semantics.trust.vault_roles import identities, is_for_github


def trusted(stack: Stack) -> Iterator[tuple[Resource, list[Identity]]]:
    """Yield what trusts jobs of named environments, with the jobs."""
    for role in stack.of(ROLE):
        found = doors(role.facts)
        for door in [] if found is UNKNOWN else found:
            yield role, list(_jobs(door))
    for role in stack.of(VAULT_JWT_ROLE):
        if is_for_github(role.facts):
            yield role, identities(role.facts)
    for role in roles_of_github_logins(stack):
        if not is_for_github(role.facts):
            yield role, identities(role.facts)


def _jobs(door: Door) -> Iterator[Identity]:
    """Yield the jobs that a statement names in full and lets in."""
    for subject in door.subject.literals:
        try:
            known = SUBJECT_OF_ONE.fullmatch(subject) and door.subject.lets_in(subject)
        except TooComplexError:
            continue  # TR002 refuses it
        if known:
            yield identity(subject)


def roles_of_github_logins(stack: Stack) -> Iterator[Resource]:
    """Yield the roles of Vault logins whose issuer is GitHub."""
    urls = ("oidcDiscoveryUrl", "boundIssuer", "jwksUrl")
    paths = {
        path.strip("/") if isinstance(path := backend.facts.text("path"), str) else "jwt"
        for backend in stack.of(VAULT_BACKEND)
        if any(is_issuer(url) for name in urls if isinstance(url := backend.facts.text(name), str))
    }
    for role in stack.of(VAULT_JWT_ROLE):
        backend = role.facts.text("backend")
        if isinstance(backend, str) and backend.strip("/") in paths:
            yield role

"""The policies of AWS roles that workflow jobs assume, wherever they are attached."""

from collections.abc import Iterator

from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics.aws_and_vault import (
    POLICY,
    POLICY_ATTACHMENTS,
    ROLE,
    ROLE_POLICY,
)
from portcullis_policy.semantics.trust.aws_roles import doors
from portcullis_policy.semantics.trust.iam import Statement, statements, texts

_NAMES_OF_ROLES = ("role", "roleName", "roles")
_NAMES_OF_POLICIES = ("policyArn", "policyArns", "managedPolicyArns")


def roles_of_jobs(stack: Stack) -> tuple[Resource, ...]:
    """Return the roles that GitHub's tokens, or everybody, may assume."""
    return stack.once(_roles)


def statements_of_jobs(stack: Stack) -> Iterator[tuple[Resource, Statement]]:
    """Yield the statements of policies of these roles, each with the resource that declares it."""
    roles = roles_of_jobs(stack)
    attached = set()
    for role in roles:
        blocks = role.facts.blocks("inlinePolicies")
        for block in [] if blocks is UNKNOWN else blocks:
            yield from _of(role, block)
        attached |= _policies(role)
    for item in stack.of(ROLE_POLICY, *POLICY_ATTACHMENTS):
        if any(_names(item, role) for role in roles):
            yield from _of(item, item.facts)
            attached |= _policies(item)
    for item in stack.of(POLICY):
        own = {item.urn, *(item.facts.text(key) for key in ("arn", "id"))} - {None, UNKNOWN}
        if own & attached:
            yield from _of(item, item.facts)


def names_role(stack: Stack, principal: str) -> bool:
    """Say whether a principal of a policy is one of the roles of workflow jobs."""
    return any(
        principal in _own_names(role) or principal.rpartition(":role/")[2] in _own_names(role)
        for role in roles_of_jobs(stack)
    )


def _roles(stack: Stack) -> tuple[Resource, ...]:
    return tuple(
        role for role in stack.of(ROLE) if (found := doors(role.facts)) is not UNKNOWN and found
    )


def _of(item: Resource, facts: Facts) -> Iterator[tuple[Resource, Statement]]:
    found = statements(facts, "policy")
    for statement in [] if found is UNKNOWN else found:  # TR003 refuses what cannot be read
        yield item, statement


def _own_names(role: Resource) -> set[object]:
    return {name for key in ("name", "id", "arn") if isinstance(name := role.facts.text(key), str)}


def _names(item: Resource, role: Resource) -> bool:
    named = {name for field in _NAMES_OF_ROLES for name in texts(item.facts.at(field))}
    made = {urn for field in _NAMES_OF_ROLES for urn in item.depends.get(field, ())}
    return bool(named & _own_names(role)) or role.urn in made


def _policies(item: Resource) -> set[object]:
    """Return the policies that a resource attaches, by ARN and by URN."""
    named = {arn for field in _NAMES_OF_POLICIES for arn in texts(item.facts.at(field))}
    return named | {urn for field in _NAMES_OF_POLICIES for urn in item.depends.get(field, ())}

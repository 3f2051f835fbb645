"""Roles in AWS and Vault whose holder pushes images or packages, signs, or reads a token for it."""

import re
from collections.abc import Iterator

from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics.aws_and_vault import (
    POLICY,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    VAULT_JWT_ROLE,
    VAULT_POLICY,
)
from portcullis_policy.semantics.trust.iam import allows, is_for_action, statements, texts
from portcullis_policy.semantics.trust.vault_policies import PathRule, path_rules
from portcullis_policy.semantics.trust.vault_roles import policies
from portcullis_policy.settings import Settings

_ACTIONS = (
    *("ecr:PutImage", "ecr-public:PutImage", "codeartifact:PublishPackageVersion"),
    *("signer:StartSigningJob", "signer:SignPayload"),
)
"""Actions that put something where others install it from, or sign it."""
_MANAGED = re.compile(
    r"arn:aws[\w-]*:iam::aws:policy/([\w-]+/)*"
    r"(AmazonEC2ContainerRegistryPowerUser|AmazonElasticContainerRegistryPublicPowerUser"
    r"|AWSCodeArtifactAdminAccess|(Amazon|AWS)?\w*(ContainerRegistry|CodeArtifact|Signer)\w*FullAccess"
    r"|AdministratorAccess|PowerUserAccess)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"(?:^|/)sign/")
_NO_NAME = re.compile(r"[^A-Za-z0-9]+")
_READING = frozenset({"read", "update", "create", "sudo"})


def publishing_roles(stack: Stack, settings: Settings) -> frozenset[str]:
    """Return the URNs of the roles whose holder publishes, as far as their policies are readable.

    Args:
        stack: all resources.
        settings: tell which names are those of credentials that publish.
    """
    return frozenset((*_of_aws(stack), *_of_vault(stack, settings)))


def _of_aws(stack: Stack) -> Iterator[str]:
    by_name = {
        name: role.urn
        for role in stack.of(ROLE)
        for name in (role.facts.text("name"), role.facts.text("id"))
        if isinstance(name, str)
    }
    apart = {each.urn: _publishes(each.facts) for each in stack.of(POLICY)}
    for role in stack.of(ROLE):
        inline = role.facts.blocks("inlinePolicies")
        blocks = [] if inline is UNKNOWN else inline
        if any(map(_publishes, blocks)) or _is_managed(role.facts.at("managedPolicyArns")):
            yield role.urn
    for item in stack.of(ROLE_POLICY, ROLE_POLICY_ATTACHMENT):
        attached = [apart[urn] for urn in item.depends.get("policyArn", ()) if urn in apart]
        if any(attached) or _is_managed(item.facts.at("policyArn")) or _publishes(item.facts):
            yield from _roles_of(item, by_name)


def _roles_of(item: Resource, by_name: dict[str, str]) -> Iterator[str]:
    """Yield the roles that a policy is attached to."""
    name = item.facts.text("role")
    yield from item.depends.get("role", ())
    if isinstance(name, str) and name in by_name:
        yield by_name[name]


def _publishes(facts: Facts) -> bool:
    """Say whether a policy lets its holder publish; TR003 refuses what cannot be read."""
    found = statements(facts, "policy") if facts.at("policy") is not None else []
    return found is not UNKNOWN and any(
        allows(each) and is_for_action(each, *_ACTIONS) for each in found
    )


def _is_managed(arns: object) -> bool:
    return any(_MANAGED.fullmatch(arn) for arn in texts(arns))


def _of_vault(stack: Stack, settings: Settings) -> Iterator[str]:
    publishing = set()
    for item in stack.of(VAULT_POLICY):
        text, name = item.facts.text("policy"), item.facts.text("name")
        rules = path_rules(text) if isinstance(text, str) else ()
        if rules is not UNKNOWN and any(_opens(each, settings) for each in rules):
            publishing |= {item.urn, name.lower() if isinstance(name, str) else item.urn}
    for role in stack.of(VAULT_JWT_ROLE):
        made_from = {
            urn for each in ("tokenPolicies", "policies") for urn in role.depends.get(each, ())
        }
        if publishing & {
            *made_from,
            *(each for each in policies(role.facts) if isinstance(each, str)),
        }:
            yield role.urn


def _opens(rule: PathRule, settings: Settings) -> bool:
    """Say whether a rule of a policy lets its holder sign, or read a credential that publishes."""
    if "deny" in rule.capabilities or not rule.capabilities & _READING:
        return False
    segments = (_NO_NAME.sub("_", each).strip("_") for each in rule.path.split("/"))
    return _SIGNS.search(rule.path) is not None or any(
        settings.can_publish(each) for each in segments if each
    )

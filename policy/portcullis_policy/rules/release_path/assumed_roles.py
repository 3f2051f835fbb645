"""RP: one person suffices to assume a role in AWS or Vault that publishes."""

import json
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.release_paths import BOTH, SOUND_PATH, access, gate
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.release_path.clauses import enter
from portcullis_policy.release_path.derivation import ActorKind
from portcullis_policy.release_path.goals import alone, release_paths
from portcullis_policy.release_path.roles import roles
from portcullis_policy.release_path.single import PEOPLE, SEEN
from portcullis_policy.release_path.words import described
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.aws_and_vault import (
    POLICY,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    VAULT_JWT_ROLE,
    VAULT_POLICY,
)
from portcullis_policy.semantics.trust.github_tokens import ISSUER
from portcullis_policy.semantics.trust.publishing_roles import publishing_roles
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_WHO = (*PEOPLE, ActorKind.OUTSIDER)
_MAIN = Declared(
    gh.DEPLOYMENT_POLICY,
    {"repository": "escai", "environment": "images", "branchPattern": "main"},
    "main",
)
_TRUST: Mapping[str, object] = {
    "Effect": "Allow",
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"},
    "Condition": {
        "StringEquals": {
            f"{ISSUER}:aud": "sts.amazonaws.com",
            f"{ISSUER}:sub": "repo:guild/escai:environment:images",
        }
    },
}
_ROLE = Declared(
    ROLE, {"name": "images", "assumeRolePolicy": json.dumps({"Statement": [_TRUST]})}, "role"
)


def _allows(*actions: str) -> Declared:
    """Return a policy of the role."""
    statement = {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": "arn:aws:ecr:eu-central-1:123456789012:repository/escai",
    }
    return Declared(
        ROLE_POLICY, {"role": "images", "policy": json.dumps({"Statement": [statement]})}, "policy"
    )


_READS = _allows("ecr:BatchGetImage")
_PUSHES = _allows("ecr:PutImage")
_WRITERS = (*BOTH, access(11, "push"))


def _vault(path: str) -> tuple[Declared, ...]:
    """Return a role of Vault that reads a path."""
    return (
        Declared(
            VAULT_JWT_ROLE,
            {
                "roleName": "images",
                "roleType": "jwt",
                "backend": "github",
                "userClaim": "repository",
                "boundAudiences": ["https://vault.guild.example"],
                "boundClaims": {"repository": "guild/escai", "environment": "images"},
                "tokenPolicies": ["ci-images"],
            },
            "vault-role",
        ),
        Declared(
            VAULT_POLICY,
            {"name": "ci-images", "policy": f'path "{path}" {{ capabilities = ["read"] }}'},
            "vault-policy",
        ),
    )


class OnePersonAssumes(StackRule):
    """At least two people are needed to assume a role in AWS or Vault that publishes.

    An environment that only AWS or Vault trusts needs no reviewers where its refs are guarded. The
    rule works out whether one person alone, or an outsider, gets a job into it, and whether the
    role behind it publishes: it pushes images or packages, signs, or reads a publishing credential.
    """

    id = "RP007"
    title = "one person alone can assume a role that publishes"
    severity = Severity.CRITICAL
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = (*SEEN, ROLE, ROLE_POLICY, POLICY, VAULT_JWT_ROLE, VAULT_POLICY)
    remediation = (
        "Give the environment reviewers of another team and prevent self-review, or admit refs "
        "that one person cannot set."
    )
    good = (
        stack(
            "somebody else approves",
            *_WRITERS,
            gate("images", reviewers=[{"teams": [12]}]),
            _MAIN,
            _ROLE,
            _PUSHES,
        ),
        stack(
            "a role that only reads",
            *_WRITERS,
            gate("images", reviewers=None),
            _MAIN,
            _ROLE,
            _READS,
        ),
        stack(
            "a secret that publishes nothing",
            *_WRITERS,
            gate("images", reviewers=None),
            _MAIN,
            *_vault("kv/data/escai/database"),
        ),
        stack("a role of the release environment, which is sound", *SOUND_PATH),
    )
    bad = (
        stack("nobody approves", *_WRITERS, gate("images", reviewers=None), _MAIN, _ROLE, _PUSHES),
        stack(
            "by a managed policy",
            *_WRITERS,
            gate("images", reviewers=None),
            _MAIN,
            _ROLE,
            Declared(
                ROLE_POLICY_ATTACHMENT,
                {
                    "role": "images",
                    "policyArn": "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser",
                },
                "attachment",
            ),
        ),
        stack(
            "they approve their own run",
            *_WRITERS,
            gate("images", preventSelfReview=False),
            _MAIN,
            _ROLE,
            _PUSHES,
        ),
        stack(
            "Vault keeps the token for publishing",
            *_WRITERS,
            gate("images", reviewers=None),
            _MAIN,
            *_vault("kv/data/escai/pypi-token"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. RP001 reports environments that publish by themselves."""
        trusted = stack.once(roles)
        publishing = publishing_roles(stack, settings) if trusted else frozenset()
        for repository in release_paths(stack, settings) if publishing else ():
            environments = {each.name.lower(): each for each in repository.environments}
            for role in trusted.get(repository.name, ()):
                environment = environments.get(role.environment)
                if environment is None or environment.publishes or role.urn not in publishing:
                    continue
                ways = alone(repository, enter(environment.name), by_token=False)
                ways = tuple(w for w in ways if {each.kind for each in w.actors} <= set(_WHO))
                if ways:
                    detail = f"{role.name}: {described(repository, ways)}"
                    yield Finding(detail, urn=repository.sources[environment.name])


RULES = (OnePersonAssumes,)

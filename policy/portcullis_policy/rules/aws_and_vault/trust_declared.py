"""TR: what AWS and Vault trust, beside what the same stack declares of it."""

import json
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.aws_and_vault import (
    ROLE,
    VAULT_BACKEND,
    VAULT_JWT_ROLE,
    VAULT_POLICY,
)
from portcullis_policy.semantics.trust.declared import environments
from portcullis_policy.semantics.trust.github_tokens import (
    ISSUER,
)
from portcullis_policy.semantics.trust.trusting import roles_of_github_logins, trusted
from portcullis_policy.semantics.trust.vault_roles import identities, is_for_github, policies
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_BUILT_IN = "default"
"""A policy that every Vault has, and that allows little."""
_GATE: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
_ENVIRONMENT = Declared(gh.ENVIRONMENT, _GATE)
_OWNER = Declared("pulumi:providers:github", {"owner": "guild"})
_SUBJECT = "repo:guild/escai:environment:pypi-release"


def _aws(*subjects: str) -> Declared:
    """Return a role that trusts some subjects."""
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"},
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": list(subjects),
            }
        },
    }
    return Declared(ROLE, {"assumeRolePolicy": json.dumps({"Statement": [statement]})})


_CLAIMS: Mapping[str, object] = {"repository": "guild/escai", "environment": "pypi-release"}


def _vault(claims: Mapping[str, object], **more: object) -> Declared:
    """Return a Vault role that is bound to some claims."""
    props: dict[str, object] = {
        "roleName": "release",
        "roleType": "jwt",
        "backend": "github",
        "userClaim": "repository",
        "boundAudiences": ["https://vault.guild.example"],
        "boundClaims": claims,
        "tokenPolicies": ["ci-escai"],
        "tokenTtl": 900,
    }
    return Declared(VAULT_JWT_ROLE, {**props, **more})


class TrustsDeclaredEnvironments(StackRule):
    """AWS and Vault trust environments that the stack declares and protects.

    GitHub creates an environment as soon as a workflow names it, without any protection. So a trust
    in an environment that nobody declared is a trust in everybody with write access, and a trust in
    a repository of another owner is a trust in strangers.
    """

    id = "TR010"
    title = "a trust names no declared, protected environment of the organization"
    severity = Severity.CRITICAL
    maps = (*cis("2.1.7"), *ssdf("PO.5.1"))
    resource_types = (ROLE, VAULT_JWT_ROLE, VAULT_BACKEND, gh.ENVIRONMENT, gh.REPOSITORY)
    remediation = "Declare the environment, with `deploy_from` and approvers, or remove the trust."
    good = (
        stack("AWS trusts a declared environment", _OWNER, _ENVIRONMENT, _aws(_SUBJECT)),
        stack(
            "both forms of the subject, in another case",
            _OWNER,
            _ENVIRONMENT,
            _aws("repo:Guild/escai:environment:PyPI-release"),
            Declared(
                ROLE,
                _aws("repo:guild@1182/escai@5521:environment:pypi-release").props,
                "ids",
            ),
        ),
        stack("Vault trusts a declared environment", _ENVIRONMENT, _vault(_CLAIMS)),
        stack(
            "Vault trusts a repository by its id",
            Declared(gh.REPOSITORY, {"name": "escai", "repoId": 5521}),
            _ENVIRONMENT,
            _vault({"repository_id": "5521", "environment": "pypi-release"}),
        ),
        stack(
            "a repository that is being renamed: its environment still has the old name",
            Declared(gh.REPOSITORY, {"name": "escai"}, "escai"),
            Declared(
                gh.ENVIRONMENT,
                {**_GATE, "repository": "old-name"},
                depends={"repository": "escai"},
            ),
            _aws(_SUBJECT),
        ),
        stack("GitHub is declared elsewhere", _aws(_SUBJECT)),
    )
    bad = (
        stack(
            "another owner",
            _OWNER,
            _ENVIRONMENT,
            _aws("repo:mallory/escai:environment:pypi-release"),
        ),
        stack(
            "another owner, in Vault",
            _OWNER,
            _ENVIRONMENT,
            _vault({**_CLAIMS, "repository": "mallory/escai"}),
        ),
        stack("an environment that is not declared", _ENVIRONMENT, _aws(_SUBJECT[:-8])),
        stack(
            "one of two environments is not declared", _ENVIRONMENT, _aws(_SUBJECT, _SUBJECT[:-1])
        ),
        stack(
            "an environment of another repository",
            _ENVIRONMENT,
            Declared(gh.ENVIRONMENT, {**_GATE, "repository": "x", "environment": "gate"}, "x"),
            _vault({**_CLAIMS, "environment": "pypi-release,gate"}),
        ),
        stack(
            "an id of another repository",
            Declared(gh.REPOSITORY, {"name": "website", "repoId": 5521}),
            _ENVIRONMENT,
            _vault({**_CLAIMS, "repository_id": "5521"}),
        ),
        stack(
            "an environment without protection",
            Declared(gh.ENVIRONMENT, {**_GATE, "deploymentBranchPolicy": None}),
            _aws(_SUBJECT),
        ),
        stack(
            "a login of GitHub's issuer, and a role that is bound to something else",
            _ENVIRONMENT,
            Declared(VAULT_BACKEND, {"path": "jwt", "boundIssuer": f"https://{ISSUER}"}),
            _vault({"aud": "https://vault.guild.example"}, backend="jwt"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if next(stack.of(gh.ENVIRONMENT, gh.REPOSITORY), None) is None:
            return  # a stack for AWS or Vault alone
        declared = environments(stack)
        for resource, jobs in trusted(stack):
            for detail in dict.fromkeys(map(declared.objection, jobs)):
                if detail:
                    yield Finding(detail, urn=resource.urn)
        for role in roles_of_github_logins(stack):
            if not is_for_github(role.facts) and not identities(role.facts):
                detail = "its login is GitHub's, and it names no repository and environment"
                yield Finding(detail, urn=role.urn)


class VaultPoliciesSeen(StackRule):
    """The stack declares every policy that Vault gives to workflow jobs.

    A role is as strong as its policies. A policy that the stack only names, such as `admin`, cannot
    be judged.
    """

    id = "TR011"
    title = "a Vault role has a policy that the stack does not declare"
    severity = Severity.HIGH
    maps = ssdf("PO.5.1")
    resource_types = (VAULT_JWT_ROLE, VAULT_POLICY)
    remediation = "Declare the policy in the same stack, so that TR008 judges it."
    _POLICY = Declared(VAULT_POLICY, {"name": "ci-escai", "policy": ""})
    good = (
        stack("a declared policy", _POLICY, _vault(_CLAIMS)),
        stack(
            "Vault's own policy besides, and another case",
            _POLICY,
            _vault(_CLAIMS, tokenPolicies=["CI-escai", "default"]),
        ),
        stack("a role for people", _vault(_CLAIMS, roleType="oidc")),
    )
    bad = (
        stack("a policy by name only", _vault(_CLAIMS)),
        stack("one of two policies", _POLICY, _vault(_CLAIMS, tokenPolicies=["ci-escai", "admin"])),
        stack("unknown at preview", _POLICY, _vault(_CLAIMS, tokenPolicies=UNKNOWN)),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        declared = {
            name.lower()
            for item in stack.of(VAULT_POLICY)
            if isinstance(name := item.facts.text("name"), str)
        }
        urns = {item.urn for item in stack.of(VAULT_POLICY)}
        for role in stack.of(VAULT_JWT_ROLE):
            if not is_for_github(role.facts):
                continue
            named = [name for name in policies(role.facts) if name != _BUILT_IN]
            unseen = UNKNOWN in named and not urns & set(role.depends.get("tokenPolicies", ()))
            undeclared = any(isinstance(name, str) and name not in declared for name in named)
            if unseen or undeclared:
                detail = "`tokenPolicies` names a policy that is not declared"
                yield Finding(detail, urn=role.urn, unknown=not undeclared)


RULES = (TrustsDeclaredEnvironments, VaultPoliciesSeen)

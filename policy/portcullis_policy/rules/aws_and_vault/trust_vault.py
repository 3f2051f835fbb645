"""TR: what Vault trusts GitHub's identity tokens with, and what such a token says of its job."""

import json
import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import example
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.aws_and_vault import VAULT_JWT_ROLE, VAULT_POLICY, texts
from portcullis_policy.semantics.vault_policies import PathRule, path_rules
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

LONGEST_SECONDS = 3600
_ROLE: Mapping[str, object] = {
    "roleName": "escai-release",
    "roleType": "jwt",
    "backend": "github",
    "userClaim": "repository",
    "boundAudiences": ["https://vault.guild.example"],
    "boundClaims": {"repository": "guild/escai", "environment": "pypi-release"},
    "tokenPolicies": ["ci-escai"],
    "tokenTtl": 900,
}
_POLICY: Mapping[str, object] = {
    "name": "ci-escai",
    "policy": 'path "ci/data/escai/*" {\n  capabilities = ["read"]\n}\n',
}
_REPOSITORY, _ENVIRONMENT = ("repository", "repository_id"), ("environment",)
_SUB_OF_ONE = re.compile(
    r"(?=.*(^|:)(repo|repository|repository_id):[^:]+)(?=.*(^|:)environment:[^:]+)[^*?]+"
)
_GITHUB_CLAIMS = frozenset(
    {
        *("repository", "repository_id", "repository_owner", "repository_owner_id"),
        *("job_workflow_ref", "workflow_ref", "ref", "ref_type", "environment", "actor"),
        *("event_name", "runner_environment", "repository_visibility"),
    }
)
_CHANGING = frozenset({"sudo", "create", "update", "delete", "patch", "write"})
_EVERYTHING = re.compile(r"/?(\+(/\+)*(/\*)?|sys/\+.*|sys/polic(y|ies)/.*)")
"""Paths under which everything lies, or what decides who may do what: `sys/policies`."""
_POLICIES = ("sys/policy/example", "sys/policies/acl/example")
"""Two of Vault's policies: a path that covers one of them covers what decides everything."""


def _is_for_github(facts: Facts) -> bool:
    """Say whether a role is for workflows: by its claims, its backend, or as it is open to all."""
    if facts.text("roleType") == "oidc":
        return False  # people, in a browser
    claims = facts.at("boundClaims")
    names = set(claims) if isinstance(claims, Mapping) else set()
    subject = facts.text("boundSubject")
    backend = facts.text("backend")
    return (
        claims is UNKNOWN
        or bool(names & _GITHUB_CLAIMS)
        or any(value.startswith("repo:") for value in texts(facts.at("boundClaims", "sub")))
        or (isinstance(subject, str) and subject.startswith("repo:"))
        or (isinstance(backend, str) and "github" in backend.lower())
        or not (names or subject)
    )


class VaultAudienceBound(ResourceRule):
    """A Vault role accepts only tokens made for Vault.

    Without an audience, a token that a workflow gave to another service can log in here.
    """

    id = "TR005"
    title = "a Vault role takes workflow tokens for any audience"
    severity = Severity.HIGH
    maps = ssdf("PO.5.1")
    resource_types = (VAULT_JWT_ROLE,)
    remediation = "Set `boundAudiences` to Vault's own address, and ask for it in the workflow."
    good = (
        example("a bound audience", VAULT_JWT_ROLE, _ROLE),
        example("a role for people", VAULT_JWT_ROLE, {"roleType": "oidc", "userClaim": "email"}),
    )
    bad = (
        example("no bound audience", VAULT_JWT_ROLE, _ROLE, boundAudiences=None),
        example("an empty list", VAULT_JWT_ROLE, _ROLE, boundAudiences=[]),
        example("unknown at preview", VAULT_JWT_ROLE, _ROLE, boundAudiences=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        audiences = resource.facts.entries("boundAudiences")
        if _is_for_github(resource.facts) and (audiences is UNKNOWN or not audiences):
            seen = UNKNOWN if audiences is UNKNOWN else None
            yield finding("`boundAudiences` is missing", value=seen)


class VaultClaimsBound(ResourceRule):
    """A Vault role is bound to one environment of one repository.

    `userClaim` names who logged in and refuses nobody. A role without `boundClaims` is open to all
    of GitHub; a role without the environment, to every branch.
    """

    id = "TR006"
    title = "a Vault role is not bound to one repository and environment"
    severity = Severity.CRITICAL
    maps = (*cis("2.1.7"), *ssdf("PO.5.1"))
    resource_types = (VAULT_JWT_ROLE,)
    remediation = "Set `boundClaims: {repository: OWNER/REPO, environment: NAME}`."
    _SUB = "repo:guild/escai:environment:pypi-release"
    good = (
        example("repository and environment", VAULT_JWT_ROLE, _ROLE),
        example("bound by subject", VAULT_JWT_ROLE, _ROLE, boundClaims=None, boundSubject=_SUB),
        example("by the claim `sub`", VAULT_JWT_ROLE, _ROLE, boundClaims={"sub": _SUB}),
        example(
            "bound, with a pattern in addition",
            VAULT_JWT_ROLE,
            _ROLE,
            boundClaimsType="glob",
            boundClaims={
                "repository": "guild/escai",
                "environment": "pypi-release",
                "ref": "refs/tags/v*",
            },
        ),
        example("a role for people", VAULT_JWT_ROLE, {"roleType": "oidc", "userClaim": "email"}),
    )
    bad = (
        example("only a user claim", VAULT_JWT_ROLE, _ROLE, boundClaims=None),
        example("no environment", VAULT_JWT_ROLE, _ROLE, boundClaims={"repository": "guild/escai"}),
        example(
            "the owner's repositories",
            VAULT_JWT_ROLE,
            _ROLE,
            boundClaims={"repository_owner": "guild", "environment": "pypi-release"},
        ),
        example(
            "a wide pattern",
            VAULT_JWT_ROLE,
            _ROLE,
            boundClaimsType="glob",
            boundClaims={"repository": "guild/*", "environment": "pypi-release"},
        ),
        example("a wide subject", VAULT_JWT_ROLE, _ROLE, boundClaims={"sub": "repo:guild/escai:*"}),
        example("unknown at preview", VAULT_JWT_ROLE, _ROLE, boundClaims=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        facts = resource.facts
        if not _is_for_github(facts):
            return
        claims = facts.at("boundClaims")
        given = claims if isinstance(claims, Mapping) else {}
        subjects = texts(facts.at("boundSubject")) or _values(given.get("sub"))
        by_subject = bool(subjects) and all(_SUB_OF_ONE.fullmatch(sub) for sub in subjects)
        by_claims = all(
            any(_is_named(given.get(name)) for name in names)
            for names in (_REPOSITORY, _ENVIRONMENT)
        )
        if not (by_subject or by_claims):
            detail = "`boundClaims` does not name one repository and one environment"
            yield finding(detail, value=UNKNOWN if claims is UNKNOWN else None)


class VaultTokenShort(ResourceRule):
    """A Vault role issues short-lived tokens without the root policy.

    A token outlives the job that requested it. An hour is longer than nearly every job; without a
    limit, Vault's own applies: 32 days.
    """

    id = "TR007"
    title = "a Vault role hands out root, or tokens for longer than an hour"
    severity = Severity.HIGH
    maps = ssdf("PO.5.1")
    resource_types = (VAULT_JWT_ROLE,)
    remediation = "Set `tokenTtl` (and `tokenMaxTtl`) to at most 3600; name small policies."
    good = (
        example("fifteen minutes", VAULT_JWT_ROLE, _ROLE),
        example("a role for people", VAULT_JWT_ROLE, {"roleType": "oidc", "userClaim": "email"}),
    )
    bad = (
        example("the policy `root`", VAULT_JWT_ROLE, _ROLE, tokenPolicies=["ci", "root"]),
        example("`Root`, with a capital letter", VAULT_JWT_ROLE, _ROLE, tokenPolicies=["Root"]),
        example("a token for a day", VAULT_JWT_ROLE, _ROLE, tokenTtl=86400),
        example("no time limit", VAULT_JWT_ROLE, _ROLE, tokenTtl=None),
        example("renewed for a day", VAULT_JWT_ROLE, _ROLE, tokenMaxTtl=86400),
        example("renewed for ever", VAULT_JWT_ROLE, _ROLE, tokenPeriod=600),
        example("unknown at preview", VAULT_JWT_ROLE, _ROLE, tokenTtl=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        facts = resource.facts
        if not _is_for_github(facts):
            return
        policies = facts.entries("tokenPolicies")
        # Vault takes the name in any case
        root = policies is not UNKNOWN and "root" in (str(each).lower() for each in policies)
        if root or policies is UNKNOWN or UNKNOWN in policies:
            unseen = None if root else UNKNOWN
            yield finding("`tokenPolicies` has `root`, or may have", value=unseen)
        ttl = facts.number("tokenTtl")
        if ttl is UNKNOWN or not ttl or ttl > LONGEST_SECONDS:
            yield finding("`tokenTtl` is missing or over an hour", value=ttl)
        for name in ("tokenMaxTtl", "tokenExplicitMaxTtl"):
            limit = facts.number(name)
            if limit is UNKNOWN or (limit or 0) > LONGEST_SECONDS:
                yield finding(f"`{name}` is over an hour", value=limit)
        period = facts.number("tokenPeriod")
        if period is UNKNOWN or period:
            yield finding("`tokenPeriod` lets a token be renewed for ever", value=period)


class VaultPolicyNarrow(ResourceRule):
    """A Vault policy does not allow its holder to change everything.

    Write access to the path `*` or to `sys/*` includes the policies themselves, and therefore
    everything. A policy that cannot be read is refused too. JSON and HCL are read. The parser is
    for HCL 2, so write each path as a block, `path "..." { ... }`, with unquoted field names.
    """

    id = "TR008"
    title = "a Vault policy may change everything"
    severity = Severity.HIGH
    maps = ssdf("PO.5.1")
    resource_types = (VAULT_POLICY,)
    remediation = "Name the paths, and the few capabilities that are needed there."
    waits = True
    good = (
        example("reads one folder", VAULT_POLICY, _POLICY),
        example(
            "reads the policies",
            VAULT_POLICY,
            {"policy": 'path "sys/policies/*" { capabilities = ["read"] }'},
        ),
        example(
            "a policy that lists", VAULT_POLICY, {"policy": 'path "*" { capabilities = ["list"] }'}
        ),
        example(
            "writes in a comment",
            VAULT_POLICY,
            {"policy": '# path "*" { capabilities = ["sudo"] }\n' + str(_POLICY["policy"])},
        ),
    )
    bad = (
        example(
            "a policy that writes",
            VAULT_POLICY,
            {"policy": 'path "*" { capabilities = ["update"] }'},
        ),
        example(
            "the capability `sudo`",
            VAULT_POLICY,
            {"policy": 'path "+/*" {\n  capabilities = ["read", "sudo"]\n}'},
        ),
        example(
            "paths under `sys/`",
            VAULT_POLICY,
            {"policy": 'path "sys/*" { capabilities = ["read", "sudo"] }'},
        ),
        example(
            "writes policies",
            VAULT_POLICY,
            {"policy": 'path "sys/policies/acl/*" { capabilities = ["update"] }'},
        ),
        example(
            "a policy in JSON",
            VAULT_POLICY,
            {"policy": json.dumps({"path": {"*": {"capabilities": ["sudo"]}}})},
        ),
        example(
            "a brace in a comment",
            VAULT_POLICY,
            {"policy": 'path "*" { # }\n  capabilities = ["sudo"]\n}'},
        ),
        example(
            "a pattern that includes the policies",
            VAULT_POLICY,
            {"policy": 'path "sys/pol*" { capabilities = ["update"] }'},
        ),
        example("cannot be read", VAULT_POLICY, {"policy": 'path "ci" capabilities "read"'}),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        policy = resource.facts.text("policy")
        if not isinstance(policy, str):
            yield finding("`policy` cannot be seen", value=UNKNOWN)
            return
        rules = path_rules(policy)
        if rules is UNKNOWN:
            yield finding("`policy` cannot be read, so it may allow anything")
        elif any(rule.capabilities & _CHANGING and _is_everything(rule) for rule in rules):
            yield finding("it may change what lies under every path")


class SubjectNamesEnvironment(ResourceRule):
    """The subject of a workflow's token names the repository and the environment.

    With a template that drops them, tokens of all repositories or all branches look alike to the
    system that trusts the subject.
    Source: https://docs.github.com/actions/reference/security/oidc
    """

    id = "TR009"
    title = "the subject of workflow tokens drops the repository or the environment"
    severity = Severity.HIGH
    maps = ssdf("PO.5.1")
    resource_types = (gh.ORGANIZATION_SUBJECT, gh.REPOSITORY_SUBJECT)
    remediation = "Include `repo` and `context` (or `environment`) in `includeClaimKeys`."
    good = (
        example(
            "repository and environment",
            gh.ORGANIZATION_SUBJECT,
            {"includeClaimKeys": ["repo", "context"]},
        ),
        example(
            "GitHub's default subject",
            gh.REPOSITORY_SUBJECT,
            {"repository": "x", "useDefault": True},
        ),
        example(
            "the repository by its id, and the environment",
            gh.REPOSITORY_SUBJECT,
            {
                "repository": "x",
                "useDefault": False,
                "includeClaimKeys": ["repository_id", "environment", "ref"],
            },
        ),
    )
    bad = (
        example("no environment", gh.ORGANIZATION_SUBJECT, {"includeClaimKeys": ["repo", "ref"]}),
        example("no repository", gh.ORGANIZATION_SUBJECT, {"includeClaimKeys": ["context"]}),
        example(
            "only the owner, in one repository",
            gh.REPOSITORY_SUBJECT,
            {"repository": "x", "useDefault": False, "includeClaimKeys": ["repository_owner"]},
        ),
        example("unknown at preview", gh.ORGANIZATION_SUBJECT, {"includeClaimKeys": UNKNOWN}),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule. Where a repository gives no keys, those of its organization hold."""
        del settings
        keys = resource.facts.entries("includeClaimKeys")
        own = resource.type == gh.REPOSITORY_SUBJECT
        if own and (resource.facts.flag("useDefault") is True or keys == []):
            return
        listed = set(texts(keys)) if keys is not UNKNOWN else set()
        seen = UNKNOWN if keys is UNKNOWN else None
        if not listed & {"repo", "repository", "repository_id"}:
            yield finding("`includeClaimKeys` has no repository", value=seen)
        if not listed & {"context", "environment"}:
            yield finding("`includeClaimKeys` has no environment", value=seen)


def _values(claim: object) -> list[str]:
    """Return the values of a claim: one, a list, or a text with commas, as Vault reads it."""
    return [part.strip() for text in texts(claim) for part in text.split(",")]


def _is_named(claim: object) -> bool:
    """Say whether a claim names what it means, without a pattern."""
    values = _values(claim)
    return bool(values) and all(value and not set(value) & set("*?") for value in values)


def _is_everything(rule: PathRule) -> bool:
    """Say whether a rule's path includes everything, or Vault's own policies."""
    return _EVERYTHING.fullmatch(rule.path) is not None or any(map(rule.covers, _POLICIES))


RULES = (
    VaultAudienceBound,
    VaultClaimsBound,
    VaultTokenShort,
    VaultPolicyNarrow,
    SubjectNamesEnvironment,
)

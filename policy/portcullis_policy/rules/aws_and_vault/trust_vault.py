"""TR: what Vault trusts GitHub's identity tokens with, and what such a token says of its job."""

import json
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.aws_and_vault import VAULT_JWT_ROLE, VAULT_POLICY
from portcullis_policy.semantics.trust.github_tokens import ISSUER, is_default_audience
from portcullis_policy.semantics.trust.iam import texts
from portcullis_policy.semantics.trust.vault_dangers import is_dangerous
from portcullis_policy.semantics.trust.vault_policies import path_rules
from portcullis_policy.semantics.trust.vault_roles import identities, is_for_github
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


class VaultAudienceBound(ResourceRule):
    """A Vault role accepts only tokens made for Vault.

    Without an audience, a token that a workflow gave to another service can log in here. The same
    is true of `https://github.com/OWNER`, the audience of tokens that are requested without one.
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
        example(
            "GitHub's default audience",
            VAULT_JWT_ROLE,
            _ROLE,
            boundAudiences=["https://github.com/guild"],
        ),
        example("unknown at preview", VAULT_JWT_ROLE, _ROLE, boundAudiences=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        audiences = resource.facts.entries("boundAudiences")
        if not is_for_github(resource.facts):
            return
        if audiences is UNKNOWN or not audiences:
            seen = UNKNOWN if audiences is UNKNOWN else None
            yield finding("`boundAudiences` is missing", value=seen)
        elif any(map(is_default_audience, texts(audiences))):
            yield finding("`boundAudiences` has GitHub's default audience, for every service")


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
        example(
            "only GitHub as the issuer",
            VAULT_JWT_ROLE,
            _ROLE,
            backend="jwt",
            boundClaims={"iss": f"https://{ISSUER}"},
        ),
        example(
            "a repository, and a list of environments with a pattern",
            VAULT_JWT_ROLE,
            _ROLE,
            boundClaims={"/repository": "guild/escai", "/environment": "pypi-release,*"},
        ),
        example("unknown at preview", VAULT_JWT_ROLE, _ROLE, boundClaims=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        facts = resource.facts
        if not is_for_github(facts):
            return
        if not identities(facts):
            claims = facts.at("boundClaims")
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
        example("expired tokens", VAULT_JWT_ROLE, _ROLE, expirationLeeway=86400),
        example("unknown at preview", VAULT_JWT_ROLE, _ROLE, tokenTtl=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        facts = resource.facts
        if not is_for_github(facts):
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
        for name in ("expirationLeeway", "clockSkewLeeway"):
            extra = facts.number(name)
            if extra is UNKNOWN or (extra or 0) > LONGEST_SECONDS:
                yield finding(f"`{name}` accepts expired tokens", value=extra)
        period = facts.number("tokenPeriod")
        if period is UNKNOWN or period:
            yield finding("`tokenPeriod` lets a token be renewed for ever", value=period)


class VaultPolicyNarrow(ResourceRule):
    """A Vault policy allows neither all secrets of an engine nor changes of Vault itself.

    `secret/*` is every secret of every project. Write access to policies, login methods, roles or
    mounts includes everything, whatever pattern the path is written with. A policy that cannot be
    read is refused too. JSON and HCL are read. The parser is for HCL 2, so write each path as a
    block, `path "..." { ... }`, with unquoted field names.
    """

    id = "TR008"
    title = "a Vault policy may read or change too much"
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
            "signs with one key",
            VAULT_POLICY,
            {"policy": 'path "transit/sign/escai" { capabilities = ["update"] }'},
        ),
        example(
            "one role's certificates, and a secret called config",
            VAULT_POLICY,
            {
                "policy": 'path "pki/issue/escai" { capabilities = ["update"] }\n'
                'path "kv/config/escai" { capabilities = ["update"] }'
            },
        ),
        example(
            "one secret, all others denied",
            VAULT_POLICY,
            {
                "policy": 'path "secret/*" { capabilities = ["deny"] }\n'
                'path "secret/data/escai" { capabilities = ["read"] }'
            },
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
        *(
            example(
                f"all secrets of an engine: `{path}`",
                VAULT_POLICY,
                {"policy": f'path "{path}" {{ capabilities = ["read"] }}'},
            )
            for path in ("secret/*", "kv/data/*", "kv/d*", "secret/+/*", "secret/data/+", "+/+")
        ),
        *(
            example(
                f"changes who may do what: `{path}`",
                VAULT_POLICY,
                {"policy": f'path "{path}" {{ capabilities = ["update"] }}'},
            )
            for path in (
                *("sys/raw/*", "sys/p*", "sys/+/acl/x", "auth/jwt/role/*", "sys/auth/x"),
                *("team/sys/policies/acl/x", "auth/approle/role/ci/secret-id"),
                *("auth/token/create/ci", "transit/keys/escai", "pki/root/sign-intermediate"),
                "secret/metadata/*",
            )
        ),
        *(
            example(
                f"keys or credentials of others: `{path}`",
                VAULT_POLICY,
                {"policy": f'path "{path}" {{ capabilities = ["read", "update"] }}'},
            )
            for path in ("transit/sign/*", "transit/export/signing-key/escai", "aws/creds/+")
        ),
        example(
            "the capability `sudo` on one path",
            VAULT_POLICY,
            {"policy": 'path "auth/token/create" { capabilities = ["update", "sudo"] }'},
        ),
        example(
            "reads Vault's own storage",
            VAULT_POLICY,
            {"policy": 'path "sys/storage/raft/snapshot" { capabilities = ["read"] }'},
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
        else:
            for number, rule in enumerate(rules, start=1):
                if is_dangerous(rule):
                    yield finding(f"its path number {number} includes too much")


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


RULES = (
    VaultAudienceBound,
    VaultClaimsBound,
    VaultTokenShort,
    VaultPolicyNarrow,
    SubjectNamesEnvironment,
)

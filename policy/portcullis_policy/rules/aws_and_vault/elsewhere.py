"""TR: other ways to what a Vault role gives to workflow jobs, and who signs their tokens."""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics.aws_and_vault import VAULT_BACKEND, VAULT_JWT_ROLE
from portcullis_policy.semantics.trust.github_tokens import ISSUER, is_issuer
from portcullis_policy.semantics.trust.iam import texts
from portcullis_policy.semantics.trust.vault_roles import claims_of, is_for_github, policies
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_FIELDS = ("policies", "tokenPolicies", "allowedPolicies", "unregisteredUserPolicies")
_IN_DATA = ("policies", "token_policies", "allowed_policies")
_BUILT_IN = "default"
_ROOT = "root"
_TOKEN = "vault:index/token:Token"  # noqa: S105 - a type
_APP_ROLE = "vault:appRole/authBackendRole:AuthBackendRole"
_ENDPOINT = "vault:generic/endpoint:Endpoint"
_GROUP = "vault:identity/group:Group"
_OF_OTHERS = (
    *(_TOKEN, _APP_ROLE, _ENDPOINT, _GROUP, "vault:tokenauth/authBackendRole:AuthBackendRole"),
    *("vault:identity/entity:Entity", "vault:identity/entityPolicies:EntityPolicies"),
    *("vault:identity/groupPolicies:GroupPolicies", "vault:github/team:Team"),
    *("vault:github/user:User", "vault:ldap/authBackendGroup:AuthBackendGroup"),
    *("vault:ldap/authBackendUser:AuthBackendUser", "vault:okta/authBackendGroup:AuthBackendGroup"),
    *("vault:okta/authBackendUser:AuthBackendUser", "vault:aws/authBackendRole:AuthBackendRole"),
    *("vault:azure/authBackendRole:AuthBackendRole", "vault:gcp/authBackendRole:AuthBackendRole"),
    *(
        "vault:kubernetes/authBackendRole:AuthBackendRole",
        "vault:saml/authBackendRole:AuthBackendRole",
    ),
    *(
        "vault:index/certAuthBackendRole:CertAuthBackendRole",
        "vault:github/authBackend:AuthBackend",
    ),
    *(
        "vault:index/userpassAuthBackendUser:UserpassAuthBackendUser",
        "vault:ldap/authBackend:AuthBackend",
    ),
    *("vault:okta/authBackend:AuthBackend", "vault:radius/authBackend:AuthBackend"),
    *("vault:radius/authBackendUser:AuthBackendUser", "vault:cf/authBackendRole:AuthBackendRole"),
    *(
        "vault:alicloud/authBackendRole:AuthBackendRole",
        "vault:spiffe/authBackendRole:AuthBackendRole",
    ),
    *("vault:index/ociAuthBackendRole:OciAuthBackendRole", VAULT_JWT_ROLE),
    "vault:index/kerberosAuthBackendGroup:KerberosAuthBackendGroup",
)
"""What gives policies to those who log in another way, and to tokens."""
_CLAIMS = ("repository", "repository_id", "repository_owner", "job_workflow_ref", "workflow_ref")
_KEYS = ("oidcDiscoveryUrl", "jwksUrl")


def _role(**changes: object) -> Declared:
    """Return a role for the workflow jobs of one environment."""
    props: dict[str, object] = {
        "backend": "github",
        "roleName": "release",
        "roleType": "jwt",
        "userClaim": "repository",
        "boundAudiences": ["https://vault.guild.example"],
        "boundClaims": {"repository": "guild/escai", "environment": "pypi-release"},
        "tokenPolicies": ["ci-escai"],
        "tokenTtl": 900,
    }
    return Declared(VAULT_JWT_ROLE, {**props, **changes}, "role")


class PoliciesOfJobsAlone(StackRule):
    """Nothing but workflow jobs gets the policies of a release.

    If a password, a stored role id, a group or a token gets the same policy, its secrets can be
    read without a reviewed workflow and without an approval. The policy `root` is refused for
    everything that the stack declares.
    """

    id = "TR015"
    title = "a Vault policy of workflow jobs is given to others too"
    severity = Severity.HIGH
    maps = (*cis("2.1.7"), *ssdf("PO.5.1"))
    resource_types = _OF_OTHERS
    remediation = "Give others a policy of their own, or let them log in as the workflow job."
    good = (
        stack(
            "another policy",
            _role(),
            Declared(_APP_ROLE, {"roleName": "app", "tokenPolicies": ["app"]}, "app"),
        ),
        stack(
            "two roles of workflow jobs",
            _role(),
            Declared(VAULT_JWT_ROLE, {**_role().props, "roleName": "other"}, "other"),
        ),
        stack(
            "Vault's own policy",
            _role(tokenPolicies=["ci-escai", "default"]),
            Declared(_GROUP, {"name": "people", "policies": ["default"]}, "group"),
        ),
        stack(
            "an endpoint with other data",
            _role(),
            Declared(_ENDPOINT, {"path": "sys/x", "dataJson": json.dumps({"a": "ci-escai"})}, "x"),
        ),
    )
    bad = (
        stack(
            "a role with a stored secret",
            _role(),
            Declared(_APP_ROLE, {"roleName": "ci", "tokenPolicies": ["CI-escai"]}, "app"),
        ),
        stack(
            "a password, written to a path",
            _role(),
            Declared(
                _ENDPOINT,
                {
                    "path": "auth/userpass/users/ana",
                    "dataJson": json.dumps({"token_policies": "app, ci-escai"}),
                },
                "user",
            ),
        ),
        stack(
            "a group of people",
            _role(),
            Declared(_GROUP, {"name": "everybody", "policies": ["ci-escai"]}, "group"),
        ),
        stack("`root`", Declared(_TOKEN, {"policies": ["root"]}, "token")),
        stack(
            "people who log in by a browser",
            _role(),
            Declared(VAULT_JWT_ROLE, {**_role().props, "roleType": "oidc"}, "people"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        jobs = [item for item in stack.of(VAULT_JWT_ROLE) if is_for_github(item.facts)]
        given = {name for item in jobs for name in policies(item.facts)} - {_BUILT_IN, UNKNOWN}
        of_jobs = {item.urn for item in jobs}
        for item in stack.of(*_OF_OTHERS):
            if item.urn in of_jobs:
                continue
            named = {name.strip().lower() for name in _named(item.facts)}
            if named & given:
                yield Finding("it gives a policy of workflow jobs", urn=item.urn)
            elif _ROOT in named:
                yield Finding("it gives `root`", urn=item.urn)


def _named(facts: Facts) -> Iterator[str]:
    """Yield the policies that a resource gives."""
    for field in _FIELDS:
        yield from texts(facts.at(field))
    data = facts.text("dataJson")
    if isinstance(data, str):
        try:
            read = json.loads(data)
        except (ValueError, RecursionError):
            return
        for field in _IN_DATA if isinstance(read, Mapping) else ():
            for text in texts(read.get(field)):
                yield from text.split(",")


class TokensSignedByGitHub(StackRule):
    """The login of workflow jobs in Vault accepts only tokens that GitHub signed.

    A role checks claims, such as the repository, in a token that its login accepted. If the login
    takes its keys from another address or from its configuration, anybody with the private key can
    sign a token with any claim.
    """

    id = "TR016"
    title = "a Vault login for workflow jobs takes keys that are not GitHub's"
    severity = Severity.CRITICAL
    maps = ssdf("PO.5.1")
    resource_types = (VAULT_BACKEND, VAULT_JWT_ROLE)
    remediation = f"Set `oidcDiscoveryUrl: https://{ISSUER}`, and no other source of keys."
    good = (
        stack(
            "GitHub's keys",
            Declared(VAULT_BACKEND, {"path": "github", "oidcDiscoveryUrl": f"https://{ISSUER}"}),
            _role(),
        ),
        stack(
            "GitHub's keys, by their own address",
            Declared(
                VAULT_BACKEND,
                {"path": "github", "jwksUrl": f"https://{ISSUER}/.well-known/jwks"},
            ),
            _role(),
        ),
        stack(
            "a sandbox on this machine",
            Declared(
                VAULT_BACKEND,
                {"path": "github", "oidcDiscoveryUrl": "http://127.0.0.1:8930/acme/_oidc"},
            ),
            _role(),
        ),
        stack(
            "a login for others",
            Declared(VAULT_BACKEND, {"path": "k8s", "oidcDiscoveryUrl": "https://k8s.example"}),
            _role(),
        ),
    )
    bad = (
        stack(
            "keys of another issuer",
            Declared(VAULT_BACKEND, {"path": "github/", "oidcDiscoveryUrl": "https://x.example"}),
            _role(),
        ),
        stack(
            "an address that only looks like GitHub's",
            Declared(
                VAULT_BACKEND,
                {
                    "path": "jwt",
                    "boundIssuer": f"https://{ISSUER}",
                    "jwksUrl": f"https://{ISSUER}.x.example",
                },
            ),
        ),
        stack(
            "keys in the configuration",
            Declared(VAULT_BACKEND, {"path": "github", "jwtValidationPubkeys": ["-----BEGIN"]}),
            _role(),
        ),
        stack(
            "not encrypted on the way",
            Declared(VAULT_BACKEND, {"path": "github", "oidcDiscoveryUrl": f"http://{ISSUER}"}),
            _role(),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        logins = {
            backend.strip("/")
            for role in stack.of(VAULT_JWT_ROLE)
            if set(claims_of(role.facts) or ()) & {*_CLAIMS}
            and isinstance(backend := role.facts.text("backend"), str)
        }
        for item in stack.of(VAULT_BACKEND):
            path, issuer = item.facts.text("path"), item.facts.text("boundIssuer")
            own = (path.strip("/") if isinstance(path, str) else "jwt") in logins
            claimed = isinstance(issuer, str) and is_issuer(issuer)
            if (own or claimed) and _has_other_keys(item):
                yield Finding("its keys come from elsewhere", urn=item.urn)


_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _has_other_keys(backend: Resource) -> bool:
    """Say whether a login takes keys that are surely not GitHub's."""
    facts = backend.facts
    stored = any(
        facts.at(name) not in (None, [], UNKNOWN) for name in ("jwtValidationPubkeys", "jwksPairs")
    )
    urls = [url for name in _KEYS if isinstance(url := facts.text(name), str) and url]
    return stored or not all(map(_is_github, urls))


def _is_github(url: str) -> bool:
    """Say whether an address is one of GitHub's issuer, on github.com or on a server of its own.

    A sandbox on this machine signs the tokens of its own jobs.
    """
    address = urlsplit(url.lower())
    host = address.hostname or ""
    if host in _LOOPBACK:
        return True
    known = host == ISSUER or (host.startswith("token.actions.") and host.endswith(".ghe.com"))
    return address.scheme == "https" and (known or address.path.startswith("/_services/token"))


RULES = (PoliciesOfJobsAlone, TokensSignedByGitHub)

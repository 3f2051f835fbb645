"""EN: environments that publish, whatever they are called."""

import json
from collections.abc import Iterator
from dataclasses import replace

from portcullis_policy.examples.base import Declared, Example, stack
from portcullis_policy.examples.environments import PYPI_RELEASE
from portcullis_policy.examples.workflow_files import RELEASE, changed, file
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import USED, Finding, ResourceRule, Stack, StackRule
from portcullis_policy.rules.environments.admitted_refs import (
    BranchPolicyNamesBranches,
    RefsRestricted,
)
from portcullis_policy.rules.environments.approvals import (
    NoAdminBypass,
    NoSelfReview,
    ReviewersRequired,
)
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.aws_and_vault import ROLE, VAULT_JWT_ROLE
from portcullis_policy.semantics.environment_use import BY_JOB, published_through
from portcullis_policy.semantics.release_environments import is_release, key
from portcullis_policy.semantics.trust.github_tokens import ISSUER
from portcullis_policy.semantics.trust.trusting import trusted
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_RULES: tuple[ResourceRule, ...] = (
    ReviewersRequired(),
    NoSelfReview(),
    NoAdminBypass(),
    RefsRestricted(),
    BranchPolicyNamesBranches(),
)
"""What every release environment has to keep; by their name or component, they ask these alone."""
_OF_REFS: tuple[ResourceRule, ...] = (
    NoAdminBypass(),
    RefsRestricted(),
    BranchPolicyNamesBranches(),
)
"""What an environment that AWS or Vault trusts has to keep."""
_BY_TRUST = "AWS or Vault trusts it"
_TO_TEST = (
    "\n        with: {repository-url: 'https://test.pypi.org/legacy/'}",
    f"pypa/gh-action-pypi-publish@{'b2' * 20}",
)


_TRUST = Declared(
    ROLE,
    {
        "assumeRolePolicy": json.dumps(
            {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Principal": {"Federated": f"arn:aws:iam::1:oidc-provider/{ISSUER}"},
                        "Condition": {
                            "StringEquals": {
                                f"{ISSUER}:aud": "sts.amazonaws.com",
                                f"{ISSUER}:sub": "repo:guild/escai:environment:store",
                            }
                        },
                    }
                ]
            }
        )
    },
    "role",
)


def _published(
    note: str,
    name: str,
    *more: Declared,
    to_test: bool = False,
    by_variable: bool = False,
    **changes: object,
) -> Example:
    """Return an example of an environment that the release workflow publishes through."""
    text = changed(RELEASE, ("environment: pypi-release", f"environment: {name}"))
    if to_test:
        text = changed(text, (_TO_TEST[1], _TO_TEST[1] + _TO_TEST[0]))
    if by_variable:
        environment = f"environment: {name}\n"
        variable = f"{environment}    env: {{WHERE: 'https://test.pypi.org/legacy/'}}\n"
        text = changed(
            text, ("'https://test.pypi.org/legacy/'", "${{ env.WHERE }}"), (environment, variable)
        )
    props = {**PYPI_RELEASE, "environment": name, **changes}
    return stack(note, file(text), Declared(gh.ENVIRONMENT, props), *more)


class ProtectedByUse(StackRule):
    """An environment that a job publishes through is protected, whatever it is called.

    The rules on release environments know them by name or by component. An environment called
    `store` needs the same protection if a job publishes through it, and so does one whose name or
    component calls it a trial while a job publishes to the real registry. An environment with a
    secret that can publish counts, too, and so does every one that a publishing job may name by an
    expression. One that AWS or Vault trusts admits named branches and tags only.
    """

    id = "EN014"
    title = "an environment publishes, and is not protected as a release environment"
    severity = Severity.CRITICAL
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = (
        gh.ENVIRONMENT,
        gh.DEPLOYMENT_POLICY,
        gh.ACTIONS_ENVIRONMENT_SECRET,
        gh.REPOSITORY_FILE,
        ROLE,
        VAULT_JWT_ROLE,
    )
    remediation = (
        "Protect it as a release environment: `reviewers`, `prevent_self_review: true`, "
        "`can_admins_bypass: false`, `deploy_from`."
    )
    good = (
        _published("another name, protected", "store"),
        _published("a trial", "testpypi", to_test=True, reviewers=[]),
        _published(
            "a trial whose registry is a variable",
            "try-it",
            to_test=True,
            by_variable=True,
            reviewers=[],
        ),
        _published(
            "a name that is one of two texts",
            "${{ inputs.real && 'pypi-release' || 'testpypi' }}",
            Declared(gh.ENVIRONMENT, PYPI_RELEASE, "real"),
            Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "docs"}, "docs"),
        ),
        stack(
            "an environment that AWS trusts, for named branches, without reviewers",
            Declared(
                gh.ENVIRONMENT,
                {**PYPI_RELEASE, "environment": "store", "reviewers": []},
                "store",
            ),
            _TRUST,
        ),
        stack(
            "an environment through which nothing is published",
            file(RELEASE),
            Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "docs"}),
        ),
    )
    bad = (
        _published("nobody reviews", "store", reviewers=[]),
        _published("self-review is allowed", "main", preventSelfReview=False),
        _published("administrators may bypass", "cd", canAdminsBypass=True),
        _published("from every branch", "cargo", deploymentBranchPolicy=None),
        _published("the name of a trial, and the real registry", "test-and-pypi", reviewers=[]),
        _published(
            "any branch by a pattern",
            "store",
            Declared(
                gh.DEPLOYMENT_POLICY,
                {"repository": "escai", "environment": "Store", "branchPattern": "*"},
            ),
        ),
        _published(
            "a name that is worked out",
            "${{ inputs.where }}",
            Declared(
                gh.ENVIRONMENT,
                {**PYPI_RELEASE, "environment": "store", "reviewers": []},
                "any",
            ),
        ),
        _published(
            "a name that is worked out, with a text beside it",
            "${{ inputs.where || 'testpypi' }}",
            Declared(
                gh.ENVIRONMENT,
                {**PYPI_RELEASE, "environment": "store", "reviewers": []},
                "any",
            ),
        ),
        stack(
            "any branch of an environment that AWS trusts",
            Declared(gh.ENVIRONMENT, {**PYPI_RELEASE, "environment": "store"}, "store"),
            Declared(
                gh.DEPLOYMENT_POLICY,
                {"repository": "escai", "environment": "store", "branchPattern": "*"},
                "branches",
            ),
            _TRUST,
        ),
        stack(
            "a secret that can publish",
            Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "store"}),
            Declared(
                gh.ACTIONS_ENVIRONMENT_SECRET,
                {"repository": "escai", "environment": "store", "secretName": "NPM_TOKEN"},
            ),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        reasons = published_through(stack, settings)
        for item in stack.of(gh.ENVIRONMENT, gh.DEPLOYMENT_POLICY):
            if item.release != USED:
                continue
            why = reasons.get(key(item.facts), BY_JOB)
            for rule in _RULES:
                if item.type in rule.resource_types:
                    for each in rule.findings(item, settings):
                        yield Finding(f"{why}: {each.detail}", each.at, each.unknown, item.urn)
        yield from _trusted(stack, settings)


def _trusted(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """Yield what lets every branch use an environment that AWS or Vault trusts.

    Such an environment may need no reviewers: what its jobs may do there is judged by itself.
    """
    jobs = {(job.repository, job.environment) for _, named in trusted(stack) for job in named}
    for item in stack.of(gh.ENVIRONMENT, gh.DEPLOYMENT_POLICY):
        if key(item.facts) not in jobs or is_release(item, settings):
            continue
        for rule in _OF_REFS:
            if item.type in rule.resource_types:
                for each in rule.findings(replace(item, release=USED), settings):
                    yield Finding(f"{_BY_TRUST}: {each.detail}", each.at, each.unknown, item.urn)


RULES = (ProtectedByUse,)

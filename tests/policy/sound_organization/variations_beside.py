"""Sound variations of the organization's files and of what it trusts; and what only looks sound."""

from __future__ import annotations

from typing import Any

from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import CI
from portcullis_policy.examples.workflow_files import changed as replaced
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.semantics import aws_and_vault
from portcullis_policy.semantics import github as gh

from tests.policy.sound_organization.files import DEPENDABOT, RELEASE_FILE
from tests.policy.sound_organization.organization import (
    ORGANIZATION,
    changed,
    said_to_be,
    without,
)
from tests.policy.sound_organization.trust import CONDITION, ISSUER, SUB, trust

Organization = dict[str, Declared]


def release(*changes: tuple[str, str]) -> Organization:
    """The organization with the release workflow changed."""
    return changed("release-file", "content", to=replaced(RELEASE_FILE, *changes))


def ci(*changes: tuple[str, str]) -> Organization:
    """The organization with the CI workflow changed."""
    return changed("ci-file", "content", to=replaced(CI, *changes))


def role(condition: dict[str, Any]) -> Organization:
    """The organization with another condition on the AWS role."""
    return changed("aws-role", "assumeRolePolicy", to=trust(condition))


SOUND: list[tuple[str, Organization]] = [
    ("one tag, not a list", release(('["v[0-9]+.[0-9]+.[0-9]+"]', "v[0-9]+.[0-9]+.[0-9]+"))),
    ("`on` in quotes", release(("on:\n  push", '"on":\n  push'))),
    ("a prefix before the version", release(('["v[', '["sdk-v['))),
    (
        "the environment as a mapping",
        release(("environment: pypi", "environment:\n      name: pypi")),
    ),
    (
        "steps by anchor",
        release(
            ("    steps:\n      - uses: actions", "    steps: &build\n      - uses: actions"),
            (
                "  publish:\n",
                "  again:\n    runs-on: ubuntu-24.04\n    steps: *build\n  publish:\n",
            ),
        ),
    ),
    ("a workflow that others call", ci(("[pull_request, push]", "[pull_request, workflow_call]"))),
    ("a number pasted into a script", ci(('"$TITLE"', "${{ github.event.number }}"))),
    (
        "a secret handed to a program",
        ci(("uv run pytest", "echo '${{ secrets.T }}' | gh auth login")),
    ),
    (
        "a self-hosted runner in a private repository",
        changed("two-ci-file", "content", to=replaced(CI, ("ubuntu-24.04", "self-hosted"))),
    ),
    ("no workflow files at all", without("release-file", "ci-file", "two-ci-file")),
    (
        "a workflow of another repository by hash",
        ci(("jobs:", f"jobs:\n  x: {{uses: o/r/.github/workflows/x.yml@{'e5' * 20}}}")),
    ),
    ("a longer cooldown", changed("dependabot-file", "content", to=DEPENDABOT.replace("7", "30"))),
    (
        "an npm project, covered",
        {
            **changed("dependabot-file", "content", to=DEPENDABOT.replace("uv", "npm")),
            "manifest": Declared(
                gh.REPOSITORY_FILE, {"repository": "escai", "file": "package.json", "content": "{}"}
            ),
        },
    ),
    ("by StringLike, without a wildcard", role({"StringLike": CONDITION["StringEquals"]})),
    (
        "the policy as text, two environments",
        role(
            {
                "StringEquals": {
                    f"{ISSUER}:aud": "sts.amazonaws.com",
                    f"{ISSUER}:sub": [SUB, "repo:guild/two:environment:npm-release"],
                }
            }
        ),
    ),
    ("a trust policy not known yet", changed("aws-role", "assumeRolePolicy", to=UNKNOWN)),
    ("by Vault's subject", changed("vault-role", "boundClaims", to={"sub": SUB})),
    ("a claim more", changed("vault-role", "boundClaims", "ref_type", to="tag")),
    ("shorter tokens", changed("vault-role", "tokenTtl", to=300)),
    (
        "a subject by ids",
        changed("subject", "includeClaimKeys", to=["repository_id", "environment"]),
    ),
    (
        "versioned in the bucket",
        {
            **without("archive-versioned"),
            "archive": Declared(
                aws_and_vault.BUCKETS[0],
                {**ORGANIZATION["archive"].props, "versioning": {"enabled": True}},
            ),
        },
    ),
    (
        "another bucket, open",
        {
            **ORGANIZATION,
            "site": Declared(aws_and_vault.BUCKETS[0], {"bucket": "www", "acl": "public-read"}),
        },
    ),
    ("another team in the first gate", changed("two-first", "reviewers", to=[{"teams": [13]}])),
    ("three owners", changed("member", "role", to="admin")),
    (
        "a secret without a rotation period",
        changed("root", "secrets", "codecov", "rotateEvery", to=None),
    ),
]


HEAD = "persist-credentials: false"

EVASIONS: list[tuple[str, str, Organization]] = [
    (
        "WF005",
        "a list of one trigger, and the head by another name",
        ci(
            ("[pull_request, push]", "[pull_request_target]"),
            (HEAD, "ref: ${{ github.head_ref }}"),
        ),
    ),
    (
        "WF005",
        "triggers as a mapping, and the head's repository",
        ci(
            ("[pull_request, push]", "{pull_request_target: {types: [opened]}}"),
            (HEAD, "repository: ${{ github.event.pull_request.head.repo.full_name }}"),
        ),
    ),
    (
        "WF006",
        "an index instead of a dot",
        ci(('"$TITLE"', "${{ github['event'].comment['body'] }}")),
    ),
    ("WF006", "other case", ci(('"$TITLE"', "${{ GitHub.Event.Pull_Request.Title }}"))),
    (
        "WF006",
        "inside a function",
        ci(('"$TITLE"', "${{ format('{0}', github.event.issue.body) }}")),
    ),
    ("WF006", "the whole event", ci(('"$TITLE"', "'${{ toJSON(github.event) }}'"))),
    (
        "WF002",
        "an anchor's job without the environment",
        release(
            ("    environment: pypi-release\n    steps:\n", "    steps: &publish\n"),
        ),
    ),
    ("WF002", "the command behind another", ci(("uv run pytest", "uv build; uv --quiet publish"))),
    (
        "WF002",
        "a module instead of a command",
        ci(("uv run pytest", "python -m twine upload dist/*")),
    ),
    ("WF002", "over two lines", ci(("uv run pytest", "npm \\\n            publish"))),
    ("WF004", "other case", ci(("permissions:\n  contents: read", "permissions: Write-All"))),
    ("WF007", "capital letters in a tag that looks like a hash", ci(("a1a1a1a1", "A1A1A1A1"))),
    ("WF001", "a key given twice", ci(("jobs:", "permissions: write-all\njobs:"))),
    ("WF001", "a merge key", ci(("jobs:", "<<: {permissions: write-all}\njobs:"))),
    ("WF001", "a content that cannot be seen", changed("ci-file", "content", to=UNKNOWN)),
    (
        "WF001",
        "the other ending",
        {
            **ORGANIZATION,
            "x": Declared(
                gh.REPOSITORY_FILE,
                {"repository": "escai", "file": ".github/workflows/x.yaml", "content": "["},
            ),
        },
    ),
    ("WF013", "a second, wider tag", release(('+"]', '+", "**"]'))),
    (
        "WF020",
        "a look-alike name in the workflow",
        release(("environment: pypi-release", "environment: pypi_release")),
    ),
    (
        "WF020",
        "a gate without a guard",
        {
            **ORGANIZATION,
            "gate": Declared(
                gh.ENVIRONMENT, {"repository": "escai", "environment": "pypi-release"}
            ),
        },
    ),
    (
        "EN010",
        "a letter of another alphabet",
        {
            **ORGANIZATION,
            "x": Declared(
                gh.ENVIRONMENT,
                {"repository": "escai", "environment": "p\N{CYRILLIC SMALL LETTER U}pi-release"},
            ),
        },
    ),
    (
        "EN010",
        "another case and hyphen",
        {
            **ORGANIZATION,
            "x": Declared(gh.ENVIRONMENT, {"repository": "ESCAI", "environment": "PyPI Release"}),
        },
    ),
    (
        "TR002",
        "one of two statements",
        changed(
            "aws-role",
            "assumeRolePolicy",
            to={"Statement": [*trust(CONDITION)["Statement"], *trust({})["Statement"]]},
        ),
    ),
    (
        "EN014",
        "a job publishes through an environment of another name",
        {
            **release(("environment: pypi-release", "environment: store")),
            "x": Declared(
                gh.ENVIRONMENT,
                {"repository": "escai", "environment": "Store", "canAdminsBypass": False},
            ),
        },
    ),
    (
        "EN014",
        "a trial by its component's word, and the real registry",
        said_to_be("trial", "gate", changed("gate", "reviewers", to=...)),
    ),
    (
        "TR010",
        "an environment of another repository",
        role(
            {
                "StringEquals": {
                    f"{ISSUER}:aud": "sts.amazonaws.com",
                    f"{ISSUER}:sub": "repo:guild/two:environment:pypi-release",
                }
            }
        ),
    ),
    (
        "TR012",
        "a key beside the role",
        {**ORGANIZATION, "x": Declared(aws_and_vault.STATIC_KEYS[0], {"user": "ci"})},
    ),
    (
        "TR002",
        "an operator that holds when the claim is missing",
        role({"StringEqualsIfExists": CONDITION["StringEquals"]}),
    ),
    (
        "TR002",
        "for all values, also of none",
        role({"ForAllValues:StringEquals": CONDITION["StringEquals"]}),
    ),
    (
        "TR003",
        "the policy as an object in a list",
        changed(
            "aws-policy",
            "policy",
            to={
                "Statement": {"Effect": "Allow", "Action": ["s3:GetObject", "*"], "Resource": ["*"]}
            },
        ),
    ),
    (
        "TR003",
        "everything but one action",
        changed(
            "aws-policy",
            "policy",
            to={"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}},
        ),
    ),
    (
        "TR006",
        "a pattern in a list",
        changed("vault-role", "boundClaims", "environment", to="docs,*"),
    ),
    (
        "AU002",
        "the versioning of another bucket",
        changed("archive-versioned", "bucket", to="other"),
    ),
    (
        "SE012",
        "a token in a variable's place",
        changed(
            "codecov",
            "value",
            to="pypi-AgEIcHlwaS5vcmcCCmFuLWV4YW1wbGUAAAYgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
    ),
]

"""Which secrets publishing jobs use, through every way that a secret reaches a step."""

from __future__ import annotations

import textwrap

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.facts import Facts
from portcullis_policy.judge import utc_today
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.publishing.secrets import used_by_publishing_jobs
from portcullis_policy.settings import Settings

JOB = """\
on: {push: {tags: ["v*"]}}
permissions: {}
%(workflow)s
jobs:
  publish:
    runs-on: ubuntu-24.04
    environment: %(environment)s
    %(job)s
    steps:
%(steps)s
"""
UPLOAD = "- run: twine upload dist/*"
CALL = """\
on: {push: {tags: ["v*"]}}
jobs:
  publish:
    uses: %(uses)s
    secrets: %(secrets)s
"""
CALLED = """\
on: {workflow_call: {secrets: {token: {}}}}
jobs:
  publish:
    runs-on: ubuntu-24.04
    environment: pypi-release
    steps: [{run: twine upload dist/*, env: {TWINE_PASSWORD: '${{ secrets.%s }}'}}]
"""


def job(steps: str, workflow: str = "", job: str = "", environment: str = "pypi-release") -> str:
    """A workflow with one job."""
    parts = {"workflow": workflow, "job": job, "environment": environment}
    return JOB % {**parts, "steps": textwrap.indent(textwrap.dedent(steps), " " * 6)}


def used(*files: tuple[str, str, str]) -> set[str]:
    """The secrets that publishing jobs of some files use: repository, path and content of each."""
    resources = [
        Declared(gh.REPOSITORY_FILE, {"repository": repository, "file": path, "content": content})
        for repository, path, content in files
    ]
    stack = Stack(
        tuple(
            Resource(each.type, str(number), str(number), None, Facts(each.props))
            for number, each in enumerate(resources)
        )
    )
    found = used_by_publishing_jobs(stack, Settings({}, utc_today, frozenset()))
    assert {use.repository for use in found} <= {"app"}
    return {use.secret for use in found}


def of_job(text: str) -> set[str]:
    """The secrets of one workflow file."""
    return used(("app", ".github/workflows/release.yml", text))


WAYS = {
    "an input": job(
        "- uses: pypa/gh-action-pypi-publish@a\n  with: {password: '${{ secrets.X }}'}"
    ),
    "an input, in another spelling": job(
        "- uses: pypa/gh-action-pypi-publish@a\n  with: {password: \"${{ secrets['x'] }}\"}"
    ),
    "its own variable": job(f"{UPLOAD}\n  env: {{TWINE_PASSWORD: '${{{{ secrets.X }}}}'}}"),
    "its script": job("- run: twine upload -p ${{ secrets.X }} dist/*"),
    "a variable of the job": job(UPLOAD, job="env: {TWINE_PASSWORD: '${{ secrets.X }}'}"),
    "a variable of the workflow": job(
        UPLOAD, workflow="env: {UV_PUBLISH_TOKEN: '${{ secrets.X }}'}"
    ),
    "two variables": job(
        "- run: twine upload -p $B dist/*\n  env: {B: '${{ env.A }}'}",
        workflow="env: {A: '${{ secrets.X }}'}",
    ),
    "a variable that the script names": job(
        '- run: twine upload -p "${PASS}" dist/*', job="env: {PASS: '${{ secrets.X }}'}"
    ),
    "a login before": job(
        """\
        - uses: docker/login-action@a
          with: {password: '${{ secrets.X }}'}
        - uses: docker/build-push-action@a
          with: {push: true, secrets: 'a=${{ secrets.GITHUB_TOKEN }}'}
        """
    ),
    "a file of logins": job(
        """\
        - run: echo "//npm.example/:_authToken=${{ secrets.X }}" > ~/.npmrc
        - run: npm publish
        """
    ),
    "GITHUB_ENV": job(
        """\
        - run: echo "TWINE_PASSWORD=${{ secrets.X }}" >> "$GITHUB_ENV"
        - run: twine upload dist/*
        """
    ),
    "a script that nobody knows": job("- run: ./tools/publish.sh\n  env: {T: '${{ secrets.X }}'}"),
    "an environment that is worked out": job(
        "- run: make release\n  env: {T: '${{ secrets.X }}'}", environment="${{ inputs.where }}"
    ),
}
NOT_USED = {
    "a coverage report": job(
        """\
        - uses: codecov/codecov-action@a
          with: {token: '${{ secrets.X }}'}
        - uses: pypa/gh-action-pypi-publish@a
        """,
        job="permissions: {id-token: write}",
    ),
    "a job that publishes nothing": job(
        "- run: make test\n  env: {T: '${{ secrets.X }}'}", environment="ci"
    ),
    "a check of a deployment": job(
        "- run: cosign verify --key env://K image\n  env: {K: '${{ secrets.X }}'}",
        environment="production",
    ),
    "a login by the token of GitHub, beside a public key": job(
        """\
        - run: |
            oras login -p "$GH" ghcr.io
            cosign verify --key env://K image
          env: {K: '${{ secrets.X }}', GH: '${{ github.token }}'}
        - run: skopeo copy docker://ghcr.io/a/b docker://ghcr.io/a/b:stable
        """
    ),
    "the token of GitHub": job("- run: twine upload dist/*\n  env: {T: '${{ github.token }}'}"),
    "a text that only looks so": job("- run: twine upload dist/* # secrets.X"),
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_a_secret_is_followed_to_the_upload(text: str) -> None:
    """C3, B5: whatever a secret is called, its way to a publishing step is seen."""
    assert of_job(text) == {"X"}


@pytest.mark.parametrize("text", NOT_USED.values(), ids=NOT_USED)
def test_other_secrets_of_a_workflow_are_left_alone(text: str) -> None:
    """C3: a secret that does not help to publish is no finding."""
    assert of_job(text) == set()


@pytest.mark.parametrize(
    ("uses", "secrets", "inner", "home"),
    [
        ("./.github/workflows/publish.yml", "{token: '${{ secrets.X }}'}", "token", "app"),
        ("./.github/workflows/publish.yml", "inherit", "x", "app"),
        ("guild/shared/.github/workflows/publish.yml@v1", "inherit", "x", "shared"),
        (
            "guild/shared/.github/workflows/publish.yml@v1",
            "{TOKEN: '${{ secrets.X }}'}",
            "token",
            "shared",
        ),
    ],
)
def test_a_secret_is_followed_into_a_called_workflow(
    uses: str, secrets: str, inner: str, home: str
) -> None:
    """C3, B5: the secret is that of the caller, under the name that it has there."""
    assert used(
        ("app", ".github/workflows/release.yml", CALL % {"uses": uses, "secrets": secrets}),
        (home, ".github/workflows/publish.yml", CALLED % inner),
    ) == {"X"}


def test_a_secret_is_followed_into_a_composite_action() -> None:
    """C3, B5: an action of the repository that uploads makes its step a publishing step."""
    release = job("- uses: ./.github/actions/up\n  with: {token: '${{ secrets.X }}'}")
    action = "runs: {using: composite, steps: [{run: twine upload dist/*, shell: bash}]}"
    assert used(
        ("app", ".github/workflows/release.yml", release),
        ("app", ".github/actions/up/action.yml", action),
    ) == {"X"}


def test_workflows_that_call_one_another_end() -> None:
    """C3: a circle of workflows is followed a few times, and no further."""
    text = CALL % {"uses": "./.github/workflows/release.yml", "secrets": "inherit"}
    assert of_job(text) == set()

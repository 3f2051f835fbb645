"""What AWS and GitHub have before the first run: taken over, or a reason to change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.trust.organization import ACCOUNT, deploying

if TYPE_CHECKING:
    from tests.end_to_end.trust.organization import Outside
    from tests.support.project import Project
    from tests.support.sandbox import Sandbox

SMALL = """\
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
automation: {app_id: 1001}
protection: {main: {required_checks: [ci]}}
trust:
  aws: {account: "ACCOUNT", region: REGION, permissions_boundary: "BOUNDARY"}
repositories:
  tool:
    visibility: public
    environments:
      cluster: {trust: {run: ./deploy.sh, aws: {policies: ["READER"]}}}
"""
AUDIENCES = ["sts.amazonaws.com", "of-somebody-else"]


@pytest.fixture(scope="module")
def small(outside: Outside, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An organization whose account knows GitHub's issuer already, after `pulumi up`."""
    folder = tmp_path_factory.mktemp("small") / "project"
    project = outside.declare(sandbox, folder, "trust-that-exists")
    outside.aws.trust(f"{project.world.base_url}_oidc", *AUDIENCES)
    project.write(outside.filled(SMALL))
    outcome = project.update()
    assert outcome.code == 0, outcome.text
    return project


def test_an_existing_provider_is_taken_over(outside: Outside, small: Project) -> None:
    """There is one provider for each issuer: it is not made twice, and keeps its audiences (G2)."""
    iam = outside.aws.iam()
    (arn,) = [
        each["Arn"] for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    ]
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert sorted(found["ClientIDList"]) == sorted(AUDIENCES)
    job = deploying(small.world, "tool", "cluster")
    assert outside.aws.assume(job.variables["AWS_ROLE_ARN"], job.token(AUDIENCES[0])).session
    outcome = small.preview("--expect-no-changes")
    assert outcome.code == 0, outcome.text


def test_another_account_is_refused(small: Project) -> None:
    """With the credentials of another account nothing is changed, and the text says so (G2)."""
    file = small.folder / "orgs/test.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(ACCOUNT, ACCOUNT[::-1]), encoding="utf-8")
    outcome = small.preview()
    file.write_text(text, encoding="utf-8")
    assert outcome.code != 0
    assert "another account than trust.aws.account" in outcome.text
    assert "Traceback" not in outcome.text


def test_an_undeclared_template_is_refused(small: Project) -> None:
    """A subject that nobody declared would match no role: nothing is changed (G2)."""
    body = {"use_default": False, "include_claim_keys": ["repo", "context", "actor"]}
    path = "/repos/acme/tool/actions/oidc/customization/sub"
    assert small.world.request("PUT", path, body)["status"] == 201
    outcome = small.preview()
    assert outcome.code != 0
    assert "the subject of its tokens is made of repo, context, actor" in outcome.text
    assert "trust.subject_claims" in outcome.text


def test_a_declared_template_replaces_it(outside: Outside, small: Project) -> None:
    """A declared subject is set on GitHub and trusted in AWS by the same run (G2)."""
    small.edit("trust:\n  aws:", "trust:\n  subject_claims: [repository_id, context]\n  aws:")
    token = small.environment["GITHUB_TOKEN"]
    small.environment["GITHUB_TOKEN"] = small.world.token
    outcome = small.update()
    small.environment["GITHUB_TOKEN"] = token
    assert outcome.code == 0, outcome.text
    job = deploying(small.world, "tool", "cluster")
    assert outside.aws.assume(job.variables["AWS_ROLE_ARN"], job.token(AUDIENCES[0])).session

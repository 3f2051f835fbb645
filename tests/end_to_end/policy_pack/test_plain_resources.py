"""A program that declares plain resources of its own beside Portcullis's components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.stand_ins.on_path import Plugins
from tests.end_to_end.conftest import CANARY, make_small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox

TOKEN = "ghp_" + "aB3" * 12
PROGRAM = """
import json
import pulumi
import pulumi_github as github
from components.stack import declare

declare()
here = pulumi.ResourceOptions(provider=github.Provider("plain", owner="acme"))
import pulumi_aws as aws
import pulumi_vault as vault

github.OrganizationSettings(
    "settings", billing_email="billing@acme.example", default_repository_permission="write",
    members_can_create_public_repositories=True, opts=here)
github.ActionsOrganizationPermissions(
    "actions", enabled_repositories="all", allowed_actions="all", opts=here)
github.ActionsOrganizationWorkflowPermissions(
    "tokens", organization_slug="acme", default_workflow_permissions="write",
    can_approve_pull_request_reviews=True, opts=here)
github.ActionsRunnerGroup(
    "runners", name="build", visibility="all", allows_public_repositories=True, opts=here)
github.OrganizationWebhook(
    "organization-hook", events=["push"], configuration={"url": "http://hooks.acme.example"},
    opts=here)
github.OrganizationRole(
    "role", name="all", base_role="admin", permissions=["read_audit_logs"], opts=here)
github.Membership("owner", username="kim", role="admin", opts=here)

code = github.Repository(
    "code", name="code", visibility="public", auto_init=True, allow_auto_merge=True, opts=here)
team = github.Team("crew", name="crew", privacy="closed", opts=here)
github.TeamMembership("in-crew", team_id=team.id, username="kim", role="maintainer", opts=here)
github.TeamMembers("all-of-crew", team_id=team.id, members=[{"username": "kim"}], opts=here)
github.TeamRepository("access", repository="code", team_id=team.id, permission="admin", opts=here)
github.RepositoryCollaborator(
    "person", repository="code", username="zoe", permission="admin", opts=here)
github.RepositoryWebhook(
    "hook", repository="code", events=["push"], configuration={"url": "http://hooks.acme.example"},
    opts=here)
github.RepositoryDeployKey(
    "key", repository="code", title="push", key="ssh-ed25519 AAAA", read_only=False, opts=here)

github.BranchProtection(
    "classic", repository_id="code", pattern="main", enforce_admins=False,
    allows_force_pushes=True, opts=here)
github.RepositoryRuleset(
    "branches", name="branches", repository="code", target="branch", enforcement="active",
    conditions={"ref_name": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
    bypass_actors=[{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}],
    rules={"pull_request": {"required_approving_review_count": 1}}, opts=here)
github.OrganizationRuleset(
    "tags", name="tags", target="tag", enforcement="evaluate",
    conditions={
        "ref_name": {"includes": ["refs/tags/v*"], "excludes": []},
        "repository_name": {"includes": ["~ALL"], "excludes": []}},
    rules={"creation": True, "update": True, "deletion": True}, opts=here)

gate = github.RepositoryEnvironment(
    "gate", repository="code", environment="pypi-release", can_admins_bypass=True, opts=here)
github.RepositoryEnvironmentDeploymentPolicy(
    "refs", repository="code", environment=gate.environment, branch_pattern="*", opts=here)
github.ActionsSecret(
    "secret", repository="code", secret_name="PYPI_API_TOKEN",
    value=pulumi.Output.secret("CANARY"), opts=here)
github.ActionsOrganizationSecret(
    "shared", secret_name="NPM_TOKEN", visibility="all", value=pulumi.Output.secret("CANARY"),
    opts=here)
github.DependabotSecret(
    "of-dependabot", repository="code", secret_name="PYPI_API_TOKEN",
    value=pulumi.Output.secret("CANARY"), opts=here)
github.ActionsEnvironmentSecret(
    "of-gate", repository="code", environment=gate.environment, secret_name="MAVEN_PASSWORD",
    value=pulumi.Output.secret("CANARY"), opts=here)
github.ActionsVariable(
    "variable", repository="code", variable_name="REGISTRY", value="VALUE", opts=here)
github.ActionsOrganizationVariable(
    "shared-variable", variable_name="REGISTRY", visibility="all", value="VALUE", opts=here)
github.ActionsEnvironmentVariable(
    "gate-variable", repository="code", environment=gate.environment, variable_name="REGISTRY",
    value="VALUE", opts=here)

github.RepositoryFile(
    "workflow", repository="code", file=".github/workflows/w.yml", opts=here,
    content="on: pull_request_target\\njobs: {a: {runs-on: x, steps: [{uses: a/b@v1}]}}\\n")
github.RepositoryFile(
    "dependabot", repository="code", file=".github/dependabot.yml", content="version: 1\\n",
    opts=here)

cloud = pulumi.ResourceOptions(provider=aws.Provider(
    "cloud", region="eu-central-1", access_key="a", secret_key="b",
    skip_credentials_validation=True, skip_requesting_account_id=True))
anybody = {"Effect": "Allow", "Principal": {"Federated":
    "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"},
    "Action": "sts:AssumeRoleWithWebIdentity"}
everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
aws.iam.Role("cloud-role", name="r", assume_role_policy=json.dumps(
    {"Version": "2012-10-17", "Statement": [anybody]}), opts=cloud)
aws.iam.RolePolicy("cloud-policy", name="p", role="r", policy=json.dumps(
    {"Version": "2012-10-17", "Statement": [everything]}), opts=cloud)
store = pulumi.ResourceOptions(provider=vault.Provider("store", address="http://127.0.0.1:9"))
vault.Policy("store-policy", name="p", opts=store,
    policy='path "*" { capabilities = ["sudo", "create", "update", "read"] }')
vault.jwt.AuthBackend("store-login", path="github", type="jwt", opts=store,
    oidc_discovery_url="https://token.actions.githubusercontent.com",
    bound_issuer="https://token.actions.githubusercontent.com")
vault.jwt.AuthBackendRole("store-role", backend="github", role_name="r", role_type="jwt",
    user_claim="sub", bound_audiences=["x"], token_policies=["p"],
    bound_claims_type="glob", bound_claims={"sub": "repo:acme/*"}, opts=store)
"""


"""What is insecure: at least one plain resource of each family of resources, by its own name."""
EXPECTED = {
    # the organization, its people, its Actions and its webhooks
    "settings": {"OR001", "OR002", "OR005", "OR014"},
    "actions": {"AC003", "AC004"},
    "tokens": {"AC001", "AC002"},
    "runners": {"AC005"},
    "organization-hook": {"RE005", "RE006"},
    "role": {"OR008"},
    # a repository, who may do what in it, and where it sends its events
    "code": {"RE003"},
    "person": {"RE008"},
    "key": {"RE007"},
    "hook": {"RE005", "RE006"},
    # protection of branches and tags
    "classic": {"RS005"},
    "branches": {"RS001"},
    "tags": {"RS003"},
    # a release environment, secrets and variables
    "gate": {"EN001", "EN003", "EN004", "RP001", "RP005"},
    "refs": {"EN005"},
    "secret": {"SE003"},
    "shared": {"SE002", "SE003"},
    "of-dependabot": {"SE003"},
    "variable": {"SE004"},
    "shared-variable": {"SE004"},
    "gate-variable": {"SE004"},
    # files
    "workflow": {"WF004", "WF007", "WF017"},
    "dependabot": {"DB001"},
    # AWS and Vault
    "cloud-role": {"TR001", "TR002"},
    "cloud-policy": {"TR003"},
    "store-policy": {"TR008"},
    "store-role": {"TR006", "TR007"},
}
"""The mandatory findings, by the name of the resource in the program."""
ADVISED = {
    "owner": {"OR007"},
    "access": {"RE009"},
    "of-gate": {"SE010"},
}


def test_plain_resources_are_refused_by_name(sandbox: Sandbox, tmp_path: Path) -> None:
    """Issue 15, 4: the real engine refuses a plain resource of each family beside the components.

    One preview shows the findings about all of them, and nothing is sent. Of AWS, the plugin that
    stands in here has roles and policies; the rules on buckets have examples only.
    """
    project = make_small(sandbox, tmp_path, "plain")
    program = project.folder / "__main__.py"
    program.unlink()  # a link to this project's own
    program.write_text(PROGRAM.replace("CANARY", CANARY).replace("VALUE", TOKEN), encoding="utf-8")
    project.environment = Plugins.make(tmp_path / "plugins").environment(project.environment)
    preview = project.preview()
    assert preview.code != 0
    found: dict[str, dict[str, set[str]]] = {"mandatory": {}, "advisory": {}}
    for each in preview.findings():
        name = each["resourceUrn"].rsplit("::", 1)[-1]
        found[each["enforcementLevel"]].setdefault(name, set()).add(each["policyName"])
        assert CANARY not in each["message"]
        assert TOKEN not in each["message"]
    mandatory = found["mandatory"]
    assert {
        name: mandatory.get(name, set()) & rules for name, rules in EXPECTED.items()
    } == EXPECTED
    advised = found["advisory"]
    assert {name: advised.get(name, set()) & rules for name, rules in ADVISED.items()} == ADVISED
    assert mandatory.keys() - EXPECTED.keys() <= {"acme"}, "the components' own are sound"
    assert CANARY not in preview.text
    assert project.world.writes() == []

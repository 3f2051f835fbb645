"""The fleet by a bare Pulumi program: the same resources, no components, no models, no checks.

`bench` compares the resources of both states, so that the two cannot drift apart.
"""

from __future__ import annotations

PROGRAM = """\
import os
import pulumi
import pulumi_github as github

COUNT = int(os.environ["BENCH_COUNT"])
SEMVER = "v[0-9]*.[0-9]*.[0-9]*"
config = pulumi.Config("portcullis")
key = config.require_secret("deployKey")
provider = github.Provider("github", owner="fleet", base_url=os.environ["GITHUB_BASE_URL"],
                           token=pulumi.Output.secret(os.environ["GITHUB_TOKEN"]),
                           legacy_client=False)
opts = pulumi.ResourceOptions(provider=provider)
github.OrganizationSettings(
    "fleet", name="Fleet", billing_email="billing@fleet.example",
    default_repository_permission="none", members_can_create_repositories=False,
    members_can_create_public_repositories=False, members_can_create_private_repositories=False,
    members_can_create_pages=False, members_can_create_public_pages=False,
    members_can_create_private_pages=False, members_can_fork_private_repositories=False,
    web_commit_signoff_required=True, has_organization_projects=True,
    has_repository_projects=True, dependency_graph_enabled_for_new_repositories=True,
    dependabot_alerts_enabled_for_new_repositories=True,
    dependabot_security_updates_enabled_for_new_repositories=True,
    secret_scanning_enabled_for_new_repositories=True,
    secret_scanning_push_protection_enabled_for_new_repositories=True, opts=opts)
github.ActionsOrganizationPermissions(
    "fleet", enabled_repositories="all", allowed_actions="selected", sha_pinning_required=True,
    allowed_actions_config={"github_owned_allowed": True, "verified_allowed": False}, opts=opts)
github.ActionsOrganizationWorkflowPermissions(
    "fleet", organization_slug="fleet", default_workflow_permissions="read",
    can_approve_pull_request_reviews=False, opts=opts)
team = github.Team("releasers", name="releasers", privacy="closed", opts=opts)
github.TeamMembers("releasers", team_slug=team.slug, opts=opts, members=[
    {"username": login, "role": "member"} for login in ("ana", "ben")])
number = team.id.apply(int)


def ruleset(name, target, refs, rules, actors=(), excludes=()):
    github.OrganizationRuleset(
        name, name=name, target=target, enforcement="active", bypass_actors=list(actors),
        conditions={"ref_name": {"includes": refs, "excludes": list(excludes)},
                    "repository_name": {"includes": ["~ALL"], "excludes": [], "protected": True}},
        rules=rules, opts=opts)


ruleset("main", "branch", ["~DEFAULT_BRANCH"], {
    "deletion": True, "non_fast_forward": True, "required_linear_history": True,
    "required_signatures": True,
    "pull_request": {"required_approving_review_count": 2, "dismiss_stale_reviews_on_push": True,
                     "require_code_owner_review": True, "require_last_push_approval": True,
                     "required_review_thread_resolution": True,
                     "allowed_merge_methods": ["squash", "rebase"]},
    "required_status_checks": {"strict_required_status_checks_policy": True,
                               "required_checks": [{"context": "ci", "integration_id": 15368}]}})
actor = {"actor_type": "Team", "actor_id": number, "bypass_mode": "always"}
ruleset("releases", "tag", ["refs/tags/" + SEMVER], {"creation": True}, [actor])
ruleset("releases (immutable)", "tag", ["refs/tags/v*"],
        {"update": True, "deletion": True, "non_fast_forward": True})
ruleset("releases (names)", "tag", ["refs/tags/v*"], {"creation": True},
        excludes=["refs/tags/" + SEMVER])
ruleset("releases (strict names)", "tag", ["refs/tags/v*[^0-9.]*", "refs/tags/v*.*.*.*"],
        {"creation": True})

for index in range(COUNT):
    name = f"repository-{index:03}"
    repository = github.Repository(
        name, name=name, description="One of many", homepage_url="", visibility="public",
        topics=[], archived=False, auto_init=True, archive_on_destroy=True, has_issues=True,
        has_wiki=False, has_projects=False, has_discussions=False, allow_merge_commit=False,
        allow_squash_merge=True, allow_rebase_merge=True, allow_auto_merge=False,
        allow_update_branch=True, delete_branch_on_merge=True,
        security_and_analysis={"secret_scanning": {"status": "enabled"},
                               "secret_scanning_push_protection": {"status": "enabled"}},
        opts=opts)
    alerts = github.RepositoryVulnerabilityAlerts(
        name, repository=repository.name, enabled=True, opts=opts)
    github.RepositoryDependabotSecurityUpdates(
        name, repository=repository.name, enabled=True,
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[alerts]))
    access = github.TeamRepository(
        f"{name}/releasers", repository=repository.name, team_id=team.id, permission="push",
        opts=opts)
    environment = github.RepositoryEnvironment(
        f"{name}/production", repository=repository.name, environment="production",
        reviewers=[{"teams": [number]}], prevent_self_review=True, can_admins_bypass=False,
        wait_timer=0,
        deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[access]))
    github.RepositoryEnvironmentDeploymentPolicy(
        f"{name}/production/branch/default", repository=environment.repository,
        environment=environment.environment, branch_pattern="main", opts=opts)
    github.ActionsEnvironmentSecret(
        f"{name}/production/DEPLOY_KEY", repository=environment.repository,
        environment=environment.environment, secret_name="DEPLOY_KEY", value=key, opts=opts)
    github.ActionsSecret(f"{name}/actions/SCAN_KEY", repository=repository.name,
                         secret_name="SCAN_KEY", value=key, opts=opts)
"""

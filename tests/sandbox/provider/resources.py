"""One of each resource class of the GitHub provider that the sandbox has to carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi_github as github
from pulumi import ResourceOptions

if TYPE_CHECKING:
    import pulumi

ORG = "acme"
REPOSITORY = "widget"
DEPLOY_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKtNmGzqQ2Vn1X0rO3kqKfXc6Xo3dD7F0Vt5p9QxYb1d"

SEED: dict[str, Any] = {
    "organizations": [
        {
            "login": ORG,
            "plan": "enterprise",
            "licenses": ["secret-protection", "code-security"],
            "owners": ["ana"],
            "members": ["ben", "kim"],
        }
    ],
    "users": [{"login": "zoe"}],
}

Resources = dict[str, "pulumi.CustomResource"]


def program(connect: dict[str, Any], *, changed: bool = False) -> Resources:
    """Declare everything.

    Args:
        connect: The provider's arguments.
        changed: Whether every class that can be changed in place has another value.

    Returns:
        The resources by their names.
    """
    provider = github.Provider("github", **connect)
    opts = ResourceOptions(provider=provider)
    declared: Resources = {}
    _organization(declared, opts, changed=changed)
    _teams(declared, opts, changed=changed)
    _repository(declared, opts, changed=changed)
    _protections(declared, opts, changed=changed)
    _environments(declared, opts, changed=changed)
    _secrets(declared, opts, changed=changed)
    _files(declared, opts, changed=changed)
    return declared


def _word(changed: bool) -> str:  # noqa: FBT001 - private
    return "second" if changed else "first"


def _organization(made: Resources, opts: ResourceOptions, *, changed: bool) -> None:
    made["settings"] = github.OrganizationSettings(
        "settings",
        billing_email="billing@example.com",
        name="The Acme",
        description=_word(changed),
        default_repository_permission="none",
        members_can_create_repositories=True,
        members_can_create_public_repositories=True,
        members_can_create_private_repositories=True,
        members_can_create_internal_repositories=True,
        web_commit_signoff_required=True,
        dependabot_alerts_enabled_for_new_repositories=True,
        opts=opts,
    )
    made["actions"] = github.ActionsOrganizationPermissions(
        "actions",
        enabled_repositories="all",
        allowed_actions="selected",
        allowed_actions_config={
            "github_owned_allowed": True,
            "verified_allowed": changed,
            "patterns_alloweds": ["pypa/*"],
        },
        opts=opts,
    )
    made["workflow"] = github.ActionsOrganizationWorkflowPermissions(
        "workflow",
        organization_slug=ORG,
        default_workflow_permissions="read",
        can_approve_pull_request_reviews=changed,
        opts=opts,
    )
    made["oidc"] = github.ActionsOrganizationOidcSubjectClaimCustomizationTemplate(
        "oidc",
        include_claim_keys=["repo", "context", *(["job_workflow_ref"] if changed else [])],
        opts=opts,
    )
    made["property"] = github.OrganizationCustomProperties(
        "property",
        property_name="tier",
        value_type="single_select",
        allowed_values=["one", "two"],
        required=False,
        description=_word(changed),
        opts=opts,
    )
    made["role"] = github.OrganizationRole(
        "role",
        name="auditor",
        description=_word(changed),
        base_role="read",
        permissions=["read_audit_logs"],
        opts=opts,
    )
    made["hook"] = github.OrganizationWebhook(
        "hook",
        events=["push", "repository"],
        active=not changed,
        configuration={
            "url": "https://hooks.example.com/org",
            "content_type": "json",
            "secret": "canary-organization-hook",
        },
        opts=opts,
    )
    made["org-ruleset"] = github.OrganizationRuleset(
        "org-ruleset",
        name="release tags",
        target="tag",
        enforcement="active" if changed else "disabled",
        conditions={
            "ref_name": {"includes": ["refs/tags/v*"], "excludes": []},
            "repository_name": {"includes": ["~ALL"], "excludes": []},
        },
        bypass_actors=[{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}],
        rules={"creation": True, "deletion": True, "non_fast_forward": True},
        opts=opts,
    )


def _teams(made: Resources, opts: ResourceOptions, *, changed: bool) -> None:
    team = made["team"] = github.Team(
        "team", name="Release Managers", description=_word(changed), privacy="closed", opts=opts
    )
    child = made["child"] = github.Team(
        "child", name="Night Shift", privacy="closed", parent_team_id=team.id, opts=opts
    )
    made["membership"] = github.Membership("membership", username="kim", role="member", opts=opts)
    made["team-membership"] = github.TeamMembership(
        "team-membership",
        team_id=team.id,
        username="ben",
        role="maintainer" if changed else "member",
        opts=opts,
    )
    made["team-members"] = github.TeamMembers(
        "team-members",
        team_id=child.id,
        members=[{"username": "kim", "role": "maintainer" if changed else "member"}],
        opts=opts,
    )
    made["team-settings"] = github.TeamSettings(
        "team-settings",
        team_id=team.id,
        review_request_delegation={
            "algorithm": "ROUND_ROBIN",
            "member_count": 2 if changed else 1,
            "notify": True,
        },
        opts=opts,
    )
    made["security-manager"] = github.OrganizationSecurityManager(
        "security-manager", team_slug=team.slug, opts=opts
    )
    role = made["role"]
    made["role-team"] = github.OrganizationRoleTeam(
        "role-team", role_id=role.id.apply(int), team_slug=team.slug, opts=opts
    )
    made["role-user"] = github.OrganizationRoleUser(
        "role-user", role_id=role.id.apply(int), login="kim", opts=opts
    )


def _repository(made: Resources, opts: ResourceOptions, *, changed: bool) -> None:
    repository = made["repository"] = github.Repository(
        "repository",
        name=REPOSITORY,
        description=_word(changed),
        visibility="private",
        auto_init=True,
        has_issues=True,
        allow_merge_commit=False,
        allow_rebase_merge=False,
        squash_merge_commit_title="PR_TITLE",
        squash_merge_commit_message="PR_BODY",
        delete_branch_on_merge=True,
        security_and_analysis={
            # shown by GitHub on private repositories of Enterprise, so it has to be declared
            "advanced_security": {"status": "disabled"},
            "secret_scanning": {"status": "enabled"},
            "secret_scanning_push_protection": {"status": "enabled"},
        },
        opts=opts,
    )
    name = repository.name
    made["public"] = github.Repository(
        "public",
        name="site",
        visibility="public",
        has_issues=changed,
        topics=["docs", "web"],
        opts=opts,
    )
    made["topics"] = github.RepositoryTopics(
        "topics", repository=name, topics=["python", _word(changed)], opts=opts
    )
    alerts = made["alerts"] = github.RepositoryVulnerabilityAlerts(
        "alerts", repository=name, enabled=True, opts=opts
    )
    made["updates"] = github.RepositoryDependabotSecurityUpdates(
        "updates",
        repository=name,
        enabled=not changed,
        opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=[alerts])),
    )
    made["repo-actions"] = github.ActionsRepositoryPermissions(
        "repo-actions",
        repository=name,
        enabled=True,
        allowed_actions="selected",
        allowed_actions_config={
            "github_owned_allowed": True,
            "verified_allowed": changed,
            "patterns_alloweds": ["pypa/*"],
        },
        opts=opts,
    )
    made["repo-workflow"] = github.WorkflowRepositoryPermissions(
        "repo-workflow",
        repository=name,
        default_workflow_permissions="read",
        can_approve_pull_request_reviews=False,
        opts=opts,
    )
    made["access"] = github.ActionsRepositoryAccessLevel(
        "access",
        repository=name,
        access_level="organization" if changed else "none",
        opts=opts,
    )
    made["repo-oidc"] = github.ActionsRepositoryOidcSubjectClaimCustomizationTemplate(
        "repo-oidc",
        repository=name,
        use_default=False,
        include_claim_keys=["repo", "environment", *(["ref"] if changed else [])],
        opts=opts,
    )
    made["repo-property"] = github.RepositoryCustomProperty(
        "repo-property",
        repository=name,
        property_name="tier",
        property_type="single_select",
        property_values=["one"],
        opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=[made["property"]])),
    )
    made["repo-hook"] = github.RepositoryWebhook(
        "repo-hook",
        repository=name,
        events=["push"],
        active=not changed,
        configuration={
            "url": "https://hooks.example.com/repository",
            "content_type": "json",
            "secret": "canary-repository-hook",
        },
        opts=opts,
    )
    made["deploy-key"] = github.RepositoryDeployKey(
        "deploy-key", repository=name, title="backup", key=DEPLOY_KEY, read_only=True, opts=opts
    )
    made["autolink"] = github.RepositoryAutolinkReference(
        "autolink",
        repository=name,
        key_prefix="TICKET-",
        target_url_template="https://tickets.example.com/<num>",
        opts=opts,
    )
    made["collaborator"] = github.RepositoryCollaborator(
        "collaborator", repository=name, username="zoe", permission="triage", opts=opts
    )
    made["team-repository"] = github.TeamRepository(
        "team-repository",
        team_id=made["team"].id,
        repository=name,
        permission="maintain" if changed else "push",
        opts=opts,
    )


def _protections(made: Resources, opts: ResourceOptions, *, changed: bool) -> None:
    repository: Any = made["repository"]
    branch = made["branch"] = github.Branch(
        "branch", repository=repository.name, branch="develop", source_branch="main", opts=opts
    )
    made["branch-default"] = github.BranchDefault(
        "branch-default",
        repository=repository.name,
        branch="main" if changed else "develop",
        opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=[branch])),
    )
    made["idle"] = github.Branch("idle", repository=repository.name, branch="idle", opts=opts)
    made["ruleset"] = github.RepositoryRuleset(
        "ruleset",
        name="main",
        repository=repository.name,
        target="branch",
        enforcement="active",
        conditions={"ref_name": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
        bypass_actors=[
            # the token of the run keeps a file in the branch
            {"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"},
            {
                "actor_id": made["team"].id.apply(int),
                "actor_type": "Team",
                "bypass_mode": "pull_request",
            },
        ],
        rules={
            "deletion": True,
            "non_fast_forward": True,
            "required_linear_history": True,
            "required_signatures": True,
            "pull_request": {
                "required_approving_review_count": 2 if changed else 1,
                "dismiss_stale_reviews_on_push": True,
                "require_code_owner_review": True,
                "require_last_push_approval": True,
                "required_review_thread_resolution": True,
            },
            "required_status_checks": {
                "required_checks": [{"context": "ci"}],
                "strict_required_status_checks_policy": True,
            },
        },
        opts=opts,
    )
    made["protection"] = github.BranchProtection(
        "protection",
        repository_id=repository.node_id,
        pattern="release/*",
        enforce_admins=True,
        require_signed_commits=changed,
        require_conversation_resolution=True,
        required_pull_request_reviews=[
            {
                "required_approving_review_count": 2,
                "dismiss_stale_reviews": True,
                "require_code_owner_reviews": True,
                "restrict_dismissals": True,
                "dismissal_restrictions": [f"{ORG}/release-managers"],
            }
        ],
        required_status_checks=[{"strict": True, "contexts": ["ci"]}],
        restrict_pushes=[
            {"blocks_creations": True, "push_allowances": [f"{ORG}/release-managers", "/ana"]}
        ],
        opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=[made["team"]])),
    )
    made["protection-by-name"] = github.BranchProtection(
        "protection-by-name",
        repository_id=repository.name,
        pattern="hotfix",
        allows_deletions=changed,
        opts=opts,
    )


def _environments(made: Resources, opts: ResourceOptions, *, changed: bool) -> None:
    repository: Any = made["repository"]
    granted = ResourceOptions.merge(opts, ResourceOptions(depends_on=[made["team-repository"]]))
    environment = github.RepositoryEnvironment(
        "environment",
        repository=repository.name,
        environment="pypi/release",
        wait_timer=20 if changed else 10,
        can_admins_bypass=False,
        prevent_self_review=True,
        reviewers=[{"teams": [made["team"].id.apply(int)], "users": []}],
        deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
        opts=granted,
    )
    made["environment"] = environment
    made["deployment-policy"] = github.RepositoryEnvironmentDeploymentPolicy(
        "deployment-policy",
        repository=repository.name,
        environment=environment.environment,
        tag_pattern="v[0-9]*.[0-9]*" if changed else "v*",
        opts=opts,
    )
    made["staging"] = github.RepositoryEnvironment(
        "staging",
        repository=repository.name,
        environment="staging",
        deployment_branch_policy={"protected_branches": True, "custom_branch_policies": False},
        opts=opts,
    )
    made["environment-secret"] = github.ActionsEnvironmentSecret(
        "environment-secret",
        repository=repository.name,
        environment=environment.environment,
        secret_name="PYPI_TOKEN",
        value=f"canary-environment-{_word(changed)}",
        opts=opts,
    )
    made["environment-variable"] = github.ActionsEnvironmentVariable(
        "environment-variable",
        repository=repository.name,
        environment=environment.environment,
        variable_name="INDEX",
        value=_word(changed),
        opts=opts,
    )


def _secrets(made: Resources, opts: ResourceOptions, *, changed: bool) -> None:
    repository: Any = made["repository"]
    word = _word(changed)
    ids = [repository.repo_id]
    made["secret"] = github.ActionsSecret(
        "secret",
        repository=repository.name,
        secret_name="TOKEN",
        value=f"canary-repository-{word}",
        opts=opts,
    )
    made["org-secret"] = github.ActionsOrganizationSecret(
        "org-secret",
        secret_name="CODECOV",
        visibility="selected",
        selected_repository_ids=ids,
        value=f"canary-organization-{word}",
        opts=opts,
    )
    lonely = made["org-secret-alone"] = github.ActionsOrganizationSecret(
        "org-secret-alone",
        secret_name="MIRROR",
        visibility="selected",
        value="canary-organization-alone",
        opts=opts,
    )
    made["org-secret-repositories"] = github.ActionsOrganizationSecretRepositories(
        "org-secret-repositories",
        secret_name="MIRROR",
        selected_repository_ids=[
            repository.repo_id,
            *([made["public"].repo_id] if changed else []),  # type: ignore[attr-defined]
        ],
        opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=[lonely])),
    )
    made["dependabot-secret"] = github.DependabotSecret(
        "dependabot-secret",
        repository=repository.name,
        secret_name="TOKEN",
        value=f"canary-dependabot-{word}",
        opts=opts,
    )
    made["dependabot-org-secret"] = github.DependabotOrganizationSecret(
        "dependabot-org-secret",
        secret_name="REGISTRY",
        visibility="private",
        value=f"canary-dependabot-organization-{word}",
        opts=opts,
    )
    made["variable"] = github.ActionsVariable(
        "variable", repository=repository.name, variable_name="LEVEL", value=word, opts=opts
    )
    made["org-variable"] = github.ActionsOrganizationVariable(
        "org-variable",
        variable_name="REGION",
        visibility="selected",
        selected_repository_ids=ids,
        value=word,
        opts=opts,
    )


def _files(made: Resources, opts: ResourceOptions, *, changed: bool) -> None:
    repository: Any = made["repository"]
    on_branch = ResourceOptions.merge(opts, ResourceOptions(depends_on=[made["branch"]]))
    file = made["file"] = github.RepositoryFile(
        "file",
        repository=repository.name,
        branch="develop",
        file=".github/CODEOWNERS",
        content=f"* @{ORG}/{_word(changed)}\n",
        commit_message="Who owns what",
        overwrite_on_create=True,
        opts=on_branch,
    )
    made["pull-request"] = github.RepositoryPullRequest(
        "pull-request",
        base_repository=repository.name,
        base_ref="main",
        head_ref="develop",
        title=_word(changed),
        opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=[file])),
    )


IMPORTS: dict[str, tuple[str, str]] = {
    "settings": ("OrganizationSettings", "{org}"),
    "actions": ("ActionsOrganizationPermissions", "acme"),
    "workflow": ("ActionsOrganizationWorkflowPermissions", "acme"),
    "oidc": ("ActionsOrganizationOidcSubjectClaimCustomizationTemplate", "acme"),
    "property": ("OrganizationCustomProperties", "tier"),
    "role": ("OrganizationRole", "{role}"),
    "hook": ("OrganizationWebhook", "{hook}"),
    "org-ruleset": ("OrganizationRuleset", "{org-ruleset}"),
    "team": ("Team", "release-managers"),
    "membership": ("Membership", "acme:kim"),
    "team-membership": ("TeamMembership", "{team}:ben"),
    "team-members": ("TeamMembers", "{child}"),
    "team-settings": ("TeamSettings", "{team}"),
    "team-repository": ("TeamRepository", "{team}:widget"),
    "security-manager": ("OrganizationSecurityManager", "{team}"),
    "role-team": ("OrganizationRoleTeam", "{role}:release-managers"),
    "role-user": ("OrganizationRoleUser", "{role}:kim"),
    "repository": ("Repository", "widget"),
    "topics": ("RepositoryTopics", "widget"),
    "alerts": ("RepositoryVulnerabilityAlerts", "widget"),
    "updates": ("RepositoryDependabotSecurityUpdates", "widget"),
    "repo-actions": ("ActionsRepositoryPermissions", "widget"),
    "repo-workflow": ("WorkflowRepositoryPermissions", "widget"),
    "access": ("ActionsRepositoryAccessLevel", "widget"),
    "repo-oidc": ("ActionsRepositoryOidcSubjectClaimCustomizationTemplate", "widget"),
    "repo-property": ("RepositoryCustomProperty", "acme:widget:tier"),
    "repo-hook": ("RepositoryWebhook", "widget/{repo-hook}"),
    "deploy-key": ("RepositoryDeployKey", "widget:{deploy-key}"),
    "autolink": ("RepositoryAutolinkReference", "widget/{autolink}"),
    "collaborator": ("RepositoryCollaborator", "widget:zoe"),
    "branch": ("Branch", "widget:develop"),
    "branch-default": ("BranchDefault", "widget"),
    "ruleset": ("RepositoryRuleset", "widget:{ruleset}"),
    "protection": ("BranchProtection", "widget:release/*"),
    "environment": ("RepositoryEnvironment", "widget:pypi/release"),
    "deployment-policy": (
        "RepositoryEnvironmentDeploymentPolicy",
        "widget:pypi/release:{deployment-policy}",
    ),
    "environment-secret": ("ActionsEnvironmentSecret", "widget:pypi/release:PYPI_TOKEN"),
    "environment-variable": ("ActionsEnvironmentVariable", "widget:pypi/release:INDEX"),
    "secret": ("ActionsSecret", "widget:TOKEN"),
    "org-secret": ("ActionsOrganizationSecret", "CODECOV"),
    "org-secret-repositories": ("ActionsOrganizationSecretRepositories", "MIRROR"),
    "dependabot-secret": ("DependabotSecret", "widget:TOKEN"),
    "dependabot-org-secret": ("DependabotOrganizationSecret", "REGISTRY"),
    "variable": ("ActionsVariable", "widget:LEVEL"),
    "org-variable": ("ActionsOrganizationVariable", "REGION"),
    "file": ("RepositoryFile", "widget:.github/CODEOWNERS:develop"),
    "pull-request": ("RepositoryPullRequest", "acme:widget:1"),
}
"""Name of a resource above -> its class and import id; `{name}` stands for another one's last id
segment."""

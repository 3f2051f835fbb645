"""From kinds of records and their fields to the names of GitHub's audit log."""

from __future__ import annotations

_SECRETS = {
    "actions_secret": "actions_secret",
    # one name for both: integrations that bring their own secrets
    "codespaces_secret": "integration_secret",
    "dependabot_secret": "integration_secret",
    "variable": "actions_variable",
}
LIFE: dict[str, tuple[str | None, str | None, str | None]] = {
    **{
        kind: (f"{{place}}.create_{name}", f"{{place}}.update_{name}", f"{{place}}.remove_{name}")
        for kind, name in _SECRETS.items()
    },
    "block": ("org.block_user", None, "org.unblock_user"),
    "branch_protection": ("protected_branch.create", None, "protected_branch.destroy"),
    "collaborator": ("repo.add_member", "repo.update_member", "repo.remove_member"),
    "deploy_key": ("public_key.create", "public_key.update", "public_key.delete"),
    "deployment_policy": ("environment.update_protection_rule",) * 3,
    "environment": (None, None, "environment.delete"),
    "hook": ("hook.create", None, "hook.destroy"),
    "invitation": ("repository_invitation.create", None, "repository_invitation.cancel"),
    "member": ("org.add_member", None, "org.remove_member"),
    "org_invitation": ("org.invite_member", None, "org.cancel_invitation"),
    "org_role": (
        "organization_role.create",
        "organization_role.update",
        "organization_role.destroy",
    ),
    "property": (
        "custom_property_definition.create",
        "custom_property_definition.update",
        "custom_property_definition.destroy",
    ),
    "repository": ("repo.create", None, "repo.destroy"),
    "repository_role": ("role.create", "role.update", "role.destroy"),
    "role_team": ("organization_role.assign", None, "organization_role.revoke"),
    "role_user": ("organization_role.assign", None, "organization_role.revoke"),
    "ruleset": (
        "repository_ruleset.create",
        "repository_ruleset.update",
        "repository_ruleset.destroy",
    ),
    "run": ("workflows.created_workflow_run", None, "workflows.delete_workflow_run"),
    "runner_group": (
        "org.runner_group_created",
        "org.runner_group_updated",
        "org.runner_group_removed",
    ),
    "team": ("team.create", None, "team.destroy"),
    "team_member": ("team.add_member", None, "team.remove_member"),
    "team_repository": (
        "team.add_repository",
        "team.update_repository_permission",
        "team.remove_repository",
    ),
}
"""The events when a record of a kind is created, is changed in any way, and is deleted."""

_REPOSITORY_CREATION = "org.update_member_repository_creation_permission"
FIELDS: dict[str, dict[str, str]] = {
    "branch_protection": {
        "name": "protected_branch.update_name",
        "allowsDeletions": "protected_branch.update_allow_deletions_enforcement_level",
        "allowsForcePushes": "protected_branch.update_allow_force_pushes_enforcement_level",
        "bypassForcePushActorIds": "protected_branch.branch_allowances",
        "bypassPullRequestActorIds": "protected_branch.branch_allowances",
        "dismissesStaleReviews": "protected_branch.dismiss_stale_reviews",
        "isAdminEnforced": "protected_branch.update_admin_enforced",
        "lockBranch": "protected_branch.update_lock_branch_enforcement_level",
        "pushActorIds": "protected_branch.authorized_users_teams",
        "requireLastPushApproval": "protected_branch.update_require_last_push_approval",
        "requiredApprovingReviewCount": "protected_branch.update_required_approving_review_count",
        "requiresApprovingReviews": (
            "protected_branch.update_pull_request_reviews_enforcement_level"
        ),
        "requiresCodeOwnerReviews": "protected_branch.update_require_code_owner_review",
        "requiresCommitSignatures": (
            "protected_branch.update_signature_requirement_enforcement_level"
        ),
        "requiresLinearHistory": (
            "protected_branch.update_linear_history_requirement_enforcement_level"
        ),
        "requiresStatusChecks": (
            "protected_branch.update_required_status_checks_enforcement_level"
        ),
        "requiresStrictStatusChecks": (
            "protected_branch.update_strict_required_status_checks_policy"
        ),
        "restrictsPushes": "protected_branch.authorized_users_teams",
        "reviewDismissalActorIds": "protected_branch.dismissal_restricted_users_teams",
    },
    "deployment": {"forced": "workflows.bypass_protection_rules"},
    "hook": {
        "active": "hook.active_changed",
        "config": "hook.config_changed",
        "events": "hook.events_changed",
    },
    "member": {"role": "org.update_member"},
    "organization": {
        "billing_email": "billing.change_email",
        "default_repository_permission": "org.update_default_repository_permission",
        "members_can_create_internal_repositories": _REPOSITORY_CREATION,
        "members_can_create_private_repositories": _REPOSITORY_CREATION,
        "members_can_create_public_repositories": _REPOSITORY_CREATION,
        "members_can_create_repositories": _REPOSITORY_CREATION,
    },
    "repository": {
        "name": "repo.rename",
        "default_branch": "repo.update_default_branch",
        "visibility": "repo.access",
    },
    "team": {
        "name": "team.rename",
        "parent_team": "team.change_parent_team",
        "privacy": "team.change_privacy",
    },
}
"""The event when one field of a record is changed."""

SWITCHES: tuple[tuple[str, object, str, str], ...] = (
    # kind and field; the value that counts as on; the event of on, and of off
    ("repository.archived", True, "repo.archived", "repo.unarchived"),
    (
        "repository.vulnerability_alerts",
        True,
        "repository_vulnerability_alerts.enable",
        "repository_vulnerability_alerts.disable",
    ),
    ("team_member.role", "maintainer", "team.promote_maintainer", "team.demote_maintainer"),
    ("workflow.state", "active", "workflows.enable_workflow", "workflows.disable_workflow"),
    (
        "organization.two_factor_requirement_enabled",
        True,
        "org.enable_two_factor_requirement",
        "org.disable_two_factor_requirement",
    ),
    (
        "organization.advanced_security_enabled_for_new_repositories",
        True,
        "org.advanced_security_enabled_for_new_repos",
        "org.advanced_security_disabled_for_new_repos",
    ),
    *(
        (
            f"organization.{name}_enabled_for_new_repositories",
            True,
            f"{name}_new_repos.enable",
            f"{name}_new_repos.disable",
        )
        for name in (
            "dependabot_alerts",
            "dependabot_security_updates",
            "dependency_graph",
            "secret_scanning",
        )
    ),
    (
        "organization.secret_scanning_push_protection_enabled_for_new_repositories",
        True,
        "org.secret_scanning_push_protection_new_repos_enable",
        "org.secret_scanning_push_protection_new_repos_disable",
    ),
)
"""The event when a field is switched on or off."""

SECURITY = {
    "advanced_security": ("repo.advanced_security_enabled", "repo.advanced_security_disabled"),
    **{
        name: (f"repository_{name}.enable", f"repository_{name}.disable")
        for name in (
            "secret_scanning",
            "secret_scanning_push_protection",
        )
    },
}
"""The event when a repository's security feature is switched on or off."""

DOCUMENTS: tuple[tuple[str, str | None, str], ...] = (
    # a settings document; the field of it, None: any; the event
    ("access", None, "{place}.update_actions_access_settings"),
    ("actions", None, "{place}.update_actions_settings"),
    ("selected-actions", None, "{place}.update_actions_settings"),
    ("workflow", "default_workflow_permissions", "{place}.set_default_workflow_permissions"),
    (
        "workflow",
        "can_approve_pull_request_reviews",
        "{place}.set_workflow_permission_can_approve_pr",
    ),
    ("artifact-and-log-retention", None, "{place}.set_actions_retention_limit"),
    ("fork-pr-contributor-approval", None, "{place}.set_actions_fork_pr_approvals_policy"),
    ("fork-pr-workflows-private-repos", None, "{place}.set_fork_pr_workflows_policy"),
)
"""The event when settings that are kept as a document are changed."""

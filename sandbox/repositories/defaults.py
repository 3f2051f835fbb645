"""What GitHub sets when nobody says anything, and how the first things of a world are made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.git import objects
from sandbox.shapes.repositories import FEATURES, MERGE_SETTINGS
from sandbox.world import plans
from sandbox.world.kinds.accounts import ORGANIZATION
from sandbox.world.kinds.people import ORG_ROLE, OrganizationRole
from sandbox.world.kinds.repositories import REDIRECT, REPOSITORY, Repository
from sandbox.world.records import is_a

if TYPE_CHECKING:
    from sandbox.world.kinds.accounts import Account, Organization, User
    from sandbox.world.kinds.code import Commit
    from sandbox.world.records import Record
    from sandbox.world.world import World

NEW_ORGANIZATION: Organization = {
    "plan": "free",
    "licenses": [],
    "name": None,
    "company": None,
    "blog": None,
    "location": None,
    "email": None,
    "description": None,
    "twitter_username": None,
    "billing_email": "billing@example.com",
    "has_organization_projects": True,
    "has_repository_projects": True,
    "default_repository_permission": "read",
    "default_repository_branch": "main",
    "members_can_create_repositories": True,
    "members_allowed_repository_creation_type": "all",
    "members_can_create_public_repositories": True,
    "members_can_create_private_repositories": True,
    "members_can_create_internal_repositories": False,
    "members_can_create_pages": True,
    "members_can_create_public_pages": True,
    "members_can_create_private_pages": True,
    "members_can_fork_private_repositories": False,
    "members_can_delete_repositories": True,
    "members_can_change_repo_visibility": True,
    "members_can_invite_outside_collaborators": True,
    "members_can_delete_issues": False,
    "members_can_create_teams": True,
    "members_can_view_dependency_insights": True,
    "display_commenter_full_name_setting_enabled": False,
    "readers_can_create_discussions": True,
    "web_commit_signoff_required": False,
    "deploy_keys_enabled_for_repositories": True,
    "two_factor_requirement_enabled": False,
    "advanced_security_enabled_for_new_repositories": False,
    "dependabot_alerts_enabled_for_new_repositories": False,
    "dependabot_security_updates_enabled_for_new_repositories": False,
    "dependency_graph_enabled_for_new_repositories": False,
    "secret_scanning_enabled_for_new_repositories": False,
    "secret_scanning_push_protection_enabled_for_new_repositories": False,
    "secret_scanning_push_protection_custom_link_enabled": False,
    "secret_scanning_push_protection_custom_link": None,
}
"""Settings of a new organization."""

SECURITY_MANAGER = "security_manager"
PREDEFINED_ROLES = {
    SECURITY_MANAGER: (138, "Manage security policies, alerts and configurations.", "read"),
    "all_repo_read": (8132, "Read access to all repositories.", "read"),
    "all_repo_triage": (8133, "Triage access to all repositories.", "triage"),
    "all_repo_write": (8134, "Write access to all repositories.", "write"),
    "all_repo_maintain": (8135, "Maintenance access to all repositories.", "maintain"),
    "all_repo_admin": (8136, "Admin access to all repositories.", "admin"),
    "ci_cd_admin": (26237, "Manage Actions policies, runners, secrets and variables.", None),
    "app_manager": (33679, "Manage the GitHub Apps of the organization.", None),
}
"""Roles of every organization: id, description, base role. The ids are github.com's own."""


def add_organization(world: World, login: str, **settings: Any) -> Record[Organization]:  # noqa: ANN401 - JSON fields
    """Add an organization with GitHub's defaults and its predefined roles."""
    org = world.make(ORGANIZATION, 0, login, NEW_ORGANIZATION, **{"name": login, **settings})
    for name, (_, description, base) in PREDEFINED_ROLES.items():
        role = OrganizationRole(
            description=description, base_role=base, permissions=[], source="Predefined"
        )
        world.make(ORG_ROLE, org.id, name, role)
    return org


def slug(name: str) -> str:
    """Return a team's slug: lower case, other characters as single hyphens."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")


def repository_name(name: str) -> str:
    """Return the name that GitHub gives a repository that is asked for under this one."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)


def add_repository(
    world: World,
    account: Account,
    name: str,
    **settings: Any,  # noqa: ANN401 - JSON fields
) -> Record[Repository]:
    """Add a repository with GitHub's defaults.

    Args:
        world: The world.
        account: The owner: an organization or a user.
        name: The name; it is free.
        settings: What differs from the defaults.
    """
    visibility = settings.get("visibility", "public")
    # for repositories of a user there is no policy: GitHub's defaults hold
    policy = account.data if is_a(account, ORGANIZATION) else NEW_ORGANIZATION
    scanned = plans.offers(account, visibility, "secret_scanning")
    data: Repository = {
        **FEATURES,
        **MERGE_SETTINGS,
        # docs.github.com/rest/repos/repos: false in an organization that has disabled them
        "has_projects": policy["has_repository_projects"],
        "description": None,
        "homepage": None,
        "visibility": visibility,
        "default_branch": policy["default_repository_branch"],
        "topics": [],
        "license": None,
        "template": None,
        "fork_of": None,
        "pushed_at": world.clock.now(),
        "allow_forking": visibility == "public" or policy["members_can_fork_private_repositories"],
        "security": {
            "advanced_security": False,
            "secret_scanning": scanned and policy["secret_scanning_enabled_for_new_repositories"],
            "secret_scanning_push_protection": scanned
            and policy["secret_scanning_push_protection_enabled_for_new_repositories"],
            "dependabot_security_updates": policy[
                "dependabot_security_updates_enabled_for_new_repositories"
            ],
            "secret_scanning_non_provider_patterns": False,
            "secret_scanning_validity_checks": False,
        },
        "vulnerability_alerts": policy["dependabot_alerts_enabled_for_new_repositories"],
        # signed-off commits are required everywhere once the organization requires them
        "web_commit_signoff_required": policy["web_commit_signoff_required"],
    }
    redirect = world.find(REDIRECT, f"{account.id}/{name}")
    if redirect is not None:
        world.remove(redirect)
    return world.make(REPOSITORY, account.id, name, data, **settings)


def first_commit(
    world: World, repository: Record[Repository], user: Record[User], files: dict[str, bytes]
) -> Record[Commit]:
    """Make a repository's first commit, on its default branch."""
    made = objects.commit(
        world,
        repository,
        {path: objects.write_blob(world, repository, content) for path, content in files.items()},
        [],
        objects.made_by(user, "Initial commit", world.clock.now()),
    )
    objects.set_ref(world, repository, f"refs/heads/{repository.data['default_branch']}", made.name)
    return made

"""Users and organizations as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import org_role
from sandbox.world.kinds.people import MEMBER
from sandbox.world.kinds.repositories import REPOSITORY
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.accounts import Account, Organization, User
    from sandbox.world.records import Record

_USER_LINKS = (
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("organizations_url", "/orgs"),
    ("repos_url", "/repos"),
    ("events_url", "/events{/privacy}"),
    ("received_events_url", "/received_events"),
)
_ORG_LINKS = (
    ("repos_url", "/repos"),
    ("events_url", "/events"),
    ("hooks_url", "/hooks"),
    ("issues_url", "/issues"),
    ("members_url", "/members{/member}"),
    ("public_members_url", "/public_members{/member}"),
)


def simple_user(call: Call, account: Account) -> dict[str, Any]:
    """Return a user, or an organization as an owner, as `simple-user`."""
    url = f"{call.api}/users/{account.name}"
    kind = "Organization" if account.kind == "organization" else account.data.get("type", "User")
    return {
        "login": account.name,
        "id": account.id,
        "node_id": node_id(account.kind, account.id),
        "avatar_url": f"{call.host}/avatars/{account.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{call.host}/{account.name}",
        **{key: url + suffix for key, suffix in _USER_LINKS},
        "type": kind,
        "user_view_type": "public",
        "site_admin": bool(account.data.get("site_admin", False)),
    }


def full_user(call: Call, user: Account) -> dict[str, Any]:
    """Return a user as `public-user`."""
    return {
        **simple_user(call, user),
        "name": user.data.get("name"),
        "company": user.data.get("company"),
        "blog": user.data.get("blog", ""),
        "location": user.data.get("location"),
        "email": user.data.get("email"),
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    }


def private_user(call: Call, user: Record[User]) -> dict[str, Any]:
    """Return the user that asks as `private-user`."""
    return {
        **full_user(call, user),
        "private_gists": 0,
        "total_private_repos": 0,
        "owned_private_repos": 0,
        "disk_usage": 0,
        "collaborators": 0,
        "two_factor_authentication": True,
        "plan": {"name": "free", "space": 0, "collaborators": 0, "private_repos": 10_000},
    }


def simple_organization(call: Call, org: Record[Organization]) -> dict[str, Any]:
    """Return an organization as `organization-simple`."""
    url = f"{call.api}/orgs/{org.name}"
    return {
        "login": org.name,
        "id": org.id,
        "node_id": node_id("organization", org.id),
        "url": url,
        **{key: url + suffix for key, suffix in _ORG_LINKS},
        "avatar_url": f"{call.host}/avatars/{org.id}",
        "description": org.data["description"],
    }


def _public(call: Call, org: Record[Organization]) -> dict[str, Any]:
    own = call.world.all(REPOSITORY, org.id)
    return {
        **simple_organization(call, org),
        "name": org.data["name"],
        "company": org.data["company"],
        "blog": org.data["blog"],
        "location": org.data["location"],
        "email": org.data["email"],
        "twitter_username": org.data["twitter_username"],
        "is_verified": False,
        "has_organization_projects": org.data["has_organization_projects"],
        "has_repository_projects": org.data["has_repository_projects"],
        "public_repos": sum(repo.data["visibility"] == "public" for repo in own),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "html_url": f"{call.host}/{org.name}",
        "type": "Organization",
        "created_at": org.created_at,
        "updated_at": org.updated_at,
        "archived_at": None,
        "_private_repos": sum(repo.data["visibility"] != "public" for repo in own),
    }


def team_organization(call: Call, org: Record[Organization]) -> dict[str, Any]:
    """Return the organization inside a team, as `team-organization`."""
    public = _public(call, org)
    del public["_private_repos"]
    return public


# shown to members only
_MEMBER_FIELDS = (
    "default_repository_permission",
    "members_can_create_repositories",
    "members_allowed_repository_creation_type",
    "members_can_create_public_repositories",
    "members_can_create_private_repositories",
    "members_can_create_internal_repositories",
    "members_can_create_pages",
    "members_can_create_public_pages",
    "members_can_create_private_pages",
    "members_can_fork_private_repositories",
    "members_can_delete_repositories",
    "members_can_change_repo_visibility",
    "members_can_invite_outside_collaborators",
    "members_can_delete_issues",
    "display_commenter_full_name_setting_enabled",
    "readers_can_create_discussions",
    "members_can_create_teams",
    "members_can_view_dependency_insights",
    "default_repository_branch",
    "web_commit_signoff_required",
    "deploy_keys_enabled_for_repositories",
    "two_factor_requirement_enabled",
)
# shown to owners only
_OWNER_FIELDS = (
    "billing_email",
    "advanced_security_enabled_for_new_repositories",
    "dependabot_alerts_enabled_for_new_repositories",
    "dependabot_security_updates_enabled_for_new_repositories",
    "dependency_graph_enabled_for_new_repositories",
    "secret_scanning_enabled_for_new_repositories",
    "secret_scanning_push_protection_enabled_for_new_repositories",
    "secret_scanning_push_protection_custom_link_enabled",
    "secret_scanning_push_protection_custom_link",
)


def full_organization(call: Call, org: Record[Organization]) -> dict[str, Any]:
    """Return an organization as `organization-full`, with what the caller may see."""
    body = _public(call, org)
    private = body.pop("_private_repos")
    role = org_role(call.world, org, call.actor.id)
    if call.actor.installation is not None and call.actor.installation.parent == org.id:
        role = "admin"
    if role is None:
        return body
    body |= {
        "total_private_repos": private,
        "owned_private_repos": private,
        "private_gists": 0,
        "disk_usage": 0,
        "collaborators": 0,
        **{field: org.field(field) for field in _MEMBER_FIELDS},
        "plan": {
            "name": org.data["plan"],
            "space": 976_562_499,
            "private_repos": 999_999,
            "filled_seats": call.world.count(MEMBER, org.id),
            "seats": 100,
        },
    }
    if role == "admin":
        body |= {field: org.field(field) for field in _OWNER_FIELDS}
    return body

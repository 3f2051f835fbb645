"""Apps, organizations and users."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import org_role, visible_repositories
from sandbox.graphql.addresses import address, avatar, pages
from sandbox.graphql.connections import connection
from sandbox.graphql.fields.repositories import by_name
from sandbox.graphql.fields.teams import chosen
from sandbox.graphql.ordering import filtered, ordered
from sandbox.graphql.reading import constant, constants, data_of, empty, name, updated_at
from sandbox.graphql.rights import (
    check_members,
    manages_members,
    may_administer,
    readable,
    sees_members,
)
from sandbox.world.kinds.accounts import ORGANIZATION, USER, Organization, User
from sandbox.world.kinds.people import MEMBER, ORG_INVITATION, TEAM, Team
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver, Table
    from sandbox.world.records import Record


_SPONSORS: dict[str, Any] = {
    "estimatedNextSponsorsPayoutInCents": 0,
    "hasSponsorsListing": False,
    "isSponsoredBy": False,
    "isSponsoringViewer": False,
    "monthlyEstimatedSponsorsIncomeInCents": 0,
    "totalSponsorshipAmountAsSponsorInCents": None,
    "viewerCanSponsor": False,
    "viewerIsFollowing": False,
    "viewerIsSponsoring": False,
    "anyPinnableItems": False,
    "pinnedItemsRemaining": 6,
    "twitterUsername": None,
}
"""Fields of organizations and users that the sandbox does not simulate."""


def _role(call: Call, org: Record[Organization]) -> str | None:
    return org_role(call.world, org, call.actor.id)


def _owns(call: Call, org: Record[Organization], _arguments: dict[str, Any]) -> bool:
    return _role(call, org) == "admin"


def _belongs(call: Call, org: Record[Organization], _arguments: dict[str, Any]) -> bool:
    return _role(call, org) is not None


def _for_owners(read: Resolver) -> Resolver:
    """Return a resolver of a field that only the organization's owners see."""
    return lambda call, org, arguments: (
        read(call, org, arguments) if may_administer(call, org) else None
    )


def _for_members(allowed: Resolver) -> Resolver:
    """Return whether the viewer may do what owners always may, and members if it is allowed."""
    return lambda call, org, arguments: (
        _owns(call, org, arguments)
        or (_belongs(call, org, arguments) and allowed(call, org, arguments))
    )


def _members_with_role(
    call: Call, org: Record[Organization], arguments: dict[str, Any]
) -> dict[str, Any]:
    check_members(call, org)
    members = call.world.all(MEMBER, org.id) if sees_members(call, org) else []
    users = [user for member in members if (user := call.world.get(USER, int(member.name)))]

    def role(user: Record[User]) -> str:
        return (org_role(call.world, org, user.id) or "member").upper()

    def two_factor(user: Record[User]) -> bool | None:
        disabled = user.data.get("two_factor_disabled", False)
        return not disabled if manages_members(call, org) else None

    return connection(users, arguments, role=role, hasTwoFactorEnabled=two_factor)


def _pending_members(
    call: Call, org: Record[Organization], arguments: dict[str, Any]
) -> dict[str, Any]:
    check_members(call, org)
    found = call.world.all(ORG_INVITATION, org.id) if manages_members(call, org) else []
    users = (call.world.get(USER, int(each.name)) for each in found)
    return connection([each for each in users if each is not None], arguments)


def _team(call: Call, org: Record[Organization], arguments: dict[str, Any]) -> Record[Team] | None:
    # as on GitHub, an unknown team is null, and no error
    check_members(call, org)
    return call.world.find(TEAM, arguments["slug"], org.id) if sees_members(call, org) else None


def _teams(call: Call, org: Record[Organization], arguments: dict[str, Any]) -> dict[str, Any]:
    check_members(call, org)
    teams = call.world.all(TEAM, org.id) if sees_members(call, org) else []
    return connection(chosen(call, teams, arguments), arguments)


def _repositories(
    call: Call, org: Record[Organization], arguments: dict[str, Any]
) -> dict[str, Any]:
    found = visible_repositories(call.world, org, call.actor)
    return connection(ordered(filtered(found, arguments), arguments), arguments)


def _organization_of(
    call: Call, user: Record[User], arguments: dict[str, Any]
) -> Record[Organization] | None:
    org = call.world.find(ORGANIZATION, arguments["login"])
    return None if org is None or org_role(call.world, org, user.id) is None else org


def _own_repositories(call: Call, user: Record[User], arguments: dict[str, Any]) -> dict[str, Any]:
    found = visible_repositories(call.world, user, call.actor)
    return connection(ordered(filtered(found, arguments), arguments), arguments)


def _own_repository(
    call: Call, user: Record[User], arguments: dict[str, Any]
) -> Record[Repository] | None:
    found = call.world.find(REPOSITORY, arguments["name"], user.id)
    return found if found is not None and readable(call, found) else None


def _is_viewer(call: Call, user: Record[User], _arguments: dict[str, Any]) -> bool:
    return user.id == call.actor.id


RESOLVERS: Table = {
    ("App", "slug"): name,
    ("App", "name"): name,
    ("App", "clientId"): lambda _call, app, _arguments: f"Iv{app.id}",
    ("App", "description"): constant(None),
    ("App", "ipAllowListEntries"): empty,
    ("App", "logoBackgroundColor"): constant("ffffff"),
    ("App", "logoUrl"): avatar,
    ("App", "updatedAt"): updated_at,
    ("App", "url"): lambda call, app, _arguments: f"{call.host}/apps/{app.name}",
    **constants(
        "Organization",
        **_SPONSORS,
        announcement=None,
        announcementCreatedAt=None,
        announcementExpiresAt=None,
        announcementUserDismissible=None,
        archivedAt=None,
        ipAllowListEnabledSetting="DISABLED",
        ipAllowListForInstalledAppsEnabledSetting="DISABLED",
        isVerified=False,
        notificationDeliveryRestrictionEnabledSetting="DISABLED",
    ),
    ("Organization", "login"): name,
    ("Organization", "membersWithRole"): _members_with_role,
    ("Organization", "pendingMembers"): _pending_members,
    ("Organization", "repositories"): _repositories,
    ("Organization", "repository"): by_name,
    ("Organization", "team"): _team,
    ("Organization", "teams"): _teams,
    **pages("Organization", newTeam="/new-team", projects="/projects", teams="/teams"),
    ("Organization", "resourcePath"): address("", whole=False),
    ("Organization", "url"): address("", whole=True),
    ("Organization", "avatarUrl"): avatar,
    ("Organization", "description"): data_of(ORGANIZATION, lambda it: it["description"]),
    ("Organization", "descriptionHTML"): data_of(
        ORGANIZATION, lambda it: escape(it["description"] or "")
    ),
    ("Organization", "email"): data_of(ORGANIZATION, lambda it: it["email"]),
    ("Organization", "ipAllowListEntries"): empty,
    ("Organization", "location"): data_of(ORGANIZATION, lambda it: it["location"]),
    ("Organization", "membersCanForkPrivateRepositories"): data_of(
        ORGANIZATION, lambda it: it["members_can_fork_private_repositories"]
    ),
    ("Organization", "name"): data_of(ORGANIZATION, lambda it: it["name"]),
    ("Organization", "organizationBillingEmail"): _for_owners(
        data_of(ORGANIZATION, lambda it: it["billing_email"])
    ),
    ("Organization", "requiresTwoFactorAuthentication"): _for_owners(
        data_of(ORGANIZATION, lambda it: it["two_factor_requirement_enabled"])
    ),
    ("Organization", "updatedAt"): updated_at,
    ("Organization", "viewerCanAdminister"): _owns,
    ("Organization", "viewerCanChangePinnedItems"): _owns,
    ("Organization", "viewerCanCreateProjects"): _belongs,
    ("Organization", "viewerCanCreateRepositories"): _for_members(
        data_of(ORGANIZATION, lambda it: it["members_can_create_repositories"])
    ),
    ("Organization", "viewerCanCreateTeams"): _for_members(
        data_of(ORGANIZATION, lambda it: it["members_can_create_teams"])
    ),
    ("Organization", "viewerIsAMember"): _belongs,
    ("Organization", "webCommitSignoffRequired"): data_of(
        ORGANIZATION, lambda it: it["web_commit_signoff_required"]
    ),
    ("Organization", "websiteUrl"): data_of(ORGANIZATION, lambda it: it["blog"]),
    **constants(
        "User",
        **_SPONSORS,
        bio=None,
        bioHTML="",
        canReceiveOrganizationEmailsWhenNotificationsRestricted=False,
        company=None,
        companyHTML="",
        isBountyHunter=False,
        isCampusExpert=False,
        isDeveloperProgramMember=False,
        isEmployee=False,
        isFollowingViewer=False,
        isGitHubStar=False,
        isHireable=False,
        location=None,
        organizationVerifiedDomainEmails=[],
        pronouns=None,
        userViewType="PUBLIC",
        viewerCanFollow=False,
        websiteUrl=None,
    ),
    ("User", "login"): name,
    ("User", "name"): data_of(USER, lambda it: it.get("name")),
    ("User", "email"): data_of(USER, lambda it: it.get("email") or ""),
    **pages("User", projects="?tab=projects"),
    ("User", "resourcePath"): address("", whole=False),
    ("User", "url"): address("", whole=True),
    ("User", "avatarUrl"): avatar,
    ("User", "isSiteAdmin"): data_of(USER, lambda it: it.get("site_admin", False)),
    ("User", "isViewer"): _is_viewer,
    ("User", "organization"): _organization_of,
    ("User", "repositories"): _own_repositories,
    ("User", "repositoriesContributedTo"): empty,
    ("User", "repository"): _own_repository,
    ("User", "topRepositories"): _own_repositories,
    ("User", "updatedAt"): updated_at,
    ("User", "viewerCanChangePinnedItems"): _is_viewer,
    ("User", "viewerCanCreateProjects"): _is_viewer,
    ("User", "watching"): empty,
}

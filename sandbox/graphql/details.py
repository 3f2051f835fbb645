"""The many small fields: what a record says of itself, addresses, and what the viewer may.

Together with `resolvers.py` every field of the schema has an answer. What the sandbox has no notion
of (sponsors, stars, pinned items) is as it is for an account that never used it.
"""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import (
    level,
    org_role,
    owner,
    permission,
    visible_repositories,
)
from sandbox.enforcement.classic_model import rule_for
from sandbox.enforcement.ref_patterns import matches
from sandbox.git import objects as git
from sandbox.graphql.connections import connection
from sandbox.graphql.objects import GitObject, below
from sandbox.graphql.refusals import not_found
from sandbox.shapes.repositories import full_name
from sandbox.world.kinds import REF, TEAM, TEAM_MEMBER
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.http import Call
    from sandbox.world.kinds import Ref, Team
    from sandbox.world.records import Record

    Resolver = Callable[[Call, Any, dict[str, Any]], Any]
    Table = dict[tuple[str, str], Resolver]


def _field(name: str, default: Any = None) -> Resolver:  # noqa: ANN401 - any JSON
    """Read a field of the record's data."""
    return lambda _call, source, _arguments: source.get(name, default)


def _const(value: Any) -> Resolver:  # noqa: ANN401 - any JSON
    return lambda _call, _source, _arguments: value


def _updated(_call: Call, source: Record, _arguments: dict[str, Any]) -> str:
    return source.updated_at


def _html(name: str) -> Resolver:
    """Read a text, escaped."""
    return lambda _call, source, _arguments: escape(source.get(name) or "")


def _path(end: str, *, whole: bool) -> Resolver:
    """Return an address below the source's page: with the host (`whole`), or only the path."""

    def resolve(call: Call, source: Any, _arguments: dict[str, Any]) -> str:  # noqa: ANN401 - resolver
        return f"{call.host if whole else ''}{_page(call, source)}{end}"

    return resolve


def _page(call: Call, source: Any) -> str:  # noqa: ANN401 - a record or git object
    if isinstance(source, GitObject):
        return f"/{full_name(call, source.repository)}/{source.kind}/{source.oid}"
    if source.kind == "repository":
        return f"/{full_name(call, source)}"
    if source.kind == "team":
        org = call.world.get("organization", source.parent)
        return f"/orgs/{'' if org is None else org.name}/teams/{source.name}"
    return f"/{source.name}"


def _pages(kind: str, **ends: str) -> Table:
    """Return pairs of fields: `<name>Url` with the host, `<name>ResourcePath` without."""
    table: Table = {}
    for name, end in ends.items():
        table[kind, f"{name}Url"] = _path(end, whole=True)
        table[kind, f"{name}ResourcePath"] = _path(end, whole=False)
    return table


def _avatar(call: Call, source: Record, _arguments: dict[str, Any]) -> str:
    return f"{call.host}/avatars/{source.id}"


def _parent_repository(call: Call, source: Record, _arguments: dict[str, Any]) -> Record | None:
    return call.world.get("repository", source.parent)


def _by_id(kind: str, name: str) -> Resolver:
    """Read the record whose id is a field of this one."""
    return lambda call, source, _arguments: call.world.get(kind, source.get(name) or 0)


# --- who looks


def _role(call: Call, org: Record) -> str | None:
    return org_role(call.world, org, call.actor.id)


def _owns(call: Call, org: Record, _arguments: dict[str, Any]) -> bool:
    return _role(call, org) == "admin"


def _belongs(call: Call, org: Record, _arguments: dict[str, Any]) -> bool:
    return _role(call, org) is not None


def _may(wanted: str) -> Resolver:
    """Return whether the viewer has a permission on a repository."""
    return lambda call, repository, _arguments: (
        level(permission(call.world, repository, call.actor)) >= level(wanted)
    )


def _viewer_permission(call: Call, repository: Record, _arguments: dict[str, Any]) -> str | None:
    found = permission(call.world, repository, call.actor)
    names = {"pull": "READ", "push": "WRITE", "none": None}
    return names.get(found, found.upper())


def _default_merge(_call: Call, repository: Record, _arguments: dict[str, Any]) -> str:
    methods = (("allow_merge_commit", "MERGE"), ("allow_squash_merge", "SQUASH"))
    return next((name for field, name in methods if repository[field]), "REBASE")


def _maintains(call: Call, team: Record[Team], _arguments: dict[str, Any]) -> bool:
    org = call.world.get("organization", team.parent)
    member = call.world.find(TEAM_MEMBER, str(call.actor.id), team.id)
    return (org is not None and _role(call, org) == "admin") or (
        member is not None and member.data["role"] == "maintainer"
    )


def _viewer_email(call: Call, _source: Record, _arguments: dict[str, Any]) -> str | None:
    return None if call.actor.user is None else call.actor.user.get("email")


def _viewer_emails(call: Call, source: Record, arguments: dict[str, Any]) -> list[str]:
    email = _viewer_email(call, source, arguments)
    return [] if email is None else [email]


# --- lists


def _seen(call: Call, records: list[Record], arguments: dict[str, Any]) -> dict[str, Any]:
    found = [each for each in records if level(permission(call.world, each, call.actor))]
    return connection(found, arguments)


def _forks(call: Call, repository: Record, arguments: dict[str, Any]) -> dict[str, Any]:
    accounts = [*call.world.all("organization"), *call.world.all("user")]
    found = [
        each
        for account in accounts
        for each in call.world.all("repository", account.id)
        if each.get("fork_of") == repository.id
    ]
    return _seen(call, found, arguments)


def _none(_call: Call, _source: Record, arguments: dict[str, Any]) -> dict[str, Any]:
    return connection([], arguments)


def _own_repositories(call: Call, user: Record, arguments: dict[str, Any]) -> dict[str, Any]:
    return connection(visible_repositories(call.world, user, call.actor), arguments)


def _own_repository(call: Call, user: Record, arguments: dict[str, Any]) -> Record | None:
    found = call.world.find("repository", arguments["name"], user.id)
    seen = found is not None and level(permission(call.world, found, call.actor))
    return found if seen else None


def _refs(call: Call, repository: Record, arguments: dict[str, Any]) -> dict[str, Any]:
    prefix = arguments["refPrefix"].rstrip("/") + "/"
    found = [
        ref
        for ref in call.world.all(REF, repository.id)
        if ref.name.startswith(prefix) and (arguments.get("query") or "") in ref.name
    ]
    backwards = arguments.get("direction") == "DESC"
    return connection(sorted(found, key=lambda ref: ref.name, reverse=backwards), arguments)


def _ref(call: Call, repository: Record, arguments: dict[str, Any]) -> Record | None:
    name = arguments["qualifiedName"]
    places = (name, f"refs/{name}", f"refs/heads/{name}", f"refs/tags/{name}")
    found = (git.find_ref(call.world, repository, each) for each in places)
    return next((ref for ref in found if ref is not None), None)


def _matching_refs(call: Call, rule: Record, arguments: dict[str, Any]) -> dict[str, Any]:
    heads = "refs/heads/"
    found = [
        ref
        for ref in call.world.all(REF, rule.parent)
        if ref.name.startswith(heads) and matches(rule.name, ref.name.removeprefix(heads))
    ]
    return connection(found, arguments)


def _child_teams(call: Call, team: Record[Team], arguments: dict[str, Any]) -> dict[str, Any]:
    teams = call.world.all(TEAM, team.parent)
    found = [each for each in teams if each["parent_team"] == team.id]
    if not arguments.get("immediateOnly", True):
        for child in found:  # grows as it goes
            found += [each for each in teams if each["parent_team"] == child.id]
    return connection(found, arguments)


def _ancestors(call: Call, team: Record[Team], arguments: dict[str, Any]) -> dict[str, Any]:
    found = []
    above = call.world.get(TEAM, team.data["parent_team"] or 0)
    while above is not None:
        found.append(above)
        above = call.world.get(TEAM, above["parent_team"] or 0)
    return connection(found, arguments)


def _repository_owner(call: Call, _source: object, arguments: dict[str, Any]) -> Record:
    login = arguments["login"]
    found = call.world.account(login)
    if found is None:
        raise not_found(f"Could not resolve to a RepositoryOwner with the login of '{login}'.")
    return found


def _organization_of(call: Call, user: Record, arguments: dict[str, Any]) -> Record | None:
    org = call.world.find("organization", arguments["login"])
    return None if org is None or org_role(call.world, org, user.id) is None else org


# --- git


def _commit(call: Call, found: GitObject) -> Record:
    commit = call.world.find("commit", found.oid, found.repository.id)
    if commit is None:
        raise AssertionError("a commit that was found is there")
    return commit


def _of_commit(read: Callable[[Record], Any]) -> Resolver:
    return lambda call, found, _arguments: read(_commit(call, found))


def _changes(call: Call, found: GitObject, _arguments: dict[str, Any]) -> int:
    return len(git.changed(call.world, found.repository, _commit(call, found)))


def _file(_call: Call, found: GitObject, arguments: dict[str, Any]) -> GitObject | None:
    return below(found.repository, found.files, arguments["path"].strip("/"))


def _target(call: Call, ref: Record[Ref], _arguments: dict[str, Any]) -> GitObject | None:
    repository = call.world.get("repository", ref.parent)
    commit = call.world.find("commit", ref.data["sha"], ref.parent)
    if repository is None or commit is None:
        return None
    return GitObject(repository, "commit", commit.name, commit["files"])


def _rule_of_ref(call: Call, ref: Record[Ref], _arguments: dict[str, Any]) -> Record | None:
    repository = call.world.get("repository", ref.parent)
    branch = ref.name.removeprefix("refs/heads/")
    if repository is None or branch == ref.name:
        return None
    return rule_for(call.world, repository, branch)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _size(call: Call, entry: GitObject) -> int:
    return len(git.read_blob(call.world, entry.repository, entry.oid) or b"")


def _lines(call: Call, entry: GitObject, _arguments: dict[str, Any]) -> int | None:
    if entry.kind != "blob":
        return None
    return len((git.read_blob(call.world, entry.repository, entry.oid) or b"").splitlines())


# --- conversations of pull requests


def _thread_repository(call: Call, thread: Record, _arguments: dict[str, Any]) -> Record | None:
    pull = call.world.get("pull", thread.parent)
    return None if pull is None else call.world.get("repository", pull.parent)


def _settles(*, resolved: bool) -> Resolver:
    def resolve(call: Call, thread: Record, arguments: dict[str, Any]) -> bool:
        repository = _thread_repository(call, thread, arguments)
        pull = call.world.get("pull", thread.parent)
        if repository is None or pull is None:
            return False
        found = level(permission(call.world, repository, call.actor))
        may = found >= level("write") or call.actor.id == pull["user"]
        return may and bool(thread["resolved"]) != resolved

    return resolve


_SPONSORS = {
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
_CONSTANTS: dict[str, dict[str, Any]] = {
    "App": {"logoBackgroundColor": "ffffff"},
    "Commit": {
        "additions": 0,
        "deletions": 0,
        "onBehalfOf": None,
        "pushedDate": None,
        "viewerCanSubscribe": False,
        "viewerSubscription": None,
    },
    "Environment": {"isPinned": None, "pinnedPosition": None},
    "Organization": {
        **_SPONSORS,
        "announcement": None,
        "announcementCreatedAt": None,
        "announcementExpiresAt": None,
        "announcementUserDismissible": None,
        "archivedAt": None,
        "ipAllowListEnabledSetting": "DISABLED",
        "ipAllowListForInstalledAppsEnabledSetting": "DISABLED",
        "isVerified": False,
        "notificationDeliveryRestrictionEnabledSetting": "DISABLED",
    },
    "PullRequestReviewThread": {
        "diffSide": "RIGHT",
        "isOutdated": False,
        "originalStartLine": None,
        "resolvedBy": None,
        "startDiffSide": None,
        "startLine": None,
        "subjectType": "LINE",
        "viewerCanReply": True,
    },
    "Repository": {
        "archivedAt": None,
        "diskUsage": 0,
        "hasSponsorshipsEnabled": False,
        "isBlankIssuesEnabled": True,
        "isDisabled": False,
        "isLocked": False,
        "isMirror": False,
        "isSecurityPolicyEnabled": None,
        "isUserConfigurationRepository": False,
        "lockReason": None,
        "mirrorUrl": None,
        "securityPolicyUrl": None,
        "stargazerCount": 0,
        "tempCloneToken": None,
        "usesCustomOpenGraphImage": False,
        "viewerCanSubscribe": True,
        "viewerHasStarred": False,
        "viewerSubscription": "UNSUBSCRIBED",
    },
    "Team": {"viewerCanSubscribe": False, "viewerSubscription": None},
    "TreeEntry": {"isGenerated": False},
    "User": {
        **_SPONSORS,
        "bio": None,
        "bioHTML": "",
        "canReceiveOrganizationEmailsWhenNotificationsRestricted": False,
        "companyHTML": "",
        "isBountyHunter": False,
        "isCampusExpert": False,
        "isDeveloperProgramMember": False,
        "isEmployee": False,
        "isFollowingViewer": False,
        "isGitHubStar": False,
        "isHireable": False,
        "organizationVerifiedDomainEmails": [],
        "pronouns": None,
        "userViewType": "PUBLIC",
        "viewerCanFollow": False,
    },
}


def _is_viewer(call: Call, user: Record, _arguments: dict[str, Any]) -> bool:
    return user.id == call.actor.id


RESOLVERS: Table = {
    **{
        (kind, name): _const(value)
        for kind, values in _CONSTANTS.items()
        for name, value in values.items()
    },
    ("Query", "id"): _const("Q"),
    ("Query", "relay"): lambda _call, _source, _arguments: {},
    ("Query", "repositoryOwner"): _repository_owner,
    # apps
    ("App", "clientId"): lambda _call, app, _arguments: f"Iv{app.id}",
    ("App", "description"): _field("description"),
    ("App", "ipAllowListEntries"): _none,
    ("App", "logoUrl"): _avatar,
    ("App", "updatedAt"): _updated,
    ("App", "url"): lambda call, app, _arguments: f"{call.host}/apps/{app.name}",
    # organizations
    **_pages(
        "Organization",
        newTeam="/new-team",
        projects="/projects",
        teams="/teams",
    ),
    ("Organization", "resourcePath"): _path("", whole=False),
    ("Organization", "avatarUrl"): _avatar,
    ("Organization", "description"): _field("description"),
    ("Organization", "descriptionHTML"): _html("description"),
    ("Organization", "email"): _field("email"),
    ("Organization", "ipAllowListEntries"): _none,
    ("Organization", "location"): _field("location"),
    ("Organization", "membersCanForkPrivateRepositories"): _field(
        "members_can_fork_private_repositories"
    ),
    ("Organization", "name"): _field("name"),
    ("Organization", "organizationBillingEmail"): lambda call, org, arguments: (
        org["billing_email"] if _owns(call, org, arguments) else None
    ),
    ("Organization", "requiresTwoFactorAuthentication"): lambda call, org, arguments: (
        org["two_factor_requirement_enabled"] if _owns(call, org, arguments) else None
    ),
    ("Organization", "updatedAt"): _updated,
    ("Organization", "viewerCanAdminister"): _owns,
    ("Organization", "viewerCanChangePinnedItems"): _owns,
    ("Organization", "viewerCanCreateProjects"): _belongs,
    ("Organization", "viewerCanCreateRepositories"): lambda call, org, arguments: (
        _owns(call, org, arguments)
        or (_belongs(call, org, arguments) and bool(org["members_can_create_repositories"]))
    ),
    ("Organization", "viewerCanCreateTeams"): lambda call, org, arguments: (
        _owns(call, org, arguments)
        or (_belongs(call, org, arguments) and bool(org["members_can_create_teams"]))
    ),
    ("Organization", "viewerIsAMember"): _belongs,
    ("Organization", "webCommitSignoffRequired"): _field("web_commit_signoff_required"),
    ("Organization", "websiteUrl"): _field("blog"),
    # users
    **_pages("User", projects="?tab=projects"),
    ("User", "resourcePath"): _path("", whole=False),
    ("User", "avatarUrl"): _avatar,
    ("User", "company"): _field("company"),
    ("User", "isSiteAdmin"): lambda _call, user, _arguments: bool(user.get("site_admin")),
    ("User", "isViewer"): _is_viewer,
    ("User", "location"): _field("location"),
    ("User", "organization"): _organization_of,
    ("User", "repositories"): _own_repositories,
    ("User", "repositoriesContributedTo"): _none,
    ("User", "repository"): _own_repository,
    ("User", "topRepositories"): _own_repositories,
    ("User", "updatedAt"): _updated,
    ("User", "viewerCanChangePinnedItems"): _is_viewer,
    ("User", "viewerCanCreateProjects"): _is_viewer,
    ("User", "watching"): _none,
    ("User", "websiteUrl"): _field("blog"),
    # teams
    **_pages(
        "Team",
        discussions="/discussions",
        editTeam="/edit",
        members="/members",
        newTeam="/new-team",
        repositories="/repositories",
        teams="/teams",
    ),
    ("Team", "resourcePath"): _path("", whole=False),
    ("Team", "ancestors"): _ancestors,
    ("Team", "avatarUrl"): _avatar,
    ("Team", "childTeams"): _child_teams,
    ("Team", "combinedSlug"): lambda call, team, _arguments: (
        _page(call, team).removeprefix("/orgs/").replace("/teams/", "/")
    ),
    ("Team", "description"): _field("description"),
    ("Team", "name"): _field("name"),
    ("Team", "notificationSetting"): lambda _call, team, _arguments: team[
        "notification_setting"
    ].upper(),
    ("Team", "updatedAt"): _updated,
    ("Team", "viewerCanAdminister"): _maintains,
    # repositories
    **_pages("Repository", projects="/projects"),
    ("Repository", "resourcePath"): _path("", whole=False),
    **{
        ("Repository", name): _field(field)
        for name, field in {
            "allowUpdateBranch": "allow_update_branch",
            "autoMergeAllowed": "allow_auto_merge",
            "description": "description",
            "forkingAllowed": "allow_forking",
            "hasDiscussionsEnabled": "has_discussions",
            "hasProjectsEnabled": "has_projects",
            "hasWikiEnabled": "has_wiki",
            "homepageUrl": "homepage",
            "mergeCommitAllowed": "allow_merge_commit",
            "mergeCommitMessage": "merge_commit_message",
            "mergeCommitTitle": "merge_commit_title",
            "pushedAt": "pushed_at",
            "rebaseMergeAllowed": "allow_rebase_merge",
            "squashMergeAllowed": "allow_squash_merge",
            "squashMergeCommitMessage": "squash_merge_commit_message",
            "squashMergeCommitTitle": "squash_merge_commit_title",
            "squashPrTitleUsedAsDefault": "use_squash_pr_title_as_default",
            "webCommitSignoffRequired": "web_commit_signoff_required",
        }.items()
    },
    ("Repository", "descriptionHTML"): _html("description"),
    ("Repository", "shortDescriptionHTML"): _html("description"),
    ("Repository", "forkCount"): lambda call, repository, _arguments: _forks(
        call, repository, {"first": 0}
    )["totalCount"],
    ("Repository", "forks"): _forks,
    ("Repository", "isEmpty"): lambda call, repository, _arguments: (
        not call.world.count(REF, repository.id)
    ),
    ("Repository", "isFork"): lambda _call, repository, _arguments: bool(repository.get("fork_of")),
    ("Repository", "isInOrganization"): lambda call, repository, _arguments: (
        owner(call.world, repository).kind == "organization"
    ),
    ("Repository", "openGraphImageUrl"): _avatar,
    ("Repository", "owner"): lambda call, repository, _arguments: owner(call.world, repository),
    ("Repository", "parent"): _by_id("repository", "fork_of"),
    ("Repository", "ref"): _ref,
    ("Repository", "refs"): _refs,
    ("Repository", "sshUrl"): lambda call, repository, _arguments: (
        f"git@{call.host.partition('://')[2]}:{full_name(call, repository)}.git"
    ),
    ("Repository", "templateRepository"): _by_id("repository", "template"),
    ("Repository", "updatedAt"): _updated,
    ("Repository", "viewerCanAdminister"): _may("admin"),
    ("Repository", "viewerCanCreateProjects"): _may("write"),
    ("Repository", "viewerCanUpdateTopics"): _may("maintain"),
    ("Repository", "viewerDefaultCommitEmail"): _viewer_email,
    ("Repository", "viewerDefaultMergeMethod"): _default_merge,
    ("Repository", "viewerPermission"): _viewer_permission,
    ("Repository", "viewerPossibleCommitEmails"): _viewer_emails,
    # classic protection
    ("BranchProtectionRule", "creator"): _by_id("user", "creator"),
    ("BranchProtectionRule", "lockAllowsFetchAndMerge"): _field(
        "lockAllowsFetchAndMerge", default=False
    ),
    ("BranchProtectionRule", "matchingRefs"): _matching_refs,
    ("BranchProtectionRule", "requiredDeploymentEnvironments"): _field(
        "requiredDeploymentEnvironments", default=[]
    ),
    ("BranchProtectionRule", "requiresDeployments"): _field("requiresDeployments", default=False),
    # git
    ("Ref", "branchProtectionRule"): _rule_of_ref,
    ("Ref", "repository"): _parent_repository,
    ("Ref", "target"): _target,
    **_pages("Commit", commit="", tree=""),
    ("Commit", "resourcePath"): _path("", whole=False),
    ("Commit", "url"): _path("", whole=True),
    ("Commit", "tarballUrl"): _path(".tar.gz", whole=True),
    ("Commit", "zipballUrl"): _path(".zip", whole=True),
    ("Commit", "authoredByCommitter"): _of_commit(
        lambda commit: commit["author"]["email"] == commit["committer"]["email"]
    ),
    ("Commit", "authoredDate"): _of_commit(lambda commit: commit["author"]["date"]),
    ("Commit", "committedDate"): _of_commit(lambda commit: commit["committer"]["date"]),
    ("Commit", "committedViaWeb"): _of_commit(
        lambda commit: bool((commit["verification"] or {}).get("verified"))
    ),
    ("Commit", "changedFiles"): _changes,
    ("Commit", "changedFilesIfAvailable"): _changes,
    ("Commit", "file"): _file,
    ("Commit", "message"): _of_commit(lambda commit: commit["message"]),
    ("Commit", "messageBody"): _of_commit(lambda commit: commit["message"].partition("\n\n")[2]),
    ("Commit", "messageBodyHTML"): _of_commit(
        lambda commit: escape(commit["message"].partition("\n\n")[2])
    ),
    ("Commit", "messageHeadline"): _of_commit(lambda commit: commit["message"].partition("\n")[0]),
    ("Commit", "messageHeadlineHTML"): _of_commit(
        lambda commit: escape(commit["message"].partition("\n")[0])
    ),
    **_pages("Tree", commit=""),
    **_pages("Blob", commit=""),
    ("TreeEntry", "extension"): lambda _call, entry, _arguments: (
        "." + entry.path.rpartition(".")[2] if "." in entry.path.rpartition("/")[2] else ""
    ),
    ("TreeEntry", "lineCount"): _lines,
    ("TreeEntry", "nameRaw"): lambda _call, entry, _arguments: _encoded(
        entry.path.rpartition("/")[2]
    ),
    ("TreeEntry", "pathRaw"): lambda _call, entry, _arguments: _encoded(entry.path),
    ("TreeEntry", "size"): lambda call, entry, _arguments: (
        _size(call, entry) if entry.kind == "blob" else 0
    ),
    **{
        (kind, "repository"): lambda _call, found, _arguments: found.repository
        for kind in ("Blob", "Commit", "Tree", "TreeEntry")
    },
    **{
        (kind, "id"): lambda _call, found, _arguments: (
            f"{found.kind[0].upper()}_{node_id('repository', found.repository.id)}_{found.oid}"
        )
        for kind in ("Blob", "Commit", "Tree")
    },
    # conversations
    ("PullRequestReviewThread", "isCollapsed"): lambda _call, thread, _arguments: bool(
        thread["resolved"]
    ),
    ("PullRequestReviewThread", "line"): _field("line"),
    ("PullRequestReviewThread", "originalLine"): _field("line"),
    ("PullRequestReviewThread", "path"): _field("path", default=""),
    ("PullRequestReviewThread", "repository"): _thread_repository,
    ("PullRequestReviewThread", "viewerCanResolve"): _settles(resolved=True),
    ("PullRequestReviewThread", "viewerCanUnresolve"): _settles(resolved=False),
}
"""What `resolvers.py` adds to its own."""

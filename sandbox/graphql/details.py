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
from sandbox.graphql.reading import data_of, record_of
from sandbox.graphql.refusals import not_found
from sandbox.shapes.repositories import full_name
from sandbox.world.kinds.accounts import ORGANIZATION, USER, Account, Organization, User
from sandbox.world.kinds.code import COMMIT, PULL, REF, REVIEW_COMMENT, Commit, Ref, ReviewComment
from sandbox.world.kinds.people import TEAM, TEAM_MEMBER, Team
from sandbox.world.kinds.protection import BRANCH_PROTECTION
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver
    from sandbox.world.kinds.protection import BranchProtection
    from sandbox.world.records import AnyRecord, Record

    Table = dict[tuple[str, str], Resolver]


def _const(value: Any) -> Resolver:  # noqa: ANN401 - any JSON
    return lambda _call, _source, _arguments: value


def _updated(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    return source.updated_at


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
        org = call.world.get(ORGANIZATION, source.parent)
        return f"/orgs/{'' if org is None else org.name}/teams/{source.name}"
    return f"/{source.name}"


def _pages(kind: str, **ends: str) -> Table:
    """Return pairs of fields: `<name>Url` with the host, `<name>ResourcePath` without."""
    table: Table = {}
    for name, end in ends.items():
        table[kind, f"{name}Url"] = _path(end, whole=True)
        table[kind, f"{name}ResourcePath"] = _path(end, whole=False)
    return table


def _avatar(call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    return f"{call.host}/avatars/{source.id}"


def _parent_repository(
    call: Call, source: AnyRecord, _arguments: dict[str, Any]
) -> Record[Repository] | None:
    return call.world.get(REPOSITORY, source.parent)


# --- who looks


def _role(call: Call, org: Record[Organization]) -> str | None:
    return org_role(call.world, org, call.actor.id)


def _owns(call: Call, org: Record[Organization], _arguments: dict[str, Any]) -> bool:
    return _role(call, org) == "admin"


def _belongs(call: Call, org: Record[Organization], _arguments: dict[str, Any]) -> bool:
    return _role(call, org) is not None


def _for_owners(read: Resolver) -> Resolver:
    """Return a resolver of a field that only the organization's owners see."""
    return lambda call, org, arguments: (
        read(call, org, arguments) if _owns(call, org, arguments) else None
    )


def _for_members(allowed: Resolver) -> Resolver:
    """Return whether the viewer may do what owners always may, and members if it is allowed."""
    return lambda call, org, arguments: (
        _owns(call, org, arguments)
        or (_belongs(call, org, arguments) and allowed(call, org, arguments))
    )


def _may(wanted: str) -> Resolver:
    """Return whether the viewer has a permission on a repository."""
    return lambda call, repository, _arguments: (
        level(permission(call.world, repository, call.actor)) >= level(wanted)
    )


def _viewer_permission(
    call: Call, repository: Record[Repository], _arguments: dict[str, Any]
) -> str | None:
    found = permission(call.world, repository, call.actor)
    names = {"pull": "READ", "push": "WRITE", "none": None}
    return names.get(found, found.upper())


def _default_merge(_call: Call, repository: Record[Repository], _arguments: dict[str, Any]) -> str:
    methods = (("allow_merge_commit", "MERGE"), ("allow_squash_merge", "SQUASH"))
    return next((name for field, name in methods if repository.field(field)), "REBASE")


def _maintains(call: Call, team: Record[Team], _arguments: dict[str, Any]) -> bool:
    org = call.world.get(ORGANIZATION, team.parent)
    member = call.world.find(TEAM_MEMBER, str(call.actor.id), team.id)
    return (org is not None and _role(call, org) == "admin") or (
        member is not None and member.data["role"] == "maintainer"
    )


def _viewer_email(call: Call, _source: AnyRecord, _arguments: dict[str, Any]) -> str | None:
    return None if call.actor.user is None else call.actor.user.data.get("email")


def _viewer_emails(call: Call, source: AnyRecord, arguments: dict[str, Any]) -> list[str]:
    email = _viewer_email(call, source, arguments)
    return [] if email is None else [email]


# --- lists


def _seen(
    call: Call, records: list[Record[Repository]], arguments: dict[str, Any]
) -> dict[str, Any]:
    found = [each for each in records if level(permission(call.world, each, call.actor))]
    return connection(found, arguments)


def _forks(call: Call, repository: Record[Repository], arguments: dict[str, Any]) -> dict[str, Any]:
    accounts = [*call.world.all(ORGANIZATION), *call.world.all(USER)]
    found = [
        each
        for account in accounts
        for each in call.world.all(REPOSITORY, account.id)
        if each.data.get("fork_of") == repository.id
    ]
    return _seen(call, found, arguments)


def _none(_call: Call, _source: AnyRecord, arguments: dict[str, Any]) -> dict[str, Any]:
    return connection([], arguments)


def _own_repositories(call: Call, user: Record[User], arguments: dict[str, Any]) -> dict[str, Any]:
    return connection(visible_repositories(call.world, user, call.actor), arguments)


def _own_repository(
    call: Call, user: Record[User], arguments: dict[str, Any]
) -> Record[Repository] | None:
    found = call.world.find(REPOSITORY, arguments["name"], user.id)
    seen = found is not None and level(permission(call.world, found, call.actor))
    return found if seen else None


def _refs(call: Call, repository: Record[Repository], arguments: dict[str, Any]) -> dict[str, Any]:
    prefix = arguments["refPrefix"].rstrip("/") + "/"
    found = [
        ref
        for ref in call.world.all(REF, repository.id)
        if ref.name.startswith(prefix) and (arguments.get("query") or "") in ref.name
    ]
    backwards = arguments.get("direction") == "DESC"
    return connection(sorted(found, key=lambda ref: ref.name, reverse=backwards), arguments)


def _ref(
    call: Call, repository: Record[Repository], arguments: dict[str, Any]
) -> Record[Ref] | None:
    name = arguments["qualifiedName"]
    places = (name, f"refs/{name}", f"refs/heads/{name}", f"refs/tags/{name}")
    found = (git.find_ref(call.world, repository, each) for each in places)
    return next((ref for ref in found if ref is not None), None)


def _matching_refs(
    call: Call, rule: Record[BranchProtection], arguments: dict[str, Any]
) -> dict[str, Any]:
    heads = "refs/heads/"
    found = [
        ref
        for ref in call.world.all(REF, rule.parent)
        if ref.name.startswith(heads) and matches(rule.name, ref.name.removeprefix(heads))
    ]
    return connection(found, arguments)


def _child_teams(call: Call, team: Record[Team], arguments: dict[str, Any]) -> dict[str, Any]:
    teams = call.world.all(TEAM, team.parent)
    found = [each for each in teams if each.data["parent_team"] == team.id]
    if not arguments.get("immediateOnly", True):
        for child in found:  # grows as it goes
            found += [each for each in teams if each.data["parent_team"] == child.id]
    return connection(found, arguments)


def _ancestors(call: Call, team: Record[Team], arguments: dict[str, Any]) -> dict[str, Any]:
    found = []
    above = call.world.get(TEAM, team.data["parent_team"] or 0)
    while above is not None:
        found.append(above)
        above = call.world.get(TEAM, above.data["parent_team"] or 0)
    return connection(found, arguments)


def _repository_owner(call: Call, _source: object, arguments: dict[str, Any]) -> Account:
    login = arguments["login"]
    found = call.world.account(login)
    if found is None:
        raise not_found(f"Could not resolve to a RepositoryOwner with the login of '{login}'.")
    return found


def _organization_of(
    call: Call, user: Record[User], arguments: dict[str, Any]
) -> Record[Organization] | None:
    org = call.world.find(ORGANIZATION, arguments["login"])
    return None if org is None or org_role(call.world, org, user.id) is None else org


# --- git


def _commit(call: Call, found: GitObject) -> Record[Commit]:
    commit = call.world.find(COMMIT, found.oid, found.repository.id)
    if commit is None:
        raise AssertionError("a commit that was found is there")
    return commit


def _of_commit(read: Callable[[Record[Commit]], Any]) -> Resolver:
    return lambda call, found, _arguments: read(_commit(call, found))


def _changes(call: Call, found: GitObject, _arguments: dict[str, Any]) -> int:
    return len(git.changed(call.world, found.repository, _commit(call, found)))


def _file(_call: Call, found: GitObject, arguments: dict[str, Any]) -> GitObject | None:
    return below(found.repository, found.files, arguments["path"].strip("/"))


def _target(call: Call, ref: Record[Ref], _arguments: dict[str, Any]) -> GitObject | None:
    repository = call.world.get(REPOSITORY, ref.parent)
    commit = call.world.find(COMMIT, ref.data["sha"], ref.parent)
    if repository is None or commit is None:
        return None
    return GitObject(repository, "commit", commit.name, commit.data["files"])


def _rule_of_ref(
    call: Call, ref: Record[Ref], _arguments: dict[str, Any]
) -> Record[BranchProtection] | None:
    repository = call.world.get(REPOSITORY, ref.parent)
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


def _thread_repository(
    call: Call, thread: Record[ReviewComment], _arguments: dict[str, Any]
) -> Record[Repository] | None:
    pull = call.world.get(PULL, thread.parent)
    return None if pull is None else call.world.get(REPOSITORY, pull.parent)


def _settles(*, resolved: bool) -> Resolver:
    def resolve(call: Call, thread: Record[ReviewComment], arguments: dict[str, Any]) -> bool:
        repository = _thread_repository(call, thread, arguments)
        pull = call.world.get(PULL, thread.parent)
        if repository is None or pull is None:
            return False
        found = level(permission(call.world, repository, call.actor))
        may = found >= level("write") or call.actor.id == pull.data["user"]
        return may and bool(thread.data["resolved"]) != resolved

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


def _is_viewer(call: Call, user: Record[User], _arguments: dict[str, Any]) -> bool:
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
    ("App", "description"): _const(None),
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
    ("Organization", "description"): data_of(ORGANIZATION, lambda it: it["description"]),
    ("Organization", "descriptionHTML"): data_of(
        ORGANIZATION, lambda it: escape(it["description"] or "")
    ),
    ("Organization", "email"): data_of(ORGANIZATION, lambda it: it["email"]),
    ("Organization", "ipAllowListEntries"): _none,
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
    ("Organization", "updatedAt"): _updated,
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
    # users
    **_pages("User", projects="?tab=projects"),
    ("User", "resourcePath"): _path("", whole=False),
    ("User", "avatarUrl"): _avatar,
    ("User", "company"): _const(None),
    ("User", "isSiteAdmin"): data_of(USER, lambda it: it.get("site_admin", False)),
    ("User", "isViewer"): _is_viewer,
    ("User", "location"): _const(None),
    ("User", "organization"): _organization_of,
    ("User", "repositories"): _own_repositories,
    ("User", "repositoriesContributedTo"): _none,
    ("User", "repository"): _own_repository,
    ("User", "topRepositories"): _own_repositories,
    ("User", "updatedAt"): _updated,
    ("User", "viewerCanChangePinnedItems"): _is_viewer,
    ("User", "viewerCanCreateProjects"): _is_viewer,
    ("User", "watching"): _none,
    ("User", "websiteUrl"): _const(None),
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
    ("Team", "description"): data_of(TEAM, lambda it: it["description"]),
    ("Team", "name"): data_of(TEAM, lambda it: it["name"]),
    ("Team", "notificationSetting"): data_of(TEAM, lambda it: it["notification_setting"].upper()),
    ("Team", "updatedAt"): _updated,
    ("Team", "viewerCanAdminister"): _maintains,
    # repositories
    **_pages("Repository", projects="/projects"),
    ("Repository", "resourcePath"): _path("", whole=False),
    ("Repository", "allowUpdateBranch"): data_of(REPOSITORY, lambda it: it["allow_update_branch"]),
    ("Repository", "autoMergeAllowed"): data_of(REPOSITORY, lambda it: it["allow_auto_merge"]),
    ("Repository", "description"): data_of(REPOSITORY, lambda it: it["description"]),
    ("Repository", "forkingAllowed"): data_of(REPOSITORY, lambda it: it["allow_forking"]),
    ("Repository", "hasDiscussionsEnabled"): data_of(REPOSITORY, lambda it: it["has_discussions"]),
    ("Repository", "hasProjectsEnabled"): data_of(REPOSITORY, lambda it: it["has_projects"]),
    ("Repository", "hasWikiEnabled"): data_of(REPOSITORY, lambda it: it["has_wiki"]),
    ("Repository", "homepageUrl"): data_of(REPOSITORY, lambda it: it["homepage"]),
    ("Repository", "mergeCommitAllowed"): data_of(REPOSITORY, lambda it: it["allow_merge_commit"]),
    ("Repository", "mergeCommitMessage"): data_of(
        REPOSITORY, lambda it: it["merge_commit_message"]
    ),
    ("Repository", "mergeCommitTitle"): data_of(REPOSITORY, lambda it: it["merge_commit_title"]),
    ("Repository", "pushedAt"): data_of(REPOSITORY, lambda it: it["pushed_at"]),
    ("Repository", "rebaseMergeAllowed"): data_of(REPOSITORY, lambda it: it["allow_rebase_merge"]),
    ("Repository", "squashMergeAllowed"): data_of(REPOSITORY, lambda it: it["allow_squash_merge"]),
    ("Repository", "squashMergeCommitMessage"): data_of(
        REPOSITORY, lambda it: it["squash_merge_commit_message"]
    ),
    ("Repository", "squashMergeCommitTitle"): data_of(
        REPOSITORY, lambda it: it["squash_merge_commit_title"]
    ),
    ("Repository", "squashPrTitleUsedAsDefault"): data_of(
        REPOSITORY, lambda it: it["use_squash_pr_title_as_default"]
    ),
    ("Repository", "webCommitSignoffRequired"): data_of(
        REPOSITORY, lambda it: it["web_commit_signoff_required"]
    ),
    ("Repository", "descriptionHTML"): data_of(
        REPOSITORY, lambda it: escape(it["description"] or "")
    ),
    ("Repository", "shortDescriptionHTML"): data_of(
        REPOSITORY, lambda it: escape(it["description"] or "")
    ),
    ("Repository", "forkCount"): lambda call, repository, _arguments: _forks(
        call, repository, {"first": 0}
    )["totalCount"],
    ("Repository", "forks"): _forks,
    ("Repository", "isEmpty"): lambda call, repository, _arguments: (
        not call.world.count(REF, repository.id)
    ),
    ("Repository", "isFork"): data_of(REPOSITORY, lambda it: bool(it.get("fork_of"))),
    ("Repository", "isInOrganization"): lambda call, repository, _arguments: (
        owner(call.world, repository).kind == "organization"
    ),
    ("Repository", "openGraphImageUrl"): _avatar,
    ("Repository", "owner"): lambda call, repository, _arguments: owner(call.world, repository),
    ("Repository", "parent"): record_of(
        REPOSITORY, data_of(REPOSITORY, lambda it: it.get("fork_of"))
    ),
    ("Repository", "ref"): _ref,
    ("Repository", "refs"): _refs,
    ("Repository", "sshUrl"): lambda call, repository, _arguments: (
        f"git@{call.host.partition('://')[2]}:{full_name(call, repository)}.git"
    ),
    ("Repository", "templateRepository"): record_of(
        REPOSITORY, data_of(REPOSITORY, lambda it: it["template"])
    ),
    ("Repository", "updatedAt"): _updated,
    ("Repository", "viewerCanAdminister"): _may("admin"),
    ("Repository", "viewerCanCreateProjects"): _may("write"),
    ("Repository", "viewerCanUpdateTopics"): _may("maintain"),
    ("Repository", "viewerDefaultCommitEmail"): _viewer_email,
    ("Repository", "viewerDefaultMergeMethod"): _default_merge,
    ("Repository", "viewerPermission"): _viewer_permission,
    ("Repository", "viewerPossibleCommitEmails"): _viewer_emails,
    # classic protection
    ("BranchProtectionRule", "creator"): record_of(
        USER, data_of(BRANCH_PROTECTION, lambda it: it.get("creator"))
    ),
    ("BranchProtectionRule", "lockAllowsFetchAndMerge"): data_of(
        BRANCH_PROTECTION, lambda it: it.get("lockAllowsFetchAndMerge", False)
    ),
    ("BranchProtectionRule", "matchingRefs"): _matching_refs,
    ("BranchProtectionRule", "requiredDeploymentEnvironments"): data_of(
        BRANCH_PROTECTION, lambda it: it.get("requiredDeploymentEnvironments", [])
    ),
    ("BranchProtectionRule", "requiresDeployments"): data_of(
        BRANCH_PROTECTION, lambda it: it.get("requiresDeployments", False)
    ),
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
        lambda commit: commit.data["author"]["email"] == commit.data["committer"]["email"]
    ),
    ("Commit", "authoredDate"): _of_commit(lambda commit: commit.data["author"]["date"]),
    ("Commit", "committedDate"): _of_commit(lambda commit: commit.data["committer"]["date"]),
    ("Commit", "committedViaWeb"): _of_commit(
        lambda commit: bool((commit.data["verification"] or {}).get("verified"))
    ),
    ("Commit", "changedFiles"): _changes,
    ("Commit", "changedFilesIfAvailable"): _changes,
    ("Commit", "file"): _file,
    ("Commit", "message"): _of_commit(lambda commit: commit.data["message"]),
    ("Commit", "messageBody"): _of_commit(
        lambda commit: commit.data["message"].partition("\n\n")[2]
    ),
    ("Commit", "messageBodyHTML"): _of_commit(
        lambda commit: escape(commit.data["message"].partition("\n\n")[2])
    ),
    ("Commit", "messageHeadline"): _of_commit(
        lambda commit: commit.data["message"].partition("\n")[0]
    ),
    ("Commit", "messageHeadlineHTML"): _of_commit(
        lambda commit: escape(commit.data["message"].partition("\n")[0])
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
    ("PullRequestReviewThread", "isCollapsed"): data_of(REVIEW_COMMENT, lambda it: it["resolved"]),
    ("PullRequestReviewThread", "line"): _const(None),
    ("PullRequestReviewThread", "originalLine"): _const(None),
    ("PullRequestReviewThread", "path"): data_of(REVIEW_COMMENT, lambda it: it["path"]),
    ("PullRequestReviewThread", "repository"): _thread_repository,
    ("PullRequestReviewThread", "viewerCanResolve"): _settles(resolved=True),
    ("PullRequestReviewThread", "viewerCanUnresolve"): _settles(resolved=False),
}
"""What `resolvers.py` adds to its own."""

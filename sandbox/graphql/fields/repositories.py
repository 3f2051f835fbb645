"""Repositories."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name, level, owner, permission
from sandbox.api import lookups
from sandbox.git import objects as git
from sandbox.graphql.addresses import address, avatar, pages
from sandbox.graphql.connections import connection
from sandbox.graphql.objects import CONTENTS, GitObject, find
from sandbox.graphql.ordering import filtered, ordered
from sandbox.graphql.reading import constants, data_of, name, record_of, updated_at
from sandbox.graphql.refusals import not_found
from sandbox.graphql.rights import check_app, readable
from sandbox.world.kinds.code import REF, Ref
from sandbox.world.kinds.repositories import REDIRECT, REPOSITORY, Repository
from sandbox.world.records import Record

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver, Table
    from sandbox.world.records import AnyRecord


def by_name(call: Call, source: Any, arguments: dict[str, Any]) -> Record[Repository]:  # noqa: ANN401 - resolver
    """Return a repository of an account by its name, or by one that it had."""
    login = source.name if isinstance(source, Record) else arguments["owner"]
    name = arguments["name"]
    found = lookups.find_repository(call.world, login, name)
    account = call.world.account(login)
    if found is None and account is not None and arguments.get("followRenames", True):
        redirect = call.world.find(REDIRECT, f"{account.id}/{name}")
        if redirect is not None:
            found = call.world.get(REPOSITORY, redirect.data["repository"])
    if found is None or not readable(call, found):
        raise not_found(f"Could not resolve to a Repository with the name '{login}/{name}'.")
    return found


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


def _viewer_email(call: Call, _source: AnyRecord, _arguments: dict[str, Any]) -> str | None:
    return None if call.actor.user is None else call.actor.user.data.get("email")


def _viewer_emails(call: Call, source: AnyRecord, arguments: dict[str, Any]) -> list[str]:
    email = _viewer_email(call, source, arguments)
    return [] if email is None else [email]


def _seen(ident: Resolver) -> Resolver:
    """Return a resolver of the repository of an id, if the viewer sees it."""
    read = record_of(REPOSITORY, ident)

    def resolve(
        call: Call, source: Record[Repository], arguments: dict[str, Any]
    ) -> Record[Repository] | None:
        found = read(call, source, arguments)
        return found if found is not None and readable(call, found) else None

    return resolve


def _forks(call: Call, repository: Record[Repository], arguments: dict[str, Any]) -> dict[str, Any]:
    forks: dict[int, list[Record[Repository]]] | None = call.kept.get("forks")
    if forks is None:
        forks = call.kept["forks"] = {}
        for each in call.world.repositories():
            forks.setdefault(each.data.get("fork_of") or 0, []).append(each)
    found = [each for each in forks.get(repository.id, []) if readable(call, each)]
    return connection(ordered(filtered(found, arguments), arguments), arguments)


def _refs(call: Call, repository: Record[Repository], arguments: dict[str, Any]) -> dict[str, Any]:
    check_app(call, repository, CONTENTS)
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
    check_app(call, repository, CONTENTS)
    name = arguments["qualifiedName"]
    locations = (name, f"refs/{name}", f"refs/heads/{name}", f"refs/tags/{name}")
    found = (git.find_ref(call.world, repository, each) for each in locations)
    return next((ref for ref in found if ref is not None), None)


def _default_branch(
    call: Call, repository: Record[Repository], _arguments: dict[str, Any]
) -> AnyRecord | None:
    check_app(call, repository, CONTENTS)
    return git.find_ref(call.world, repository, f"refs/heads/{repository.data['default_branch']}")


def _object(
    call: Call, repository: Record[Repository], arguments: dict[str, Any]
) -> GitObject | None:
    check_app(call, repository, CONTENTS)
    return find(call, repository, arguments)


def _security_policy(
    call: Call, repository: Record[Repository], _arguments: dict[str, Any]
) -> bool:
    """Return whether there is a security policy: the repository's, or its organization's."""
    shared = call.world.find(REPOSITORY, ".github", repository.parent)
    return any(each is not None and _has_policy(call, each) for each in (repository, shared))


def _has_policy(call: Call, repository: Record[Repository]) -> bool:
    commit = git.resolve(call.world, repository, repository.data["default_branch"])
    files = {} if commit is None else commit.data["files"]
    return any(f"{folder}SECURITY.md" in files for folder in ("", ".github/", "docs/"))


RESOLVERS: Table = {
    **constants(
        "Repository",
        archivedAt=None,
        diskUsage=0,
        hasSponsorshipsEnabled=False,
        isBlankIssuesEnabled=True,
        isDisabled=False,
        isLocked=False,
        isMirror=False,
        isUserConfigurationRepository=False,
        lockReason=None,
        mirrorUrl=None,
        securityPolicyUrl=None,
        stargazerCount=0,
        tempCloneToken=None,
        usesCustomOpenGraphImage=False,
        viewerCanSubscribe=True,
        viewerHasStarred=False,
        viewerSubscription="UNSUBSCRIBED",
    ),
    ("Repository", "name"): name,
    ("Repository", "nameWithOwner"): lambda call, repo, _arguments: full_name(call.world, repo),
    ("Repository", "defaultBranchRef"): _default_branch,
    ("Repository", "deleteBranchOnMerge"): data_of(
        REPOSITORY, lambda it: it["delete_branch_on_merge"]
    ),
    ("Repository", "hasIssuesEnabled"): data_of(REPOSITORY, lambda it: it["has_issues"]),
    ("Repository", "hasVulnerabilityAlertsEnabled"): data_of(
        REPOSITORY, lambda it: it["vulnerability_alerts"]
    ),
    ("Repository", "isArchived"): data_of(REPOSITORY, lambda it: it["archived"]),
    ("Repository", "isPrivate"): data_of(REPOSITORY, lambda it: it["visibility"] != "public"),
    ("Repository", "isTemplate"): data_of(REPOSITORY, lambda it: it["is_template"]),
    ("Repository", "visibility"): data_of(REPOSITORY, lambda it: it["visibility"].upper()),
    **pages("Repository", projects="/projects"),
    ("Repository", "resourcePath"): address("", whole=False),
    ("Repository", "url"): address("", whole=True),
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
    ("Repository", "openGraphImageUrl"): avatar,
    ("Repository", "owner"): lambda call, repository, _arguments: owner(call.world, repository),
    ("Repository", "parent"): _seen(data_of(REPOSITORY, lambda it: it.get("fork_of"))),
    ("Repository", "ref"): _ref,
    ("Repository", "refs"): _refs,
    ("Repository", "sshUrl"): lambda call, repository, _arguments: (
        f"git@{call.host.partition('://')[2]}:{full_name(call.world, repository)}.git"
    ),
    ("Repository", "templateRepository"): _seen(data_of(REPOSITORY, lambda it: it["template"])),
    ("Repository", "updatedAt"): updated_at,
    ("Repository", "viewerCanAdminister"): _may("admin"),
    ("Repository", "viewerCanCreateProjects"): _may("write"),
    ("Repository", "viewerCanUpdateTopics"): _may("maintain"),
    ("Repository", "viewerDefaultCommitEmail"): _viewer_email,
    ("Repository", "viewerDefaultMergeMethod"): _default_merge,
    ("Repository", "viewerPermission"): _viewer_permission,
    ("Repository", "viewerPossibleCommitEmails"): _viewer_emails,
    ("Repository", "object"): _object,
    ("Repository", "isSecurityPolicyEnabled"): _security_policy,
}

"""Mutations: classic branch protection, and who reviews for a team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import org_role, owner
from sandbox.api.errors import GitHubError
from sandbox.enforcement.classic_model import ACTORS, BOOLEANS, NEW
from sandbox.graphql.fields.reviews import may_settle
from sandbox.graphql.refusals import forbidden, no_node, not_found, unprocessable
from sandbox.graphql.rights import readable
from sandbox.graphql.targets import administered, check_administers, target
from sandbox.shapes.apps import app_number
from sandbox.world import plans
from sandbox.world.kinds.accounts import APP, ORGANIZATION, Organization
from sandbox.world.kinds.code import PULL, REVIEW_COMMENT
from sandbox.world.kinds.people import TEAM
from sandbox.world.kinds.protection import BRANCH_PROTECTION, BranchProtection
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.nodes import parse_node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record


def _fields(
    call: Call, given: dict[str, Any], old: Record[BranchProtection] | None
) -> dict[str, Any]:
    data: dict[str, Any] = {**(NEW if old is None else old.data)}
    for name in (*BOOLEANS, "requiredDeploymentEnvironments", "requiredStatusCheckContexts"):
        if given.get(name) is not None:
            data[name] = given[name]
    for name in ACTORS:
        if name in given:
            data[name] = [_actor(call, ident) for ident in given[name] or []]
    if "requiredApprovingReviewCount" in given:
        data["requiredApprovingReviewCount"] = _count(given["requiredApprovingReviewCount"])
    if given.get("requiredStatusChecks") is not None:
        data |= _checks(call, given["requiredStatusChecks"])
    if not data["restrictsPushes"]:
        # seen on live repositories: taken without a word, and set back
        data |= {"blocksCreations": False, "pushActorIds": []}
    if not data["restrictsReviewDismissals"]:
        data["reviewDismissalActorIds"] = []
    return data


def _checks(call: Call, given: list[dict[str, Any]]) -> dict[str, Any]:
    """Return checks that name the App that reports them; without one, or by `any`, all may."""
    apps = {}
    for each in given:
        ident = each.get("appId")
        if ident not in (None, "any"):
            kind, number = _actor(call, ident)
            app = call.world.get(APP, number) if kind == "app" else None
            if app is None:
                raise not_found(f"Could not resolve to App node with the global id of '{ident}'.")
            apps[each["context"]] = app_number(app)
    names = list(dict.fromkeys(each["context"] for each in given))
    return {"requiredStatusCheckContexts": names, "checkApps": apps}


def _count(count: int | None) -> int | None:
    if count is not None and not 0 <= count <= 6:  # noqa: PLR2004 - GitHub's range
        raise unprocessable("Required approving review count must be between 0 and 6")
    return count


def _actor(call: Call, ident: str) -> list[Any]:
    parsed = parse_node_id(ident)
    if parsed is None or parsed[0] not in ("user", "team", "app") or not call.world.record(*parsed):
        raise no_node(ident)
    return list(parsed)


def _unique(
    call: Call, repository: Record[Repository], pattern: str, old: Record[BranchProtection] | None
) -> None:
    taken = call.world.find(BRANCH_PROTECTION, pattern, repository.id)
    if taken is not None and (old is None or taken.id != old.id):
        raise unprocessable(f"Name already protected: {pattern}")
    if not pattern:
        raise unprocessable("Pattern can't be blank")


def _rule(call: Call, ident: str) -> tuple[Record[BranchProtection], Record[Repository]]:
    """Return a rule, and its repository, which the caller administers."""
    rule = target(call, BRANCH_PROTECTION, ident)
    repository = call.world.get(REPOSITORY, rule.parent)
    if repository is None:
        raise AssertionError("a rule has a repository")
    check_administers(call, repository, ident)
    return rule, repository


def create_protection(call: Call, _source: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Create a rule."""
    given = arguments["input"]
    repository = administered(call, given["repositoryId"])
    try:
        plans.check_branch_rules(owner(call.world, repository), repository)
    except GitHubError as error:
        raise forbidden(error.message) from None
    _unique(call, repository, given["pattern"], None)
    data = {**_fields(call, given, None), "creator": call.actor.id}
    rule = call.world.make(BRANCH_PROTECTION, repository.id, given["pattern"], NEW, **data)
    return {
        "branchProtectionRule": rule,
        "clientMutationId": given.get("clientMutationId"),
    }


def update_protection(call: Call, _source: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Change a rule; what is not named stays."""
    given = arguments["input"]
    rule, repository = _rule(call, given["branchProtectionRuleId"])
    pattern = given.get("pattern") or rule.name
    _unique(call, repository, pattern, rule)
    changed = call.world.change(rule, pattern, **_fields(call, given, rule))
    return {
        "branchProtectionRule": changed,
        "clientMutationId": given.get("clientMutationId"),
    }


def delete_protection(call: Call, _source: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Delete a rule."""
    given = arguments["input"]
    rule, _ = _rule(call, given["branchProtectionRuleId"])
    call.world.remove(rule)
    return {"clientMutationId": given.get("clientMutationId")}


def resolve_thread(call: Call, _source: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Settle a conversation of a pull request."""
    return _settle(call, arguments["input"], resolved=True)


def unresolve_thread(call: Call, _source: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Open a conversation of a pull request again."""
    return _settle(call, arguments["input"], resolved=False)


def _settle(call: Call, given: dict[str, Any], *, resolved: bool) -> dict[str, Any]:
    parsed = parse_node_id(given["threadId"])
    thread = None
    if parsed is not None and parsed[0] == "review_thread":
        # a conversation goes by its first comment
        thread = call.world.get(REVIEW_COMMENT, parsed[1])
    pull = None if thread is None else call.world.get(PULL, thread.parent)
    repository = None if pull is None else call.world.get(REPOSITORY, pull.parent)
    if thread is None or pull is None or repository is None or not readable(call, repository):
        raise no_node(given["threadId"])
    if not may_settle(call, repository, pull):
        raise forbidden("Viewer can not resolve this conversation.")
    return {
        "thread": call.world.change(thread, resolved=resolved),
        "clientMutationId": given.get("clientMutationId"),
    }


def _manages_teams(call: Call, org: Record[Organization]) -> bool:
    """Return whether the viewer is an owner of the organization, or an App installed in it."""
    installation = call.actor.installation
    if installation is not None:
        return installation.parent == org.id
    return org_role(call.world, org, call.actor.id) == "admin"


def update_review_assignment(
    call: Call,
    _source: object,
    arguments: dict[str, Any],
) -> dict[str, Any]:
    """Set who of a team reviews when the team is asked to."""
    given = arguments["input"]
    team = target(call, TEAM, given["id"])
    org = call.world.get(ORGANIZATION, team.parent)
    if org is None or not _manages_teams(call, org):
        raise forbidden("Viewer must be an owner of the organization.")
    settings = {
        name: given[name]
        for name in ("enabled", "algorithm", "teamMemberCount", "notifyTeam")
        if given.get(name) is not None
    }
    changed = call.world.change(team, review_assignment=settings)
    return {"team": changed, "clientMutationId": given.get("clientMutationId")}

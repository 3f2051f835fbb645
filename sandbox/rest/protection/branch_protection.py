"""Classic protection of a branch, as REST shows and sets it.

Source: https://docs.github.com/rest/branches/branch-protection
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.api import fields
from sandbox.api.errors import GitHubError, invalid
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.routing import Routes
from sandbox.enforcement.classic_model import NEW, approvals, rule_for
from sandbox.rest.code.branches import find, protection_url, short_name
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.apps import app_json
from sandbox.shapes.teams import simple_with_parent
from sandbox.world import plans
from sandbox.world.kinds.accounts import APP, USER
from sandbox.world.kinds.people import TEAM
from sandbox.world.kinds.protection import BRANCH_PROTECTION, Actors, BranchProtection

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.http import Call
    from sandbox.world.records import AnyRecord, Record

ROUTES = Routes()
_BASE = "/repos/{owner}/{repo}/branches/{branch}/protection"
_REVIEW_LIMIT = 6
_FLAGS = {
    "required_linear_history": "requiresLinearHistory",
    "allow_force_pushes": "allowsForcePushes",
    "allow_deletions": "allowsDeletions",
    "block_creations": "blocksCreations",
    "required_conversation_resolution": "requiresConversationResolution",
    "lock_branch": "lockBranch",
    "allow_fork_syncing": "lockAllowsFetchAndMerge",
}
_REVIEW_FLAGS = {
    "dismiss_stale_reviews": "dismissesStaleReviews",
    "require_code_owner_reviews": "requiresCodeOwnerReviews",
    "require_last_push_approval": "requireLastPushApproval",
}
_SWITCHES = {
    "enforce_admins": "isAdminEnforced",
    "required_signatures": "requiresCommitSignatures",
}
_ACTORS: dict[str, fields.Kind] = {"users": "texts", "teams": "texts", "apps": "texts"}


def _rule(call: Call) -> Record[BranchProtection]:
    rule = rule_for(call.world, call.repository, short_name(find(call)))
    if rule is None:
        raise GitHubError(404, "Branch not protected")
    return rule


def _shape(call: Call, rule: Record[BranchProtection]) -> dict[str, Any]:
    url = protection_url(call, short_name(find(call)))
    body: dict[str, Any] = {
        "url": url,
        **{name: _switch(call, rule, name) for name in _SWITCHES},
        **{name: {"enabled": rule.data.get(field, False)} for name, field in _FLAGS.items()},
    }
    if rule.data["requiresStatusChecks"]:
        contexts = rule.data["requiredStatusCheckContexts"]
        body["required_status_checks"] = {
            "url": f"{url}/required_status_checks",
            "strict": rule.data["requiresStrictStatusChecks"],
            "contexts": contexts,
            "contexts_url": f"{url}/required_status_checks/contexts",
            "checks": [
                {"context": each, "app_id": rule.data.get("checkApps", {}).get(each)}
                for each in contexts
            ],
        }
    if rule.data["requiresApprovingReviews"]:
        body["required_pull_request_reviews"] = _reviews(call, rule, url)
    if rule.data["restrictsPushes"]:
        push = f"{url}/restrictions"
        body["restrictions"] = {
            "url": push,
            "users_url": f"{push}/users",
            "teams_url": f"{push}/teams",
            "apps_url": f"{push}/apps",
            **_actors(call, rule.data["pushActorIds"]),
        }
    return body


def _switch(call: Call, rule: Record[BranchProtection], name: str) -> dict[str, Any]:
    url = protection_url(call, short_name(find(call)))
    return {"url": f"{url}/{name}", "enabled": rule.field(_SWITCHES[name])}


def _reviews(call: Call, rule: Record[BranchProtection], url: str) -> dict[str, Any]:
    reviews = f"{url}/required_pull_request_reviews"
    body: dict[str, Any] = {
        "url": reviews,
        "dismiss_stale_reviews": rule.data["dismissesStaleReviews"],
        "require_code_owner_reviews": rule.data["requiresCodeOwnerReviews"],
        "require_last_push_approval": rule.data["requireLastPushApproval"],
        "required_approving_review_count": approvals(rule),
    }
    if rule.data["bypassPullRequestActorIds"]:
        body["bypass_pull_request_allowances"] = _actors(
            call, rule.data["bypassPullRequestActorIds"]
        )
    if rule.data["restrictsReviewDismissals"]:
        body["dismissal_restrictions"] = {
            "url": f"{reviews}/dismissal_restrictions",
            "users_url": f"{reviews}/dismissal_restrictions/users",
            "teams_url": f"{reviews}/dismissal_restrictions/teams",
            **_actors(call, rule.data["reviewDismissalActorIds"]),
        }
    return body


def _actors(call: Call, ids: Actors) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"users": [], "teams": [], "apps": []}
    for _, ident in ids:
        if (user := call.world.get(USER, ident)) is not None:
            found["users"].append(simple_user(call, user))
        elif (team := call.world.get(TEAM, ident)) is not None:
            found["teams"].append(simple_with_parent(call, team))
        elif (app := call.world.get(APP, ident)) is not None:
            found["apps"].append(app_json(call, app))
    return found


@ROUTES.delete(_BASE, needs="repo:admin")
def delete_protection(call: Call) -> Response:
    """Remove the classic rule of a branch."""
    call.world.remove(_rule(call))
    return NO_CONTENT


@ROUTES.get(_BASE, needs="repo:admin")
def get(call: Call) -> Response:
    """Return the classic protection of a branch, by whatever rule fits it."""
    return Response(200, _shape(call, _rule(call)))


@ROUTES.put(_BASE, needs="repo:admin")
def put(call: Call) -> Response:
    """Set the rule of a branch anew; fields that are left out are off."""
    branch = short_name(find(call))
    plans.check_branch_rules(owner(call.world, call.repository), call.repository)
    flags: dict[str, fields.Kind] = dict.fromkeys((f"{name}?" for name in _FLAGS), "boolean")
    found = fields.body(
        call,
        **{
            "required_status_checks?": "object",
            "enforce_admins?": "boolean",
            "required_pull_request_reviews?": "object",
            "restrictions?": "object",
        },
        **flags,
    )
    old = call.world.find(BRANCH_PROTECTION, branch, call.repository.id)
    data: dict[str, Any] = {
        **NEW,
        "isAdminEnforced": bool(found.get("enforce_admins")),
        **{field: bool(found.get(name)) for name, field in _FLAGS.items()},
        **_given_checks(found.get("required_status_checks")),
        **_given_reviews(call, found.get("required_pull_request_reviews")),
        # signed commits have a switch of their own, and keep it
        "requiresCommitSignatures": old is not None and old.data["requiresCommitSignatures"],
    }
    if found.get("restrictions") is not None:
        data |= {
            "restrictsPushes": True,
            "pushActorIds": _given_actors(call, found["restrictions"]),
        }
    if not data["restrictsPushes"]:
        data["blocksCreations"] = False
    if old is None:
        rule = call.world.make(BRANCH_PROTECTION, call.repository.id, branch, NEW, **data)
    else:
        rule = call.world.change(old, **data)
    return Response(200, _shape(call, rule))


def _given_checks(given: dict[str, Any] | None) -> dict[str, Any]:
    if given is None:
        return {}
    found = fields.checked(given, {"strict": "boolean", "contexts": "texts", "checks": "objects"})
    checks = [
        fields.checked(each, {"context!": "text", "app_id": "integer"})
        for each in found.get("checks", [])
    ]
    names = [*found.get("contexts", []), *(each["context"] for each in checks)]
    return {
        "requiresStatusChecks": True,
        "requiresStrictStatusChecks": found.get("strict", False),
        "requiredStatusCheckContexts": list(dict.fromkeys(names)),
        "checkApps": {each["context"]: each["app_id"] for each in checks if "app_id" in each},
    }


def _given_reviews(call: Call, given: dict[str, Any] | None) -> dict[str, Any]:
    if given is None:
        return {}
    flags: dict[str, fields.Kind] = dict.fromkeys(_REVIEW_FLAGS, "boolean")
    found = fields.checked(
        given,
        {
            "dismissal_restrictions": "object",
            "bypass_pull_request_allowances": "object",
            "required_approving_review_count": "integer",
            **flags,
        },
    )
    count = found.get("required_approving_review_count", 1)
    if not 0 <= count <= _REVIEW_LIMIT:
        raise invalid(f"Required approving review count must be between 0 and {_REVIEW_LIMIT}")
    dismissal = found.get("dismissal_restrictions")
    return {
        "requiresApprovingReviews": True,
        "requiredApprovingReviewCount": count,
        **{field: found.get(name, False) for name, field in _REVIEW_FLAGS.items()},
        # an empty object takes the restriction away
        "restrictsReviewDismissals": bool(dismissal),
        "reviewDismissalActorIds": _given_actors(call, dismissal or {}),
        "bypassPullRequestActorIds": _given_actors(
            call, found.get("bypass_pull_request_allowances", {})
        ),
    }


def _given_actors(call: Call, given: dict[str, Any]) -> Actors:
    """Return people, teams and Apps by their names; 422 for a name that there is not."""
    world, owner_id = call.world, call.repository.parent
    finders: dict[str, Callable[[str], AnyRecord | None]] = {
        "users": lambda name: world.find(USER, name),
        "teams": lambda name: world.find(TEAM, name, owner_id),
        "apps": lambda name: world.find(APP, name),
    }
    found: Actors = []
    for kind, names in fields.checked(given, _ACTORS).items():
        for name in names:
            record = finders[kind](name)
            if record is None:
                raise invalid(f"Invalid {kind}: {name}")
            found.append([record.kind, record.id])
    return found


def _add_switch(name: str) -> None:
    path, field = f"{_BASE}/{name}", _SWITCHES[name]

    @ROUTES.get(path, needs="repo:admin")
    def get_switch(call: Call) -> Response:
        return Response(200, _switch(call, _rule(call), name))

    @ROUTES.post(path, needs="repo:admin")
    def switch_on(call: Call) -> Response:
        return Response(200, _switch(call, call.world.change(_rule(call), **{field: True}), name))

    @ROUTES.delete(path, needs="repo:admin")
    def switch_off(call: Call) -> Response:
        call.world.change(_rule(call), **{field: False})
        return NO_CONTENT


for _name in _SWITCHES:
    _add_switch(_name)

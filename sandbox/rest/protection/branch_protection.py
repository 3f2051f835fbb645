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

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

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


def _rule(call: Call) -> Record:
    rule = rule_for(call.world, call.repository, short_name(find(call)))
    if rule is None:
        raise GitHubError(404, "Branch not protected")
    return rule


def _shape(call: Call, rule: Record) -> dict[str, Any]:
    url = protection_url(call, short_name(find(call)))
    body: dict[str, Any] = {
        "url": url,
        **{name: _switch(call, rule, name) for name in _SWITCHES},
        **{name: {"enabled": rule.get(field, False)} for name, field in _FLAGS.items()},
    }
    if rule["requiresStatusChecks"]:
        contexts = rule["requiredStatusCheckContexts"]
        body["required_status_checks"] = {
            "url": f"{url}/required_status_checks",
            "strict": rule["requiresStrictStatusChecks"],
            "contexts": contexts,
            "contexts_url": f"{url}/required_status_checks/contexts",
            "checks": [
                {"context": each, "app_id": rule.get("checkApps", {}).get(each)}
                for each in contexts
            ],
        }
    if rule["requiresApprovingReviews"]:
        body["required_pull_request_reviews"] = _reviews(call, rule, url)
    if rule["restrictsPushes"]:
        push = f"{url}/restrictions"
        body["restrictions"] = {
            "url": push,
            "users_url": f"{push}/users",
            "teams_url": f"{push}/teams",
            "apps_url": f"{push}/apps",
            **_actors(call, rule["pushActorIds"]),
        }
    return body


def _switch(call: Call, rule: Record, name: str) -> dict[str, Any]:
    url = protection_url(call, short_name(find(call)))
    return {"url": f"{url}/{name}", "enabled": rule[_SWITCHES[name]]}


def _reviews(call: Call, rule: Record, url: str) -> dict[str, Any]:
    reviews = f"{url}/required_pull_request_reviews"
    body: dict[str, Any] = {
        "url": reviews,
        "dismiss_stale_reviews": rule["dismissesStaleReviews"],
        "require_code_owner_reviews": rule["requiresCodeOwnerReviews"],
        "require_last_push_approval": rule["requireLastPushApproval"],
        "required_approving_review_count": approvals(rule),
    }
    if rule["bypassPullRequestActorIds"]:
        body["bypass_pull_request_allowances"] = _actors(call, rule["bypassPullRequestActorIds"])
    if rule["restrictsReviewDismissals"]:
        body["dismissal_restrictions"] = {
            "url": f"{reviews}/dismissal_restrictions",
            "users_url": f"{reviews}/dismissal_restrictions/users",
            "teams_url": f"{reviews}/dismissal_restrictions/teams",
            **_actors(call, rule["reviewDismissalActorIds"]),
        }
    return body


def _actors(call: Call, ids: list[list[Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"users": [], "teams": [], "apps": []}
    for kind, ident in ids:
        record = call.world.get(kind, ident)
        if record is None:
            continue
        if kind == "user":
            found["users"].append(simple_user(call, record))
        elif kind == "team":
            found["teams"].append(simple_with_parent(call, record))
        else:
            found["apps"].append(app_json(call, record))
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
    old = call.world.find("branch_protection", branch, call.repository.id)
    data = {
        **NEW,
        "isAdminEnforced": bool(found.get("enforce_admins")),
        **{field: bool(found.get(name)) for name, field in _FLAGS.items()},
        **_given_checks(found.get("required_status_checks")),
        **_given_reviews(call, found.get("required_pull_request_reviews")),
        # signed commits have a switch of their own, and keep it
        "requiresCommitSignatures": old is not None and old["requiresCommitSignatures"],
    }
    if found.get("restrictions") is not None:
        data |= {
            "restrictsPushes": True,
            "pushActorIds": _given_actors(call, found["restrictions"]),
        }
    if not data["restrictsPushes"]:
        data["blocksCreations"] = False
    if old is None:
        rule = call.world.add("branch_protection", call.repository.id, branch, **data)
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


def _given_actors(call: Call, given: dict[str, Any]) -> list[list[Any]]:
    """Return people, teams and Apps by their names; 422 for a name that there is not."""
    found: list[list[Any]] = []
    for kind, names in fields.checked(given, _ACTORS).items():
        singular = kind.removesuffix("s")
        parent = call.repository.parent if singular == "team" else 0
        for name in names:
            record = call.world.find(singular, name, parent)
            if record is None:
                raise invalid(f"Invalid {kind}: {name}")
            found.append([singular, record.id])
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

"""Permissions of Actions: of organizations and repositories, tokens, access, forks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.api import fields
from sandbox.api.errors import conflict, invalid
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.routing import Routes
from sandbox.secrets import holders

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()
_ORG = "/orgs/{org}/actions/permissions"
_REPO = "/repos/{owner}/{repo}/actions/permissions"

_ALLOWED = ("all", "local_only", "selected")
_ORG_DEFAULT: dict[str, Any] = {
    "enabled_repositories": "all",
    "allowed_actions": "all",
    "sha_pinning_required": False,
    "selected_repository_ids": [],
}
_REPO_DEFAULT: dict[str, Any] = {
    "enabled": True,
    "allowed_actions": "all",
    "sha_pinning_required": False,
}
_SELECTED_DEFAULT: dict[str, Any] = {
    "github_owned_allowed": True,
    "verified_allowed": False,
    "patterns_allowed": [],
}
_SELECTED: dict[str, fields.Kind] = {
    "github_owned_allowed": "boolean",
    "verified_allowed": "boolean",
    "patterns_allowed": "texts",
}
_WORKFLOW_DEFAULT: dict[str, Any] = {
    "default_workflow_permissions": "read",
    "can_approve_pull_request_reviews": False,
}
_WORKFLOW: dict[str, fields.Kind] = {
    "default_workflow_permissions": ("read", "write"),
    "can_approve_pull_request_reviews": "boolean",
}


def _permissions(call: Call, parent: int, default: dict[str, Any]) -> dict[str, Any]:
    return call.world.document(parent, "actions", default)


def _body(call: Call, **table: fields.Kind) -> dict[str, Any]:
    sent = call.json()
    if isinstance(sent, dict) and sent.get("allowed_actions") == "":
        # Go clients send an empty text for "not set"
        sent = {key: value for key, value in sent.items() if key != "allowed_actions"}
    return fields.checked(sent, {**table, "allowed_actions": _ALLOWED})


# --- organization


@ROUTES.get(_ORG, needs="org:admin")
def get_org(call: Call) -> Response:
    """Return an organization's permissions."""
    found = _permissions(call, call.org.id, _ORG_DEFAULT)
    del found["selected_repository_ids"]
    base = f"{call.api}/orgs/{call.org.name}/actions/permissions"
    if found["enabled_repositories"] == "selected":
        found["selected_repositories_url"] = f"{base}/repositories"
    if found["enabled_repositories"] == "none":
        del found["allowed_actions"]
    elif found["allowed_actions"] == "selected":
        found["selected_actions_url"] = f"{base}/selected-actions"
    return Response(200, found)


@ROUTES.put(_ORG, needs="org:admin")
def set_org(call: Call) -> Response:
    """Change an organization's permissions."""
    found = _body(
        call,
        **{"enabled_repositories!": ("all", "none", "selected")},
        sha_pinning_required="boolean",
    )
    call.world.set_document(call.org.id, "actions", **found)
    return NO_CONTENT


@ROUTES.get(f"{_ORG}/repositories", needs="org:admin")
def list_org_repositories(call: Call) -> Response:
    """Return the repositories that Actions is switched on for."""
    found = _permissions(call, call.org.id, _ORG_DEFAULT)
    return holders.page_of_repositories(call, found["selected_repository_ids"])


def _selected_only(call: Call) -> dict[str, Any]:
    found = _permissions(call, call.org.id, _ORG_DEFAULT)
    if found["enabled_repositories"] != "selected":
        raise conflict("enabled_repositories is not selected for this organization")
    return found


@ROUTES.put(f"{_ORG}/repositories", needs="org:admin")
def set_org_repositories(call: Call) -> Response:
    """Set the repositories that Actions is switched on for."""
    _selected_only(call)
    ids = fields.body(call, **{"selected_repository_ids!": "integers"})["selected_repository_ids"]
    ids = holders.checked_ids(call, ids)
    call.world.set_document(call.org.id, "actions", selected_repository_ids=ids)
    return NO_CONTENT


@ROUTES.put(f"{_ORG}/repositories/{{repository_id}}", needs="org:admin")
def add_org_repository(call: Call) -> Response:
    """Switch Actions on for one more repository."""
    ids = [*_selected_only(call)["selected_repository_ids"], call.integer("repository_id")]
    ids = holders.checked_ids(call, ids)
    call.world.set_document(call.org.id, "actions", selected_repository_ids=ids)
    return NO_CONTENT


@ROUTES.delete(f"{_ORG}/repositories/{{repository_id}}", needs="org:admin")
def remove_org_repository(call: Call) -> Response:
    """Switch Actions off for one repository."""
    gone = call.integer("repository_id")
    ids = [each for each in _selected_only(call)["selected_repository_ids"] if each != gone]
    call.world.set_document(call.org.id, "actions", selected_repository_ids=ids)
    return NO_CONTENT


# --- repository


@ROUTES.get(_REPO, needs="repo:admin")
def get_repo(call: Call) -> Response:
    """Return a repository's permissions."""
    found = _permissions(call, call.repository.id, _REPO_DEFAULT)
    if not found["enabled"]:
        del found["allowed_actions"]
    elif found["allowed_actions"] == "selected":
        found["selected_actions_url"] = f"{call.api}{call.raw_path}/selected-actions"
    return Response(200, found)


@ROUTES.put(_REPO, needs="repo:admin")
def set_repo(call: Call) -> Response:
    """Change a repository's permissions."""
    found = _body(call, **{"enabled!": "boolean"}, sha_pinning_required="boolean")
    call.world.set_document(call.repository.id, "actions", **found)
    return NO_CONTENT


# --- selected actions, of both


def _selected(call: Call, parent: int, default: dict[str, Any]) -> dict[str, Any]:
    if _permissions(call, parent, default)["allowed_actions"] != "selected":
        raise conflict("allowed_actions is not set to selected")
    return call.world.document(parent, "selected-actions", _SELECTED_DEFAULT)


@ROUTES.get(f"{_ORG}/selected-actions", needs="org:admin")
def get_org_selected(call: Call) -> Response:
    """Return the actions that an organization allows."""
    return Response(200, _selected(call, call.org.id, _ORG_DEFAULT))


@ROUTES.put(f"{_ORG}/selected-actions", needs="org:admin")
def set_org_selected(call: Call) -> Response:
    """Set the actions that an organization allows; fields that are left out stay."""
    _selected(call, call.org.id, _ORG_DEFAULT)
    call.world.set_document(call.org.id, "selected-actions", **fields.body(call, **_SELECTED))
    return NO_CONTENT


@ROUTES.get(f"{_REPO}/selected-actions", needs="repo:admin")
def get_repo_selected(call: Call) -> Response:
    """Return the actions that a repository allows."""
    return Response(200, _selected(call, call.repository.id, _REPO_DEFAULT))


@ROUTES.put(f"{_REPO}/selected-actions", needs="repo:admin")
def set_repo_selected(call: Call) -> Response:
    """Set the actions that a repository allows; fields that are left out stay."""
    _selected(call, call.repository.id, _REPO_DEFAULT)
    found = fields.body(call, **_SELECTED)
    call.world.set_document(call.repository.id, "selected-actions", **found)
    return NO_CONTENT


# --- the token of workflows


def _org_workflow(call: Call, parent: int) -> dict[str, Any]:
    return call.world.document(parent, "workflow", _WORKFLOW_DEFAULT)


@ROUTES.get(f"{_ORG}/workflow", needs="org:admin")
def get_org_workflow(call: Call) -> Response:
    """Return what a workflow's token may do by default."""
    return Response(200, _org_workflow(call, call.org.id))


@ROUTES.put(f"{_ORG}/workflow", needs="org:admin")
def set_org_workflow(call: Call) -> Response:
    """Set what a workflow's token may do by default; repositories cannot go beyond it."""
    found = fields.body(call, **_WORKFLOW)
    call.world.set_document(call.org.id, "workflow", **found)
    return NO_CONTENT


def _repo_workflow(call: Call) -> dict[str, Any]:
    """Return a repository's own setting, limited to what its organization allows."""
    account = owner(call.world, call.repository)
    limit = _org_workflow(call, account.id)
    own = call.world.document(call.repository.id, "workflow", limit)
    if account.kind == "organization":
        if limit["default_workflow_permissions"] == "read":
            own["default_workflow_permissions"] = "read"
        if not limit["can_approve_pull_request_reviews"]:
            own["can_approve_pull_request_reviews"] = False
    return own


@ROUTES.get(f"{_REPO}/workflow", needs="repo:admin")
def get_repo_workflow(call: Call) -> Response:
    """Return what a workflow's token may do by default in a repository."""
    return Response(200, _repo_workflow(call))


@ROUTES.put(f"{_REPO}/workflow", needs="repo:admin")
def set_repo_workflow(call: Call) -> Response:
    """Set it; 409 when the organization does not allow it."""
    found = fields.body(call, **_WORKFLOW)
    account = owner(call.world, call.repository)
    limit = _org_workflow(call, account.id)
    if account.kind == "organization" and (
        (
            found.get("default_workflow_permissions") == "write"
            and limit["default_workflow_permissions"] == "read"
        )
        or (
            found.get("can_approve_pull_request_reviews")
            and not limit["can_approve_pull_request_reviews"]
        )
    ):
        raise conflict("The setting is not allowed by the organization")
    call.world.set_document(call.repository.id, "workflow", **found)
    return NO_CONTENT


# --- who may use a repository's actions


def _private(call: Call) -> None:
    if call.repository.data["visibility"] == "public":
        raise invalid("Access policy only applies to internal and private repositories.")


@ROUTES.get(f"{_REPO}/access", needs="repo:admin")
def get_access(call: Call) -> Response:
    """Return who outside may use a private repository's actions and workflows."""
    _private(call)
    default = {"access_level": "none"}
    return Response(200, call.world.document(call.repository.id, "access", default))


@ROUTES.put(f"{_REPO}/access", needs="repo:admin")
def set_access(call: Call) -> Response:
    """Set who outside may use a private repository's actions and workflows."""
    _private(call)
    found = fields.body(call, **{"access_level!": ("none", "user", "organization", "enterprise")})
    call.world.set_document(call.repository.id, "access", **found)
    return NO_CONTENT


# --- plain settings: a default, a table of fields, the same verbs in both places

_PLAIN: tuple[tuple[str, dict[str, Any], dict[str, fields.Kind]], ...] = (
    (
        "fork-pr-contributor-approval",
        {"approval_policy": "first_time_contributors"},
        {
            "approval_policy!": (
                "first_time_contributors_new_to_github",
                "first_time_contributors",
                "all_external_contributors",
            )
        },
    ),
    (
        "artifact-and-log-retention",
        {"days": 90, "maximum_allowed_days": 400},
        {"days!": "integer"},
    ),
    (
        "fork-pr-workflows-private-repos",
        {
            "run_workflows_from_fork_pull_requests": False,
            "send_write_tokens_to_workflows": False,
            "send_secrets_and_variables": False,
            "require_approval_for_fork_pr_workflows": False,
        },
        {
            "run_workflows_from_fork_pull_requests!": "boolean",
            "send_write_tokens_to_workflows": "boolean",
            "send_secrets_and_variables": "boolean",
            "require_approval_for_fork_pr_workflows": "boolean",
        },
    ),
)


def _add_plain(name: str, default: dict[str, Any], table: dict[str, fields.Kind]) -> None:
    for base, needs in ((_ORG, "org:admin"), (_REPO, "repo:admin")):

        def get(call: Call, base: str = base) -> Response:
            parent = call.org if base == _ORG else call.repository
            return Response(200, call.world.document(parent.id, name, default))

        def put(call: Call, base: str = base) -> Response:
            parent = call.org if base == _ORG else call.repository
            call.world.set_document(parent.id, name, **fields.body(call, **table))
            return NO_CONTENT

        ROUTES.get(f"{base}/{name}", needs=needs)(get)
        ROUTES.put(f"{base}/{name}", needs=needs)(put)


for _row in _PLAIN:
    _add_plain(*_row)

"""Code scanning's default setup, code security configurations, and immutable releases.

No code is scanned here, and no organization has configurations of its own: what is set is kept and
shown. Source: https://docs.github.com/rest/code-scanning/code-scanning,
https://docs.github.com/rest/code-security/configurations and
https://docs.github.com/rest/repos/repos#check-if-immutable-releases-are-enabled-for-a-repository
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.api import fields
from sandbox.api.errors import GitHubError, conflict, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.routing import Routes
from sandbox.secrets import holders

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()
_SETUP = "/repos/{owner}/{repo}/code-scanning/default-setup"
_IMMUTABLE = "/repos/{owner}/{repo}/immutable-releases"
_POLICY = "/orgs/{org}/settings/immutable-releases"
_CHOSEN = _POLICY + "/repositories"
_NOT_CONFIGURED: dict[str, Any] = {
    "state": "not-configured",
    "languages": [],
    "query_suite": "default",
    "threat_model": "remote",
    "runner_type": None,
    "runner_label": None,
    "schedule": None,
    "updated_at": None,
}
_NO_POLICY: dict[str, Any] = {"enforced_repositories": "none", "selected_repository_ids": []}


# --- code scanning


@ROUTES.get(_SETUP, needs="repo:write")
def get_setup(call: Call) -> Response:
    """Return the default setup of code scanning."""
    return Response(200, call.world.document(call.repository.id, "code-scanning", _NOT_CONFIGURED))


@ROUTES.patch(_SETUP, needs="repo:admin")
def update_setup(call: Call) -> Response:
    """Change the default setup; fields that are left out stay."""
    if call.repository.data["archived"]:
        raise GitHubError(403, "Repository is archived.")
    table: dict[str, fields.Kind] = {
        "state": ("configured", "not-configured"),
        "languages": "texts",
        "query_suite": ("default", "extended"),
        "threat_model": ("remote", "remote_and_local"),
        "runner_type?": ("standard", "labeled"),
        "runner_label?": "text",
    }
    found = fields.body(call, **table)
    if found.get("state") == "configured":
        found["schedule"] = "weekly"
    found["updated_at"] = call.world.clock.now()
    call.world.set_document(call.repository.id, "code-scanning", **found)
    return Response(200, {})


# --- code security configurations


@ROUTES.get("/orgs/{org}/code-security/configurations", needs="org:admin")
@ROUTES.get("/orgs/{org}/code-security/configurations/defaults", needs="org:admin")
def list_configurations(call: Call) -> Response:  # noqa: ARG001 - handlers take the call
    """Return the organization's configurations, or those for new repositories: none."""
    return Response(200, [])


@ROUTES.get("/repos/{owner}/{repo}/code-security-configuration", needs="repo:admin")
def get_configuration(call: Call) -> Response:  # noqa: ARG001 - handlers take the call
    """Return the configuration that a repository has: none."""
    return NO_CONTENT


# --- immutable releases


def _policy(call: Call, org: int) -> dict[str, Any]:
    return call.world.document(org, "immutable-releases", _NO_POLICY)


def _enforced(call: Call) -> bool:
    """Return whether the owner makes the repository's releases immutable."""
    policy = _policy(call, owner(call.world, call.repository).id)
    which = policy["enforced_repositories"]
    return which == "all" or (
        which == "selected" and call.repository.id in policy["selected_repository_ids"]
    )


@ROUTES.get(_IMMUTABLE, needs="repo:admin")
def check_immutable(call: Call) -> Response:
    """Return whether releases are immutable from now on; 404 where they are not."""
    enforced = _enforced(call)
    if not (enforced or call.repository.data.get("immutable_releases")):
        raise not_found()
    return Response(200, {"enabled": True, "enforced_by_owner": enforced})


def _switch(call: Call, *, on: bool) -> Response:
    if _enforced(call) and not on:
        raise conflict("Immutable releases are enforced by the organization.")
    call.world.change(call.repository, immutable_releases=on)
    return NO_CONTENT


@ROUTES.put(_IMMUTABLE, needs="repo:admin")
def enable_immutable(call: Call) -> Response:
    """Make the releases that are published from now on immutable."""
    return _switch(call, on=True)


@ROUTES.delete(_IMMUTABLE, needs="repo:admin")
def disable_immutable(call: Call) -> Response:
    """Stop making new releases immutable."""
    return _switch(call, on=False)


@ROUTES.get(_POLICY, needs="org:admin")
def get_policy(call: Call) -> Response:
    """Return the repositories in which the organization makes releases immutable."""
    which = _policy(call, call.org.id)["enforced_repositories"]
    shown = {"enforced_repositories": which}
    if which == "selected":
        url = f"{call.api}/orgs/{call.org.name}/settings/immutable-releases/repositories"
        shown["selected_repositories_url"] = url
    return Response(200, shown)


@ROUTES.put(_POLICY, needs="org:admin")
def set_policy(call: Call) -> Response:
    """Set in which repositories releases are immutable."""
    found = fields.body(
        call,
        **{"enforced_repositories!": ("all", "none", "selected")},
        selected_repository_ids="integers",
    )
    ids = holders.checked_ids(call, found.get("selected_repository_ids", []))
    selects = found["enforced_repositories"] == "selected"
    found["selected_repository_ids"] = ids if selects else []
    call.world.set_document(call.org.id, "immutable-releases", **found)
    return NO_CONTENT


@ROUTES.get(_CHOSEN, needs="org:admin")
def list_chosen(call: Call) -> Response:
    """Return the repositories that are selected."""
    return holders.page_of_repositories(call, _policy(call, call.org.id)["selected_repository_ids"])


def _choose(call: Call, ids: list[int]) -> Response:
    if _policy(call, call.org.id)["enforced_repositories"] != "selected":
        raise conflict("Immutable releases are not set to selected repositories.")
    call.world.set_document(
        call.org.id, "immutable-releases", selected_repository_ids=holders.checked_ids(call, ids)
    )
    return NO_CONTENT


@ROUTES.put(_CHOSEN, needs="org:admin")
def set_chosen(call: Call) -> Response:
    """Set the repositories that are selected."""
    return _choose(call, fields.body(call, **{"selected_repository_ids!": "integers"}).popitem()[1])


@ROUTES.put(_CHOSEN + "/{repository_id}", needs="org:admin")
def add_chosen(call: Call) -> Response:
    """Select one more repository."""
    ids = _policy(call, call.org.id)["selected_repository_ids"]
    return _choose(call, [*ids, call.integer("repository_id")])


@ROUTES.delete(_CHOSEN + "/{repository_id}", needs="org:admin")
def remove_chosen(call: Call) -> Response:
    """Deselect a repository."""
    gone = call.integer("repository_id")
    ids = _policy(call, call.org.id)["selected_repository_ids"]
    return _choose(call, [ident for ident in ids if ident != gone])

"""Groups of self-hosted runners: which repositories and workflows may use them.

There are groups, and never a runner in them: jobs are not executed here.
Source: https://docs.github.com/rest/actions/self-hosted-runner-groups
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import conflict, failed, forbidden, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.secrets import holders
from sandbox.world.kinds.actions import RUNNER_GROUP, RunnerGroup

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/orgs/{org}/actions/runner-groups"
_ONE = _LIST + "/{runner_group_id}"
_DEFAULT = "Default"
_FIELDS: dict[str, fields.Kind] = {
    "visibility": ("selected", "all", "private"),
    "selected_repository_ids": "integers",
    "allows_public_repositories": "boolean",
    "restricted_to_workflows": "boolean",
    "selected_workflows": "texts",
}
_NEW: RunnerGroup = {
    "visibility": "all",
    "selected_repository_ids": [],
    "allows_public_repositories": False,
    "restricted_to_workflows": False,
    "selected_workflows": [],
}


def _groups(call: Call) -> list[Record[RunnerGroup]]:
    """Return the groups; every organization has one by default."""
    if not call.world.count(RUNNER_GROUP, call.org.id):
        call.world.make(RUNNER_GROUP, call.org.id, _DEFAULT, _NEW, allows_public_repositories=True)
    return call.world.all(RUNNER_GROUP, call.org.id)


def _find(call: Call) -> Record[RunnerGroup]:
    wanted = call.integer("runner_group_id")
    found = next((each for each in _groups(call) if each.id == wanted), None)
    if found is None:
        raise not_found()
    return found


def _shape(call: Call, group: Record[RunnerGroup]) -> dict[str, Any]:
    url = f"{call.api}/orgs/{call.org.name}/actions/runner-groups/{group.id}"
    body = {
        "id": group.id,
        "name": group.name,
        "visibility": group.data["visibility"],
        "default": group.name == _DEFAULT,
        "runners_url": f"{url}/runners",
        "inherited": False,
        "allows_public_repositories": group.data["allows_public_repositories"],
        "restricted_to_workflows": group.data["restricted_to_workflows"],
        "selected_workflows": group.data["selected_workflows"],
        "workflow_restrictions_read_only": False,
    }
    if group.data["visibility"] == "selected":
        body["selected_repositories_url"] = f"{url}/repositories"
    return body


def _checked(
    call: Call, found: dict[str, Any], but: Record[RunnerGroup] | None = None
) -> dict[str, Any]:
    taken = call.world.find(RUNNER_GROUP, found.get("name", ""), call.org.id)
    if taken is not None and (but is None or taken.id != but.id):
        raise failed("RunnerGroup", "name", "already_exists")
    if "selected_repository_ids" in found:
        ids = holders.checked_ids(call, found["selected_repository_ids"])
        found["selected_repository_ids"] = ids
    return found


@ROUTES.get(_LIST, needs="org:admin")
def list_groups(call: Call) -> Response:
    """Return the groups."""
    return page(call, _groups(call), lambda each: _shape(call, each), "runner_groups")


@ROUTES.post(_LIST, needs="org:admin")
def create(call: Call) -> Response:
    """Create a group."""
    _groups(call)
    found = _checked(call, fields.body(call, **{"name!": "text"}, **_FIELDS))
    name = found.pop("name")
    group = call.world.make(RUNNER_GROUP, call.org.id, name, _NEW, **found)
    return Response(201, _shape(call, group))


@ROUTES.get(_ONE, needs="org:admin")
def get(call: Call) -> Response:
    """Return a group."""
    return Response(200, _shape(call, _find(call)))


@ROUTES.patch(_ONE, needs="org:admin")
def update(call: Call) -> Response:
    """Change a group."""
    group = _find(call)
    found = _checked(call, fields.body(call, name="text", **_FIELDS), group)
    name = found.pop("name", group.name)
    if group.name == _DEFAULT and name != _DEFAULT:
        raise forbidden("The default runner group cannot be renamed.")
    return Response(200, _shape(call, call.world.change(group, name, **found)))


@ROUTES.delete(_ONE, needs="org:admin")
def delete(call: Call) -> Response:
    """Delete a group, but never the default one."""
    group = _find(call)
    if group.name == _DEFAULT:
        raise forbidden("The default runner group cannot be deleted.")
    call.world.remove(group)
    return NO_CONTENT


@ROUTES.get(_ONE + "/runners", needs="org:admin")
def list_runners(call: Call) -> Response:
    """Return the runners of a group: none, ever."""
    _find(call)
    return Response(200, {"total_count": 0, "runners": []})


def _selected(call: Call) -> Record[RunnerGroup]:
    group = _find(call)
    if group.data["visibility"] != "selected":
        raise conflict("Visibility of this runner group is not set to selected repositories")
    return group


@ROUTES.get(_ONE + "/repositories", needs="org:admin")
def list_repositories(call: Call) -> Response:
    """Return the repositories that were selected for a group: none where all may use it."""
    group = _find(call)
    chosen = group.data["visibility"] == "selected"
    return holders.page_of_repositories(
        call, group.data["selected_repository_ids"] if chosen else []
    )


@ROUTES.put(_ONE + "/repositories", needs="org:admin")
def set_repositories(call: Call) -> Response:
    """Set the repositories that may use a group."""
    found = fields.body(call, **{"selected_repository_ids!": "integers"})
    call.world.change(_selected(call), **_checked(call, found))
    return NO_CONTENT


@ROUTES.put(_ONE + "/repositories/{repository_id}", needs="org:admin")
def add_repository(call: Call) -> Response:
    """Add a repository to a group."""
    group = _selected(call)
    ids = [*group.data["selected_repository_ids"], call.integer("repository_id")]
    call.world.change(group, selected_repository_ids=holders.checked_ids(call, ids))
    return NO_CONTENT


@ROUTES.delete(_ONE + "/repositories/{repository_id}", needs="org:admin")
def remove_repository(call: Call) -> Response:
    """Remove a repository from a group."""
    group = _selected(call)
    gone = call.integer("repository_id")
    kept = [ident for ident in group.data["selected_repository_ids"] if ident != gone]
    call.world.change(group, selected_repository_ids=kept)
    return NO_CONTENT

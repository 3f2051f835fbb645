"""Variables of Actions: of organizations, repositories and environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sandbox.api import fields
from sandbox.api.errors import conflict, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.secrets import holders, selected_repositories
from sandbox.world import names
from sandbox.world.kinds.actions import VARIABLE, Variable

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.secrets.holders import Level
    from sandbox.world.records import Record

ROUTES = Routes()
VALUE_LIMIT = 48 * 1024
"""Bytes of a variable's value."""
PER_PAGE = 10
PER_PAGE_LIMIT = 30
_VISIBILITIES = ("all", "private", "selected")
_LEVELS = (
    holders.Level(
        f"{holders.ORG_PATH}/actions/variables", holders.org, "org:admin", "org:admin", 1000
    ),
    holders.Level(
        f"{holders.REPOSITORY_PATH}/actions/variables",
        holders.repository,
        "repo:write",
        "repo:admin",
        500,
    ),
    holders.Level(
        f"{holders.ENVIRONMENT_PATH}/variables",
        holders.environment,
        "repo:write",
        "repo:admin",
        100,
    ),
)


def _shape(call: Call, variable: Record[Variable], level: Level) -> dict[str, Any]:
    body = {
        "name": variable.name,
        "value": variable.data["value"],
        "created_at": variable.created_at,
        "updated_at": variable.updated_at,
    }
    if level.org:
        body["visibility"] = variable.data["visibility"]
        if variable.data["visibility"] == "selected":
            base = level.base.format(org=call.org.name)
            body["selected_repositories_url"] = f"{call.api}{base}/{variable.name}/repositories"
    return body


def _checked(call: Call, level: Level, *, new: bool) -> dict[str, Any]:
    mark = "!" if new else ""
    table: dict[str, fields.Kind] = {f"name{mark}": "text", f"value{mark}": "text"}
    if level.org:
        table |= {f"visibility{mark}": _VISIBILITIES, "selected_repository_ids": "integers"}
    found = fields.body(call, **table)
    if len(found.get("value", "").encode()) > VALUE_LIMIT:
        raise invalid(f"Variable values are limited to {VALUE_LIMIT // 1024} KB.")
    if "name" in found:
        found["name"] = names.checked(found["name"], "Variable")
    if "selected_repository_ids" in found:
        # as with secrets, ids are ignored where no repositories are selected
        selects = found.get("visibility", "selected") == "selected"
        ids = found["selected_repository_ids"] if selects else []
        found["selected_repository_ids"] = holders.checked_ids(call, ids)
    return found


def _add(level: Level) -> None:  # noqa: C901 - one small function a route
    one = f"{level.base}/{{name}}"

    def find(call: Call) -> Record[Variable]:
        found = call.world.find(VARIABLE, call.parameters["name"], level.holder(call).id)
        if found is None:
            raise not_found()
        return found

    @ROUTES.get(level.base, needs=level.reads)
    def list_variables(call: Call) -> Response:
        found = sorted(call.world.all(VARIABLE, level.holder(call).id), key=lambda each: each.name)
        return page(
            call,
            found,
            lambda each: _shape(call, each, level),
            "variables",
            per_page=PER_PAGE,
            limit=PER_PAGE_LIMIT,
        )

    @ROUTES.post(level.base, needs=level.writes)
    def create(call: Call) -> Response:
        holder = level.holder(call)
        found = _checked(call, level, new=True)
        name = found.pop("name")
        if call.world.find(VARIABLE, name, holder.id) is not None:
            raise conflict("Already exists - Variable already exists")
        if call.world.count(VARIABLE, holder.id) >= level.limit:
            raise invalid(f"Variable limit of {level.limit} reached.")
        if level.org:
            found.setdefault("selected_repository_ids", [])
        call.world.make(VARIABLE, holder.id, name, cast("Variable", found))
        return Response(201, {})

    @ROUTES.get(one, needs=level.reads)
    def get(call: Call) -> Response:
        return Response(200, _shape(call, find(call), level))

    @ROUTES.patch(one, needs=level.writes)
    def update(call: Call) -> Response:
        variable = find(call)
        found = _checked(call, level, new=False)
        name = found.pop("name", variable.name)
        taken = call.world.find(VARIABLE, name, variable.parent)
        if taken is not None and taken.id != variable.id:
            raise conflict("Already exists - Variable already exists")
        call.world.change(variable, name, **found)
        return NO_CONTENT

    @ROUTES.delete(one, needs=level.writes)
    def delete(call: Call) -> Response:
        call.world.remove(find(call))
        return NO_CONTENT

    if level.org:
        selected_repositories.add_routes(ROUTES, level, one, find)


for _level in _LEVELS:
    _add(_level)


@ROUTES.get(f"{holders.REPOSITORY_PATH}/actions/organization-variables", needs="repo:read")
def list_org_variables(call: Call) -> Response:
    """Return the organization's variables that the repository sees."""
    return page(
        call,
        holders.org_items(call, VARIABLE),
        lambda each: {
            "name": each.name,
            "value": each.data["value"],
            "created_at": each.created_at,
            "updated_at": each.updated_at,
        },
        "variables",
        per_page=PER_PAGE,
        limit=PER_PAGE_LIMIT,
    )

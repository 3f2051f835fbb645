"""Self-hosted runners, of which there is never one here, and runners that GitHub hosts.

Source: https://docs.github.com/rest/actions/self-hosted-runners and
https://docs.github.com/rest/actions/hosted-runners
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import invalid, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.world.clock import parse, stamp
from sandbox.world.kinds.actions import HOSTED_RUNNER, RUNNER_GROUP, HostedRunner

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_PLACES = (("/orgs/{org}", "org:admin"), ("/repos/{owner}/{repo}", "repo:admin"))
_HOUR = 3600
_HOSTED = "/orgs/{org}/actions/hosted-runners"
_ONE = _HOSTED + "/{hosted_runner_id}"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MOST = 10
_GIB_PER_CORE = {"memory_gb": 4, "storage_gb": 75}
_FIELDS: dict[str, fields.Kind] = {
    "name": "text",
    "size": "text",
    "runner_group_id": "integer",
    "maximum_runners": "integer",
    "enable_static_ip": "boolean",
    "image_gen": "boolean",
}


def _token(call: Call) -> Response:
    """Return a token that a runner registers or removes itself with, good for an hour."""
    expires = stamp(parse(call.world.clock.now()) + _HOUR)
    token = "A" + secrets.token_hex(14).upper()
    return Response(201, {"token": token, "expires_at": expires})


def _none(call: Call) -> Response:  # noqa: ARG001 - handlers take the call
    """Return the self-hosted runners: none, ever."""
    return Response(200, {"total_count": 0, "runners": []})


for _place, _needs in _PLACES:
    ROUTES.get(f"{_place}/actions/runners", needs=_needs)(_none)
    for _kind in ("registration", "remove"):
        ROUTES.post(f"{_place}/actions/runners/{_kind}-token", needs=_needs)(_token)


def _machine(size: str) -> dict[str, Any]:
    cores = int(size.partition("-")[0]) if re.fullmatch(r"[0-9]{1,3}-core", size) else 0
    if cores not in (2, 4, 8, 16, 32, 64, 96):
        raise invalid(f"Machine size {size!r} is not available.")
    specs = {name: number * cores for name, number in _GIB_PER_CORE.items()}
    return {"id": size, "cpu_cores": cores, **specs}


def _shape(runner: Record[HostedRunner]) -> dict[str, Any]:
    image = {
        "id": runner.data["image"]["id"],
        "source": runner.data["image"].get("source", "github"),
        "display_name": f"Image {runner.data['image']['id']}",
        "version": "latest",
    }
    prefix = f"192.0.2.{runner.id % 256}"  # RFC 5737: addresses that lead nowhere
    static = runner.data["enable_static_ip"]
    return {
        "id": runner.id,
        "name": runner.name,
        "runner_group_id": runner.data["runner_group_id"],
        "image_details": {**image, "size_gb": 86},
        # what clients read that were made before `image_details` was described
        "image": {**image, "size": 86},
        "machine_size_details": _machine(runner.data["size"]),
        "status": "Ready",
        "platform": "linux-x64",
        "maximum_runners": runner.data["maximum_runners"],
        "public_ip_enabled": static,
        "public_ips": [{"enabled": True, "prefix": prefix, "length": 32}] if static else [],
        "last_active_on": runner.updated_at,
        "image_gen": runner.data["image_gen"],
    }


def _checked(call: Call, found: dict[str, Any]) -> dict[str, Any]:
    name = found.get("name")
    if name is not None and not _NAME.fullmatch(name):
        raise invalid("Name may have 1 to 64 letters, digits, dots, hyphens and underscores.")
    if "size" in found:
        _machine(found["size"])
    if "runner_group_id" in found:
        group = call.world.get(RUNNER_GROUP, found["runner_group_id"])
        if group is None or group.parent != call.org.id:
            raise invalid("Runner group does not exist.")
    return found


def _find(call: Call) -> Record[HostedRunner]:
    found = call.world.get(HOSTED_RUNNER, call.integer("hosted_runner_id"))
    if found is None or found.parent != call.org.id:
        raise not_found()
    return found


def _free(call: Call, name: str, but: Record[HostedRunner] | None = None) -> None:
    taken = call.world.find(HOSTED_RUNNER, name, call.org.id)
    if taken is not None and (but is None or taken.id != but.id):
        raise invalid("Runner with that name already exists.")


@ROUTES.get(_HOSTED, needs="org:admin")
def list_hosted(call: Call) -> Response:
    """Return the runners that GitHub hosts for the organization."""
    return page(call, call.world.all(HOSTED_RUNNER, call.org.id), _shape, "runners")


@ROUTES.post(_HOSTED, needs="org:admin")
def create_hosted(call: Call) -> Response:
    """Have GitHub host a runner; here it is ready at once, and runs nothing."""
    wanted = {
        f"{name}!" if name in ("name", "size", "runner_group_id") else name: kind
        for name, kind in _FIELDS.items()
    }
    found = _checked(call, fields.body(call, **{"image!": "object"}, **wanted))
    image = fields.checked(found["image"], {"id!": "text", "source": "text"})
    name = found.pop("name")
    _free(call, name)
    data = HostedRunner(
        image=image,
        size=found["size"],
        runner_group_id=found["runner_group_id"],
        maximum_runners=found.get("maximum_runners", _MOST),
        enable_static_ip=found.get("enable_static_ip", False),
        image_gen=found.get("image_gen", False),
    )
    made = call.world.make(HOSTED_RUNNER, call.org.id, name, data)
    return Response(201, _shape(made))


@ROUTES.get(_ONE, needs="org:admin")
def get_hosted(call: Call) -> Response:
    """Return a hosted runner."""
    return Response(200, _shape(_find(call)))


@ROUTES.patch(_ONE, needs="org:admin")
def update_hosted(call: Call) -> Response:
    """Change a hosted runner; fields that are left out stay."""
    runner = _find(call)
    found = _checked(call, fields.body(call, **_FIELDS))
    name = found.pop("name", runner.name)
    _free(call, name, runner)
    return Response(200, _shape(call.world.change(runner, name, **found)))


@ROUTES.delete(_ONE, needs="org:admin")
def delete_hosted(call: Call) -> Response:
    """Delete a hosted runner."""
    runner = _find(call)
    call.world.remove(runner)
    return Response(202, {**_shape(runner), "status": "Deleting"})

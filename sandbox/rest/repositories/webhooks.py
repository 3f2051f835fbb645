"""Webhooks of organizations and repositories. A hook's secret is not kept, only that it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import failed, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.world.kinds.repositories import HOOK, Hook

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.http import Call
    from sandbox.world.records import AnyRecord, Record

ROUTES = Routes()
MASK = "********"
"""What GitHub shows in place of a hook's secret."""


def _shape(call: Call, hook: Record[Hook], base: str, kind: str) -> dict[str, Any]:
    url = f"{call.api}{base}/{hook.id}"
    config = dict(hook.data["config"])
    if hook.data["has_secret"]:
        config["secret"] = MASK
    body = {
        "type": kind,
        "id": hook.id,
        "name": "web",
        "active": hook.data["active"],
        "events": hook.data["events"],
        "config": config,
        "updated_at": hook.updated_at,
        "created_at": hook.created_at,
        "url": url,
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
    }
    if kind == "Repository":
        body |= {
            "test_url": f"{url}/test",
            "last_response": {"code": None, "status": "unused", "message": None},
        }
    return body


def _config(given: dict[str, Any], old: Record[Hook] | None) -> dict[str, Any]:
    config = fields.checked(
        given, {"url": "text", "content_type": "text", "secret?": "text", "insecure_ssl": "any"}
    )
    secret = config.pop("secret", None)
    config = {
        "content_type": "form",
        "insecure_ssl": "0",
        **({} if old is None else old.data["config"]),
        **config,
    }
    config["insecure_ssl"] = str(config["insecure_ssl"])
    if not str(config.get("url", "")).startswith(("http://", "https://")):
        raise failed("Hook", "url", "custom", "url is not a valid URL")
    had = old is not None and old.data["has_secret"]
    return {"config": config, "has_secret": had if secret == MASK else bool(secret)}


def _add(  # noqa: C901 - one small function a route
    template: str, kind: str, needs: str, holder: Callable[[Call], AnyRecord]
) -> None:
    one = template + "/{hook_id}"

    def base(call: Call) -> str:
        return "/".join(call.raw_path.split("/")[: template.count("/") + 1])

    def find(call: Call) -> Record[Hook]:
        found = call.world.get(HOOK, call.integer("hook_id"))
        if found is None or found.parent != holder(call).id:
            raise not_found()
        return found

    @ROUTES.get(template, needs=needs)
    def list_hooks(call: Call) -> Response:
        found = call.world.all(HOOK, holder(call).id)
        return page(call, found, lambda hook: _shape(call, hook, base(call), kind))

    @ROUTES.post(template, needs=needs)
    def create(call: Call) -> Response:
        found = fields.body(
            call, **{"config!": "object"}, name="text", active="boolean", events="texts"
        )
        config = _config(found["config"], None)
        for other in call.world.all(HOOK, holder(call).id):
            if other.data["config"]["url"] == config["config"]["url"]:
                raise failed("Hook", "url", "custom", "Hook already exists on this repository")
        data = Hook(
            config=config["config"],
            has_secret=config["has_secret"],
            active=found.get("active", True),
            events=sorted(found.get("events", ["push"])),
        )
        hook = call.world.make(HOOK, holder(call).id, "", data)
        return Response(201, _shape(call, hook, base(call), kind))

    @ROUTES.get(one, needs=needs)
    def get(call: Call) -> Response:
        return Response(200, _shape(call, find(call), base(call), kind))

    @ROUTES.patch(one, needs=needs)
    def update(call: Call) -> Response:
        hook = find(call)
        found = fields.body(call, config="object", active="boolean", events="texts")
        if "config" in found:
            found |= _config(found["config"], hook)
        if "events" in found:
            found["events"] = sorted(found["events"])
        changed = call.world.change(hook, **found)
        return Response(200, _shape(call, changed, base(call), kind))

    @ROUTES.delete(one, needs=needs)
    def delete(call: Call) -> Response:
        call.world.remove(find(call))
        return NO_CONTENT


_add("/orgs/{org}/hooks", "Organization", "org:admin", lambda call: call.org)
_add("/repos/{owner}/{repo}/hooks", "Repository", "repo:admin", lambda call: call.repository)

"""Pages for people, made on the server: what there is by now, and who has to be asked.

They can be read, and changed by nobody; but one can act as somebody who is asked to approve a
deployment, with what the rules then say to that person.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from sandbox.access.actors import Actor
from sandbox.api import dispatch
from sandbox.api.http import Request, Response
from sandbox.control import control
from sandbox.html import runs, views
from sandbox.world.kinds.accounts import ORGANIZATION, USER, Organization
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from jinja2 import Environment

    from sandbox.world.records import Record
    from sandbox.world.world import World
    from sandbox.world.worlds import Sandbox

_HERE = Path(__file__).parent / "templates"
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# forms of this process's pages only: other sites cannot know it
_SECRET = secrets.token_bytes(32)


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - not at start

    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - what a template shows
    text = _templates().get_template(f"{template}.html").render(values)
    return Response(status, text.encode(), dict(_HEADERS))


def _missing(what: str) -> Response:
    return _page("message", 404, title=f"There is no {what}", text="", trail=[])


def answer(sandbox: Sandbox, request: Request) -> Response:
    """Answer with a page, or do what somebody decided on one."""
    parts = [unquote(part) for part in request.path.split("/") if part]
    if parts == ["-", "style.css"]:
        style = (_HERE / "style.css").read_bytes()
        return Response(200, style, {**_HEADERS, "Content-Type": "text/css; charset=utf-8"})
    if not parts:
        return _page("worlds", worlds=views.worlds(sandbox), trail=[])
    world = sandbox.worlds.get(parts[0])
    if world is None:
        return _missing(f"world {parts[0]!r}")
    if request.method == "POST":
        return _decide(world, parts[1:], request)
    if request.method not in ("GET", "HEAD"):
        return _page("message", 405, title="Pages can only be read", text="", trail=[])
    response = _show(world, parts[1:], dict(parse_qsl(request.query)))
    world.commit()
    return response


def _show(world: World, parts: list[str], query: dict[str, str]) -> Response:
    trail = [("all worlds", "/"), (world.name, f"/{world.name}")]
    if not parts:
        return _page("world", trail=trail[:1], **views.world(world))
    if parts == ["-", "journal"]:
        return _page("journal", trail=trail, **views.journal(world, query))
    org = world.find(ORGANIZATION, parts[0])
    if org is None:
        return _missing(parts[0])
    if len(parts) == 1:
        return _page("organization", trail=trail, **views.organization(world, org))
    trail.append((org.name, f"/{world.name}/{org.name}"))
    repository = world.find(REPOSITORY, parts[1], org.id)
    if repository is None:
        return _missing("/".join(parts[:2]))
    return _show_repository(world, org, repository, parts[2:], trail, query.get("notice", ""))


def _show_repository(  # noqa: PLR0917 - what is shown, and where
    world: World,
    org: Record[Organization],
    repository: Record[Repository],
    parts: list[str],
    trail: list[tuple[str, str]],
    notice: str,
) -> Response:
    if not parts:
        return _page("repository", trail=trail, **views.repository(world, org, repository))
    run = runs.find_run(world, repository, parts)
    if run is None:
        return _missing("/".join(parts))
    trail.append((repository.name, f"/{world.name}/{org.name}/{repository.name}"))
    shown = runs.run(world, org, repository, run)
    return _page("run", trail=trail, token=_token(world, run.id), notice=notice, **shown)


def _token(world: World, run: int) -> str:
    return hmac.new(_SECRET, f"{world.name}/{run}".encode(), hashlib.sha256).hexdigest()


def _decide(world: World, parts: list[str], request: Request) -> Response:
    """Approve or reject as somebody: through the REST API, so that all rules hold."""
    stranger = control.stranger(request, pages=True)
    form = dict(parse_qsl(request.content.decode("utf-8", "replace")))
    org = world.find(ORGANIZATION, parts[0]) if parts else None
    repository = world.find(REPOSITORY, parts[1], org.id) if org and len(parts) > 1 else None
    run = None if repository is None else runs.find_run(world, repository, parts[2:])
    if org is None or repository is None or run is None:
        return _page("message", 405, title="Pages can only be read", text="", trail=[])
    if stranger or not hmac.compare_digest(form.get("token", ""), _token(world, run.id)):
        return _page("message", 403, title="Refused", text=stranger or "a stale form", trail=[])
    user = world.find(USER, form.get("actor", ""))
    if user is None:
        return _missing(f"user {form.get('actor', '')!r}")
    base = f"/api/v3/repos/{org.name}/{repository.name}/actions/runs/{run.id}"
    wanted = runs.decision(form)
    review = Request(
        "POST", f"{base}/pending_deployments", "", {}, wanted, f"{request.host}/{world.name}"
    )
    said = dispatch.answer(world, review, Actor(user=user))
    notice = runs.reported(user.name, form, said)
    address = runs.address(world, org, repository, run)
    return Response(303, b"", {"Location": f"{address}?notice={runs.quoted(notice)}"})

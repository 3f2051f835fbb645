"""GitHub Apps: who they are, where they are installed, tokens of their installations."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sandbox.clock import stamp
from sandbox.errors import not_found
from sandbox.http import Response
from sandbox.pages import page
from sandbox.routing import Routes
from sandbox.shapes.apps import PERMISSIONS, app_json, installation_json
from sandbox.shapes.repositories import listed_repository
from sandbox.world import digest

if TYPE_CHECKING:
    from sandbox.http import Call
    from sandbox.records import Record

ROUTES = Routes()
TOKEN_LIFE = 3600
"""Seconds that an installation's token lives."""


def _app(call: Call) -> Record:
    if call.actor.app is None:
        raise not_found()
    return call.actor.app


def _installations(call: Call) -> list[Record]:
    app = _app(call)
    return [
        installation
        for org in call.world.all("organization")
        for installation in call.world.all("installation", org.id)
        if installation["app"] == app.id
    ]


def _installation(call: Call) -> Record:
    found = call.world.get("installation", call.integer("installation_id"))
    if found is None or found["app"] != _app(call).id:
        raise not_found()
    return found


@ROUTES.get("/app", needs="app")
def get_authenticated(call: Call) -> Response:
    """The App that asks."""
    return Response(200, app_json(call, _app(call)))


@ROUTES.get("/apps/{app_slug}", needs="user")
def get_by_slug(call: Call) -> Response:
    """An App by its slug."""
    app = call.world.find("app", call.parameters["app_slug"])
    if app is None:
        raise not_found()
    return Response(200, app_json(call, app))


@ROUTES.get("/app/installations", needs="app")
def list_installations(call: Call) -> Response:
    """Where the App that asks is installed."""
    return page(call, _installations(call), lambda each: installation_json(call, each))


@ROUTES.get("/app/installations/{installation_id}", needs="app")
def get_installation(call: Call) -> Response:
    """One installation of the App that asks."""
    return Response(200, installation_json(call, _installation(call)))


@ROUTES.get("/orgs/{org}/installation", needs="app")
def get_org_installation(call: Call) -> Response:
    """The installation in an organization of the App that asks."""
    for installation in _installations(call):
        if installation.parent == call.org.id:
            return Response(200, installation_json(call, installation))
    raise not_found()


@ROUTES.get("/orgs/{org}/installations", needs="org:admin")
def list_org_installations(call: Call) -> Response:
    """The Apps installed in an organization."""
    found = call.world.all("installation", call.org.id)
    return page(call, found, lambda each: installation_json(call, each), "installations")


@ROUTES.post("/app/installations/{installation_id}/access_tokens", needs="app")
def create_token(call: Call) -> Response:
    """Make a token of an installation; it lives for an hour."""
    installation = _installation(call)
    token = f"sandbox_app_{secrets.token_hex(20)}"
    expires = stamp(call.world.clock.seconds() + TOKEN_LIFE)
    call.world.add(
        "token",
        0,
        digest(token),
        user=_app(call)["bot"],
        installation=installation.id,
        expires_at=expires,
    )
    return Response(
        201,
        {
            "token": token,
            "expires_at": expires,
            "permissions": PERMISSIONS,
            "repository_selection": "all",
        },
    )


@ROUTES.get("/installation/repositories", needs="user")
def list_repositories(call: Call) -> Response:
    """The repositories that the installation that asks can reach."""
    if call.actor.installation is None:
        raise not_found()
    found = call.world.all("repository", call.actor.installation.parent)
    return page(call, found, lambda each: listed_repository(call, each), "repositories")

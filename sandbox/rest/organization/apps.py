"""GitHub Apps: who they are, where they are installed, tokens of their installations."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sandbox.access.app_permissions import allows
from sandbox.api import fields
from sandbox.api.errors import invalid, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.runs import tokens
from sandbox.shapes.apps import app_json, installation_json, permissions_of
from sandbox.shapes.repositories import listed_repository, minimal_repository
from sandbox.world.clock import stamp
from sandbox.world.kinds.accounts import (
    APP,
    INSTALLATION,
    ORGANIZATION,
    TOKEN,
    App,
    Installation,
    Token,
)
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.world import digest

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
TOKEN_LIFE = 3600
"""Seconds that an installation's token lives."""


def _app(call: Call) -> Record[App]:
    if call.actor.app is None:
        raise not_found()
    return call.actor.app


def _installations(call: Call) -> list[Record[Installation]]:
    app = _app(call)
    return [
        installation
        for org in call.world.all(ORGANIZATION)
        for installation in call.world.all(INSTALLATION, org.id)
        if installation.data["app"] == app.id
    ]


def _installation(call: Call) -> Record[Installation]:
    found = call.world.get(INSTALLATION, call.integer("installation_id"))
    if found is None or found.data["app"] != _app(call).id:
        raise not_found()
    return found


@ROUTES.get("/app", needs="app")
def get_authenticated(call: Call) -> Response:
    """Return the calling App."""
    return Response(200, app_json(call, _app(call)))


@ROUTES.get("/apps/{app_slug}", needs="user")
def get_by_slug(call: Call) -> Response:
    """Return an App by its slug."""
    slug = call.parameters["app_slug"]
    app = tokens.app(call.world) if slug == tokens.APP_SLUG else call.world.find(APP, slug)
    if app is None:
        raise not_found()
    return Response(200, app_json(call, app))


@ROUTES.get("/app/installations", needs="app")
def list_installations(call: Call) -> Response:
    """Return the installations of the calling App."""
    return page(call, _installations(call), lambda each: installation_json(call, each))


@ROUTES.get("/app/installations/{installation_id}", needs="app")
def get_installation(call: Call) -> Response:
    """Return one installation of the calling App."""
    return Response(200, installation_json(call, _installation(call)))


@ROUTES.get("/orgs/{org}/installation", needs="app")
def get_org_installation(call: Call) -> Response:
    """Return the installation in an organization of the calling App."""
    for installation in _installations(call):
        if installation.parent == call.org.id:
            return Response(200, installation_json(call, installation))
    raise not_found()


@ROUTES.get("/users/{username}/installation", needs="app")
def get_user_installation(call: Call) -> Response:
    """Return the installation in an account, also an organization, of the calling App."""
    account = call.world.account(call.parameters["username"])
    for installation in _installations(call):
        if account is not None and installation.parent == account.id:
            return Response(200, installation_json(call, installation))
    raise not_found()


@ROUTES.get("/orgs/{org}/installations", needs="org:admin")
def list_org_installations(call: Call) -> Response:
    """Return the Apps installed in an organization."""
    # the App behind the workflows' tokens is everywhere, and never listed
    found = [
        each
        for each in call.world.all(INSTALLATION, call.org.id)
        if (app := call.world.get(APP, each.data["app"])) is not None and app.data["public_key"]
    ]
    return page(call, found, lambda each: installation_json(call, each), "installations")


@ROUTES.post("/app/installations/{installation_id}/access_tokens", needs="app")
def create_token(call: Call) -> Response:
    """Make a token of an installation; it expires after an hour, and may be limited further."""
    installation, app = _installation(call), _app(call)
    found = fields.body(call, repositories="texts", repository_ids="integers", permissions="object")
    asked = found.get("permissions")
    have = permissions_of(app)
    if asked is not None and not all(allows(have, *each) for each in asked.items()):
        raise invalid("The permissions requested are not granted to this installation.")
    chosen = _chosen(call, installation, found)
    token = f"sandbox_app_{secrets.token_hex(20)}"
    expires = stamp(call.world.clock.seconds() + TOKEN_LIFE)
    data = Token(user=app.data["bot"], installation=installation.id, expires_at=expires)
    if asked is not None or app.data.get("permissions"):
        data["permissions"] = asked or have
    if chosen is not None:
        data["repositories"] = [repository.id for repository in chosen]
    call.world.make(TOKEN, 0, digest(token), data)
    body: dict[str, Any] = {
        "token": token,
        "expires_at": expires,
        "permissions": asked or have,
        "repository_selection": "all" if chosen is None else "selected",
    }
    if chosen is not None:
        body["repositories"] = [minimal_repository(call, each) for each in chosen]
    return Response(201, body)


def _chosen(
    call: Call, installation: Record[Installation], found: dict[str, Any]
) -> list[Record[Repository]] | None:
    """Return the repositories that a token is limited to; None: all of the installation."""
    names, ids = found.get("repositories"), found.get("repository_ids")
    if names is None and ids is None:
        return None
    wanted = [call.world.find(REPOSITORY, name, installation.parent) for name in names or []]
    wanted += [call.world.get(REPOSITORY, ident) for ident in ids or []]
    chosen = [each for each in wanted if each is not None and each.parent == installation.parent]
    if len(chosen) != len(wanted):
        raise invalid("There is at least one repository that does not exist or is not accessible.")
    return chosen


@ROUTES.get("/installation/repositories", needs="user")
def list_repositories(call: Call) -> Response:
    """Return the repositories that the installation that asks can reach."""
    if call.actor.installation is None:
        raise not_found()
    found = call.world.all(REPOSITORY, call.actor.installation.parent)
    if call.actor.repositories is not None:
        found = [each for each in found if each.id in call.actor.repositories]
    return page(call, found, lambda each: listed_repository(call, each), "repositories")

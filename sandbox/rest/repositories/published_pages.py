"""GitHub Pages: whether a repository has a site, and from where; nothing is built.

Source: https://docs.github.com/rest/pages/pages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.api import fields
from sandbox.api.errors import conflict, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.routing import Routes
from sandbox.git import objects
from sandbox.shapes.commits import base
from sandbox.world import plans
from sandbox.world.kinds.repositories import PAGES_SITE, PagesSite

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_SITE = "/repos/{owner}/{repo}/pages"
_BUILDS = ("legacy", "workflow")
_PATHS = ("/", "/docs")


def _find(call: Call) -> Record[PagesSite]:
    found = call.world.all(PAGES_SITE, call.repository.id)
    if not found:
        raise not_found()
    return found[0]


def _shape(call: Call, site: Record[PagesSite]) -> dict[str, Any]:
    return {
        "url": f"{base(call)}/pages",
        "status": "built",
        "cname": site.data["cname"],
        "custom_404": False,
        "html_url": f"{call.host}/pages/{call.repository.id}/",
        "build_type": site.data["build_type"],
        "source": site.data["source"],
        "public": site.data.get("public", True),
        "https_enforced": site.data["https_enforced"],
    }


def _source(call: Call, given: Any) -> dict[str, str]:  # noqa: ANN401 - an object, or an old name
    if isinstance(given, str):
        branch, _, folder = given.partition(" ")
        given = {"branch": branch, "path": folder or "/"}
    found = fields.checked(given, {"branch!": "text", "path": _PATHS})
    if objects.find_ref(call.world, call.repository, f"refs/heads/{found['branch']}") is None:
        raise invalid(f"The {found['branch']} branch must exist before GitHub Pages can be built.")
    return {"path": "/", **found}


@ROUTES.get(_SITE, needs="repo:read")
def get(call: Call) -> Response:
    """Return the site."""
    return Response(200, _shape(call, _find(call)))


@ROUTES.post(_SITE, needs="repo:admin")
def create(call: Call) -> Response:
    """Make a site, of a branch's folder or by a workflow."""
    found = fields.body(call, build_type=_BUILDS, source="object")
    if call.world.count(PAGES_SITE, call.repository.id):
        raise conflict("GitHub Pages is already enabled.")
    build = found.get("build_type", "legacy")
    if build == "legacy" and "source" not in found:
        raise invalid('Invalid request.\n\n"source" wasn\'t supplied.')
    default = {"branch": call.repository.data["default_branch"], "path": "/"}
    data = PagesSite(
        build_type=build,
        source=_source(call, found["source"]) if "source" in found else default,
        cname=None,
        https_enforced=True,
        # where the plan has private sites, a new one is private
        public=not plans.at_least(owner(call.world, call.repository), "enterprise"),
    )
    made = call.world.make(PAGES_SITE, call.repository.id, "", data)
    call.world.change(call.repository, has_pages=True)
    return Response(201, _shape(call, made))


@ROUTES.put(_SITE, needs="repo:admin")
def update(call: Call) -> Response:
    """Change a site; fields that are left out stay."""
    site = _find(call)
    found = fields.body(
        call,
        **{"cname?": "text"},
        https_enforced="boolean",
        build_type=_BUILDS,
        source="any",
        public="boolean",
    )
    if not found.get("public", True):
        plans.check_private_pages(owner(call.world, call.repository))
    if "source" in found:
        found["source"] = _source(call, found["source"])
    call.world.change(site, **found)
    return NO_CONTENT


@ROUTES.delete(_SITE, needs="repo:admin")
def delete(call: Call) -> Response:
    """Remove a site."""
    call.world.remove(_find(call))
    call.world.change(call.repository, has_pages=False)
    return NO_CONTENT

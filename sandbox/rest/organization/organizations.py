"""Organizations: settings, and what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import visible_repositories
from sandbox.api import fields, lengths
from sandbox.api.errors import failed, invalid
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.accounts import full_organization, simple_organization
from sandbox.shapes.repositories import listed_repository
from sandbox.world.kinds.accounts import ORGANIZATION, Organization
from sandbox.world.plans import at_least

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()

_TEXTS = (
    "billing_email",
    "company",
    "email",
    "twitter_username",
    "location",
    "name",
    "description",
    "blog",
    "secret_scanning_push_protection_custom_link",
)
_BOOLEANS = (
    "has_organization_projects",
    "has_repository_projects",
    "members_can_create_repositories",
    "members_can_create_public_repositories",
    "members_can_create_private_repositories",
    "members_can_create_internal_repositories",
    "members_can_create_pages",
    "members_can_create_public_pages",
    "members_can_create_private_pages",
    "members_can_fork_private_repositories",
    "web_commit_signoff_required",
    "deploy_keys_enabled_for_repositories",
    "advanced_security_enabled_for_new_repositories",
    "dependabot_alerts_enabled_for_new_repositories",
    "dependabot_security_updates_enabled_for_new_repositories",
    "dependency_graph_enabled_for_new_repositories",
    "secret_scanning_enabled_for_new_repositories",
    "secret_scanning_push_protection_enabled_for_new_repositories",
    "secret_scanning_push_protection_custom_link_enabled",
)
_CREATION = tuple(
    f"members_can_create_{visibility}_repositories"
    for visibility in ("public", "private", "internal")
)


@ROUTES.get("/organizations", needs="user")
def list_all(call: Call) -> Response:
    """Return all organizations."""
    return page(call, call.world.all(ORGANIZATION), lambda org: simple_organization(call, org))


@ROUTES.get("/orgs/{org}", needs="user")
def get(call: Call) -> Response:
    """Return an organization, with what the caller may see."""
    return Response(200, full_organization(call, call.org))


@ROUTES.patch("/orgs/{org}", needs="org:admin")
def update(call: Call) -> Response:
    """Change an organization's settings; fields that are left out stay."""
    found = fields.body(
        call,
        **{f"{name}?": "text" for name in _TEXTS},
        **dict.fromkeys(_BOOLEANS, "boolean"),
        default_repository_permission=("read", "write", "admin", "none"),
        members_allowed_repository_creation_type=("all", "private", "none"),
    )
    lengths.check("Organization", found)
    if not found.get("billing_email", "x"):
        raise failed("Organization", "billing_email", "missing_field")
    if found.get("members_can_create_internal_repositories") and not at_least(
        call.org, "enterprise"
    ):
        raise invalid(
            "Only organizations associated with an enterprise can set internal repository creation"
        )
    call.world.change(call.org, **{**found, **_creation(call.org, found)})
    call.refresh()
    return Response(200, full_organization(call, call.org))


def _creation(org: Record[Organization], found: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of repository creation that follow from those that were sent.

    The three single switches are the truth; the old summary fields set them only when no single
    switch is sent beside them.
    """
    single = {name: found.get(name, org.field(name)) for name in _CREATION}
    if not any(name in found for name in _CREATION):
        summary = found.get("members_allowed_repository_creation_type")
        if summary is None and "members_can_create_repositories" in found:
            wanted = found["members_can_create_repositories"]
            if not wanted:
                summary = "none"
            elif not any(single.values()):
                summary = "all"
        if summary is not None:
            internal = summary != "none" and at_least(org, "enterprise")
            single = {
                _CREATION[0]: summary == "all",
                _CREATION[1]: summary != "none",
                _CREATION[2]: internal,
            }
    public, private = single[_CREATION[0]], single[_CREATION[1]]
    return {
        **{name: value for name, value in single.items() if name not in found},
        "members_can_create_repositories": any(single.values()),
        "members_allowed_repository_creation_type": "all"
        if public
        else "private"
        if private
        else "none",
    }


@ROUTES.get("/orgs/{org}/repos", needs="user")
def list_repositories(call: Call) -> Response:
    """Return the repositories that the caller may see."""
    found = visible_repositories(call.world, call.org, call.actor)
    wanted = call.query.get("type", "all")
    if wanted in ("public", "private"):
        found = [
            each for each in found if (each.data["visibility"] == "public") == (wanted == "public")
        ]
    elif wanted in ("forks", "sources"):
        found = [each for each in found if bool(each.data.get("fork_of")) == (wanted == "forks")]
    return page(call, found, lambda repository: listed_repository(call, repository))

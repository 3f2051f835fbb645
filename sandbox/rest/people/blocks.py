"""Users that an organization has blocked.

Source: https://docs.github.com/rest/orgs/blocking
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.permissions import org_role
from sandbox.api import lookups
from sandbox.api.errors import failed, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.accounts import simple_user
from sandbox.world.kinds.accounts import BLOCK, USER, Block

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/orgs/{org}/blocks"
_ONE = _LIST + "/{username}"


def _block(call: Call) -> Record[Block] | None:
    user = lookups.user(call, call.parameters["username"])
    return call.world.find(BLOCK, str(user.id), call.org.id)


@ROUTES.get(_LIST, needs="org:admin")
def list_blocked(call: Call) -> Response:
    """Return the blocked users."""
    blocks = call.world.all(BLOCK, call.org.id)
    users = [call.world.get(USER, int(each.name)) for each in blocks]
    return page(call, [each for each in users if each], lambda each: simple_user(call, each))


@ROUTES.get(_ONE, needs="org:admin")
def check(call: Call) -> Response:
    """Answer 204 for a blocked user, else 404."""
    if _block(call) is None:
        raise not_found()
    return NO_CONTENT


@ROUTES.put(_ONE, needs="org:admin")
def block(call: Call) -> Response:
    """Block a user; members cannot be blocked."""
    user = lookups.user(call, call.parameters["username"])
    if org_role(call.world, call.org, user.id) is not None:
        raise failed("Block", "user", "custom", "Members of the organization cannot be blocked.")
    if _block(call) is None:
        call.world.make(BLOCK, call.org.id, str(user.id), Block())
    return NO_CONTENT


@ROUTES.delete(_ONE, needs="org:admin")
def unblock(call: Call) -> Response:
    """Unblock a user."""
    found = _block(call)
    if found is not None:
        call.world.remove(found)
    return NO_CONTENT

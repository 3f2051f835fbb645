"""A request to the control interface, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.world.kinds.accounts import USER, User

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World


class Mistake(Exception):  # noqa: N818 - a caller's mistake, not an error of ours
    """A control request that cannot be done; the message says why and what is allowed."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of one world.

    Attributes:
        item: What follows the verb in the path, such as a fault's id; or an empty text.
        query: The query string's fields, checked.
        body: The JSON body, checked.
        host: Scheme, host and port that the client used.
    """

    item: str
    query: dict[str, Any]
    body: dict[str, Any]
    host: str

    def user(self, world: World, field: str) -> Record[User]:
        """Return the user that a field of the body names."""
        login = self.body[field]
        found = world.find(USER, login)
        if found is None:
            raise Mistake(f"{field}: there is no such user in world {world.name}")
        return found

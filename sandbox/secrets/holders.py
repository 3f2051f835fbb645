"""Where secrets and variables live: in an organization, a repository or an environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sandbox.access.permissions import owner
from sandbox.api.errors import invalid, not_found
from sandbox.api.pages import page
from sandbox.shapes.repositories import listed_repository
from sandbox.world.kinds.protection import ENVIRONMENT
from sandbox.world.kinds.repositories import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.http import Call, Response
    from sandbox.world.kinds.accounts import Organization
    from sandbox.world.kinds.actions import Shared
    from sandbox.world.kinds.protection import Environment
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import AnyRecord, Kind, Record

ORG_PATH = "/orgs/{org}"
REPOSITORY_PATH = "/repos/{owner}/{repo}"
ENVIRONMENT_PATH = REPOSITORY_PATH + "/environments/{environment_name}"


def environment(call: Call) -> Record[Environment]:
    """Return the path's environment; 404 when there is none."""
    name = call.parameters["environment_name"]
    found = call.world.find(ENVIRONMENT, name, call.repository.id)
    if found is None:
        raise not_found()
    return found


Item = TypeVar("Item", bound="Shared")
"""The data of a secret or a variable."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level that secrets or variables belong to: organization, repository or environment.

    Attributes:
        base: The path of the list.
        holder: Finds the record that they belong to.
        reads: What an actor needs to list them.
        writes: What an actor needs to change them.
        limit: How many there may be.
    """

    base: str
    holder: Callable[[Call], AnyRecord]
    reads: str
    writes: str
    limit: int

    @property
    def org(self) -> bool:
        """Whether it is an organization's, with visibility."""
        return self.base.startswith(ORG_PATH)


def org(call: Call) -> Record[Organization]:
    """Return the path's organization."""
    return call.org


def repository(call: Call) -> Record[Repository]:
    """Return the path's repository."""
    return call.repository


def checked_ids(call: Call, ids: list[int]) -> list[int]:
    """Return ids of repositories, sorted; 422 when one is not the organization's."""
    for ident in ids:
        found = call.world.get(REPOSITORY, ident)
        if found is None or found.parent != call.org.id:
            raise invalid(f"Repository {ident} is not a repository of {call.org.name}.")
    return sorted(set(ids))


def selected(call: Call, ids: list[int]) -> list[Record[Repository]]:
    """Return the repositories of these ids that are still there."""
    found = (call.world.get(REPOSITORY, ident) for ident in ids)
    return [repository for repository in found if repository is not None]


def page_of_repositories(call: Call, ids: list[int]) -> Response:
    """Answer with a page of the selected repositories."""
    return page(
        call,
        selected(call, ids),
        lambda record: listed_repository(call, record),
        "repositories",
    )


def visible(record: Record[Shared], repository: Record[Repository]) -> bool:
    """Return whether an organization's secret or variable is visible to a repository."""
    visibility = record.data["visibility"]
    if visibility == "selected":
        return repository.id in record.data["selected_repository_ids"]
    return visibility == "all" or str(repository.data["visibility"]) != "public"


def org_items(call: Call, kind: Kind[Item]) -> list[Record[Item]]:
    """Return an organization's secrets or variables that the path's repository sees."""
    account = owner(call.world, call.repository)
    return [
        record for record in call.world.all(kind, account.id) if visible(record, call.repository)
    ]

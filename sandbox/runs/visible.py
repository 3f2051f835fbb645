"""Which secrets and variables a job sees.

Source: https://docs.github.com/actions/concepts/security/secrets, on precedence and visibility.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.permissions import owner
from sandbox.secrets import holders, sealed_boxes
from sandbox.world import plans
from sandbox.world.kinds.actions import SECRETS, VARIABLE, Job, Run
from sandbox.world.kinds.protection import ENVIRONMENT, Environment

if TYPE_CHECKING:
    from sandbox.secrets.holders import Item
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Kind, Record
    from sandbox.world.world import World


def _items(
    world: World, repository: Record[Repository], kind: Kind[Item]
) -> dict[str, Record[Item]]:
    """Return what an organization and its repository have under each name; the nearer counts."""
    found = {
        item.name: item
        for item in world.all(kind, repository.parent)
        if holders.visible(item, repository)
        and (repository.data["visibility"] == "public" or _shares(world, repository))
    }
    return found | {item.name: item for item in world.all(kind, repository.id)}


def _shares(world: World, repository: Record[Repository]) -> bool:
    """Return whether an organization's secrets reach private repositories: not in the Free plan."""
    return plans.at_least(owner(world, repository), "team")


def variables(
    world: World, repository: Record[Repository], environment: Record[Environment] | None
) -> dict[str, str]:
    """Return the variables that a job sees, by name."""
    found = _items(world, repository, VARIABLE)
    if environment is not None:
        found |= {item.name: item for item in world.all(VARIABLE, environment.id)}
    return {name: item.data["value"] for name, item in sorted(found.items())}


def secrets(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> dict[str, str]:
    """Return the plaintext of the secrets that a job sees, by name.

    The environment's win over the repository's, those over the organization's. A fork's run sees
    none, Dependabot's the Dependabot secrets; a reusable workflow what its caller hands on, and its
    own job's environment's.
    """
    if run.data["untrusted"] == "fork" or not job.data.get("ran"):
        return {}
    store = "dependabot" if run.data["untrusted"] == "dependabot" else "actions"
    kind = SECRETS[store]
    found = _items(world, repository, kind)
    handed = job.data["secrets"]
    if handed is not None:
        found = {
            name.upper(): found[source.upper()]
            for name, source in handed.items()
            if source.upper() in found
        }
    environment = world.get(ENVIRONMENT, job.data.get("environment_id") or 0)
    if environment is not None and store == "actions":
        found |= {item.name: item for item in world.all(kind, environment.id)}
    return {
        name: sealed_boxes.decrypt(world, store, item.parent, item.data["encrypted_value"]).decode(
            "utf-8", "backslashreplace"
        )
        for name, item in sorted(found.items())
    }

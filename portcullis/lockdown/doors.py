"""What a lockdown closes: settings as documents, and the requests from one document to another.

Closing and opening are the same thing: the requests that lead from what GitHub has now to what it
is to have. So whatever stopped halfway is gone on with from where it stands.

Sources:
    https://docs.github.com/rest/actions/permissions
    https://docs.github.com/rest/deployments/environments
    https://docs.github.com/rest/orgs/rules
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis.live.raw import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from portcullis.live.asking import Asking, Unread
    from portcullis.live.raw.settings import Document

RULESET = "Portcullis lockdown"
"""The name of the ruleset by which no tag is made, moved or deleted."""

NOTE = "PORTCULLIS_LOCKDOWN"
"""The organization's variable that says that a lockdown is on; no repository sees it."""


_BESIDE = ("selected_actions", "repositories")
"""What GitHub takes by requests of its own, beside the permissions of Actions."""


class Kind(StrEnum):
    """What kind of thing a door is."""

    NOTE = "note"
    ACTIONS = "actions"
    TAGS = "tags"
    ENVIRONMENT = "environment"
    SECRET = "secret"  # noqa: S105 - a kind of door
    READERS = "readers"
    AWS_ROLE = "aws-role"
    VAULT_POLICY = "vault-policy"


OUTSIDE = frozenset({Kind.AWS_ROLE, Kind.VAULT_POLICY})
"""What is not on GitHub: see `portcullis.lockdown.roles`."""


@dataclass(frozen=True)
class Door:
    """One setting that a lockdown closes."""

    kind: Kind
    repository: int | None = None
    """The id of its repository, which a rename leaves; None: of the organization."""
    name: str = ""
    """The environment's; of a secret `environment/NAME`, `NAME`, or `dependabot:NAME`; a role's ARN
    in AWS; the address of a policy in Vault."""

    def words(self, repository: str) -> str:
        """Return what it is, for people; ``repository`` is the name of its repository."""
        where = repository or "the organization"
        return {
            Kind.NOTE: f"note on GitHub (variable {NOTE})",
            Kind.ACTIONS: f"Actions of {where}",
            Kind.TAGS: f"tags of {where}",
            Kind.ENVIRONMENT: f"environment {repository}/{self.name}",
            Kind.SECRET: f"secret {self._secret} of {where}",
            Kind.READERS: f"repositories that see secret {self._secret} of the organization",
            Kind.AWS_ROLE: f"role {self.name}",
            Kind.VAULT_POLICY: f"policy {self.name}",
        }[self.kind]

    @property
    def _secret(self) -> str:
        """Return a secret in words, with its store if that is not the one of Actions."""
        store, _, name = self.name.rpartition(":")
        return f"{name} ({store})" if store and "/" not in self.name else self.name


@dataclass(frozen=True)
class Request:
    """A request that changes something."""

    method: str
    path: str
    body: Document | None = None

    @property
    def creates(self) -> bool:
        """Whether it counts as one that creates content, for GitHub's secondary rate limit."""
        return self.method != "DELETE"


def base_of(organization: str, repository: str) -> str:
    """Return the path of the organization, or of one of its repositories."""
    return f"/repos/{organization}/{repository}" if repository else f"/orgs/{organization}"


def read(
    asking: Asking, organization: str, repository: str, door: Door
) -> Document | Unread | None:
    """Return a door as GitHub has it now; None where it does not exist."""
    base = base_of(organization, repository)
    if door.kind is Kind.NOTE:
        return settings.variable(asking, organization, NOTE)
    if door.kind is Kind.ACTIONS:
        return settings.actions(asking, base)
    if door.kind is Kind.TAGS:
        return settings.ruleset(asking, base, RULESET)
    if door.kind is Kind.ENVIRONMENT:
        return settings.environment(asking, f"{organization}/{repository}", door.name)
    if door.kind is Kind.READERS:
        return settings.readers(asking, _secret_path(base, door.name))
    return settings.secret(asking, _secret_path(base, door.name))


def without_ids(document: Document | None) -> Document | None:
    """Return a document without the ids of what is made anew when it comes back."""
    if document is None:
        return None
    kept = {key: value for key, value in document.items() if key != "id"}
    if "policies" in kept:
        kept["policies"] = [_policy(each) for each in kept["policies"]]
    return kept


def requests(base: str, door: Door, now: Document | None, goal: Document | None) -> list[Request]:
    """Return the requests, in order, that lead from ``now`` to ``goal``.

    Args:
        base: `/orgs/NAME`, or `/repos/OWNER/NAME`.
        door: What it is about.
        now: What GitHub has, as `read` returned it.
        goal: What GitHub is to have.
    """
    if without_ids(now) == without_ids(goal):
        return []
    return list(_WAYS[door.kind](base, door, now, goal))


def _note(base: str, _: Door, now: Document | None, goal: Document | None) -> Iterator[Request]:
    path = f"{base}/actions/variables"
    if goal is None:
        yield Request("DELETE", f"{path}/{NOTE}")
    elif now is None:
        hidden = {"visibility": "selected", "selected_repository_ids": []}
        yield Request("POST", path, {"name": NOTE, **goal, **hidden})
    else:
        yield Request("PATCH", f"{path}/{NOTE}", {"name": NOTE, **goal})


def _actions(base: str, _: Door, now: Document | None, goal: Document | None) -> Iterator[Request]:
    path = f"{base}/actions/permissions"
    before, after = now or {}, goal or {}
    if without(before, *_BESIDE) != without(after, *_BESIDE):
        yield Request("PUT", path, without(after, *_BESIDE))
    chosen, repositories = (after.get(key) for key in _BESIDE)
    if chosen is not None and chosen != before.get("selected_actions"):
        yield Request("PUT", f"{path}/selected-actions", chosen)
    if repositories is not None and repositories != before.get("repositories"):
        yield Request("PUT", f"{path}/repositories", {"selected_repository_ids": repositories})


def _tags(base: str, _: Door, now: Document | None, goal: Document | None) -> Iterator[Request]:
    path = f"{base}/rulesets"
    if now is None:
        yield Request("POST", path, goal)
    else:
        yield Request("PUT" if goal else "DELETE", f"{path}/{now['id']}", goal)


def _environment(
    base: str, door: Door, now: Document | None, goal: Document | None
) -> Iterator[Request]:
    path = f"{base}/environments/{quote(door.name, safe='')}"
    before, after = now or {}, goal or {}
    own = {key: value for key, value in after.items() if key != "policies"}
    if own != {key: value for key, value in before.items() if key != "policies"}:
        # GitHub takes this only where there are reviewers
        body = own if own["reviewers"] else without(own, "prevent_self_review")
        yield Request("PUT", path, {**body, "reviewers": own["reviewers"] or None})
    there = before.get("policies", []) if _is_custom(before) else []
    wanted = [_policy(each) for each in after["policies"]]
    if not _is_custom(after):
        return  # GitHub has removed them
    same = 0
    while same < min(len(there), len(wanted)) and _policy(there[same]) == wanted[same]:
        same += 1
    # GitHub lists them in the order in which they were made
    for each in there[same:]:
        yield Request("DELETE", f"{path}/deployment-branch-policies/{each['id']}")
    for each in wanted[same:]:
        yield Request("POST", f"{path}/deployment-branch-policies", each)


def _secret(
    base: str, door: Door, now: Document | None, goal: Document | None
) -> Iterator[Request]:
    if now is not None and goal is None:
        yield Request("DELETE", _secret_path(base, door.name))


def _readers(
    base: str, door: Door, now: Document | None, goal: Document | None
) -> Iterator[Request]:
    if now is not None and goal is not None:
        path = f"{_secret_path(base, door.name)}/repositories"
        yield Request("PUT", path, {"selected_repository_ids": goal["repositories"]})


_WAYS: dict[Kind, Callable[..., Iterator[Request]]] = {
    Kind.NOTE: _note,
    Kind.ACTIONS: _actions,
    Kind.TAGS: _tags,
    Kind.ENVIRONMENT: _environment,
    Kind.SECRET: _secret,
    Kind.READERS: _readers,
}


def closed_tags(*, organization: bool) -> Document:
    """Return the ruleset by which nobody makes, moves or deletes a tag."""
    conditions: Document = {"ref_name": {"include": ["~ALL"], "exclude": []}}
    if organization:
        conditions["repository_name"] = {"include": ["~ALL"], "exclude": [], "protected": False}
    return {
        "name": RULESET,
        "target": "tag",
        "enforcement": "active",
        "conditions": conditions,
        "rules": [{"type": "creation"}, {"type": "update"}, {"type": "deletion"}],
        "bypass_actors": [],
    }


def closed_environment(before: Document) -> Document:
    """Return an environment that admits no ref."""
    custom = {"protected_branches": False, "custom_branch_policies": True}
    return {**before, "deployment_branch_policy": custom, "policies": []}


def actions_off(before: Document) -> Document:
    """Return the permissions of Actions that run nowhere."""
    switch: Document = {"enabled_repositories": "none"}
    if "enabled" in before:
        switch = {"enabled": False}
    kept = without(before, "allowed_actions", "selected_actions", "repositories")
    return {**kept, **switch}


def actions_without(before: Document, all_: Iterable[int], stopped: Iterable[int]) -> Document:
    """Return the permissions of Actions that run no longer in some repositories.

    Args:
        before: The permissions until now.
        all_: The ids of all repositories.
        stopped: The ids of those where nothing is to run.
    """
    if before["enabled_repositories"] == "none":
        return before
    on = set(before.get("repositories", all_)) - set(stopped)
    return {**before, "enabled_repositories": "selected", "repositories": sorted(on)}


def without(document: Document, *keys: str) -> Document:
    """Return a document without some fields."""
    return {key: value for key, value in document.items() if key not in keys}


def _policy(policy: Document) -> Document:
    return {"name": policy["name"], "type": policy["type"]}


def _is_custom(environment: Document) -> bool:
    policy: dict[str, Any] | None = environment.get("deployment_branch_policy")
    return bool(policy and policy["custom_branch_policies"])


def _secret_path(base: str, name: str) -> str:
    environment, _, secret = name.rpartition("/")
    if environment:
        return f"{base}/environments/{quote(environment, safe='')}/secrets/{secret}"
    store, _, secret = name.rpartition(":")
    return f"{base}/{store or 'actions'}/secrets/{secret}"

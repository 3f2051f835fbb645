"""Find the records that a path names: organizations, repositories (renamed too), teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import GitHubError, not_found
from sandbox.world.kinds.accounts import ORGANIZATION, USER, User
from sandbox.world.kinds.people import TEAM, Team
from sandbox.world.kinds.repositories import REDIRECT, REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record
    from sandbox.world.world import World


def legacy_path(world: World, raw_path: str) -> str:
    """Return the path by names for a path by ids.

    `/organizations/{id}/team/{id}` and `/repositories/{id}` are old forms that clients still use;
    everything below them is the same as below `/orgs/{org}/teams/{slug}` and `/repos/{o}/{r}`. A
    few documented paths have the name there: `/organizations/{org}/actions/cache/...`.

    Raises:
        GitHubError: 404, when there is nothing of that id.
    """
    parts = raw_path.strip("/").split("/")
    if parts[0] == "repositories" and len(parts) > 1:
        repository = world.get(REPOSITORY, _id(parts[1]))
        if repository is None:
            raise not_found()
        account = world.account_of(repository.parent)
        if account is None:
            raise not_found()
        return "/".join(["/repos", account.name, repository.name, *parts[2:]])
    if parts[0] == "organizations" and len(parts) > 1:
        org = world.find(ORGANIZATION, parts[1]) or world.get(ORGANIZATION, _id(parts[1]))
        if org is None:
            raise not_found()
        if len(parts) > 3 and parts[2] in ("team", "teams"):  # noqa: PLR2004 - the id follows
            team = world.get(TEAM, _id(parts[3]))
            if team is None or team.parent != org.id:
                raise not_found()
            return "/".join(["/orgs", org.name, "teams", team.name, *parts[4:]])
        return "/".join(["/orgs", org.name, *parts[2:]])
    if parts[0] == "teams" and len(parts) > 1:
        team = world.get(TEAM, _id(parts[1]))
        org = None if team is None else world.get(ORGANIZATION, team.parent)
        if team is None or org is None:
            raise not_found()
        return "/".join(["/orgs", org.name, "teams", team.name, *parts[2:]])
    return raw_path


_AFTER_REF = {
    "commits": ("status", "statuses", "check-runs", "check-suites", "pulls"),
    "branches": ("protection", "rename"),
}
"""What may follow a ref in a repository's paths."""


def whole_ref(path: str) -> str:
    """Return a repository's path with the slashes in its ref encoded.

    GitHub takes `/commits/heads/main/status` and `/branches/fix/1/protection` as they are.
    """
    parts = path.strip("/").split("/")
    if parts[0] != "repos" or len(parts) < 6 or parts[3] not in _AFTER_REF:  # noqa: PLR2004 - repos, owner, name, place, ref and more
        return path
    ends = (index for index in range(5, len(parts)) if parts[index] in _AFTER_REF[parts[3]])
    end = next(ends, len(parts))
    return "/".join(["", *parts[:4], "%2F".join(parts[4:end]), *parts[end:]])


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


def find_repository(world: World, owner: str, name: str) -> Record[Repository] | None:
    """Return the repository of that owner and name, or None."""
    account = world.account(owner)
    return None if account is None else world.find(REPOSITORY, name, account.id)


def resolve(call: Call) -> None:
    """Find the organization and the repository that the path names.

    Raises:
        GitHubError: 404 when they are not there; 301 or 307 when the repository was renamed.
    """
    if "org" in call.parameters:
        org = call.world.find(ORGANIZATION, call.parameters["org"])
        if org is None:
            raise not_found()
        call.org = org
    if "repo" in call.parameters and "owner" in call.parameters:
        owner, name = call.parameters["owner"], call.parameters["repo"]
        repository = find_repository(call.world, owner, name)
        if repository is None:
            raise _moved(call, owner, name)
        call.repository = repository
        account = call.world.get(ORGANIZATION, repository.parent)
        if account is not None and "org" not in call.parameters:
            call.org = account


def _moved(call: Call, owner: str, name: str) -> GitHubError:
    account = call.world.account(owner)
    redirect = None
    if account is not None:
        redirect = call.world.find(REDIRECT, f"{account.id}/{name}")
    if redirect is None:
        return not_found()
    reads = call.method in ("GET", "HEAD")
    rest = call.raw_path.strip("/").split("/")[3:]
    url = "/".join([f"{call.api}/repositories/{redirect.data['repository']}", *rest])
    moved = GitHubError(
        301 if reads else 307,
        "Moved Permanently" if reads else "Temporary Redirect",
        headers={"Location": url},
    )
    moved.url = url
    return moved


def user(call: Call, login: str) -> Record[User]:
    """Return the user of that login; 404 when there is none."""
    found = call.world.find(USER, login)
    if found is None:
        raise not_found()
    return found


def team(call: Call) -> Record[Team]:
    """Return the team of the path's `team_slug`; 404 when there is none."""
    found = call.world.find(TEAM, call.parameters["team_slug"], call.org.id)
    if found is None:
        raise not_found()
    return found

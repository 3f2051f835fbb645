"""What teams may do with environments: `esc/access.yaml` beside what Pulumi has.

Sources: https://www.pulumi.com/docs/reference/cloud-rest-api/schema/updateteamrequest/ and
https://www.pulumi.com/docs/reference/cloud-rest-api/schema/team/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote

import httpx

from portcullis.esc.connection import EscError, because
from portcullis.esc.files import Level
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from portcullis.esc.connection import Account
    from portcullis.esc.files import Environment, Files

LEVELS: tuple[str, ...] = get_args(Level)
"""From the least to the most."""
_VERSION = "application/vnd.pulumi+8"
_PATIENCE_SECONDS = 30
_NOT_ALLOWED, _MISSING = 403, 404
_STRANGE = "the answer is not Pulumi's; is the address right?"
_FORBIDDEN = "your token may not change teams: ask an administrator of the organization"


@dataclass(frozen=True)
class Team:
    """A team that the files name.

    Attributes:
        name: Its name at Pulumi.
        wanted: Level by environment `<project>/<name>`, as the policies say.
        found: What Pulumi has, by environment; None where it shows no such team.
    """

    name: str
    wanted: dict[str, str]
    found: dict[str, dict[str, Any]] | None

    def changes(self) -> dict[str, str]:
        """The environments on which the team should have another level, and which."""
        there = {} if self.found is None else self.found
        return {
            environment: level
            for environment, level in self.wanted.items()
            if there.get(environment, {}).get("permission") != level
        }

    def beyond(self, projects: Sequence[str]) -> dict[str, str]:
        """What the team may do in the files' projects without a policy that says so."""
        return {
            environment: str(each["permission"])
            for environment, each in (self.found or {}).items()
            if environment not in self.wanted
            and environment.partition("/")[0] in projects
            and each["permission"] != "none"
        }


def teams(account: Account, files: Files) -> list[Team]:
    """Every team of the policies, with what it should have and what it has.

    Raises:
        EscError: Pulumi cannot be asked.
    """
    names = dict.fromkeys(
        name for policy in files.access.policies.values() for name in policy.teams
    )
    environments = list(files.environments())
    return [
        Team(name, _wanted(name, files, environments), _found(account, files, name))
        for name in names
    ]


def _wanted(team: str, files: Files, environments: Sequence[Environment]) -> dict[str, str]:
    """The highest level that a policy gives the team, by environment."""
    wanted: dict[str, str] = {}
    for policy in files.access.policies.values():
        for each in environments:
            if team in policy.teams and each.stage in policy.stages:
                levels = (policy.level, wanted.get(str(each), policy.level))
                wanted[str(each)] = max(levels, key=LEVELS.index)
    return wanted


def _found(account: Account, files: Files, name: str) -> dict[str, dict[str, Any]] | None:
    try:
        found = _ask(account, files.access.organization, name, "GET")
    except EscError as error:
        if error.status in (_NOT_ALLOWED, _MISSING):
            return None
        raise
    try:
        return {
            f"{each['projectName']}/{each['envName']}": each
            for each in found.get("environments") or []
            if each["permission"]
        }
    except (KeyError, TypeError):
        raise EscError(f"ESC: team {name}: {_STRANGE}") from None


def grant(
    account: Account, organization: str, wanted: Sequence[Team], report: Callable[[str], None]
) -> None:
    """Give the teams what the policies say; nothing is taken away but a level that is too high.

    Raises:
        EscError: Pulumi refused one; those before it are done, and the next run goes on.
    """
    for team in wanted:
        if team.found is None:
            continue
        for environment, level in team.changes().items():
            there = team.found.get(environment)
            verb = "addEnvironmentPermission" if there is None else "editEnvironmentPermission"
            body = {**(there or _named(environment)), "permission": level}
            _ask(account, organization, team.name, "PATCH", {verb: body})
        for line in lines(team):
            report(line)


def revoke(account: Account, organization: str, named: str) -> None:
    """Take from a team what it may do: `<team>:<project>/<environment>`.

    Raises:
        UserError: it is not named like that, or the team has nothing there.
    """
    team, _, environment = named.partition(":")
    project, _, name = environment.partition("/")
    if not (team and project and name):
        raise UserError("--revoke: allowed: <team>:<project>/<environment>")
    _ask(account, organization, team, "PATCH", {"removeEnvironment": _named(environment)})


def lines(team: Team) -> Iterator[str]:
    """What changes for a team, a line a level."""
    changes = team.changes()
    for level in LEVELS:
        names = [environment for environment, each in changes.items() if each == level]
        if names:
            yield f"team {team.name}: {level} {', '.join(names)}"


def _named(environment: str) -> dict[str, str]:
    project, _, name = environment.partition("/")
    return {"projectName": project, "envName": name}


def _ask(
    account: Account, organization: str, team: str, method: str, body: object = None
) -> dict[str, Any]:
    path = f"/api/orgs/{quote(organization, safe='')}/teams/{quote(team, safe='')}"
    headers = {"Authorization": f"token {account.token}", "Accept": _VERSION}
    try:
        answer = httpx.request(
            method,
            f"{account.address}{path}",
            json=body,
            headers=headers,
            timeout=_PATIENCE_SECONDS,
            trust_env=not account.is_local,
        )
    except httpx.HTTPError as error:
        reason = f"cannot be reached ({type(error).__name__})"
        raise EscError(f"ESC: team {team}: {reason}") from None
    if answer.is_error:
        status = answer.status_code
        reason = _FORBIDDEN if status == _NOT_ALLOWED else because(status)
        raise EscError(f"ESC: team {team}: {reason}", status)
    try:
        found = answer.json() if answer.content else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise EscError(f"ESC: team {team}: {_STRANGE}")
    return found

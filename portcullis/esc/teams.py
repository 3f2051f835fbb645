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
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from portcullis.esc.connection import Account
    from portcullis.esc.files import Environment, Files

LEVELS: tuple[str, ...] = get_args(Level)
"""From the least to the most."""
_VERSION = "application/vnd.pulumi+8"
_PATIENCE_SECONDS = 30
_KEPT = ("projectName", "envName", "maxOpenDuration")
"""What of a permission is sent back when its level is changed."""
_NOT_ALLOWED, _MISSING = 403, 404
_STRANGE = "the answer is not Pulumi's; is the address right?"
_REASONS = {
    400: "Pulumi refused the change",
    _NOT_ALLOWED: "your token may not change teams: ask an administrator of the organization",
}


@dataclass(frozen=True)
class Team:
    """A team of the organization.

    Attributes:
        name: Its name at Pulumi.
        wanted: Level by environment `<project>/<name>`, as the policies say.
        found: What Pulumi has, by environment; None where it shows no such team.
    """

    name: str
    wanted: dict[str, str]
    found: dict[str, dict[str, Any]] | None

    def level(self, environment: str) -> str | None:
        """Return what the team has on an environment, if anything."""
        return ((self.found or {}).get(environment) or {}).get("permission")

    def changes(self) -> dict[str, str]:
        """Return the environments on which the team should have another level, and which."""
        if self.found is None:
            return {}
        return {name: level for name, level in self.wanted.items() if self.level(name) != level}

    def beyond(self, projects: Iterable[str]) -> dict[str, str]:
        """Return what the team may do in the files' projects without a policy that says so."""
        return {
            environment: str(self.level(environment))
            for environment in self.found or {}
            if environment not in self.wanted
            and environment.partition("/")[0] in projects
            and self.level(environment) != "none"
        }


def teams(account: Account, files: Files) -> list[Team]:
    """Return every team of the policies and of the organization, with what it should have and has.

    Raises:
        EscError: Pulumi cannot be asked.
    """
    named = (name for policy in files.access.policies.values() for name in policy.teams)
    names = dict.fromkeys((*named, *_others(account, files)))
    environments = list(files.environments())
    return [
        Team(name, _wanted(name, files, environments), _found(account, files, name))
        for name in names
    ]


def _others(account: Account, files: Files) -> list[str]:
    """Return the organization's teams, as far as the token may see them."""
    try:
        listed = _ask(account, files.access.organization, None, "GET")["teams"] or []
        return [str(each["name"]) for each in listed]
    except EscError as error:
        if error.status in (_NOT_ALLOWED, _MISSING):
            return []
        raise
    except (KeyError, TypeError):
        raise EscError(f"ESC: teams: {_STRANGE}") from None


def _wanted(team: str, files: Files, environments: Sequence[Environment]) -> dict[str, str]:
    """Return the highest level that a policy gives the team, by environment."""
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
        # an environment of before there were projects is in `default`
        return {
            f"{each.get('projectName') or 'default'}/{each['envName']}": each
            for each in found.get("environments") or []
            if each["permission"]
        }
    except EscError as error:
        if error.status in (_NOT_ALLOWED, _MISSING):
            return None
        raise
    except (KeyError, TypeError, AttributeError):
        raise EscError(f"ESC: team {name}: {_STRANGE}") from None


def grant(
    account: Account, organization: str, wanted: Sequence[Team], report: Callable[[str], None]
) -> None:
    """Give the teams what the policies say; nothing is taken away but a level that is too high.

    Raises:
        EscError: Pulumi refused one; those before it are done, and the next run goes on.
    """
    for team in wanted:
        for environment, level in team.changes().items():
            there = (team.found or {}).get(environment)
            verb = "addEnvironmentPermission" if there is None else "editEnvironmentPermission"
            kept = {key: there[key] for key in _KEPT if key in there} if there else {}
            body = {**_named(environment), **kept, "permission": level}
            _ask(account, organization, team.name, "PATCH", {verb: body})
        for line in lines(team):
            report(line)


def revocation(named: str, known: Sequence[Team]) -> tuple[str, str]:
    """Return team and environment of `<team>:<project>/<environment>`.

    Raises:
        UserError: it is not named like that, or a policy gives the team just this.
    """
    name, _, environment = named.partition(":")
    project, _, rest = environment.partition("/")
    if not (name and project and rest):
        raise UserError("--revoke: allowed: <team>:<project>/<environment>")
    if any(environment in team.wanted for team in known if team.name == name):
        raise UserError(
            f"--revoke: {named}: a policy in esc/access.yaml gives it: take it out there first"
        )
    return name, environment


def revoke(account: Account, organization: str, team: str, environment: str) -> None:
    """Take from a team what it may do with an environment.

    Raises:
        EscError: Pulumi refused it.
    """
    _ask(account, organization, team, "PATCH", {"removeEnvironment": _named(environment)})


def lines(team: Team) -> Iterator[str]:
    """Yield what changes for a team, a line for each level that it gets and has."""
    changes = team.changes()
    for had in (None, "none", *LEVELS):
        for level in LEVELS:
            names = [
                environment
                for environment, each in changes.items()
                if each == level and team.level(environment) == had
            ]
            if names:
                instead = f" instead of {had}" if had else ""
                yield f"team {team.name}: {level}{instead} {', '.join(names)}"


def _named(environment: str) -> dict[str, str]:
    project, _, name = environment.partition("/")
    return {"projectName": project, "envName": name}


def _ask(
    account: Account, organization: str, team: str | None, method: str, body: object = None
) -> dict[str, Any]:
    """Ask for a team, or for all of them."""
    what = "teams" if team is None else f"team {team}"
    below = "" if team is None else f"/{quote(team, safe='')}"
    try:
        answer = httpx.request(
            method,
            f"{account.address}/api/orgs/{quote(organization, safe='')}/teams{below}",
            json=body,
            headers={"Authorization": f"token {account.token}", "Accept": _VERSION},
            timeout=_PATIENCE_SECONDS,
            trust_env=not account.is_local,
        )
    # a proxy or a certificate that the environment names wrongly is each of the others
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        reason = f"cannot be reached ({type(error).__name__})"
        raise EscError(f"ESC: {what}: {reason}") from None
    if not answer.is_success:  # a redirect has done nothing either
        status = answer.status_code
        raise EscError(f"ESC: {what}: {_REASONS.get(status) or because(status)}", status)
    if method != "GET":
        return {}
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise EscError(f"ESC: {what}: {_STRANGE}")
    return found

"""Names instead of GitHub's numeric ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from portcullis.pulumi_runs.events import Run

_ROLES = {2: "maintain", 4: "write", 5: "admin"}
"""The ids of GitHub's own repository roles in a ruleset.

Source: https://docs.github.com/rest/orgs/rules#create-an-organization-repository-ruleset
"""


@dataclass
class Names:
    """Names by kind and id; an id without a name is shown as it is."""

    known: dict[tuple[str, int], str] = field(default_factory=dict)
    new: dict[str, list[str]] = field(default_factory=dict)
    """Names by kind of what the run creates: they have no id yet."""

    def name(self, kind: str, number: Any) -> str:  # noqa: ANN401 - an id as Pulumi has it
        """Return ``team releasers``, or the bare name of a user or a repository."""
        ident = number_of(number)
        if ident is None:
            return f"{kind} {' or '.join(self.new.get(kind, [])) or 'that is new'}"
        name = self.known.get((kind, ident))
        if kind in {"user", "repository"} and name:
            return name
        return f"{kind} {name or _plain(number)}"

    def knows(self, kind: str, number: Any) -> bool:  # noqa: ANN401 - as above
        """Say whether an id has a name."""
        return (kind, number_of(number)) in self.known

    def actor(self, kind: str, number: Any) -> str:  # noqa: ANN401 - as above
        """Return who may bypass a ruleset, in words."""
        if kind == "OrganizationAdmin":
            return "organization owners"
        if kind == "DeployKey":
            return "deploy keys"
        if kind == "Team":
            return self.name("team", number)
        ident = number_of(number)
        if kind == "RepositoryRole" and ident in _ROLES:
            return f"repository role {_ROLES[ident]}"
        words = {"Integration": "app", "RepositoryRole": "repository role"}.get(kind, kind)
        return f"{words} {_plain(number)}"


def names_of(
    run: Run, people: Iterable[int], ask: Callable[[Iterable[int]], dict[int, str]]
) -> Names:
    """Return the names that a run's resources have, and those of people, who are asked for.

    Args:
        run: a preview.
        people: the ids of users that need a name.
        ask: asks GitHub for users; called only if there are any.
    """
    known = dict(run.names)
    wanted = sorted(set(people))
    if wanted:
        known |= {("user", number): login for number, login in ask(wanted).items()}
    return Names(known, run.new_names)


def logins(client: Any, numbers: Iterable[int]) -> dict[int, str]:  # noqa: ANN401 - githubkit's client, imported only when needed
    """Ask GitHub for the logins of users; an unknown one stays a number."""
    from githubkit.exception import GitHubException  # noqa: PLC0415 - most previews need none

    found = {}
    for number in numbers:
        try:
            found[number] = str(client.request("GET", f"/user/{number}").json()["login"])
        except (GitHubException, KeyError, ValueError):
            continue
    return found


def number_of(value: Any) -> int | None:  # noqa: ANN401 - as above
    """Return an id as a number; Pulumi has it as a text, or as a float."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _plain(value: Any) -> str:  # noqa: ANN401 - as above
    number = number_of(value)
    return str(value if number is None else number)

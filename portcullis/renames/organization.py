"""An organization that was renamed: its things say what it is called now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.github_access import get_json
from portcullis.project import UserError
from portcullis.pulumi_runs.events import ROOT, name_of
from portcullis.renames.things import IDS_A_QUERY, ask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from githubkit import GitHub

    from portcullis.renames.things import Live, Thing


_STEPS = """\
  1. write `organization: {0}` in the file
  2. pulumi stack init NAME, and pulumi config cp --dest NAME
  3. make adopt STACK=NAME, which takes everything in; make preview STACK=NAME shows the rest
  4. pulumi stack rm --force of the old stack, which changes nothing on GitHub"""
"""How an organization gets under another name."""


def now_called(client: GitHub[Any], organization: str, known: Sequence[Thing]) -> UserError | None:
    """Return what to do where all things of a state belong to an organization of another name.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    return renamed(client, organization, ask(client, known[:IDS_A_QUERY]))


def renamed(
    client: GitHub[Any], organization: str, answers: Mapping[Thing, Live | None]
) -> UserError | None:
    """Return what to do where all things that exist belong to an organization of another name.

    Args:
        client: A client of its GitHub.
        organization: The declared login.
        answers: What GitHub calls each thing of the state now.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    owners = {live.owner.lower(): live.owner for live in answers.values() if live}
    if len(owners) != 1 or organization.lower() in owners:
        return None
    if get_json(client, f"/orgs/{organization}") is not None:
        return None  # all its things were transferred
    (name,) = owners.values()
    return UserError(
        f"the organization {organization} is called {name} on GitHub now: its repositories and "
        f"teams belong to {name}, with the ids that this stack knows. Nothing was changed. To go "
        f"back, rename it to {organization} in its settings on GitHub. To keep the name, give it "
        f"a stack of its own:\n{_STEPS.format(name)}"
    )


def other(state: Mapping[str, Any], organization: str) -> UserError | None:
    """Return what to do where the state is that of another organization than the declared one.

    An update would take the declared one for new, and reset the settings of the other one.
    """
    resources = (state.get("deployment") or {}).get("resources") or []
    managed = next((name_of(each["urn"]) for each in resources if each["type"] == ROOT), None)
    if managed is None or managed == organization:
        return None
    return UserError(
        f"this stack manages the organization {managed}, and its file declares {organization}. "
        f"Nothing was changed. Write `organization: {managed}` to go on with it. If it was "
        f"renamed, or is another one, give {organization} a stack of its own:\n"
        f"{_STEPS.format(organization)}"
    )

"""Bypass: the bypass lists of rulesets, and the actor lists of classic protection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.permissions import level, org_role, owner, team_and_parents, teams_of
from sandbox.enforcement.ruleset_model import ROLES
from sandbox.shapes.apps import app_number
from sandbox.world.kinds.accounts import APP, App
from sandbox.world.kinds.people import REPOSITORY_ROLE

if TYPE_CHECKING:
    from sandbox.enforcement.attempt import Attempt
    from sandbox.world.kinds.protection import Actors, Ruleset
    from sandbox.world.records import Record


def is_one_of(attempt: Attempt, actors: Actors) -> bool:
    """Return whether the actor is on a list of classic protection.

    Args:
        attempt: The attempt.
        actors: Kind (`user`, `team`, `app`) and id of each.
    """
    teams = _teams(attempt)
    app = _app(attempt)
    return any(
        (kind == "user" and app is None and ident == attempt.actor.id)
        or (kind == "team" and ident in teams)
        or (kind == "app" and app is not None and ident == app.id)
        for kind, ident in actors
    )


def bypass_mode(attempt: Attempt, ruleset: Record[Ruleset]) -> str | None:
    """Return how the actor bypasses a ruleset: `exempt`, `always`, `pull_request` or None.

    Nobody does who is not listed, administrators included. Who is listed for pull requests only
    does so by merging one (docs.github.com, "Creating rulesets", bypass permissions). Who is
    exempt passes without leaving a trace.
    """
    modes = {
        each["bypass_mode"]
        for each in ruleset.data["bypass_actors"]
        if _is(attempt, each["actor_type"], each["actor_id"])
    }
    if attempt.update.pull is None:
        modes.discard("pull_request")
    return next((mode for mode in ("exempt", "always", "pull_request") if mode in modes), None)


def _is(attempt: Attempt, kind: str, ident: int | None) -> bool:
    app = _app(attempt)
    if kind == "Integration":
        return app is not None and ident in (app_number(app), app.id)
    if app is not None:
        return False
    account = owner(attempt.world, attempt.repository)
    # deploy keys push by git over SSH only, which the sandbox does not speak; nobody owns its
    # enterprise
    return (
        (kind == "User" and ident == attempt.actor.id)
        or (kind == "Team" and ident in _teams(attempt))
        or (kind == "RepositoryRole" and _has_role(attempt, ident or 0))
        or (
            kind == "OrganizationAdmin"
            and org_role(attempt.world, account, attempt.actor.id) == "admin"
        )
    )


def _has_role(attempt: Attempt, ident: int) -> bool:
    built_in = ROLES.get(ident)
    if built_in is not None:
        return level(attempt.permission) >= level(built_in)
    role = attempt.world.get(REPOSITORY_ROLE, ident)
    return role is not None and role.name in attempt.roles


def _teams(attempt: Attempt) -> set[int]:
    """Return the actor's teams, and those above them."""
    return {
        each.id
        for team in teams_of(attempt.world, attempt.repository.parent, attempt.actor.id)
        for each in team_and_parents(attempt.world, team)
    }


def _app(attempt: Attempt) -> Record[App] | None:
    installation = attempt.actor.installation
    return None if installation is None else attempt.world.get(APP, installation.data["app"])

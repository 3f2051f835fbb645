"""Environments as gates: which refs get in, who has to approve, how long to wait.

Source: https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.actors import Actor
from sandbox.access.permissions import level, owner, permission, team_and_parents, teams_of
from sandbox.api.errors import GitHubError, forbidden
from sandbox.enforcement.classic_model import rule_for
from sandbox.enforcement.ref_patterns import matches
from sandbox.world import plans
from sandbox.world.clock import parse
from sandbox.world.kinds.actions import APPROVAL, Run
from sandbox.world.kinds.protection import (
    BRANCH_PROTECTION,
    DEPLOYMENT_POLICY,
    ENVIRONMENT,
    Deployment,
    Environment,
)
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.ref_names import short_name

if TYPE_CHECKING:
    from sandbox.world.kinds.accounts import User
    from sandbox.world.records import Record
    from sandbox.world.world import World


def environment(world: World, repository: Record[Repository], name: str) -> Record[Environment]:
    """Return an environment; naming one that is not there makes it, without protection."""
    found = world.find(ENVIRONMENT, name, repository.id)
    if found is None:
        found = world.make(
            ENVIRONMENT,
            repository.id,
            name,
            Environment(
                wait_timer=0,
                reviewers=[],
                prevent_self_review=False,
                can_admins_bypass=True,
                deployment_branch_policy=None,
            ),
        )
    return found


def refused_ref(
    world: World, repository: Record[Repository], gate: Record[Environment], ref: str
) -> str | None:
    """Return why a ref may not deploy to an environment, or None when it may."""
    if _admitted(world, repository, gate, ref):
        return None
    kind = "Tag" if ref.startswith("refs/tags/") else "Branch"
    return (
        f'{kind} "{short_name(ref)}" is not allowed to deploy to {gate.name} due to '
        "environment protection rules."
    )


def _admitted(
    world: World, repository: Record[Repository], gate: Record[Environment], ref: str
) -> bool:
    policy = gate.data["deployment_branch_policy"]
    if policy is None:
        return True
    if policy["protected_branches"]:
        if not world.count(BRANCH_PROTECTION, repository.id):
            # documented: without any protected branch, every branch may deploy
            return True
        branch = ref.removeprefix("refs/heads/")
        return branch != ref and rule_for(world, repository, branch) is not None
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    # a pull request's ref is compared as a whole: `refs/pull/*/merge`
    return any(
        each.data["type"] == kind and matches(each.name.partition(":")[2], short_name(ref))
        for each in world.all(DEPLOYMENT_POLICY, gate.id)
    )


def has_rules(world: World, repository: Record[Repository]) -> bool:
    """Return whether the plan has protection rules: Free has none for private repositories."""
    account = owner(world, repository)
    return repository.data["visibility"] == "public" or plans.at_least(account, "team")


def open_at(gate: Record[Environment], deployment: Record[Deployment]) -> float:
    """Return the Unix time at which an environment's wait timer lets a deployment in."""
    return parse(deployment.created_at) + 60 * int(gate.data["wait_timer"])


def waits(
    world: World, run: Record[Run], gate: Record[Environment], deployment: Record[Deployment]
) -> str | None:
    """Return what a deployment still waits for: `reviewers`, `timer`; None: it may go on."""
    if deployment.data["forced"]:
        return None
    if gate.data["reviewers"] and not reviewed(world, run, deployment, "approved"):
        return "reviewers"
    if world.clock.seconds() < open_at(gate, deployment):
        return "timer"
    return None


def reviewed(world: World, run: Record[Run], deployment: Record[Deployment], state: str) -> bool:
    """Return whether somebody approved, or rejected, a deployment.

    A review is of the deployments that wait at its time: a job that comes to the same environment
    later has to be reviewed anew, as was measured on github.com.
    """
    return any(
        deployment.id in each.data.get("deployments", ()) and each.data["state"] == state
        for each in world.all(APPROVAL, run.id)
    )


def is_reviewer(
    world: World, repository: Record[Repository], gate: Record[Environment], user: Record[User]
) -> bool:
    """Return whether somebody is a reviewer of an environment, by name or by a team."""
    teams = {
        each.id
        for team in teams_of(world, repository.parent, user.id)
        for each in team_and_parents(world, team)
    }
    listed = any(
        (each["type"] == "User" and each["id"] == user.id)
        or (each["type"] == "Team" and each["id"] in teams)
        for each in gate.data["reviewers"]
    )
    return listed and level(permission(world, repository, Actor(user=user))) > 0


def check_review(world: World, run: Record[Run], gate: Record[Environment], actor: Actor) -> bool:
    """Return whether a review is an administrator's way around the gate's rules.

    Raises:
        GitHubError: 403, the actor may neither review nor go around.
    """
    repository = world.get(REPOSITORY, run.parent)
    if repository is None or actor.user is None:
        raise GitHubError(404, "Not Found")
    starters = (run.data["actor"], run.data["triggering_actor"])
    if is_reviewer(world, repository, gate, actor.user):
        if not gate.data["prevent_self_review"] or actor.id not in starters:
            return False
        reason = "You cannot review a deployment that you started: self-review is prevented."
    else:
        reason = f"{actor.login} is not a required reviewer of {gate.name}."
    if gate.data["can_admins_bypass"] and permission(world, repository, actor) == "admin":
        return True
    raise forbidden(reason)

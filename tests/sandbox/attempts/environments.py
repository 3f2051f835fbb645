"""The gate of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.attempts.attempt import classic, stopped_by
from tests.sandbox.attempts.path import CI, ON_PUSH, REPO

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.attempts.path import Path


@stopped_by("only release tags get in", lambda path: path.only_refs(("tag", "v*")))
def _(path: Path) -> bool:
    """A contributor edits the release workflow on a branch, so that it publishes from there."""
    path.ref("carl", "heads/mine")
    path.commit("carl", ".github/workflows/release.yml", ON_PUSH, "mine")
    return path.leaked()


@stopped_by("the policy names tags, not branches", lambda path: path.only_refs(("tag", "v*")))
def _(path: Path) -> bool:
    """A contributor gives a branch the name of a release tag."""
    path.ref("carl", "heads/v9")
    path.dispatch("carl", "v9")
    return path.leaked()


@stopped_by("a pattern whose star stops at a slash", lambda path: path.only_refs(("tag", "v*")))
def _(path: Path) -> bool:
    """A contributor tags with a slash in the name, which no tag protection names."""
    path.ref("carl", "tags/v9/evil")
    path.dispatch("carl", "v9/evil")
    return path.leaked()


def _only_protected(path: Path) -> None:
    classic()(path)
    path.environment(
        deployment_branch_policy={"protected_branches": True, "custom_branch_policies": False}
    )


@stopped_by(
    "only protected branches get in",
    _only_protected,
)
def _(path: Path) -> bool:
    """A contributor starts the release from an unprotected branch."""
    path.ref("carl", "heads/mine")
    path.dispatch("carl", "mine")
    return path.leaked()


@stopped_by("required reviewers", lambda path: path.reviewers("ria"))
def _(path: Path) -> bool:
    """A contributor starts the release, and nobody is asked."""
    path.dispatch("carl")
    return path.leaked()


@stopped_by("reviewers who are named", lambda path: path.reviewers("ria"))
def _(path: Path) -> bool:
    """A contributor approves a colleague's release."""
    path.dispatch("max")
    path.review("carl")
    return path.leaked()


def _no_self_review(path: Path) -> None:
    path.reviewers("ria", "rolf", prevent_self_review=True)


def _self_review(path: Path) -> None:
    path.reviewers("ria", "rolf")


@stopped_by("self-review prevented", _no_self_review, _self_review)
def _(path: Path) -> bool:
    """A reviewer approves the run that they started."""
    path.dispatch("ria")
    path.review("ria")
    return path.leaked()


@stopped_by("self-review prevented, re-runs included", _no_self_review, _self_review)
def _(path: Path) -> bool:
    """A reviewer runs a colleague's refused release again, and approves that."""
    path.dispatch("carl")
    path.review("rolf", "rejected")
    run = path.as_("ria").get(f"{REPO}/actions/runs").json()["workflow_runs"][0]["id"]
    assert path.as_("ria").post(f"{REPO}/actions/runs/{run}/rerun").is_success
    path.review("ria")
    return path.leaked()


def _release_by_tag(*reviewers: str) -> Callable[[Path], object]:
    """Let the team of ria and rolf create release tags, and let these people approve."""

    def guard(path: Path) -> None:
        team = path.id_of("/orgs/guild/teams/release")
        makers = {"actor_id": team, "actor_type": "Team", "bypass_mode": "always"}
        path.ruleset({"type": "creation"}, target="tag", include="refs/tags/v*", bypass=[makers])
        path.only_refs(("tag", "v*"))
        custom = {"protected_branches": False, "custom_branch_policies": True}
        path.reviewers(*reviewers, prevent_self_review=True, deployment_branch_policy=custom)

    return guard


DISPATCH = CI.replace("jobs:", "permissions: {actions: write}\njobs:")


@stopped_by(
    "makers of release tags and approvers who share nobody",
    _release_by_tag("mia", "max"),
    _release_by_tag("ria", "mia"),
)
def _(path: Path) -> bool:
    """A maker of release tags has a job's token start the release, and approves it alone."""
    assert path.ref("ria", "tags/v9").status_code == 201
    path.review("ria")
    assert not path.leaked()  # what she started herself, she cannot approve
    token = path.held_job(DISPATCH, login="ria")
    started = token.post(
        f"{REPO}/actions/workflows/release.yml/dispatches", json={"ref": "refs/tags/v9"}
    )
    assert started.status_code == 204
    run = path.as_("olga").get(f"{REPO}/actions/runs").json()["workflow_runs"][0]
    assert run["actor"]["login"] == "github-actions[bot]"
    path.review("ria")
    return path.leaked()


@stopped_by(
    "administrators who cannot bypass",
    lambda path: path.reviewers("ria", can_admins_bypass=False),
    lambda path: path.reviewers("ria"),
)
def _(path: Path) -> bool:
    """The owner lets a release through in place of its reviewers."""
    path.dispatch("carl")
    path.review("olga")
    return path.leaked()


@stopped_by("a wait timer", lambda path: path.environment(wait_timer=30))
def _(path: Path) -> bool:
    """A release is out before anybody can have noticed it."""
    path.dispatch("carl")
    path.world.clock(advance=29 * 60)
    return path.leaked()

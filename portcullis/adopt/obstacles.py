"""Find what on GitHub would stop an update halfway: protection that refuses managed files.

The preview of the program knows only what is declared. A repository that people made before may
have classic protection, or a ruleset, that does not let Portcullis commit to the default branch.

Sources:
    https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
    https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.files.committing import Guard
from components.names.ref_patterns import matches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from components.files.committing import Committer
    from portcullis.live.resource import Live, LiveRepository, LiveResource

_STOPPING = frozenset(
    {
        "mergeQueue",
        "pullRequest",
        "requiredDeployments",
        "requiredStatusChecks",
        "requiredWorkflows",
        "update",
    }
)
"""Rules of a ruleset that refuse a commit which comes by no pull request."""
_CLASSIC = ("lockBranch", "requiredPullRequestReviews", "requiredStatusChecks", "restrictPushes")
_PASSING = frozenset({"always", "exempt"})


@dataclass(frozen=True, order=True)
class Obstacle:
    """One protection that stops managed files of a repository."""

    repository: str
    what: str
    """Such as `classic protection main`."""
    fix: str

    def __str__(self) -> str:
        """Return the obstacle and how to remove it, for people."""
        return f"{self.repository}: {self.what} refuses managed files; {self.fix}"


def obstacles(
    live: Live, repositories: Iterable[str], whom: Committer, managed: Collection[str] = ()
) -> list[Obstacle]:
    """Return the protection that does not let managed files into the default branch.

    Args:
        live: The organization on GitHub.
        repositories: The names on GitHub of those whose files are committed without pull request.
        whom: The account that a run commits as.
        managed: Kind and name of rulesets that are left out, such as `OrganizationRuleset main`.
    """
    known = {name.casefold(): each for name, each in live.repositories.items()}
    rulesets = [
        each
        for each in (*live.of("OrganizationRuleset"), *live.of("RepositoryRuleset"))
        if f"{each.kind} {each.name}" not in managed and _stops(each, live, whom)
    ]
    wanted = [known[name.casefold()] for name in repositories if name.casefold() in known]
    return sorted(
        obstacle
        for each in wanted
        if each.default_branch
        for obstacle in (*_classic(live, each, whom), *_rulesets(rulesets, each, whom))
    )


def _classic(live: Live, repository: LiveRepository, whom: Committer) -> Iterator[Obstacle]:
    for each in live.of("BranchProtection"):
        inputs = each.inputs
        here = inputs["repositoryId"] == repository.node
        if not here or not matches(inputs["pattern"], repository.default_branch):
            continue
        exempt = not inputs["enforceAdmins"] and whom.login.lower() in live.owners
        if exempt or not any(inputs.get(name) for name in _CLASSIC):
            continue
        hard = inputs["lockBranch"] or inputs.get("requiredStatusChecks")
        if hard or not _is_allowed(inputs, whom):
            fix = (
                "write file_changes: pull-request for the repository, or delete this protection on "
                "GitHub once a ruleset protects the branch"
            )
            yield Obstacle(repository.name, f"classic protection {inputs['pattern']}", fix)


def _is_allowed(inputs: Mapping[str, Any], whom: Committer) -> bool:
    """Return whether each list of classic protection has the committer, or may have it.

    GitHub lists Apps and teams by ids that say nothing about who is meant.
    """
    reviews = inputs.get("requiredPullRequestReviews") or []
    pushes = inputs.get("restrictPushes") or []
    lists = [each["pullRequestBypassers"] for each in reviews]
    lists += [each["pushAllowances"] for each in pushes]
    return all(any(_may_be(actor, whom) for actor in actors) for actors in lists)


def _may_be(actor: str, whom: Committer) -> bool:
    if actor.startswith("/"):
        return actor[1:].lower() == whom.login.lower()
    return True


def _stops(ruleset: LiveResource, live: Live, whom: Committer) -> bool:
    inputs = ruleset.inputs
    return (
        inputs["target"] == "branch"
        and inputs["enforcement"] == "active"
        and not ruleset.unread
        and not _STOPPING.isdisjoint(inputs["rules"])
        and _guard(ruleset, live, whom).stops(whom)
    )


def _rulesets(
    rulesets: Iterable[LiveResource], repository: LiveRepository, whom: Committer
) -> Iterator[Obstacle]:
    for each in rulesets:
        if _covers(each.inputs, repository):
            fix = f"add {whom} to its bypass list on GitHub, with the mode `always`"
            yield Obstacle(repository.name, f"ruleset {each.inputs['name']}", fix)


def _covers(inputs: Mapping[str, Any], repository: LiveRepository) -> bool:
    """Return whether a ruleset holds for a repository's default branch, as far as is known."""
    if inputs.get("repository", repository.name).casefold() != repository.name.casefold():
        return False
    conditions = inputs["conditions"]
    if "repositoryProperty" in conditions:
        return False  # values of properties are not compared here
    if (ids := conditions.get("repositoryId")) and repository.number not in ids["repositoryIds"]:
        return False
    names = conditions.get("repositoryName")
    if names and not _matches(names, repository.name, ""):
        return False
    refs = conditions.get("refName")
    return refs is None or _matches(refs, repository.default_branch, "refs/heads/")


def _matches(condition: Mapping[str, Any], name: str, start: str) -> bool:
    def any_of(patterns: Sequence[str]) -> bool:
        return any(
            pattern in {"~ALL", "~DEFAULT_BRANCH"} or matches(pattern.removeprefix(start), name)
            for pattern in patterns
        )

    return any_of(condition["includes"]) and not any_of(condition["excludes"])


def _guard(ruleset: LiveResource, live: Live, whom: Committer) -> Guard:
    """Return whom a ruleset lets through."""
    actors = [e for e in ruleset.inputs["bypassActors"] if e["bypassMode"] in _PASSING]
    ids = {kind: {e.get("actorId") for e in actors if e["actorType"] == kind} for kind in _KINDS}
    slugs = {slug for slug, number in live.teams.items() if number in ids["Team"]}
    members = {
        str(member["username"]).lower()
        for team in live.of("TeamMembers")
        if team.inputs["teamSlug"] in slugs
        for member in team.inputs["members"]
    }
    users = {login for login, number in live.users.items() if number in ids["User"]}
    owners = live.owners if ids["OrganizationAdmin"] else set()
    return Guard(
        where=ruleset.name,
        classic=False,
        apps=frozenset(ids["Integration"]),
        people=frozenset({*members, *users, *owners}),
        administrators=bool(ids["RepositoryRole"]) and not whom.is_app,
    )


_KINDS = ("Integration", "OrganizationAdmin", "RepositoryRole", "Team", "User")

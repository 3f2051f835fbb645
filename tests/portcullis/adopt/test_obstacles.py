"""Protection on GitHub that would stop managed files halfway is found before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

from components.files.committing import Committer
from portcullis.adopt.obstacles import obstacles
from portcullis.live.resource import Live, LiveRepository, LiveResource

APP = Committer("portcullis[bot]", 1001)
UNKNOWN_APP = Committer("portcullis[bot]")
ANA = Committer("ana")
ALL = {"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}}
REVIEW = {"pullRequest": {"requiredApprovingReviewCount": 1}}
REVIEWS: dict[str, Any] = {"requiredPullRequestReviews": [{"pullRequestBypassers": []}]}


def actor(kind: str, number: int | None = None, mode: str = "always") -> dict[str, Any]:
    """Return an entry of a bypass list."""
    return {"actorType": kind, "actorId": number, "bypassMode": mode}


def ruleset(**changes: Any) -> LiveResource:  # noqa: ANN401 - any JSON
    """Return a ruleset of the organization that asks for a review on all default branches."""
    inputs = {
        "name": "main",
        "target": "branch",
        "enforcement": "active",
        "conditions": ALL,
        "rules": REVIEW,
        "bypassActors": [],
        **changes,
    }
    kind = "RepositoryRuleset" if "repository" in changes else "OrganizationRuleset"
    return LiveResource(kind, "main", "1", inputs)


def classic(**changes: Any) -> LiveResource:  # noqa: ANN401 - any JSON
    """Return classic protection of `main`, which forbids force pushes only."""
    inputs = {
        "repositoryId": "R",
        "pattern": "main",
        "enforceAdmins": True,
        "lockBranch": False,
        **changes,
    }
    return LiveResource("BranchProtection", "app/main", "B", inputs)


def found(*resources: LiveResource, whom: Committer = APP) -> list[str]:
    """Return what is in the way of files in the repository `app`."""
    live = Live(
        "acme",
        [
            *resources,
            LiveResource(
                "TeamMembers",
                "makers",
                "7",
                {"teamSlug": "makers", "members": [{"username": "Ana", "role": "member"}]},
            ),
        ],
        users={"ana": 3},
        owners={"ana"},
        teams={"makers": 7},
        repositories={
            "App": LiveRepository("App", 5, "R", "main", archived=False),
            "empty": LiveRepository("empty", 6, "E", "", archived=False),
        },
    )
    return [each.what for each in obstacles(live, ["app", "empty", "gone"], whom)]


@pytest.mark.parametrize(
    "resource",
    [
        ruleset(),
        ruleset(repository="App"),
        ruleset(rules={"requiredStatusChecks": {}}),
        ruleset(bypassActors=[actor("Integration", 1001, "pull_request")]),
        ruleset(bypassActors=[actor("Integration", 2), actor("Team", 7)]),
        ruleset(conditions={"refName": {"includes": ["refs/heads/ma*"], "excludes": []}}),
        ruleset(conditions={**ALL, "repositoryName": {"includes": ["A*"], "excludes": []}}),
        ruleset(conditions={**ALL, "repositoryId": {"repositoryIds": [5]}}),
        classic(**REVIEWS),
        classic(pattern="*", requiredStatusChecks=[{"strict": True, "contexts": ["ci"]}]),
        classic(lockBranch=True),
        classic(restrictPushes=[{"pushAllowances": []}]),
    ],
)
def test_what_refuses_the_app_is_named(resource: LiveResource) -> None:
    """Promise: each protection of the default branch that stops managed files is reported (16)."""
    assert len(found(resource)) == 1


@pytest.mark.parametrize(
    "resource",
    [
        ruleset(enforcement="evaluate"),
        ruleset(target="tag"),
        ruleset(rules={"deletion": True, "nonFastForward": True}),
        ruleset(repository="other"),
        ruleset(bypassActors=[actor("Integration", 1001)]),
        ruleset(bypassActors=[actor("Integration", 1001, "exempt")]),
        ruleset(conditions={"refName": {"includes": ["refs/heads/release/*"], "excludes": []}}),
        ruleset(conditions={"refName": {"includes": ["~ALL"], "excludes": ["refs/heads/main"]}}),
        ruleset(conditions={**ALL, "repositoryId": {"repositoryIds": [6]}}),
        classic(),
        classic(pattern="release/*", **REVIEWS),
        classic(repositoryId="other", **REVIEWS),
        classic(requiredPullRequestReviews=[{"pullRequestBypassers": ["A_app"]}]),
    ],
)
def test_what_lets_the_app_pass_is_no_obstacle(resource: LiveResource) -> None:
    """A false alarm would stop an update for nothing."""
    assert found(resource) == []


def test_people_pass_where_github_lets_them() -> None:
    """By their team, by name, as owners; not by being owners alone."""
    assert found(ruleset(bypassActors=[actor("Team", 7)]), whom=ANA) == []
    assert found(ruleset(bypassActors=[actor("User", 3)]), whom=ANA) == []
    assert found(ruleset(bypassActors=[actor("OrganizationAdmin")]), whom=ANA) == []
    assert found(ruleset(), whom=ANA) == ["ruleset main"]
    assert found(classic(enforceAdmins=False, **REVIEWS), whom=ANA) == []
    named = [{"pullRequestBypassers": ["/Ana"]}]
    assert found(classic(requiredPullRequestReviews=named), whom=ANA) == []
    assert found(ruleset(bypassActors=[actor("Integration", 9)]), whom=UNKNOWN_APP) == []


def test_all_obstacles_come_at_once_and_say_what_to_do() -> None:
    """One line each; a ruleset that this run sets right itself is left out."""
    both = (ruleset(), classic(**REVIEWS))
    assert found(*both) == ["classic protection main", "ruleset main"]
    app = LiveRepository("app", 5, "R", "main", archived=False)
    live = Live("acme", [*both], repositories={"app": app})
    lines = [str(each) for each in obstacles(live, ["app"], APP, {"OrganizationRuleset main"})]
    fix = (
        "write file_changes: pull-request for the repository, or delete this protection on GitHub "
        "once a ruleset protects the branch"
    )
    assert lines == [f"app: classic protection main refuses managed files; {fix}"]

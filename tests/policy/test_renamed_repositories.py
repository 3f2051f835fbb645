"""A repository that is about to be renamed: what protects it still does."""

from __future__ import annotations

from portcullis_policy.examples.base import Declared
from portcullis_policy.release_path.goals import GoalKind
from portcullis_policy.semantics import github as gh

from tests.policy.release_path.worlds import answer, gate, sets, team

RENAMED = Declared(
    gh.REPOSITORY,
    {"name": "escai", "id": "Old", "visibility": "public", "defaultBranch": "master"},
    "repository",
)
REVIEWS = {
    "requiredApprovingReviewCount": 2,
    "requireLastPushApproval": True,
    "dismissStaleReviewsOnPush": True,
}
PROTECTED = Declared(
    gh.ORGANIZATION_RULESET,
    {
        "name": "trunk",
        "target": "branch",
        "enforcement": "active",
        "conditions": {
            "refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []},
            "repositoryName": {"includes": ["~ALL"], "excludes": []},
        },
        "rules": {"deletion": True, "nonFastForward": True, "pullRequest": REVIEWS},
    },
    "trunk",
)


def by_the_old_name(declared: Declared) -> Declared:
    """The same resource, as a preview of the rename shows it: it does not change."""
    return Declared(declared.type, {**declared.props, "repository": "old"}, declared.name)


def test_a_preview_of_a_rename_weakens_nothing() -> None:
    """C3: at the preview of a rename, what does not change has the repository's old name."""
    access = Declared(
        gh.TEAM_REPOSITORY, {"repository": "old", "teamId": "1", "permission": "maintain"}, "access"
    )
    deployed = map(by_the_old_name, gate("1", branch="master"))
    found = answer(GoalKind.PACKAGE, RENAMED, PROTECTED, *team(1, "ana"), access, *deployed)
    assert sets(found) == set()

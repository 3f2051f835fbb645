"""Sound rulesets, in parts that the examples of several families change."""

from collections.abc import Mapping

from portcullis_policy.examples.base import Declared, Example, stack
from portcullis_policy.semantics import github as gh

PULL_REQUEST: Mapping[str, object] = {
    "requiredApprovingReviewCount": 2,
    "dismissStaleReviewsOnPush": True,
    "requireCodeOwnerReview": True,
    "requireLastPushApproval": True,
    "requiredReviewThreadResolution": True,
}
CHECKS: Mapping[str, object] = {
    "requiredChecks": [{"context": "ci", "integrationId": 15368}],
    "strictRequiredStatusChecksPolicy": True,
}
RULES_OF_MAIN: Mapping[str, object] = {
    "deletion": True,
    "nonFastForward": True,
    "requiredSignatures": True,
    "requiredLinearHistory": True,
    "pullRequest": PULL_REQUEST,
    "requiredStatusChecks": CHECKS,
}
DEFAULT = {"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}}
MAIN: Mapping[str, object] = {
    "name": "main",
    "repository": "escai",
    "target": "branch",
    "enforcement": "active",
    "conditions": DEFAULT,
    "rules": RULES_OF_MAIN,
}
TAGS: Mapping[str, object] = {
    **MAIN,
    "name": "release tags",
    "target": "tag",
    "conditions": {"refName": {"includes": ["refs/tags/v[0-9]*.[0-9]*.[0-9]*"], "excludes": []}},
    "bypassActors": [{"actorType": "Team", "actorId": 12, "bypassMode": "always"}],
    "rules": {"creation": True, "update": True, "deletion": True},
}
EVERYWHERE = {"repositoryName": {"includes": ["~ALL"], "excludes": [], "protected": True}}
CLASSIC: Mapping[str, object] = {
    "repositoryId": "escai",
    "pattern": "main",
    "enforceAdmins": True,
    "allowsDeletions": False,
    "allowsForcePushes": False,
    "requireConversationResolution": True,
    "requireSignedCommits": True,
    "requiredLinearHistory": True,
    "requiredPullRequestReviews": [
        {
            "requiredApprovingReviewCount": 2,
            "dismissStaleReviews": True,
            "requireCodeOwnerReviews": True,
            "requireLastPushApproval": True,
            "restrictDismissals": True,
        }
    ],
    "requiredStatusChecks": [{"strict": True, "contexts": ["ci"]}],
}
ESCAI = Declared(gh.REPOSITORY, {"name": "escai", "visibility": "private"})


def ruleset(name: str = "main", **changes: object) -> Declared:
    """Return the examples' repository ruleset, changed at its top."""
    return Declared(gh.REPOSITORY_RULESET, {**MAIN, **changes}, name)


def ruleset_rules(name: str = "main", **changes: object) -> Declared:
    """Return the examples' ruleset with changed rules."""
    return ruleset(name, rules={**RULES_OF_MAIN, **changes})


def reviews(note: str, **changes: object) -> Example:
    """Return an example with changed review demands."""
    return stack(note, ESCAI, ruleset_rules(pullRequest={**PULL_REQUEST, **changes}))


def checks(note: str, **changes: object) -> Example:
    """Return an example with changed check demands."""
    return stack(note, ESCAI, ruleset_rules(requiredStatusChecks={**CHECKS, **changes}))


def classic(note: str, **changes: object) -> Example:
    """Return an example with changed classic protection."""
    return stack(note, ESCAI, Declared(gh.BRANCH_PROTECTION, {**CLASSIC, **changes}))


def classic_reviews(note: str, **changes: object) -> Example:
    """Return an example with changed reviews in classic protection."""
    reviews = CLASSIC["requiredPullRequestReviews"]
    first = reviews[0] if isinstance(reviews, list) else {}
    return classic(note, requiredPullRequestReviews=[{**first, **changes}])


def organization_ruleset(**changes: object) -> Declared:
    """Return the examples' ruleset at the organization, for all repositories."""
    props = {**MAIN, "conditions": {**DEFAULT, **EVERYWHERE}, **changes}
    del props["repository"]
    return Declared(gh.ORGANIZATION_RULESET, props, "everywhere")


GOOD = (
    stack("a ruleset of the repository", ESCAI, ruleset()),
    stack("a ruleset of the organization", ESCAI, organization_ruleset()),
    classic("classic protection, as strict"),
    stack(
        "two rulesets that make it together",
        ESCAI,
        ruleset("half", rules={"deletion": True, "nonFastForward": True}),
        organization_ruleset(
            rules={
                key: value
                for key, value in RULES_OF_MAIN.items()
                if key not in ("deletion", "nonFastForward")
            }
        ),
    ),
    stack("an archived repository", Declared(gh.REPOSITORY, {"name": "old", "archived": True})),
)


def bypass(kind: str, mode: object, number: object = 5) -> list[dict[str, object]]:
    """Return a list of one bypass actor."""
    return [{"actorType": kind, "actorId": number, "bypassMode": mode}]

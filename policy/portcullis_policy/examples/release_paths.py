"""A sound release path, in parts that the examples of rules change: two teams, tags, a gate."""

from collections.abc import Mapping

from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.rulesets import TAGS, bypass
from portcullis_policy.semantics import github as gh

GATE: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "canAdminsBypass": False,
    "preventSelfReview": True,
    "reviewers": [{"teams": [11]}],
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
POLICY = Declared(
    gh.DEPLOYMENT_POLICY,
    {
        "repository": "escai",
        "environment": "pypi-release",
        "tagPattern": "v[0-9]*.[0-9]*.[0-9]*",
    },
    "policy",
)


def team(name: str, number: int | None, *, parent: int | None = None) -> Declared:
    """Return a team."""
    props = {"id": None if number is None else str(number), "name": name, "parentTeamId": parent}
    return Declared(gh.TEAM, {k: v for k, v in props.items() if v is not None}, name)


def members(of: str, *logins: str) -> Declared:
    """Return the members of a team."""
    listed = [{"username": login, "role": "member"} for login in logins]
    return Declared(gh.TEAM_MEMBERS, {"teamSlug": of, "members": listed}, f"{of}-members")


def access(number: int, permission: str) -> Declared:
    """Return what a team may do in the repository."""
    props = {"repository": "escai", "teamId": str(number), "permission": permission}
    return Declared(gh.TEAM_REPOSITORY, props, f"access-{number}")


def gate(name: str = "pypi-release", **changes: object) -> Declared:
    """Return the environment, changed at its top; a change to None takes the property away."""
    props = {**GATE, "environment": name, **changes}
    return Declared(gh.ENVIRONMENT, {k: v for k, v in props.items() if v is not None}, name)


def tags(actors: object, name: str = "tags") -> Declared:
    """Return the ruleset of release tags, with actors who may bypass it."""
    return Declared(gh.REPOSITORY_RULESET, {**TAGS, "bypassActors": actors}, name)


RELEASERS = (team("releasers", 11), members("releasers", "ana", "ben"))
TAGGERS = (team("taggers", 12), members("taggers", "ines", "tom"))
BY_TAGGERS = tags(bypass("Team", "always", 12))
BY_RELEASERS = tags(bypass("Team", "always", 11))
BOTH = (*RELEASERS, *TAGGERS)
SOUND_PATH = (*BOTH, access(12, "push"), access(11, "push"), gate(), POLICY, BY_TAGGERS)

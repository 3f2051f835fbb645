"""Small stacks, and what the model says of them."""

from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.release_paths import GATE
from portcullis_policy.examples.rulesets import TAGS
from portcullis_policy.facts import Facts
from portcullis_policy.judge import Judge
from portcullis_policy.registry import RULES
from portcullis_policy.release_path.derivation import Answer
from portcullis_policy.release_path.goals import GoalKind, reached
from portcullis_policy.release_path.model import Repository, read
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings

from tests.policy.harness import urn_of


def stack_of(*declared: Declared) -> tuple[Stack, Settings]:
    """A stack of these resources, as the pack judges it."""
    judge = Judge(RULES)
    urns = {each.name: urn_of(each) for each in declared}
    resources = [
        judge.register(
            Resource(
                each.type,
                each.name,
                urn_of(each),
                None,
                Facts(each.props),
                {name: (urns[source],) for name, source in each.depends.items()},
            )
        )
        for each in declared
    ]
    return judge.stack_of(tuple(resources)), judge.settings


def path_of(*declared: Declared, doubt: bool = False) -> Repository:
    """The release path of the repository `escai`."""
    stack, settings = stack_of(*declared)
    return read(stack, "escai", settings, doubt=doubt)


def answer(kind: GoalKind, *declared: Declared, name: str | None = None) -> Answer:
    """Who suffices for the only goal of a kind, or for the one with a name."""
    found = [
        each.answer
        for each in reached(*stack_of(*declared))
        if each.goal.kind is kind and name in (None, each.goal.name)
    ]
    assert len(found) == 1, found
    return found[0]


def sets(found: Answer) -> set[frozenset[str]]:
    """The sets of an answer, in words."""
    assert found.complete
    return {frozenset(way.names) for way in found.ways}


def steps(found: Answer, *names: str) -> list[str]:
    """The steps of the way of these actors."""
    return [step for way in found.ways if set(way.names) == set(names) for step in way.steps]


def collaborators(**permissions: str) -> Declared:
    """People with permissions in the repository, each by login."""
    users = [{"username": name, "permission": each} for name, each in permissions.items()]
    props = {"repository": "escai", "users": users, "teams": []}
    return Declared(gh.REPOSITORY_COLLABORATORS, props, "collaborators")


def gate(*reviewers: str, branch: str | None = None, **changes: object) -> list[Declared]:
    """An environment for release tags, or for a branch, with teams by number as reviewers."""
    listed = [{"teams": [int(each) for each in reviewers]}] if reviewers else []
    policy = {"repository": "escai", "environment": "pypi-release"}
    pattern = {"branchPattern": branch} if branch else {"tagPattern": "v[0-9]*.[0-9]*.[0-9]*"}
    return [
        Declared(gh.ENVIRONMENT, {**GATE, "reviewers": listed, **changes}, "gate"),
        Declared(gh.DEPLOYMENT_POLICY, {**policy, **pattern}, "policy"),
    ]


def team(number: int, *logins: str) -> list[Declared]:
    """A team and its members."""
    name = f"team-{number}"
    members = [{"username": login, "role": "member"} for login in logins]
    return [
        Declared(gh.TEAM, {"id": str(number), "name": name, "slug": name}, name),
        Declared(gh.TEAM_MEMBERS, {"teamSlug": name, "members": members}, f"{name}-members"),
    ]


def tags(*actors: dict[str, object], name: str = "tags", **rules: bool) -> Declared:
    """A ruleset of release tags that some actors bypass."""
    props = {
        **TAGS,
        "name": name,
        "bypassActors": list(actors),
        "rules": rules or {"creation": True, "update": True, "deletion": True},
    }
    return Declared(gh.REPOSITORY_RULESET, props, name)


def of_team(number: int, mode: str = "always") -> dict[str, object]:
    """A team that may bypass a ruleset."""
    return {"actorType": "Team", "actorId": number, "bypassMode": mode}


def main(*actors: dict[str, object], **pull_request: object) -> Declared:
    """A ruleset of the default branch that requires a pull request."""
    rules = {
        "pullRequest": {
            "requiredApprovingReviewCount": 2,
            "dismissStaleReviewsOnPush": True,
            "requireLastPushApproval": True,
            **pull_request,
        }
    }
    props = {
        "name": "main",
        "repository": "escai",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
        "bypassActors": list(actors),
        "rules": rules,
    }
    return Declared(gh.REPOSITORY_RULESET, props, "main")

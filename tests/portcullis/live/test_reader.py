"""What the reader sees of an organization, beside what was made there."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pulumi_github as github
import pytest
from portcullis_policy.facts import UNKNOWN

from portcullis.live import organization, repositories
from portcullis.live.resource import camel
from tests.portcullis.live import rich
from tests.portcullis.live.conftest import read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portcullis.live.resource import Live
    from tests.support.sandbox import World


@pytest.fixture(scope="module")
def world(make_world: Callable[[dict[str, Any]], World]) -> World:
    """The organization."""
    made = make_world(rich.SEED)
    rich.make(made)
    return made


@pytest.fixture(scope="module")
def live(world: World) -> Live:
    """What the reader sees of it."""
    return read(world)[0]


def inputs(live: Live, kind: str, name: str) -> Mapping[str, Any]:
    """Return the fields of one thing."""
    [found] = [each for each in live.of(kind) if each.name == name]
    return found.inputs


def names(live: Live, kind: str) -> set[str]:
    """Return the names of the things of a kind."""
    return {each.name for each in live.of(kind)}


def test_everything_is_read(live: Live) -> None:
    """Promise: an owner sees all, and no field has a name that the provider does not know."""
    assert not live.gaps
    ours = {"slug", "address", "number", "byDefault"}
    for each in live.resources:
        if resource := getattr(github, each.kind, None):
            known = inspect.signature(resource._internal_init).parameters  # noqa: SLF001 - the only list of all fields
            assert set(each.inputs) - ours <= {camel(name) for name in known}, each


def test_the_organization(live: Live) -> None:
    """Promise: settings, Actions, people, teams, properties and variables are as they were made."""
    settings = inputs(live, "OrganizationSettings", "acme")
    assert (settings["description"], settings["defaultRepositoryPermission"]) == (
        "All of it",
        "none",
    )
    actions = inputs(live, "ActionsOrganizationPermissions", "acme")
    assert actions["allowedActionsConfig"]["patternsAlloweds"] == ["acme/*"]
    assert live.owners == {"ana"}
    assert names(live, "Membership") == {"ana", "ben", "kim"}
    assert names(live, "Team") == {"devs", "apprentices", "quiet", "big-team"}
    assert inputs(live, "Team", "apprentices")["parentTeamId"] == str(live.teams["devs"])
    assert inputs(live, "Team", "quiet")["privacy"] == "secret"
    members = inputs(live, "TeamMembers", "devs")["members"]
    assert {each["username"]: each["role"] for each in members} == {
        "ben": "member",
        "kim": "maintainer",
    }
    assert inputs(live, "OrganizationCustomProperties", "tier")["allowedValues"] == ["gold"]
    assert inputs(live, "RepositoryCustomProperty", "tool/tier")["propertyValues"] == ["gold"]
    number = live.repositories["tool"].number
    assert inputs(live, "ActionsOrganizationVariable", "REGION")["selectedRepositoryIds"] == [
        number
    ]
    hook = live.of("OrganizationWebhook")[0]
    assert hook.name == "https://x.example/a"
    assert hook.inputs["configuration"]["secret"] is UNKNOWN


def test_secrets_have_names_only(live: Live) -> None:
    """Promise: the names of secrets in all stores, and never a value of one."""
    stores = ("actions", "dependabot", "codespaces")
    found = {
        name
        for kind in ("ActionsSecret", "DependabotSecret", "CodespacesSecret")
        for name in (*names(live, kind), *names(live, kind.replace("Secret", "OrganizationSecret")))
    }
    assert found == {f"{store}/ORG_{store.upper()}" for store in stores} | {
        f"tool/{store}/REPO_{store.upper()}" for store in stores
    }
    assert names(live, "ActionsEnvironmentSecret") == {"tool/pypi/ENV_TOKEN"}
    assert "canary-secret" not in repr(live)


def test_rulesets_of_the_organization(live: Live) -> None:
    """Promise: enforcement, conditions, rules and bypass are read, by numbers and by properties."""
    assert names(live, "OrganizationRuleset") == {"main", "tags", "gold"}
    main = inputs(live, "OrganizationRuleset", "main")
    assert main["enforcement"] == "evaluate"
    assert main["conditions"]["repositoryName"] == {
        "includes": ["t*"],
        "excludes": [],
        "protected": True,
    }
    assert {each["actorType"]: each["bypassMode"] for each in main["bypassActors"]} == {
        "OrganizationAdmin": "pull_request",
        "Team": "always",
    }
    number = live.repositories["tool"].number
    tags = inputs(live, "OrganizationRuleset", "tags")
    assert tags["conditions"]["repositoryId"] == {"repositoryIds": [number]}
    assert tags["rules"]["tagNamePattern"]["negate"] is True
    gold = inputs(live, "OrganizationRuleset", "gold")
    assert gold["conditions"]["repositoryProperty"]["includes"][0]["propertyValues"] == ["gold"]
    [workflow] = gold["rules"]["requiredWorkflows"]["requiredWorkflows"]
    assert workflow["repositoryId"] == number


def test_rulesets_of_a_repository_read_the_same_by_both_doors(live: Live) -> None:
    """Promise: every rule is read; REST, for a person who may bypass, says what GraphQL says."""
    by_graphql = inputs(live, "RepositoryRuleset", "tool/all")
    by_rest = inputs(live, "RepositoryRuleset", "tool/person")
    assert by_rest["bypassActors"] == [
        {"actorType": "User", "actorId": live.users["ben"], "bypassMode": "exempt"}
    ]
    assert {each["actorType"] for each in by_graphql["bypassActors"]} == {
        "RepositoryRole",
        "DeployKey",
    }
    rules = by_graphql["rules"]
    assert len(rules) == len(rich.RULES) + 1
    assert rules["pullRequest"]["requiredApprovingReviewCount"] == 2
    assert rules["requiredStatusChecks"]["requiredChecks"] == [
        {"context": "ci", "integrationId": 15368}
    ]
    assert rules["mergeQueue"]["mergeMethod"] == "SQUASH"
    rest = {name: _without_more(each, rules[name]) for name, each in by_rest["rules"].items()}
    assert rest == rules
    assert by_rest["conditions"] == by_graphql["conditions"]


def _without_more(rule: Any, other: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a rule of REST without parameters that GraphQL does not have, such as reviewers."""
    return {name: rule[name] for name in other} if isinstance(rule, dict) else rule


def test_classic_protection_with_everybody_in_it(live: Live) -> None:
    """Promise: who may push, bypass and dismiss is read, as the provider writes them."""
    rule = inputs(live, "BranchProtection", "tool/main")
    [reviews] = rule["requiredPullRequestReviews"]
    assert sorted(reviews["pullRequestBypassers"]) == ["/ana", "acme/devs"]
    assert sorted(reviews["dismissalRestrictions"]) == ["/kim", "acme/devs"]
    assert sorted(rule["restrictPushes"][0]["pushAllowances"]) == ["/ben", "acme/devs"]
    assert rule["requiredStatusChecks"] == [{"strict": True, "contexts": ["ci"]}]
    assert rule["allowsForcePushes"] is True


def test_environments(live: Live) -> None:
    """Promise: reviewers, wait, refs and variables of environments, whatever their names hold."""
    pypi = inputs(live, "RepositoryEnvironment", "tool/pypi")
    assert pypi["reviewers"] == [{"teams": [live.teams["devs"]], "users": [live.users["ben"]]}]
    assert (pypi["waitTimer"], pypi["preventSelfReview"]) == (5, True)
    other = inputs(live, "RepositoryEnvironment", "tool/a/b")
    assert other["deploymentBranchPolicy"] == {
        "protectedBranches": True,
        "customBranchPolicies": False,
    }
    assert names(live, "RepositoryEnvironmentDeploymentPolicy") == {"tool/pypi/tag/v*"}
    assert inputs(live, "ActionsEnvironmentVariable", "tool/pypi/TIER")["value"] == "7"


def test_repositories_and_who_may_do_what(live: Live) -> None:
    """Promise: roles as they were given, keys, topics; empty and archived repositories too."""
    assert set(live.repositories) == {"tool", "empty", "old"}
    assert not live.repositories["empty"].default_branch
    assert live.repositories["old"].archived
    roles = {
        each.inputs["username"]: each.inputs["permission"]
        for each in live.of("RepositoryCollaborator")
    }
    assert roles == {"zoe": "triage", "ben": "maintain"} | dict.fromkeys(rich.MANY, "pull")
    assert inputs(live, "TeamRepository", "tool/devs")["permission"] == "push"
    assert names(live, "TeamRepository") == {"tool/devs"}  # apprentices have it from their parent
    assert inputs(live, "RepositoryDeployKey", "tool/bot")["readOnly"] is False
    assert sorted(inputs(live, "Repository", "tool")["topics"]) == ["a", "b", "c"]
    assert names(live, "RepositoryFile") == {"tool/.github/workflows/ci.yml"}


def test_small_pages_read_the_same(
    world: World, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: however many pages a list has, what is read of it is the same."""
    nested = {name: (1, *rest) for name, (_, *rest) in repositories._NESTED.items()}  # noqa: SLF001 - no list here is longer than GitHub's pages
    query = repositories.QUERY
    for name, (size, *_) in repositories._NESTED.items():  # noqa: SLF001 - as above
        query = query.replace(f"{name}(first: {size}", f"{name}(first: 1")
    monkeypatch.setattr(repositories, "_NESTED", nested)
    monkeypatch.setattr(repositories, "QUERY", query)
    monkeypatch.setattr(repositories, "PAGE", 2)
    monkeypatch.setattr(organization, "PAGE", 1)
    teams = organization._TEAMS_LIST  # noqa: SLF001 - as above
    small = re.sub(r"(members|repositories)\(first: 100", r"\1(first: 1", teams.document)
    monkeypatch.setattr(organization, "_TEAMS_LIST", replace(teams, document=small))
    again = read(world)[0]
    assert not again.gaps
    assert sorted(map(repr, again.resources)) == sorted(map(repr, live.resources))

"""Two accounts in one program: what protects one of them protects nothing of the other."""

from __future__ import annotations

from typing import Any

import pytest
from portcullis_policy.evaluation import of_stack
from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.rulesets import TAGS, organization_ruleset, ruleset
from portcullis_policy.examples.workflow_files import CI_PATH, file
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.judge import Judge
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Resource
from portcullis_policy.semantics import github as gh

CODE = Declared(gh.REPOSITORY, {"name": "escai", "visibility": "private"}, "code")
POLICY = Declared(
    gh.DEPLOYMENT_POLICY,
    {"repository": "escai", "environment": "pypi-release", "tagPattern": "v[0-9]*.[0-9]*.[0-9]*"},
    "tags",
)
OURS = {"owner": "guild"}


def said(*declared: tuple[Declared, str], **owners: dict[str, Any]) -> set[tuple[str, str]]:
    """Rules and resources that are refused: each resource with its provider, and their inputs."""
    providers = [
        Resource(gh.PROVIDER, name, f"urn:{name}", None, Facts(props))
        for name, props in owners.items()
    ]
    resources = [
        Resource(each.type, each.name, f"urn:{each.name}", None, Facts(each.props))
        for each, _ in declared
    ]
    judge = Judge(RULES)
    placed = [
        Resource(each.type, each.name, each.urn, None, each.facts, {}, f"urn:{provider}")
        for each, (_, provider) in zip(resources, declared, strict=True)
    ]
    found = of_stack(judge, (*providers, *map(judge.register, placed)))
    return {(each.rule.id, each.urn.removeprefix("urn:")) for each in found}


@pytest.mark.parametrize("protection", [ruleset(), organization_ruleset()])
def test_a_ruleset_of_another_account_protects_nothing(protection: Declared) -> None:
    """C3: a ruleset of a provider for another account does not count for the repository."""
    elsewhere = said((CODE, "a"), (protection, "b"), a=OURS, b={"owner": "other"})
    assert ("BR001", "code") in elsewhere
    assert ("BR001", "code") in said((CODE, "a"), (protection, "b"), a=OURS, b={})
    assert ("BR001", "code") not in said((CODE, "a"), (protection, "a"), a=OURS)


def test_two_providers_for_one_account_are_one() -> None:
    """C3: providers that name the same owner, in another case, are no two accounts."""
    same = said((CODE, "a"), (ruleset(), "b"), a=OURS, b={"owner": "Guild"})
    assert ("BR001", "code") not in same
    server = {"owner": "guild", "baseUrl": "https://github.example/"}
    assert ("BR001", "code") in said((CODE, "a"), (ruleset(), "b"), a=OURS, b=server)


def test_release_tags_are_guarded_in_their_own_account() -> None:
    """C3: a tag ruleset of another account leaves the release tags open."""
    tags = Declared(gh.REPOSITORY_RULESET, TAGS, "rules")
    both = ((CODE, "a"), (POLICY, "a"))
    assert ("TG001", "tags") in said(*both, (tags, "b"), a=OURS, b={"owner": "other"})
    assert ("TG001", "tags") not in said(*both, (tags, "a"), a=OURS, b={"owner": "other"})


def test_a_protected_namesake_hides_nothing() -> None:
    """C3: a protected repository of the same name elsewhere does not stand for the first one."""
    namesake = Declared(gh.REPOSITORY, CODE.props, "namesake")
    found = said((CODE, "a"), (namesake, "b"), (ruleset(), "b"), a=OURS, b={"owner": "other"})
    assert ("BR001", "code") in found
    assert ("BR001", "namesake") not in found


@pytest.mark.parametrize("owner", [{"owner": UNKNOWN}, {"owner": "guild", "baseUrl": UNKNOWN}])
def test_an_account_that_is_not_known_yet_is_that_of_its_provider(owner: dict[str, Any]) -> None:
    """C3: a provider whose owner is unknown at preview is an account of its own."""
    assert ("BR001", "code") not in said((CODE, "a"), (ruleset(), "a"), a=owner)
    assert ("BR001", "code") in said((CODE, "a"), (ruleset(), "b"), a=OURS, b=owner)


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("WF023", "secrets: {token: '${{ secrets.NPM_TOKEN }}'}"),
        ("WF003", "permissions: {id-token: write}"),
    ],
)
@pytest.mark.parametrize(
    ("uses", "refused"),
    [
        ("mallory/flows/.github/workflows/publish.yml@" + "d1" * 20, True),
        ("Guild/flows/.github/workflows/publish.yml@" + "d1" * 20, False),
        ("./.github/workflows/publish.yml", False),
    ],
)
def test_a_workflow_of_another_organization_gets_nothing(
    rule: str, given: str, uses: str, *, refused: bool
) -> None:
    """C3: a called workflow of others gets no secret and no identity token; one of ours may."""
    text = f"on: push\npermissions: {{}}\njobs:\n  a:\n    uses: {uses}\n    {given}\n"
    called = file(text, CI_PATH, "caller")
    assert ((rule, "caller") in said((called, "a"), a=OURS)) == refused
    assert (rule, "caller") not in said((called, "a"), a={})
    reported = text.replace(given, "secrets: {t: '${{ secrets.CODECOV_TOKEN }}'}")
    assert ("WF023", "caller") not in said((file(reported, CI_PATH, "caller"), "a"), a=OURS)

"""What of a change makes a gate weaker, or gives somebody power."""

from __future__ import annotations

from typing import Any

import pytest

from portcullis.plan.weaker import weaker
from portcullis.preview.names import Names
from portcullis.pulumi_runs.events import Step

NAMES = Names({("team", 7): "security", ("user", 5): "ana"})
Inputs = dict[str, Any]

CHANGES: list[tuple[str, Inputs, Inputs, tuple[str, ...]]] = [
    (
        "RepositoryEnvironment",
        {"reviewers": [{"users": [5], "teams": [7]}], "waitTimer": 5, "preventSelfReview": True},
        {"reviewers": [{"users": [], "teams": [7]}], "waitTimer": 0, "preventSelfReview": False},
        ("reviewer ana removed", "prevent self review: true -> false", "wait timer: 5 -> 0"),
    ),
    (
        "OrganizationRuleset",
        {"enforcement": "active", "bypassActors": []},
        {
            "enforcement": "evaluate",
            "bypassActors": [{"actorType": "Team", "actorId": 7, "bypassMode": "always"}],
        },
        ("bypass actors: team security (always) added", "enforcement: active -> evaluate"),
    ),
    (
        "OrganizationRuleset",
        {"conditions": [{"refName": {"includes": ["main", "rel/*"], "excludes": []}}]},
        {"conditions": [{"refName": {"includes": ["main"], "excludes": ["x"]}}]},
        (
            "conditions: ref name: excludes: x added",
            "conditions: ref name: includes: rel/* removed",
        ),
    ),
    (
        "RepositoryRuleset",
        {"rules": {"requiredSignatures": True, "pullRequest": {"requiredApprovingReviewCount": 2}}},
        {
            "rules": {
                "requiredSignatures": False,
                "pullRequest": {"requiredApprovingReviewCount": 1},
            }
        },
        (
            "pull request: required approving review count: 2 -> 1",
            "required signatures: true -> false",
        ),
    ),
    (
        "TeamRepository",
        {"permission": "push"},
        {"permission": "admin"},
        ("permission: push -> admin",),
    ),
    (
        "TeamMembers",
        {"members": [{"username": "ana", "role": "member"}]},
        {
            "members": [
                {"username": "ana", "role": "maintainer"},
                {"username": "dan", "role": "member"},
            ]
        },
        ("dan joins core", "ana: member -> maintainer of core"),
    ),
    (
        "OrganizationSettings",
        {"defaultRepositoryPermission": "none", "membersCanCreateRepositories": False},
        {"defaultRepositoryPermission": "write", "membersCanCreateRepositories": True},
        (
            "default repository permission: none -> write",
            "members can create repositories: false -> true",
        ),
    ),
]


@pytest.mark.parametrize(
    ("kind", "old", "new", "lines"), CHANGES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CHANGES)]
)
def test_what_guards_less_is_named_and_its_opposite_is_not(
    kind: str, old: Inputs, new: Inputs, lines: tuple[str, ...]
) -> None:
    """C5: a gate that opens is among what gets weaker; the same gate that closes is not."""
    changed = tuple(sorted(old.keys() | new.keys()))
    assert set(weaker(kind, "core", Step("update", changed, old, {}, new), NAMES)) == set(lines)
    back = weaker(kind, "core", Step("update", changed, new, {}, old), NAMES)
    assert not set(back) & set(lines)
    assert not [line for line in back if " -> " in line and "reviewer" not in line]


@pytest.mark.parametrize(
    ("kind", "operation", "inputs", "lines"),
    [
        ("RepositoryRuleset", "delete", {}, ("repository ruleset x goes",)),
        ("RepositoryEnvironment", "delete", {}, ("repository environment x goes",)),
        ("TeamRepository", "create", {"permission": "push"}, ("permission: push",)),
        ("RepositoryDeployKey", "create", {"title": "k"}, ("repository deploy key x is new",)),
        ("RepositoryRuleset", "create", {"name": "x"}, ()),
        ("TeamRepository", "delete", {"permission": "push"}, ()),
    ],
)
def test_guards_that_go_and_powers_that_come(
    kind: str, operation: str, inputs: Inputs, lines: tuple[str, ...]
) -> None:
    """C5: a deleted guard and a new power are named; a new guard and a lost power are not."""
    old, new = (inputs, {}) if operation == "delete" else ({}, inputs)
    assert weaker(kind, "x", Step(operation, (), old, {}, new), NAMES) == lines


def test_a_trust_policy_is_named_however_it_changes() -> None:
    """G2, C5: what cannot be compared is listed, because it may let somebody in."""
    step = Step(
        "update", ("assumeRolePolicy",), {"assumeRolePolicy": "a"}, {}, {"assumeRolePolicy": "b"}
    )
    assert weaker("Role", "r", step, NAMES) == ("assume role policy: a -> b",)

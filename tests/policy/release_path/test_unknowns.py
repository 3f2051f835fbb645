"""A value that is not known at preview, or is of a wrong type, never stops the model."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import CI, CI_PATH, file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.release_path.goals import reached
from portcullis_policy.release_path.model import read
from portcullis_policy.semantics import aws_and_vault
from portcullis_policy.semantics import github as gh

from tests.policy.release_path.worlds import (
    collaborators,
    gate,
    main,
    of_team,
    stack_of,
    tags,
    team,
)

CLASSIC = {
    "repositoryId": "escai",
    "pattern": "main",
    "enforceAdmins": False,
    "requiredPullRequestReviews": [
        {"requiredApprovingReviewCount": 1, "pullRequestBypassers": ["/ana", "guild/team-1"]}
    ],
    "restrictPushes": [{"pushAllowances": ["/ana", "T_1"], "blocksCreations": True}],
}
OLD_CLASSIC = {
    "repository": "escai",
    "branch": "main",
    "requiredPullRequestReviews": {"bypassPullRequestAllowances": {"users": ["ana"], "teams": []}},
    "restrictions": {"users": ["ana"], "teams": ["team-1"]},
}
STACK = [
    Declared(gh.REPOSITORY, {"name": "escai", "visibility": "public", "archived": False}, "r"),
    Declared(gh.ORGANIZATION_SETTINGS, {"defaultRepositoryPermission": "read"}, "settings"),
    Declared(gh.MEMBERSHIP, {"username": "ana", "role": "admin"}, "ana"),
    *team(1, "ana", "ben"),
    *team(2, "cy"),
    tags(
        of_team(1),
        {"actorType": "RepositoryRole", "actorId": 5, "bypassMode": "always"},
        {"actorType": "Integration", "actorId": 7, "bypassMode": "always"},
        {"actorType": "User", "actorId": 3, "bypassMode": "always"},
    ),
    main(of_team(2, "pull_request")),
    Declared(gh.BRANCH_PROTECTION, CLASSIC, "classic"),
    Declared(gh.BRANCH_PROTECTION_V3, OLD_CLASSIC, "old"),
    collaborators(dan="push", eve="admin"),
    *gate("2", branch="main"),
    Declared(gh.TEAM_REPOSITORY, {"repository": "escai", "teamId": "1"}, "access"),
    Declared(
        gh.REPOSITORY_DEPLOY_KEY,
        {"repository": "escai", "title": "key", "key": "k", "readOnly": False},
        "key",
    ),
    Declared(gh.ACTIONS_SECRET, {"repository": "escai", "secretName": "TOKEN"}, "secret"),
    Declared(
        gh.WORKFLOW_REPOSITORY_PERMISSIONS,
        {"repository": "escai", "canApprovePullRequestReviews": True},
        "permissions",
    ),
    Declared(gh.ORGANIZATION_ROLE, {"name": "writers", "baseRole": "write"}, "role"),
    Declared(gh.ORGANIZATION_ROLE_USER, {"login": "fay", "roleId": 8134}, "role-user"),
    Declared(gh.ORGANIZATION_ROLE_TEAM, {"teamSlug": "team-1", "roleId": 8134}, "role-team"),
    Declared(
        aws_and_vault.VAULT_BACKEND,
        {"path": "github", "oidcDiscoveryUrl": "https://token.actions.githubusercontent.com"},
        "backend",
    ),
    Declared(
        aws_and_vault.VAULT_JWT_ROLE,
        {
            "roleName": "signing",
            "name": "signing",
            "roleType": "jwt",
            "backend": "github",
            "boundClaims": {"repository": "guild/escai", "environment": "pypi-release"},
        },
        "vault-role",
    ),
    file(CI, CI_PATH, "workflow"),
]


def paths(value: object, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value."""
    items: list[tuple[Any, object]] = []
    if isinstance(value, Mapping):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, inner in items:
        yield (*here, key)
        yield from paths(inner, (*here, key))


def changed(value: Any, path: tuple[Any, ...], new: object) -> Any:  # noqa: ANN401 - any JSON
    """A copy with another value at a place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("new", [UNKNOWN, None, 7, {"x": [True]}, "~ALL"], ids=str)
def test_each_value_may_be_anything(new: object) -> None:
    """C3: whatever one value is, the model answers, also in doubt."""
    for number, declared in enumerate(STACK):
        for path in paths(declared.props):
            other = replace(declared, props=changed(declared.props, path, new))
            stack, settings = stack_of(*STACK[:number], other, *STACK[number + 1 :])
            list(reached(stack, settings))
            read(stack, "escai", settings, doubt=True)

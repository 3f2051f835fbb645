"""Inputs of settings: what is wrong, what differs, and what the documentation says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.rpc import UNKNOWN

from github_settings.inputs import changed, mistakes
from github_settings.plugin import Plugin
from github_settings.table import SETTINGS, Setting

PAGE = Path(__file__).resolve().parents[2] / "docs/github-settings.md"
POLICY = SETTINGS["github-settings:index:OrganizationImmutableReleases"]


@pytest.mark.parametrize(
    "inputs",
    [
        {"enforcedRepositories": "all"},
        {"enforcedRepositories": "selected", "selectedRepositoryIds": [1.0, 2.0]},
        {"enforcedRepositories": "selected", "selectedRepositoryIds": UNKNOWN},
        {"enforcedRepositories": "selected", "selectedRepositoryIds": [UNKNOWN]},
        {"enforcedRepositories": UNKNOWN, "selectedRepositoryIds": [1.0]},
    ],
)
def test_what_is_right_or_not_known_yet_is_accepted(inputs: dict[str, Any]) -> None:
    """A preview accepts ids of repositories that are still to be created."""
    assert list(mistakes(POLICY, inputs)) == []


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({}, "enforcedRepositories"),
        ({"enforcedRepositories": "some"}, "enforcedRepositories"),
        ({"enforcedRepositories": "selected"}, "selectedRepositoryIds"),
        (
            {"enforcedRepositories": "selected", "selectedRepositoryIds": ["a"]},
            "selectedRepositoryIds",
        ),
        ({"enforcedRepositories": "all", "selectedRepositoryIds": [1.0]}, "selectedRepositoryIds"),
        ({"enforcedRepositories": "all", "enforced": True}, "enforced"),
    ],
)
def test_each_mistake_is_one_of_its_field(inputs: dict[str, Any], field: str) -> None:
    """A wrong, missing, unknown or useless field is named, and nothing else."""
    assert [name for name, _ in mistakes(POLICY, inputs)] == [field]


def test_the_order_of_ids_does_not_count() -> None:
    """GitHub lists repositories in its own order, which is no difference."""
    old = {"enforcedRepositories": "selected", "selectedRepositoryIds": [2.0, 1.0]}
    assert changed(POLICY, old, {**old, "selectedRepositoryIds": [1.0, 2.0]}) == []
    assert changed(POLICY, old, {**old, "selectedRepositoryIds": [1.0]}) == [
        "selectedRepositoryIds"
    ]


def test_another_organization_is_another_provider() -> None:
    """Only another organization replaces the resources; other credentials update the provider."""

    def replaced(name: str) -> list[str]:
        request = provider_pb2.DiffRequest()
        request.olds.update({"owner": "acme", "token": "a", name: "before"})
        request.news.update({"owner": "acme", "token": "a", name: "after"})
        answer = Plugin().DiffConfig(request, create_autospec(grpc.ServicerContext))
        assert list(answer.diffs) == [name]
        return list(answer.replaces)

    assert replaced("owner") == ["owner"]
    assert replaced("token") == []


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda each: each.type)
def test_the_page_has_each_setting(setting: Setting) -> None:
    """The documentation lists each setting with endpoint, fields, and what deleting it does."""
    row = next(each for each in PAGE.read_text().splitlines() if f"`{setting.type}` |" in each)
    assert f"`{setting.path}`" in row
    assert all(f"`{field.name}`" in row for field in setting.fields)
    assert ("stays as it is" in row) == (setting.on_delete is None)

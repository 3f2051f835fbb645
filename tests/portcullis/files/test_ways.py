"""Repositories that change between pushes and pull requests keep their files."""

from __future__ import annotations

from typing import Any

import pytest

from components.organization import OrganizationConfig
from portcullis.files import ways
from portcullis.renames.state import FILE
from tests.components.declaration.resolved import resolved

SETTINGS = {"display_name": "Acme", "billing_email": "billing@acme.example"}
FILES = {"a.md": {"content": "a"}}


def organization(**repository: object) -> Any:  # noqa: ANN401 - what `resolved` returns
    """An organization with one repository."""
    data = {"organization": "acme", "plan": "team", "settings": SETTINGS}
    return resolved(OrganizationConfig.model_validate({**data, "repositories": {"x": repository}}))


PROPOSED, ADDED = "portcullis:index:ProposedFile", "portcullis:index:AddedFiles"


def urn_of(type_: str, key: str = "x") -> str:
    """The URN of a resource in repository ``key``."""
    return f"urn:pulumi:dev::p::portcullis:index:Repository${type_}::{key}" + (
        "" if type_ == ADDED else "/a.md"
    )


def state(type_: str, key: str = "x", live: str = "x", **inputs: object) -> dict[str, Any]:
    """A state of one resource, and of another one that depends on it."""
    urn = urn_of(type_, key)
    file = {"urn": urn, "type": type_, "inputs": {"repository": live, **inputs}}
    file |= {"outputs": {"repository": live}} if type_ == FILE else {}
    return {"deployment": {"resources": [file, {"urn": "b", "type": "t", "dependencies": [urn]}]}}


RENAMED = [("x", "old", {}), ("old", "old", {"old": "x"}), ("y", "y", {"y": "x", "x": "z"})]
"""Key and live name in the state, and what maps the keys: after `up` wrote it, and in a preview."""


@pytest.mark.parametrize(("key", "live", "keys"), RENAMED)
def test_a_rename_and_another_way_in_one_run(key: str, live: str, keys: dict[str, str]) -> None:
    """A repository keeps its files, and its pull request is closed, under its new name as well."""
    proposing = organization(files=FILES, file_changes="pull-request")
    found = ways.no_longer_pushed(state(FILE, key, live), proposing, keys)
    assert found == [urn_of(FILE, key)]
    pushing = organization(files=FILES)
    for before in (state(PROPOSED, key, live), state(ADDED, key, live, byPullRequest=True)):
        assert ways.no_longer_proposed(before, pushing, keys) == ["x"]


def test_the_name_of_another_repository_is_not_taken_for_a_file() -> None:
    """`x` of the state becomes `z`, which is not declared here: `x` is another repository now."""
    proposing = organization(files=FILES, file_changes="pull-request")
    assert ways.no_longer_pushed(state(FILE), proposing, {"x": "z", "y": "x"}) == []


def test_a_committed_file_is_forgotten_and_not_deleted() -> None:
    """The state without it depends on it nowhere; a file that is still pushed stays in it."""
    before = state(FILE)
    proposing = organization(files=FILES, file_changes="pull-request")
    assert ways.no_longer_pushed(before, proposing, {}) == [urn_of(FILE)]
    assert ways.no_longer_pushed(before, organization(files=FILES), {}) == []
    assert ways.without(before, [urn_of(FILE)]) == {
        "deployment": {"resources": [{"urn": "b", "type": "t", "dependencies": []}]}
    }
    assert ways.without({}, []) == {}


@pytest.mark.parametrize(
    ("before", "repository", "leaves"),
    [
        (state(PROPOSED), {"files": FILES}, True),
        (state(PROPOSED), {"file_changes": "pull-request"}, True),
        (state(PROPOSED), {"files": FILES, "file_changes": "pull-request"}, False),
        (state(PROPOSED), {"archived": True}, False),
        (state(ADDED, byPullRequest=True), {"files": FILES}, True),
        (state(ADDED), {"files": FILES}, False),
        ({}, {"files": FILES}, False),
    ],
)
def test_a_pull_request_is_closed_where_it_is_not_needed_any_more(
    before: dict[str, Any], repository: dict[str, object], *, leaves: bool
) -> None:
    """The state says where one may be open: where files were proposed, and are not any more."""
    found = ways.no_longer_proposed(before, organization(**repository), {})
    assert found == (["x"] if leaves else [])

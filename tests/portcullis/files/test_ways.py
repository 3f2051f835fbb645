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


def state(type_: str, **inputs: object) -> dict[str, Any]:
    """A state of one resource, and of another one that depends on it."""
    file = {"urn": "a", "type": type_, "inputs": {"repository": "x", **inputs}}
    file |= {"outputs": {"repository": "x"}} if type_ == FILE else {}
    return {"deployment": {"resources": [file, {"urn": "b", "type": "t", "dependencies": ["a"]}]}}


PROPOSED, ADDED = "portcullis:index:ProposedFile", "portcullis:index:AddedFiles"


def test_a_committed_file_is_forgotten_and_not_deleted() -> None:
    """The state without it depends on it nowhere; a file that is still pushed stays in it."""
    before = state(FILE)
    proposing = organization(files=FILES, file_changes="pull-request")
    assert ways.no_longer_pushed(before, proposing) == ["a"]
    assert ways.no_longer_pushed(before, organization(files=FILES)) == []
    assert ways.without(before, ["a"]) == {
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
    assert ways.no_longer_proposed(before, organization(**repository)) == (["x"] if leaves else [])

"""Templates of token subjects: of the organization and of repositories, and the order in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from portcullis.live.compare import Declared, compare
from portcullis.live.jobs import subjects
from portcullis.live.resource import Live, LiveRepository
from tests.portcullis.live.conftest import asking

if TYPE_CHECKING:
    from tests.support.sandbox import World

SEED: dict[str, Any] = {
    "organizations": [
        {"login": "acme", "plan": "team", "owners": ["ana"], "repositories": {"tool": {}}}
    ],
    "tokens": [{"login": "ana"}],
}
PATH = "actions/oidc/customization/sub"


def read(world: World, *repositories: str) -> Live:
    """Return the templates of a world."""
    live = Live("acme", repositories={"tool": LiveRepository("tool", 1, "R_1", "main", False)})  # noqa: FBT003 - the form of other tests
    with asking(world) as conversation:
        subjects.read(conversation, live, repositories)
    return live


def wanted(*claims: str) -> Declared:
    """Return a declared template of the organization."""
    return Declared(subjects.ORGANIZATION, "acme", "urn", {"includeClaimKeys": [*claims]})


def test_templates_are_read_where_they_count(world: World) -> None:
    """Promise: GitHub's own template is none of somebody's; other claims, or an opt-in, are."""
    own = read(world, "TOOL", "gone")
    assert not own.gaps
    assert [each.name for each in own.resources] == ["acme", "tool"]
    assert not any(map(subjects.is_customized, own.resources))
    body: dict[str, Any] = {"include_claim_keys": ["repository_owner"]}
    world.request("PUT", f"/orgs/acme/{PATH}", body)
    world.request("PUT", f"/repos/acme/tool/{PATH}", {"use_default": False, **body})
    other = read(world, "tool")
    assert all(map(subjects.is_customized, other.resources))
    assert other.resources[1].inputs == {
        "repository": "tool",
        "useDefault": False,
        "includeClaimKeys": ["repository_owner"],
    }
    assert [each.name for each in read(world).resources] == ["acme"]


def test_the_order_of_claims_counts(world: World) -> None:
    """Promise: the same claims in another order make other subjects, so they are a change."""
    world.request("PUT", f"/orgs/acme/{PATH}", {"include_claim_keys": ["repo", "context"]})
    live = read(world)
    assert not compare([wanted("repo", "context")], live)
    [found] = compare([wanted("context", "repo")], live)
    assert (found.what, found.fields) == ("changed", ("includeClaimKeys",))


@pytest.mark.parametrize("status", [403, 404])
def test_a_hidden_template_is_not_gone(world: World, status: int) -> None:
    """Promise: what these credentials may not read is named, and is no change (E8)."""
    world.fault(path=f"*/{PATH}", status=status, count=None)
    live = read(world, "tool")
    assert [gap.what for gap in live.gaps] == [
        "subject template of the organization",
        "subject template of tool",
    ]
    assert all(gap.why.hidden for gap in live.gaps)
    inputs = {"repository": "tool", "useDefault": False, "includeClaimKeys": ["repo"]}
    own = Declared(subjects.REPOSITORY, "tool", "urn", inputs)
    assert not compare([wanted("context", "repo"), own], live)

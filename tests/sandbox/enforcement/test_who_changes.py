"""What rules are about cannot be changed by those whom they hold down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from tests.sandbox.enforcement.acting import Acting

PROPERTY = "/orgs/acme/properties/schema/tier"


@pytest.mark.parametrize(
    ("login", "status"), [("zoe", 403), ("ben", 200), ("kim", 200), ("ana", 200)]
)
def test_a_pull_request_is_its_author_s_or_a_writer_s(
    acting: Acting, login: str, status: int
) -> None:
    """Who may only read does not close, reopen or retarget somebody else's (E3)."""
    acting.as_("ana").put(f"{REPO}/collaborators/zoe", json={"permission": "pull"})
    acting.as_("zoe").patch(f"/user/repository_invitations/{_invitation(acting)}")
    number = acting.pull("ben")
    answer = acting.as_(login).patch(f"{REPO}/pulls/{number}", json={"state": "closed"})
    assert answer.status_code == status


def _invitation(acting: Acting) -> int:
    found: int = acting.as_("ana").get(f"{REPO}/invitations").json()[0]["id"]
    return found


@pytest.mark.parametrize(
    ("editable_by", "login", "status"),
    [
        ("org_actors", "kim", 403),
        ("org_and_repo_actors", "kim", 204),
        ("org_actors", "ana", 204),
    ],
)
def test_properties_that_select_rulesets(
    acting: Acting, editable_by: str, login: str, status: int
) -> None:
    """A repository's administrator sets only the properties that were left to them (E3)."""
    owner = acting.as_("ana")
    owner.put(PROPERTY, json={"value_type": "string", "values_editable_by": editable_by})
    owner.put(f"{REPO}/collaborators/kim", json={"permission": "admin"})
    body = {"properties": [{"property_name": "tier", "value": "one"}]}
    answer = acting.as_(login).patch(f"{REPO}/properties/values", json=body)
    assert answer.status_code == status

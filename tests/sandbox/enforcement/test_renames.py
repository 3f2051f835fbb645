"""A branch's new name, or another default branch, is no way around what protects it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.bodies import pull_request
from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    import httpx

    from tests.sandbox.enforcement.acting import Acting

PULL = pull_request()


def _rename(acting: Acting, login: str, old: str, new: str) -> httpx.Response:
    path = f"{REPO}/branches/{old}/rename"
    return acting.as_(login).post(path, json={"new_name": new})


def _administrator(acting: Acting, login: str) -> None:
    path = f"{REPO}/collaborators/{login}"
    assert acting.as_("ana").put(path, json={"permission": "admin"}).status_code == 204


def test_a_writer_renames_what_is_not_protected(acting: Acting) -> None:
    """But not the default branch, which is for administrators (E1)."""
    acting.create("ben", "heads/mine")
    assert _rename(acting, "ben", "mine", "yours").status_code == 201
    assert _rename(acting, "ben", "main", "trunk").status_code == 403
    assert _rename(acting, "ana", "main", "trunk").status_code == 201


def test_a_classically_protected_branch_is_for_administrators(acting: Acting) -> None:
    """And the rule follows the name (E1)."""
    acting.create("ben", "heads/stable")
    acting.protect("stable", lockBranch=True)
    assert _rename(acting, "max", "stable", "free").status_code == 403
    assert _rename(acting, "ana", "stable", "free").status_code == 201
    assert "locked" in acting.write("ben", "free").json()["message"]


@pytest.mark.parametrize(("new", "status"), [("free", 422), ("release/2", 201)])
def test_a_ruleset_has_to_hold_for_the_new_name_too(acting: Acting, new: str, status: int) -> None:
    """A writer cannot carry a branch out of a repository's ruleset by its name (E1)."""
    acting.create("ben", "heads/release/1")
    acting.ruleset({"type": "non_fast_forward"}, include="refs/heads/release/*")
    assert _rename(acting, "ben", "release%2F1", new).status_code == status


@pytest.mark.parametrize(("login", "status"), [("kim", 422), ("ana", 201)])
def test_an_administrator_cannot_leave_the_organization_s_ruleset(
    acting: Acting, login: str, status: int
) -> None:
    """Owners can, since they may edit it (E1)."""
    _administrator(acting, "kim")
    acting.create("ben", "heads/release/1")
    acting.ruleset(PULL, include="refs/heads/release/*", base="/orgs/acme")
    assert _rename(acting, login, "release%2F1", "free").status_code == status


def test_the_default_branch_stays_the_default_branch(acting: Acting) -> None:
    """A ruleset for it holds whatever its name is (E1)."""
    _administrator(acting, "kim")
    acting.ruleset(PULL, base="/orgs/acme")
    assert _rename(acting, "kim", "main", "trunk").status_code == 201
    assert acting.write("kim", "trunk").status_code == 409


def test_no_name_comes_under_restricted_creations(acting: Acting) -> None:
    """Where a branch may not be created, none arrives by a new name (E1)."""
    acting.create("ben", "heads/mine")
    acting.ruleset({"type": "creation"}, include="refs/heads/release/*")
    assert _rename(acting, "ben", "mine", "release/9").status_code == 422
    acting.protect("hotfix/*", restrictsPushes=True, blocksCreations=True)
    assert _rename(acting, "ben", "mine", "hotfix/9").status_code == 422
    assert _rename(acting, "ben", "mine", "free").status_code == 201


@pytest.mark.parametrize(("login", "status"), [("kim", 403), ("ana", 200)])
def test_another_default_branch_is_for_owners(acting: Acting, login: str, status: int) -> None:
    """Where an organization's ruleset holds for the default branch (E1)."""
    _administrator(acting, "kim")
    acting.create("ben", "heads/mine")
    acting.ruleset(PULL, base="/orgs/acme")
    answer = acting.as_(login).patch(REPO, json={"default_branch": "mine"})
    assert answer.status_code == status


def test_pull_requests_follow_their_base_and_lose_their_head(acting: Acting) -> None:
    """A renamed base is followed; a renamed head closes what comes from it (E1)."""
    number = acting.pull("ben")
    path = f"{REPO}/pulls/{number}"
    assert _rename(acting, "ana", "main", "trunk").status_code == 201
    assert acting.as_("ben").get(path).json()["base"]["ref"] == "trunk"
    assert _rename(acting, "ben", "change", "changed").status_code == 201
    assert acting.as_("ben").get(path).json()["state"] == "closed"


@pytest.mark.parametrize("login", ["ana", "portal[bot]"])
def test_the_default_branch_is_never_deleted(acting: Acting, login: str) -> None:
    """By nobody (E1)."""
    assert acting.delete(login, "heads/main").status_code == 422


def test_an_archived_repository_keeps_its_names(acting: Acting) -> None:
    """It is read-only (E1)."""
    acting.as_("ana").patch(REPO, json={"archived": True})
    assert _rename(acting, "ana", "main", "trunk").status_code == 403


@pytest.mark.parametrize(("protected", "status"), [(True, 403), (False, 200)])
def test_a_repository_keeps_the_name_that_a_ruleset_knows_it_by(
    acting: Acting, *, protected: bool, status: int
) -> None:
    """`protected` names cannot be changed by the repository's administrators (E1)."""
    _administrator(acting, "kim")
    names = {"include": ["widget"], "exclude": [], "protected": protected}
    body = {
        "name": "all",
        "enforcement": "active",
        "rules": [PULL],
        "conditions": {
            "repository_name": names,
            "ref_name": {"include": ["~ALL"], "exclude": []},
        },
    }
    assert acting.as_("ana").post("/orgs/acme/rulesets", json=body).status_code == 201
    assert acting.as_("kim").patch(REPO, json={"name": "gizmo"}).status_code == status

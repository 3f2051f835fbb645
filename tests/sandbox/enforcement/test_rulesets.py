"""Rulesets stop everybody who is not listed, each rule in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.bodies import pull_request, status_checks
from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.sandbox.enforcement.acting import Acting

PULL = pull_request()
PATTERN = {"operator": "starts_with", "pattern": "fix:"}


@dataclass(frozen=True)
class Case:
    """One rule, what it stops, and the words it uses."""

    rule: dict[str, Any]
    act: Callable[[Acting], httpx.Response]
    words: str
    target: str = "branch"
    include: str = "~ALL"


def _merge(method: str = "merge") -> Callable[[Acting], httpx.Response]:
    def act(acting: Acting) -> httpx.Response:
        return acting.merge("ben", 1, method)

    return act


CASES = [
    Case({"type": "creation"}, lambda a: a.create("ben", "heads/mine"), "creations being"),
    Case({"type": "update"}, lambda a: a.write("ben"), "Cannot update this protected ref."),
    Case({"type": "deletion"}, lambda a: a.delete("ben", "heads/change"), "Cannot delete"),
    Case({"type": "non_fast_forward"}, lambda a: a.rewind("ben"), "Cannot force-push"),
    Case({"type": "required_linear_history"}, _merge(), "merge commits"),
    Case({"type": "required_signatures"}, lambda a: a.write("ben"), "verified signatures"),
    Case(PULL, lambda a: a.write("ben"), "through a pull request"),
    Case(PULL, _merge(), "At least 1 approving review is required"),
    Case(
        pull_request(0, allowed_merge_methods=["squash"]),
        _merge(),
        "can only be merged by: squash",
    ),
    Case(status_checks("ci"), _merge(), 'Required status check "ci" is expected.'),
    Case(status_checks("ci"), lambda a: a.write("ben"), 'Required status check "ci" is expected.'),
    Case(
        {
            "type": "required_deployments",
            "parameters": {"required_deployment_environments": ["testpypi"]},
        },
        _merge(),
        "Missing successful active testpypi deployment.",
    ),
    Case({"type": "merge_queue"}, _merge(), "merge queue"),
    Case(
        {
            "type": "code_scanning",
            "parameters": {
                "code_scanning_tools": [
                    {
                        "tool": "CodeQL",
                        "alerts_threshold": "all",
                        "security_alerts_threshold": "all",
                    }
                ]
            },
        },
        _merge(),
        "Code scanning is waiting for results from CodeQL.",
    ),
    Case(
        {"type": "commit_message_pattern", "parameters": PATTERN},
        lambda a: a.write("ben"),
        "Commit message must start with fix:",
    ),
    Case(
        {
            "type": "commit_author_email_pattern",
            "parameters": {"operator": "ends_with", "pattern": "@acme.example"},
        },
        lambda a: a.write("ben"),
        "Commit author email must end with @acme.example",
    ),
    Case(
        {
            "type": "committer_email_pattern",
            "parameters": {"operator": "contains", "pattern": "users", "negate": True},
        },
        lambda a: a.write("ben"),
        "Committer email must not contain users",
    ),
    Case(
        {
            "type": "branch_name_pattern",
            "parameters": {"operator": "regex", "pattern": "^release/"},
        },
        lambda a: a.create("ben", "heads/mine"),
        "Branch name must match a given regex pattern: ^release/",
    ),
    Case(
        {"type": "tag_name_pattern", "parameters": {"operator": "starts_with", "pattern": "v"}},
        lambda a: a.create("ben", "tags/mine"),
        "Tag name must start with v",
        target="tag",
    ),
    Case(
        {"type": "file_path_restriction", "parameters": {"restricted_file_paths": ["new.*"]}},
        lambda a: a.write("ben"),
        "File path 'new.txt' is restricted.",
        target="push",
    ),
    Case(
        {"type": "max_file_path_length", "parameters": {"max_file_path_length": 3}},
        lambda a: a.write("ben"),
        "longer than 3 characters",
        target="push",
    ),
    Case(
        {
            "type": "file_extension_restriction",
            "parameters": {"restricted_file_extensions": ["*.txt"]},
        },
        lambda a: a.write("ben"),
        "File extension of 'new.txt' is restricted.",
        target="push",
    ),
    Case(
        {"type": "max_file_size", "parameters": {"max_file_size": 1}},
        lambda a: a.write("ben", text="x" * (1024 * 1024 + 1)),
        "larger than 1 MB",
        target="push",
    ),
    Case(
        {"type": "creation"},
        lambda a: a.create("ben", "tags/v1"),
        "creations being restricted",
        target="tag",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.target} {c.rule['type']} {c.words[:20]}")
def test_each_rule_stops_and_when_taken_away_lets_pass(acting: Acting, case: Case) -> None:
    """The rule's words say why; without the rule the same act works (E1, E2)."""
    acting.pull("ben", path="other.txt")
    made = acting.ruleset(case.rule, target=case.target, include=case.include)
    refused = case.act(acting)
    assert refused.status_code in (405, 409, 422)
    assert refused.json()["message"].startswith("Repository rule violations found\n\n")
    assert case.words in refused.json()["message"]
    assert acting.as_("ana").delete(made).status_code == 204
    assert case.act(acting).is_success


def test_administrators_are_stopped_too(acting: Acting) -> None:
    """Nobody bypasses who is not listed, the owner included (E1)."""
    acting.ruleset(PULL)
    assert acting.write("ana").status_code == 409


def test_an_administrator_may_edit_a_repository_ruleset_first(acting: Acting) -> None:
    """Anyone who administers the repository can switch its own ruleset off (E1)."""
    acting.as_("ana").put(f"{REPO}/collaborators/kim", json={"permission": "admin"})
    made = acting.ruleset(PULL)
    assert acting.as_("kim").put(made, json={"enforcement": "disabled"}).status_code == 200
    assert acting.write("kim").status_code == 201


def test_an_organization_ruleset_is_out_of_the_repository_s_reach(acting: Acting) -> None:
    """Only organization owners edit it (E1)."""
    acting.as_("ana").put(f"{REPO}/collaborators/kim", json={"permission": "admin"})
    made = acting.ruleset(PULL, base="/orgs/acme")
    assert acting.as_("kim").put(made, json={"enforcement": "disabled"}).status_code in (403, 404)
    assert acting.write("kim").status_code == 409


@pytest.mark.parametrize("enforcement", ["evaluate", "disabled"])
def test_what_is_not_active_stops_nobody(acting: Acting, enforcement: str) -> None:
    """`evaluate` only reports, `disabled` does nothing (E1)."""
    acting.ruleset(PULL, enforcement=enforcement)
    assert acting.write("ben").status_code == 201


def test_all_rules_together_the_strictest_counts(acting: Acting) -> None:
    """Two rulesets and classic protection each refuse what they forbid (E1)."""
    acting.ruleset(PULL)
    acting.ruleset(pull_request(2), base="/orgs/acme")
    number = acting.pull("ben")
    acting.review("kim", number)
    assert "At least 2" in acting.merge("ben", number).json()["message"]
    acting.review("max", number)
    assert acting.merge("ben", number).status_code == 200
    acting.protect("other", lockBranch=True)
    acting.create("ana", "heads/other")
    assert "locked" in acting.write("ben", "other", "x.txt").json()["message"]


def _bypass(kind: str, ident: int | None, mode: str = "always") -> list[dict[str, Any]]:
    return [{"actor_type": kind, "actor_id": ident, "bypass_mode": mode}]


@pytest.mark.parametrize(
    ("kind", "path", "passes", "stopped"),
    [
        ("RepositoryRole", "2", "max", "ben"),
        ("RepositoryRole", "5", "ana", "max"),
        ("OrganizationAdmin", None, "ana", "max"),
        ("Team", "/orgs/acme/teams/crew", "tess", "ben"),
        ("User", "/users/kim", "kim", "ben"),
    ],
)
def test_who_is_listed_passes_by(
    acting: Acting, kind: str, path: str | None, passes: str, stopped: str
) -> None:
    """Roles, owners, teams and people pass by a ruleset that lists them; others do not (E1)."""
    ident = None if path is None else int(path) if path.isdigit() else 0
    if path is not None and not path.isdigit():
        ident = acting.as_("ana").get(path).json()["id"]
    acting.ruleset(PULL, bypass=_bypass(kind, ident))
    assert acting.write(stopped).status_code == 409
    assert acting.write(passes).status_code == 201


def test_some_pass_by_pull_requests_only(acting: Acting) -> None:
    """Mode `pull_request`: no straight push, but a merge without the reviews (E1)."""
    acting.ruleset(PULL, bypass=_bypass("RepositoryRole", 5, "pull_request"))
    number = acting.pull("ben")
    assert acting.write("ana").status_code == 409
    assert acting.merge("ben", number).status_code == 405
    assert acting.merge("ana", number).status_code == 200


@pytest.mark.parametrize("rule", ["creation", "update", "deletion"])
def test_release_tags_are_for_those_listed(acting: Acting, rule: str) -> None:
    """A tag ruleset restricts creating, moving and deleting to its bypass actors (E1, R8)."""
    ident = acting.as_("ana").get("/orgs/acme/teams/crew").json()["id"]
    acting.create("ana", "tags/v1")
    acting.ruleset(
        {"type": rule}, target="tag", include="refs/tags/v*", bypass=_bypass("Team", ident)
    )

    def act(login: str) -> int:
        done = {
            "creation": lambda: acting.create(login, "tags/v2"),
            "update": lambda: acting.rewind(login, "tags/v1"),
            "deletion": lambda: acting.delete(login, "tags/v1"),
        }
        return done[rule]().status_code

    assert act("ben") == 422
    assert act("tess") in (200, 201, 204)


def test_the_author_cannot_approve(acting: Acting) -> None:
    """Approving one's own pull request is refused (E1)."""
    refused = acting.review("ben", acting.pull("ben"))
    assert refused.status_code == 422
    assert refused.json()["errors"] == ["Can not approve your own pull request"]


def test_only_reviews_with_write_access_count(acting: Acting) -> None:
    """A reader's approval is shown, and counts for nothing (E1)."""
    acting.as_("ana").put(f"{REPO}/collaborators/kim", json={"permission": "pull"})
    acting.ruleset(PULL)
    number = acting.pull("ben")
    assert acting.review("kim", number).json()["state"] == "APPROVED"
    assert acting.merge("ben", number).status_code == 405


def test_requested_changes_block_until_they_are_taken_back(acting: Acting) -> None:
    """The last word of each reviewer counts (E1)."""
    acting.ruleset(PULL)
    number = acting.pull("ben")
    acting.review("max", number)
    acting.review("kim", number, "REQUEST_CHANGES")
    assert acting.merge("ben", number).status_code == 405
    acting.review("kim", number)
    assert acting.merge("ben", number).status_code == 200


def test_mergeable_state_says_what_a_merge_would_say(acting: Acting) -> None:
    """`blocked` before the approval, `clean` after it, nothing merged by looking (E1)."""
    acting.ruleset(PULL)
    number = acting.pull("ben")

    def state() -> str:
        found: str = acting.as_("ben").get(f"{REPO}/pulls/{number}").json()["mergeable_state"]
        return found

    assert state() == "blocked"
    acting.review("kim", number)
    assert state() == "clean"


def test_only_apps_report_check_runs(acting: Acting) -> None:
    """A person's token cannot create a check run (E1)."""
    body = {"name": "ci", "head_sha": acting.tip(), "conclusion": "success"}
    assert acting.as_("ana").post(f"{REPO}/check-runs", json=body).status_code == 403


def test_what_is_archived_is_read_only(acting: Acting) -> None:
    """No push, no tag, no merge (E1)."""
    number = acting.pull("ben")
    acting.as_("ana").patch(REPO, json={"archived": True})
    assert acting.write("ana").status_code == 403
    assert acting.create("ana", "tags/v1").status_code == 403
    assert acting.merge("ana", number).status_code == 403

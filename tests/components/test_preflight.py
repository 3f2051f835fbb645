"""What is asked of GitHub before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from components.files.committing import Guard
from components.files.library import CODEQL_PATH
from components.github_access import App
from components.origin import Origin
from components.preflight import ADOPTING, NAMES_A_QUERY, Names, Preflight, PreflightError
from tests.support.github_client import FakeGitHub
from tests.support.recording import record

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = Origin("orgs/acme.yaml", ("repositories", "app"))


@dataclass
class Access:
    """As GitHubAccess, to the fake."""

    fake: FakeGitHub
    app: App | None = None

    def client(self) -> Any:  # noqa: ANN401 - githubkit's
        """The fake's client."""
        return self.fake.client()


def preflight(fake: FakeGitHub, **names: list[str]) -> Preflight:
    """The look at the fake, for these names."""
    access: Any = Access(fake)
    return Preflight("acme", access, Names(**names))


def call(
    bind: Callable[[], pulumi.ResourceHookBinding], name: str = "app", **inputs: object
) -> None:
    """Run the hooks of a binding as the engine would before a create."""
    hooks: list[Any] = []
    record(lambda: hooks.extend(bind().before_create or []))
    args = pulumi.ResourceHookArgs("urn", "", name, "type", new_inputs=inputs)
    for hook in hooks:
        hook(args)


def test_a_repository_that_exists_is_refused_with_the_way_to_take_it_in() -> None:
    """Where it is declared, what is there already, and what to do; in any case of letters."""
    look = preflight(FakeGitHub({("repository", "app"): 1}), repositories=["App"])
    with pytest.raises(PreflightError) as raised:
        call(lambda: look.new_repository("App", ORIGIN, names_branch=True), "App")
    assert str(raised.value) == (
        "orgs/acme.yaml repositories.app: the repository acme/App exists already and is not in "
        "this stack's state; nothing was changed. To manage it from here: make adopt"
    )


def test_a_team_that_exists_is_refused() -> None:
    """As a repository is; a repository of the team's name is none of its business."""
    fake = FakeGitHub({("team", "devs"): 1, ("repository", "ops"): 2})
    look = preflight(fake, teams=["devs", "ops"], repositories=["ops"])
    with pytest.raises(PreflightError, match="the team acme/devs exists already"):
        call(lambda: look.new_team("devs", ORIGIN), "devs")
    call(lambda: look.new_team("ops", ORIGIN), "ops")


def test_what_does_not_exist_is_created() -> None:
    """No answer, no objection."""
    look = preflight(FakeGitHub(), repositories=["app"], teams=["devs"])
    call(lambda: look.new_repository("app", ORIGIN, names_branch=True))
    call(lambda: look.new_team("devs", ORIGIN), "devs")


def test_adopting_takes_in_what_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make adopt` says so by a variable of its run."""
    monkeypatch.setenv(ADOPTING, "1")
    look = preflight(FakeGitHub({("repository", "app"): 1}), repositories=["app"])
    call(lambda: look.new_repository("app", ORIGIN, names_branch=True))


def test_unknown_users_are_reported_all_at_once() -> None:
    """Every login that GitHub does not know, once and sorted."""
    look = preflight(FakeGitHub({("user", "ana"): 1}), users=["Ana", "zoe", "bob"])
    members = [{"username": name} for name in ("zoe", "Ana", "bob", "zoe")]
    with pytest.raises(PreflightError) as raised:
        call(lambda: look.known_users(ORIGIN), members=members)
    assert "GitHub knows no user `bob`, `zoe`; nothing was changed" in str(raised.value)
    call(lambda: look.known_users(ORIGIN), members=[{"username": "ANA"}])


def test_members_are_looked_at_again_when_they_change() -> None:
    """The hook stands before updates, too."""
    found: list[pulumi.ResourceHookBinding] = []
    record(lambda: found.append(preflight(FakeGitHub()).known_users(ORIGIN)))
    assert found[0].before_create == found[0].before_update


def test_reviewers_ids_are_those_of_their_logins() -> None:
    """Answers are matched to names, in any case, whatever stands between them."""
    fake = FakeGitHub({("user", "ana"): 11, ("user", "ben"): 12, ("team", "devs"): 5})
    look = preflight(fake, repositories=["app"], teams=["devs"], users=["zoe", "Ben", "ana"])
    assert look.user_ids(["Ben", "ana"]) == {"ben": 12, "ana": 11}
    with pytest.raises(PreflightError, match="no user `zoe`"):
        look.user_ids(["ana", "zoe"])


def test_a_run_that_needs_nothing_asks_nothing() -> None:
    """Hooks that do not run make no request (speed: at most one for a no-change preview)."""
    fake = FakeGitHub()
    look = preflight(fake, repositories=["app"])
    assert look.user_ids([]) == {}
    record(lambda: look.new_repository("app", ORIGIN, names_branch=True))
    assert fake.queries == []


@pytest.mark.parametrize("count", [1, NAMES_A_QUERY, NAMES_A_QUERY + 1, 2 * NAMES_A_QUERY + 5])
def test_all_names_are_asked_in_chunks_and_once(count: int) -> None:
    """No name is left out or asked twice, and the answers of each chunk reach their names."""
    users = [f"user-{number}" for number in range(count)]
    fake = FakeGitHub({("user", name): number + 1 for number, name in enumerate(users)})
    look = preflight(fake, users=users)
    for _ in range(2):
        assert look.user_ids(users) == {name: number + 1 for number, name in enumerate(users)}
    assert [name for query in fake.queries for _, name in query] == users
    assert len(fake.queries) == -(-count // NAMES_A_QUERY)


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "token is wrong or expired"), (403, "lacks a permission"), (502, "later")],
)
def test_a_refusal_is_reported_in_words(status: int, words: str) -> None:
    """A wrong token says so; no traceback, and nothing of the request."""
    look = preflight(FakeGitHub(status=status), users=["ana"])
    with pytest.raises(PreflightError, match=words) as raised:
        look.user_ids(["ana"])
    assert str(status) in str(raised.value)
    assert "unused" not in str(raised.value)


def test_an_error_that_is_not_about_a_name_is_reported() -> None:
    """GraphQL answers 200 with errors: only `NOT_FOUND` means that there is none."""
    fake = FakeGitHub({("user", "ana"): 1}, errors=[{"type": "FORBIDDEN", "message": "SSO needed"}])
    with pytest.raises(PreflightError, match="GitHub could not be asked: SSO needed"):
        preflight(fake, users=["ana"]).user_ids(["ana"])


def test_settings_are_sent_whole_before_the_provider_drops_what_is_false() -> None:
    """By GitHub's names, false included, without what is Pulumi's own."""
    fake = FakeGitHub()
    look = preflight(fake)
    call(look.full_settings, membersCanCreatePages=False, billingEmail="b@acme.example", __x="y")
    body = {"members_can_create_pages": False, "billing_email": "b@acme.example"}
    assert fake.requests == [("PATCH", "/orgs/acme", body)]


def test_a_new_repository_cannot_be_archived(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub archives what exists only; `make adopt` takes in what is archived already."""
    look = preflight(FakeGitHub(), repositories=["app"])
    with pytest.raises(PreflightError, match="GitHub cannot create an archived one") as raised:
        call(lambda: look.new_repository("app", ORIGIN, names_branch=True), archived=True)
    assert "orgs/acme.yaml repositories.app" in str(raised.value)
    call(lambda: look.new_repository("app", ORIGIN, names_branch=True), archived=False)
    monkeypatch.setenv(ADOPTING, "1")
    call(lambda: look.new_repository("app", ORIGIN, names_branch=True), archived=True)


OPEN = Guard("orgs/acme.yaml protection.main", False, frozenset(), frozenset(), False)  # noqa: FBT003 - a guard that lets nobody through


def _scanned(fake: FakeGitHub, path: str = CODEQL_PATH) -> None:
    look = preflight(fake)
    call(lambda: look.managed_file("app", scanned=ORIGIN), f"app/{path}")


def test_codeql_is_not_written_beside_the_default_setup() -> None:
    """GitHub refuses the results of the workflow then: said before anything is committed (R8)."""
    place = "/repos/acme/app/code-scanning/default-setup"
    setup = {place: {"state": "configured"}}
    with pytest.raises(PreflightError) as raised:
        _scanned(FakeGitHub(answers=setup))
    assert str(raised.value) == (
        "orgs/acme.yaml repositories.app: GitHub's default setup of CodeQL is on in acme/app, and "
        "GitHub refuses the results of a workflow beside it; nothing was changed. Fix: switch the "
        "default setup off (Settings, Advanced Security), or take codeql out of workflows"
    )
    _scanned(FakeGitHub(answers={place: {"state": "not-configured"}}))
    _scanned(FakeGitHub(answers=setup), "SECURITY.md")


@pytest.mark.parametrize("status", [403, 404])
def test_a_default_setup_that_github_does_not_show_is_no_obstacle(status: int) -> None:
    """A repository that is new has none, and a token may lack the permission to see it."""
    _scanned(FakeGitHub(status=status))


@pytest.mark.parametrize(
    ("guard", "viewer", "app", "passes"),
    [
        (OPEN, "ana", None, False),
        (OPEN, "portcullis[bot]", None, False),
        (OPEN, "", 7, False),
        (replace(OPEN, apps=frozenset({7})), "portcullis[bot]", None, True),
        (replace(OPEN, apps=frozenset({7})), "github-actions[bot]", None, False),
        (replace(OPEN, apps=frozenset({7})), "ana", None, False),
        (replace(OPEN, apps=frozenset({7})), "", 7, True),
        (replace(OPEN, apps=frozenset({7})), "", 8, False),
        (replace(OPEN, people=frozenset({"ana"})), "Ana", None, True),
        (replace(OPEN, people=frozenset({"ana"})), "ben", None, False),
        (replace(OPEN, administrators=True), "ana", None, True),
        (replace(OPEN, administrators=True), "portcullis[bot]", None, False),
    ],
)
def test_a_managed_file_is_committed_by_whom_the_branch_lets_through(
    guard: Guard, viewer: str, app: int | None, *, passes: bool
) -> None:
    """GitHub answers 409 to everybody else: that is reported before anything is changed."""
    access: Any = Access(FakeGitHub(viewer=viewer), App(str(app), "1", "") if app else None)
    look = Preflight("acme", access, Names(), {"app": [guard]})
    if passes:
        call(lambda: look.managed_file("app"), "app/SECURITY.md")
        return
    with pytest.raises(PreflightError, match="does not let through; nothing was changed"):
        call(lambda: look.managed_file("app"), "app/SECURITY.md")


def test_a_branch_without_a_guard_takes_every_commit() -> None:
    """Nothing is asked where nothing is protected."""
    fake = FakeGitHub()
    call(lambda: preflight(fake).managed_file("app"), "app/SECURITY.md")
    assert fake.queries == []

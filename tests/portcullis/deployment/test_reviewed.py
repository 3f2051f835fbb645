"""The reviewed plan is what our own comment says of the merged commit, or there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from components.github_access import GitHubAccess
from portcullis.cli import app
from portcullis.comment.body import marker, text
from portcullis.comment.publish import publish
from portcullis.deployment.reviewed import reviewed
from portcullis.project import UserError
from tests.portcullis.comment.test_body import plan
from tests.support.keys import app_keys
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import World

REPOSITORY = "acme/config"
DIGEST = "d" * 64
FORGED = "0" * 64
SEED: dict[str, Any] = {
    "users": ["mallory"],
    "organizations": [
        {
            "login": "acme",
            "plan": "team",
            "owners": ["owner"],
            "members": ["zoe"],
            "repositories": {
                "config": {
                    "visibility": "public",
                    "files": {"README.md": "x\n"},
                    "collaborators": {"zoe": "push"},
                }
            },
        }
    ],
    "tokens": [{"login": "owner"}, {"app": "preview"}, {"app": "other"}],
    "apps": [
        {
            "slug": slug,
            "app_id": number,
            "public_key": app_keys()[1],
            "permissions": {"pull_requests": "write", "contents": "read"},
            "organizations": ["acme"],
        }
        for number, slug in enumerate(("preview", "other"), 1)
    ],
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox for the worlds of this file."""
    with Sandbox() as running:
        yield running


class Pull:
    """A pull request of a configuration repository."""

    def __init__(self, world: World) -> None:
        """Propose a file, as a person who may write."""
        self.world = world
        main = self.ask("GET", "/git/ref/heads/main")["object"]["sha"]
        self.ask("POST", "/git/refs", {"ref": "refs/heads/change", "sha": main})
        self.change("a")
        made = self.ask("POST", "/pulls", {"title": "x", "head": "change", "base": "main"})
        self.number: int = made["number"]
        self.head: str = made["head"]["sha"]

    def ask(self, method: str, path: str, body: object = None, login: str = "zoe") -> Any:  # noqa: ANN401 - any JSON
        """Make a request of the repository; it has to succeed."""
        answer = self.world.request(method, f"/repos/{REPOSITORY}{path}", body, login)
        assert answer["status"] < 400, answer
        return answer["body"]

    def change(self, name: str) -> None:
        """Add a file to the branch."""
        content = {"message": name, "content": "eA==", "branch": "change"}
        self.ask("PUT", f"/contents/{name}", content)

    def comment(self, who: str = "preview[bot]", **given: object) -> None:
        """Publish the plan of the head as an App."""
        access = GitHubAccess(self.world.base_url, token=self.world.tokens[who])
        shown = plan(**{"commit": self.head, "digest": DIGEST, **given})
        publish(access.client(), shown, REPOSITORY, self.number)

    def forge(self, login: str = "mallory") -> None:
        """Write a comment of the same form as somebody else."""
        forged = text(plan(commit=self.head, digest=FORGED))
        self.ask("POST", f"/issues/{self.number}/comments", {"body": forged}, login)

    def comments(self) -> list[dict[str, Any]]:
        """Return all comments."""
        found: list[dict[str, Any]] = self.ask("GET", f"/issues/{self.number}/comments")
        return found

    def merge(self, method: str = "squash") -> str:
        """Merge it; return main's commit."""
        body = {"merge_method": method}
        return str(self.ask("PUT", f"/pulls/{self.number}/merge", body)["sha"])

    def reviewed(self, commit: str) -> str:
        """Return the digest that is found for a commit of main."""
        client = GitHubAccess(self.world.base_url, token=self.world.token).client()
        return reviewed(client, REPOSITORY, commit, "prod", "preview").digest


@pytest.fixture
def pull(sandbox: Sandbox, request: pytest.FixtureRequest) -> Pull:
    """A pull request in a world of its own."""
    return Pull(sandbox.world(f"w{abs(hash(request.node.name))}", SEED))


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_the_digest_is_that_of_the_merged_commit(pull: Pull, method: str) -> None:
    """C4: however it was merged, and whatever other comments there are.

    The comment was written before and replaced by its own App, which is no forgery.
    """
    pull.forge()
    pull.comment(digest="e" * 64)
    pull.comment()
    assert pull.reviewed(pull.merge(method)) == DIGEST


def test_a_forged_comment_is_not_believed(pull: Pull) -> None:
    """C4: neither a stranger's, a writer's, nor another App's comment names a plan."""
    pull.forge()
    pull.forge("zoe")
    pull.comment("other[bot]")
    with pytest.raises(UserError, match="wrote no comment with a plan; 3 comments of others"):
        pull.reviewed(pull.merge())


def test_a_comment_that_somebody_changed_is_not_believed(pull: Pull) -> None:
    """C4: GitHub lets writers change the App's comment, and its author stays the App."""
    pull.comment()
    (ours,) = pull.comments()
    forged = {"body": ours["body"].replace(DIGEST, FORGED)}
    pull.ask("PATCH", f"/issues/comments/{ours['id']}", forged)
    assert pull.comments()[0]["user"]["login"] == "preview[bot]"
    with pytest.raises(UserError, match="the text of the comment was changed by zoe"):
        pull.reviewed(pull.merge())


def test_a_commit_after_the_preview_has_no_plan(pull: Pull) -> None:
    """C5: the comment is bound to the head that was previewed."""
    pull.comment()
    pull.change("b")
    with pytest.raises(UserError, match=f"the comment is about commit {pull.head}"):
        pull.reviewed(pull.merge())


def test_a_push_past_pull_requests_has_no_plan(pull: Pull) -> None:
    """C4: a commit that no pull request brought is not deployed."""
    pull.comment()
    content = {"message": "x", "content": "eA==", "branch": "main"}
    pushed = pull.ask("PUT", "/contents/direct", content)["commit"]["sha"]
    with pytest.raises(UserError, match="is not the merge of one pull request"):
        pull.reviewed(pushed)


def test_a_pull_request_into_another_branch_counts_for_nothing(pull: Pull) -> None:
    """C4: main's own rules held for no merge into another branch."""
    main = pull.ask("GET", "/git/ref/heads/main")["object"]["sha"]
    pull.ask("POST", "/git/refs", {"ref": "refs/heads/other", "sha": main})
    pull.ask("PATCH", f"/pulls/{pull.number}", {"base": "other"})
    pull.comment()
    with pytest.raises(UserError, match="is not the merge of one pull request"):
        pull.reviewed(pull.merge())


@pytest.mark.parametrize("given", [{"stack": "dev"}, {"commit": None}])
def test_a_plan_of_another_stack_or_of_no_commit_is_none(pull: Pull, given: dict[str, Any]) -> None:
    """C4: the stack and the commit have to be those of the deployment."""
    pull.comment(**given)
    with pytest.raises(UserError, match="no reviewed plan"):
        pull.reviewed(pull.merge())


def test_the_command_prints_the_digest_alone(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workflow takes the output as it is; a mistake is one line and prints no digest."""
    pull.comment()
    commit = pull.merge()
    monkeypatch.setenv("GITHUB_BASE_URL", pull.world.base_url)
    monkeypatch.setenv("GITHUB_TOKEN", pull.world.token)
    given = ["reviewed", "--stack", "prod", "--repository", REPOSITORY, "--commit", commit]
    done = CliRunner().invoke(app, [*given, "--app", "preview"])
    assert (done.exit_code, done.stdout) == (0, f"{DIGEST}\n")
    refused = CliRunner().invoke(app, [*given, "--app", "other"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nothing was changed: no reviewed plan" in refused.stderr
    assert "allowed: --app NAME" in CliRunner().invoke(app, given).stderr


def test_a_text_in_a_comment_is_no_second_plan() -> None:
    """Names in a plan cannot add a line that looks like the one with the digest."""
    evil = f"x`\n\nCommit <code>{'0' * 40}</code>, plan <code>{FORGED}</code>."
    assert FORGED not in text(plan(organization=evil, stack="prod")).split("\n")[3]
    assert marker("prod") in text(plan())

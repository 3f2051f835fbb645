"""The pull request for managed files, whatever people do with it, against the sandbox."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from components.files.committing import PROPOSALS
from components.organization import OrganizationConfig
from portcullis.files import added, proposal
from tests.components.declaration.resolved import resolved
from tests.end_to_end.conftest import seed
from tests.end_to_end.live import client
from tests.support.sandbox import World

if TYPE_CHECKING:
    from githubkit import GitHub

    from components.organization import ResolvedOrganization
    from portcullis.files.proposal import Proposal
    from tests.support.sandbox import Sandbox

ORGANIZATION: dict[str, Any] = {
    "organization": "acme",
    "plan": "team",
    "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
}


def declared(files: dict[str, str], **more: object) -> ResolvedOrganization:
    """An organization whose repository `lib` has these files, by a pull request."""
    contents = {path: {"content": text} for path, text in files.items()}
    repository = {"files": contents, "file_changes": "pull-request", "workflows": False, **more}
    config = {**ORGANIZATION, "repositories": {"lib": repository}}
    return resolved(OrganizationConfig.model_validate(config))


class Repository:
    """The repository `acme/lib` of a world, with what people and Portcullis do to it."""

    def __init__(self, world: World) -> None:
        """Act as an owner."""
        self.world = world

    def github(self) -> GitHub[Any]:
        """A client, as Portcullis has it."""
        as_app = {"app": self.world.tokens["portcullis[bot]"]}
        return client(World(self.world.sandbox, self.world.name, as_app))

    def look(self, organization: ResolvedOrganization) -> Proposal | None:
        """What a run would do."""
        github = self.github()
        commits = added.commits(github, organization, {})
        found = proposal.proposals(github, "acme", commits, [])
        return found[0] if found else None

    def run(self, organization: ResolvedOrganization) -> str | None:
        """Do it, and return what it was."""
        found = self.look(organization)
        if found and found.acts:
            proposal.carry_out(self.github(), "acme", found)
        return found.action if found else None

    def request(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Make a request as people do, and return the answer."""
        answer = self.world.request(method, f"/repos/acme/lib/{path}", body)
        assert answer["status"] < 300, answer
        return answer["body"]

    def pulls(self, state: str = "open") -> list[dict[str, Any]]:
        """The pull requests, the newest first."""
        found: list[dict[str, Any]] = self.request("GET", f"pulls?state={state}")
        return found

    def text(self, path: str, ref: str = "main") -> str:
        """A file's text."""
        found = self.request("GET", f"contents/{path}?ref={ref}")
        return base64.b64decode(found["content"]).decode()

    def write(self, path: str, text: str, branch: str = "main") -> None:
        """Commit a file."""
        body = {"message": "x", "content": base64.b64encode(text.encode()).decode()}
        known = self.world.request("GET", f"/repos/acme/lib/contents/{path}?ref={branch}")
        sha = {"sha": known["body"]["sha"]} if known["status"] == 200 else {}
        self.request("PUT", f"contents/{path}", {**body, **sha, "branch": branch})


@pytest.fixture
def lib(sandbox: Sandbox, request: pytest.FixtureRequest) -> Repository:
    """A repository that was there before, in a world of its own."""
    start: dict[str, Any] = seed("acme", ["ana"])
    start["organizations"][0]["repositories"] = {"lib": {"files": {"a.md": "theirs\n"}}}
    return Repository(sandbox.world(f"p{abs(hash(request.node.name))}", start))


ONE = declared({"a.md": "one\n", ".github/b.yml": "b: 1\n"})
TWO = declared({"a.md": "two\n", ".github/b.yml": "b: 1\n"})


def test_one_pull_request_is_opened_and_kept_up_to_date(lib: Repository) -> None:
    """Repeated runs wait; another declaration updates the same pull request; a merge ends it."""
    assert lib.run(ONE) == "open"
    (pull,) = lib.pulls()
    assert pull["head"]["ref"] == PROPOSALS
    assert (pull["user"]["login"], pull["base"]["ref"]) == ("portcullis[bot]", "main")
    assert lib.text("a.md") == "theirs\n"
    assert lib.text("a.md", PROPOSALS) == "one\n"
    assert lib.run(ONE) == "wait"
    assert lib.run(TWO) == "update"
    assert lib.text("a.md", PROPOSALS) == "two\n"
    assert [each["number"] for each in lib.pulls("all")] == [pull["number"]]
    assert lib.run(TWO) == "wait"
    lib.request("PUT", f"pulls/{pull['number']}/merge", {"merge_method": "squash"})
    assert lib.text("a.md") == "two\n"
    assert lib.run(TWO) is None
    assert lib.run(ONE) == "open", "the branch may be gone, or still there"
    assert len(lib.pulls()) == 1


def test_a_pull_request_is_closed_once_nothing_differs(lib: Repository) -> None:
    """People made the files what they are declared as, and the branch goes too."""
    assert lib.run(ONE) == "open"
    lib.write("a.md", "one\n")
    assert lib.run(ONE) == "update"
    (pull,) = lib.pulls()
    assert "`.github/b.yml`" in pull["body"]
    assert "`a.md`" not in pull["body"]
    lib.write(".github/b.yml", "b: 1\n")
    assert lib.run(ONE) == "close"
    assert lib.pulls() == []
    assert lib.world.request("GET", f"/repos/acme/lib/branches/{PROPOSALS}")["status"] == 404
    assert lib.run(ONE) is None


def test_a_declined_pull_request_stays_closed(lib: Repository) -> None:
    """It is named at each run, and proposed anew only if files or declaration change."""
    assert lib.run(ONE) == "open"
    lib.request("PATCH", "pulls/1", {"state": "closed"})
    assert lib.run(ONE) == "declined"
    assert "somebody closed pull request #1 " in str(lib.look(ONE))
    assert lib.pulls() == []
    lib.request("PATCH", "pulls/1", {"state": "open"})
    assert lib.run(ONE) == "wait"
    lib.request("PATCH", "pulls/1", {"state": "closed"})
    assert lib.run(TWO) == "open"
    assert [each["number"] for each in lib.pulls()] == [2]


def test_what_people_push_to_the_branch(lib: Repository) -> None:
    """Other files are left to the review; a declared one is put right, on top of today's branch."""
    assert lib.run(ONE) == "open"
    lib.write("other.md", "more\n", PROPOSALS)
    assert lib.run(ONE) == "wait"
    lib.write("a.md", "theirs again\n", PROPOSALS)
    lib.write("new.md", "of main\n")
    assert lib.run(ONE) == "update"
    assert lib.text("a.md", PROPOSALS) == "one\n"
    assert lib.text("new.md", PROPOSALS) == "of main\n"


def test_an_interrupted_run_is_continued(lib: Repository) -> None:
    """The branch without its pull request, and a pull request with an old text, are no obstacle."""
    for method, path in (("POST", "/repos/*/pulls"), ("PATCH", "/repos/*/pulls/*")):
        lib.world.fault(method=method, path=path, status=422, count=1)
    with pytest.raises(Exception, match="422"):
        lib.run(ONE)
    assert lib.pulls() == []
    assert lib.run(ONE) == "open"
    with pytest.raises(Exception, match="422"):
        lib.run(TWO)
    assert lib.run(TWO) == "update"
    assert lib.run(TWO) == "wait"
    assert len(lib.pulls("all")) == 1


def test_standard_files_are_in_the_same_pull_request(lib: Repository) -> None:
    """Lines are added to what is there, and nothing is pushed."""
    lib.write(".gitignore", "mine\n")
    both = declared({"a.md": "one\n"}, standard_files={"ignored_files": [".env"]})
    assert lib.run(both) == "open"
    assert lib.text(".gitignore") == "mine\n"
    assert lib.text(".gitignore", PROPOSALS).endswith(".env\n\nmine\n")
    assert lib.run(both) == "wait"


def test_a_repository_to_which_files_are_pushed_again_needs_no_pull_request(
    lib: Repository,
) -> None:
    """What is open is closed, and a run that finds none does nothing."""
    assert lib.run(ONE) == "open"
    github = lib.github()
    leaving = [added.Commit("lib", None, (), "lib")]
    (found,) = proposal.proposals(github, "acme", [], leaving)
    assert found.action == "close"
    assert proposal.carry_out(github, "acme", found) == "closed     lib: pull request #1"
    assert lib.pulls() == []
    assert proposal.proposals(github, "acme", [], leaving) == []

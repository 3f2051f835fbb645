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

    def delete(self, path: str) -> None:
        """Delete a file of the default branch."""
        sha = self.request("GET", f"contents/{path}")["sha"]
        self.request("DELETE", f"contents/{path}", {"message": "x", "sha": sha})

    def squash_branch(self) -> None:
        """Make one commit of the branch, with the message of its first one, as `--amend` does."""
        ref = f"git/refs/heads/{PROPOSALS}"
        first = self.request("GET", "pulls/1/commits")[0]
        sha = self.request("GET", f"branches/{PROPOSALS}")["commit"]["sha"]
        tip = self.request("GET", f"git/commits/{sha}")
        body = {"message": first["commit"]["message"], "tree": tip["tree"]["sha"]}
        made = self.request(
            "POST", "git/commits", {**body, "parents": [first["parents"][0]["sha"]]}
        )
        self.request("PATCH", ref, {"sha": made["sha"], "force": True})


@pytest.fixture
def lib(sandbox: Sandbox, request: pytest.FixtureRequest) -> Repository:
    """A repository that was there before, in a world of its own."""
    start: dict[str, Any] = seed("acme", ["ana"])
    start["organizations"][0]["repositories"] = {"lib": {"files": {"a.md": "theirs\n"}}}
    return Repository(sandbox.world(f"p{abs(hash(request.node.name))}", start))


ONE = declared({"a.md": "one\n", ".github/b.yml": "b: 1\n"})
TWO = declared({"a.md": "two\n", ".github/b.yml": "b: 1\n"})

KEEPS = f"{PROPOSALS} keeps commits that Portcullis did not make"


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
    """Their commits stay and are named; a declared file is put right by one more commit on top."""
    assert lib.run(ONE) == "open"
    lib.write("other.md", "more\n", PROPOSALS)
    assert lib.run(ONE) == "wait"
    lib.write("a.md", "theirs again\n", PROPOSALS)
    lib.write("new.md", "of main\n")
    before = [each["sha"] for each in lib.request("GET", "pulls/1/commits")]
    shown = lib.look(ONE)
    assert shown
    assert str(shown).endswith(f" gets a.md; {KEEPS}: {before[1][:7]}, {before[2][:7]}")
    assert [(each.path, each.old) for each in shown.changes] == [("a.md", "theirs again\n")]
    assert lib.run(ONE) == "update"
    assert lib.text("a.md", PROPOSALS) == "one\n"
    assert lib.text("other.md", PROPOSALS) == "more\n"
    after = [each["sha"] for each in lib.request("GET", "pulls/1/commits")]
    assert (len(after), after[:3]) == (4, before)
    assert lib.run(ONE) == "wait"


def test_a_baseline_that_people_audited_on_the_branch_is_kept(lib: Repository) -> None:
    """What standard files keep on the default branch, they keep on the branch of proposals (G5).

    Neither a run without changes nor another declaration or default branch overwrites it, also
    where people amended the commit of Portcullis.
    """
    standard = {"pre_commit": True, "security_contact": "s@acme.example", "ignored_files": ["x"]}
    one = declared({"a.md": "one\n"}, standard_files=standard)
    two = declared({"a.md": "two\n"}, standard_files=standard)
    assert lib.run(one) == "open"
    audited = {
        ".secrets.baseline": '{"results": {"a.md": []}}\n',
        ".pre-commit-config.yaml": "repos: []\n",
        ".gitignore": "mine\nx\n",
        "SECURITY.md": "call ana\n",
    }
    for path, text in audited.items():
        lib.write(path, text, PROPOSALS)
    lib.squash_branch()
    assert lib.run(one) == "wait"
    assert lib.run(two) == "update"
    assert lib.text("a.md", PROPOSALS) == "two\n"
    lib.write("a.md", "of main\n")
    assert lib.run(two) == "update"
    assert lib.run(two) == "wait"
    assert {path: lib.text(path, PROPOSALS) for path in audited} == audited


def test_no_commit_of_people_is_deleted_with_the_branch(lib: Repository) -> None:
    """A pull request that is not needed any more is closed; its branch stays for their commits.

    A later pull request comes from the branch with their commits in it, and after a merge it
    starts anew.
    """
    assert lib.run(ONE) == "open"
    lib.write("other.md", "more\n", PROPOSALS)
    lib.write("a.md", "one\n")
    lib.write(".github/b.yml", "b: 1\n")
    assert KEEPS in str(lib.look(ONE))
    assert lib.run(ONE) == "close"
    assert lib.pulls() == []
    assert lib.text("other.md", PROPOSALS) == "more\n"
    assert lib.run(ONE) is None
    more = declared({"a.md": "one\n", ".github/b.yml": "b: 1\n", "c.md": "c\n"})
    assert KEEPS in str(lib.look(more))
    assert lib.run(more) == "open"
    assert lib.text("other.md", PROPOSALS) == "more\n"
    assert lib.text("c.md", PROPOSALS) == "c\n"
    lib.request("PUT", "pulls/2/merge", {"merge_method": "squash"})
    assert KEEPS not in str(lib.look(TWO))
    assert lib.run(TWO) == "open"
    assert lib.run(TWO) == "wait"


def test_a_pull_request_for_another_branch_is_pointed_at_the_default_branch(
    lib: Repository,
) -> None:
    """People changed its base, or the default branch: the files have to reach the default one."""
    main = lib.request("GET", "git/ref/heads/main")["object"]["sha"]
    lib.request("POST", "git/refs", {"ref": "refs/heads/next", "sha": main})
    assert lib.run(ONE) == "open"
    lib.request("PATCH", "pulls/1", {"base": "next"})
    assert lib.run(ONE) == "update"
    assert [each["base"]["ref"] for each in lib.pulls()] == ["main"]
    changed = lib.world.request("PATCH", "/repos/acme/lib", {"default_branch": "next"})
    assert changed["status"] == 200
    assert lib.run(ONE) == "update"
    assert [each["base"]["ref"] for each in lib.pulls()] == ["next"]
    assert lib.run(ONE) == "wait"


def test_what_portcullis_closed_is_not_declined(lib: Repository) -> None:
    """The same files differ once more: people never said no to them."""
    assert lib.run(ONE) == "open"
    lib.write("a.md", "one\n")
    lib.write(".github/b.yml", "b: 1\n")
    assert lib.run(ONE) == "close"
    lib.write("a.md", "theirs\n")
    lib.delete(".github/b.yml")
    assert lib.run(ONE) == "open"
    assert [each["number"] for each in lib.pulls()] == [2]


def test_a_branch_whose_deletion_failed_is_deleted_by_the_next_run(lib: Repository) -> None:
    """The pull request is closed already, and no commit of people is there."""
    assert lib.run(ONE) == "open"
    lib.write("a.md", "one\n")
    lib.write(".github/b.yml", "b: 1\n")
    lib.world.fault(method="DELETE", path="/repos/*/git/refs/**", status=403, count=1)
    with pytest.raises(Exception, match="403"):
        lib.run(ONE)
    assert lib.pulls() == []
    assert lib.run(ONE) == "tidy"
    assert lib.world.request("GET", f"/repos/acme/lib/branches/{PROPOSALS}")["status"] == 404
    assert lib.run(ONE) is None


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

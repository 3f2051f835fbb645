"""What people wrote on GitHub is shown before it is overwritten, and then it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from components.files.committing import PROPOSALS
from portcullis.files.live import NOT_TEXT, File, Place, oids, read
from tests.end_to_end.live import client
from tests.end_to_end.managed_files.conftest import (
    STANDARD_FILES,
    Files,
    by_pull_request,
    organization,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.project import Outcome, Project

TOKEN = "npm_" + "a1" * 18
BEFORE = {name: f"# {name}\n\nkept\n" for name in ("edited", "both", "same", "lost", "gone")}
AFTER = {
    "edited": BEFORE["edited"],
    "both": "# both\n\nkept anew\n",
    "same": "# same\n\nwritten by all\n",
    "lost": BEFORE["lost"],
    "first": "# first\n\nkept\n",
    "fresh": "# fresh\n",
}
SHOWN = """\
  create   RepositoryFile tool/first.md
             is on GitHub already, and is overwritten:
               --- tool/first.md on GitHub
               +++ tool/first.md as declared
               @@ -1 +1,3 @@
               -people were here first
               +# first
               +
               +kept
  create   RepositoryFile tool/fresh.md
  create   RepositoryFile tool/lost.md
  delete   RepositoryFile tool/gone.md
             people changed it on GitHub:
               --- tool/gone.md on GitHub
               +++ tool/gone.md deleted
               @@ -1,2 +0,0 @@
               -# gone
               -by ana
  update   RepositoryFile tool/both.md
             people changed it on GitHub:
               --- tool/both.md on GitHub
               +++ tool/both.md as declared
               @@ -1,3 +1,3 @@
                # both

               -by ana
               +kept anew
  update   RepositoryFile tool/edited.md
             people changed it on GitHub:
               --- tool/edited.md on GitHub
               +++ tool/edited.md as declared
               @@ -1,5 +1,3 @@
                # edited

               -a \\x1b[2Kline
               -(looks like a secret, not shown)
               -password: (looks like a secret, not shown)
               +kept
"""
DRIFT = [
    "drift      RepositoryFile tool/both.md was changed on GitHub, not by Portcullis",
    "drift      RepositoryFile tool/edited.md was changed on GitHub, not by Portcullis",
    "drift      RepositoryFile tool/gone.md was changed on GitHub, not by Portcullis",
    "drift      RepositoryFile tool/lost.md was deleted on GitHub, not by Portcullis",
    "drift      RepositoryFile tool/same.md was changed on GitHub, not by Portcullis",
]


def blocks(text: str) -> list[str]:
    """Return the files with an extension, each with the lines below it."""
    found: list[str] = []
    for line in map(str.rstrip, text.splitlines()):
        if line.startswith("       ") and found:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    shown = [each for each in found if each.startswith("  ")]
    return sorted(each for each in shown if ".md" in each and " RepositoryFile tool/" in each)


@dataclass
class Story:
    """What happened, one after the other."""

    project: Project
    preview: Outcome
    """After people changed files and the YAML changed; it changes nothing."""
    unchanged: bool
    update: Outcome
    after: Mapping[str, Mapping[str, str | None]]
    """Files by repository and path, after the update."""
    second: Outcome
    """After people changed files once more, and nothing else happened."""
    later: Mapping[str, Mapping[str, str | None]]
    """Files after that."""
    refused: Outcome
    """Both repositories change the way of their files, and GitHub refuses to close."""
    kept: set[str]
    """The ends of the URNs in the state after that."""
    last: Outcome
    """A preview without `standard_files`."""


STANDARD = (".gitignore", ".secrets.baseline", ".pre-commit-config.yaml", "SECURITY.md")
OWNERS = ".github/CODEOWNERS"
LOCKED = ("kept.md", "rules.md", "left.md", "SECURITY.md", OWNERS)
TOOL = (*(f"{name}.md" for name in (*AFTER, "gone")), *STANDARD, "docs/SECURITY.md", OWNERS)
BASELINE = '{"results": {"looked": "at"}}\n'
HOOKS = "repos: []\n"
IGNORED = "*.pyc\r\n.env\r\n!.env.test\r\n"


@pytest.fixture(scope="module")
def story(project: Project) -> Story:
    """People and Portcullis change the files of two repositories in turn."""
    world = project.world
    tool, bare = Files(world, "acme/tool"), Files(world, "acme/bare")
    locked = Files(world, "acme/locked")

    def live() -> dict[str, dict[str, str | None]]:
        return {
            "tool": {path: tool.read(path) for path in TOOL},
            "bare": {path: bare.read(path) for path in (*STANDARD, OWNERS)},
            "locked": {path: locked.read(path) for path in LOCKED},
            "proposed": {path: locked.read(path, PROPOSALS) for path in LOCKED},
        }

    project.write(organization(**BEFORE))
    project.make()
    tool.write(
        "edited.md", f"# edited\n\na \x1b[2Kline\nexport T={TOKEN}\npassword: correct-horse\n"
    )
    tool.write("both.md", "# both\n\nby ana\n")
    tool.write("same.md", AFTER["same"])
    tool.write("gone.md", "# gone\nby ana\n")
    tool.write("first.md", "people were here first\n")
    tool.delete("lost.md")
    tool.write(".gitignore", IGNORED)
    tool.write(".secrets.baseline", BASELINE)
    tool.write(".pre-commit-config.yaml", HOOKS)
    tool.write("docs/SECURITY.md", "call ana\n")
    tool.write("docs/CODEOWNERS", "* @ana\n")
    text = by_pull_request(organization(**AFTER))
    project.write(text + STANDARD_FILES)
    world.clear_journal()
    preview = project.portcullis("preview")
    unchanged = world.writes() == []
    update = project.portcullis("up")
    after = live()
    lines = (after["bare"][".gitignore"] or "").splitlines()
    bare.write(".gitignore", "\n".join(["mine", *(each for each in lines if each != ".env")]))
    bare.write(".secrets.baseline", BASELINE)
    bare.write("SECURITY.md", (after["bare"]["SECURITY.md"] or "").replace("security@", "nobody@"))
    bare.write(".pre-commit-config.yaml", HOOKS)
    project.edit("be kinder", "be kindest")
    second = project.portcullis("up")
    later = live()
    project.edit("file_changes: pull-request", "file_changes: push")
    project.edit('code_owners: {"*"', 'file_changes: pull-request\n    code_owners: {"*"')
    world.fault(method="PATCH", path="/repos/acme/locked/pulls/*", status=403, count=1)
    refused = project.portcullis("up")
    kept = {each["urn"].split("$")[-1] for each in project.state()["resources"]}
    with world.client("portcullis[bot]") as app:
        app.put("/repos/acme/locked/pulls/1/merge", json={"merge_method": "squash"})
    project.write(text.replace("be kinder", "be kindest"))
    last = project.portcullis("preview")
    return Story(project, preview, unchanged, update, after, second, later, refused, kept, last)


def test_what_people_wrote_is_shown_before_it_is_overwritten(story: Story) -> None:
    """A file that people changed or wrote is a unified diff, at every door that overwrites it.

    It is escaped and without secrets.
    """
    assert story.preview.code == 0, story.preview.text
    assert story.update.code == 0, story.update.text
    for text in (story.preview.stdout, story.update.stdout.partition("\nupdate ")[0]):
        assert blocks(text) == blocks(SHOWN)
        assert [line for line in text.splitlines() if line.startswith("drift")] == DRIFT
        assert TOKEN not in text
        assert "correct-horse" not in text
    assert story.unchanged


def test_one_update_restores_what_is_declared(story: Story) -> None:
    """Changed and deleted files are as declared; the next run has nothing to do about them."""
    live = {name: story.after["tool"][f"{name}.md"] for name in (*AFTER, "gone")}
    assert live == {**AFTER, "gone": None}
    assert "\ndrift " not in story.second.stdout
    assert "RepositoryFile tool" not in story.last.stdout.replace("RepositoryFile tool/.git", "")


def test_standard_files_replace_nothing(story: Story) -> None:
    """Lines are added, a baseline of people's stays, and so do their policy and hooks (E7, G5)."""
    found = story.after["tool"]
    assert found[".secrets.baseline"] == BASELINE
    assert found[".pre-commit-config.yaml"] == HOOKS
    assert found["SECURITY.md"] is None
    assert found["docs/SECURITY.md"] == "call ana\n"
    ignored = found[".gitignore"] or ""
    assert ignored.endswith(f"\r\n{IGNORED}")
    assert ignored.count(".env\r\n") == 1
    assert {".pypirc", ".secrets/", "config/secrets.yaml", "local.cfg"} <= {*ignored.splitlines()}
    diff = "  commit   tool: .gitignore\n             .gitignore is on GitHub already:\n"
    assert diff in story.preview.stdout


def test_standard_files_are_created_where_there_are_none(story: Story) -> None:
    """A repository without them gets all: policy, hooks, baseline, lines (E7, G5)."""
    assert (
        "  commit   bare: SECURITY.md, .pre-commit-config.yaml, .secrets.baseline, .gitignore\n"
        in (story.preview.stdout)
    )
    found = story.after["bare"]
    assert "security@acme.example" in (found["SECURITY.md"] or "")
    assert json.loads(found[".secrets.baseline"] or "")["results"] == {}
    (hooks,) = YAML(typ="safe").load(found[".pre-commit-config.yaml"])["repos"]
    assert hooks["hooks"][0]["entry"] == "detect-secrets-hook --baseline .secrets.baseline"
    assert found[OWNERS] == "/.github/ @acme/makers\n"
    assert story.after["tool"][OWNERS] == "* @acme/makers\n/.github/ @acme/makers\n"


def test_code_owners_that_github_ignores_are_named(story: Story) -> None:
    """The preview names the file of people's that the declared one takes the place of."""
    line = "notice     acme/tool: GitHub ignores docs/CODEOWNERS, which people wrote, because it"
    assert line in story.preview.stdout
    assert line in story.update.stdout.partition("\nupdate ")[0]


def test_what_people_change_later_is_kept(story: Story) -> None:
    """A baseline is never overwritten, and a file without the mark is theirs (E7, G5).

    Other lines stay, and a removed one comes back. So does the text of a file with the mark.
    """
    assert story.second.code == 0, story.second.text
    found = story.later["bare"]
    assert found[".secrets.baseline"] == BASELINE
    assert found[".pre-commit-config.yaml"] == HOOKS
    assert found["SECURITY.md"] == story.after["bare"]["SECURITY.md"]
    lines = (found[".gitignore"] or "").splitlines()
    assert lines[0] == "mine"
    assert ".env" in lines
    assert "committed  bare: SECURITY.md, .gitignore\n" in story.second.stdout


def test_files_that_are_not_declared_any_more_stay(story: Story) -> None:
    """Without `standard_files` no file is touched, but for CODEOWNERS, which is whole."""
    assert story.last.code == 0, story.last.text
    assert "commit " not in story.last.stdout
    assert "  delete   RepositoryFile bare/.github/CODEOWNERS" in story.last.stdout


def test_files_come_by_a_pull_request_where_nobody_pushes(story: Story) -> None:
    """A repository that changes to pull requests keeps its files, and gets one pull request.

    The preview names it, with the difference of what is there already. A second run with another
    declaration updates it, and after its merge there is nothing to do.
    """
    for text in (story.preview.stdout, story.update.stdout):
        new = "SECURITY.md, .pre-commit-config.yaml, .secrets.baseline, .gitignore"
        files = f".github/CODEOWNERS, rules.md, {new}"
        assert f"  propose  locked: a new pull request with {files}\n" in text
        assert "               -be kind\n               +be kinder\n" in text
        assert "locked/kept.md" not in text.partition("\nupdate ")[0]
        assert "left.md" not in text
    assert "proposed   locked: pull request #1 (" in story.update.stdout
    pushed = {"kept.md": "kept\n", "rules.md": "be kind\n", "left.md": "left\n"}
    assert {path: story.after["locked"][path] for path in pushed} == pushed
    assert story.after["locked"][OWNERS] is None
    assert story.after["proposed"][OWNERS] == "/.github/ @acme/makers\n"
    assert story.after["proposed"]["rules.md"] == "be kinder\n"
    assert "  propose  locked: pull request #1 (" in story.second.stdout
    assert story.later["proposed"]["rules.md"] == "be kindest\n"
    assert story.later["locked"] == story.after["locked"]
    assert "pull request" not in story.last.stdout


def test_a_change_of_ways_that_is_refused_is_continued_by_the_next_run(story: Story) -> None:
    """A run that ends before its update leaves the state as it is.

    So the next run still knows where a pull request may be open, and which files were committed.
    """
    assert story.refused.code == 1, story.refused.text
    assert "  close    locked: pull request #1 (" in story.refused.stdout
    assert "RepositoryFile tool" not in story.refused.stdout
    assert "acme/locked: managed files could not be committed" in story.refused.stderr
    assert "\nupdate " not in story.refused.stdout
    assert "portcullis:index:ProposedFile::locked/rules.md" in story.kept
    assert "github:index/repositoryFile:RepositoryFile::tool/fresh.md" in story.kept


def test_files_are_looked_at_a_hundred_at_once(story: Story) -> None:
    """No file is None; a repository that is hidden, or not there, says nothing about its files."""
    project = story.project
    files = Files(project.world, "acme/tool")
    files.write("docs/one.bin", "\x00")
    there, binary = Place("tool", "fresh.md"), Place("tool", "docs/one.bin")
    missing = [Place("tool", f"{number}") for number in range(100)]
    places = [there, binary, Place("tool", "docs"), *missing, Place("nowhere", "fresh.md")]
    project.world.clear_journal()
    github = client(project.world)
    found = oids(github, "acme", places)
    assert len(project.world.journal()) == 2
    assert found.keys() == set(places[:-1])
    assert {place for place, oid in found.items() if oid} == {there, binary}
    texts = {there: AFTER["fresh"], binary: NOT_TEXT}
    expected = {place: File(found[place] or "", text) for place, text in texts.items()}
    assert read(github, "acme", places) == expected

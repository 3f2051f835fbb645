"""What people wrote on GitHub is shown before it is overwritten, and then it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.files.live import NOT_TEXT, File, Place, oids, read
from tests.end_to_end.live import client
from tests.end_to_end.managed_files.conftest import Files, organization

if TYPE_CHECKING:
    from tests.support.project import Project

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
    """Return the files of a preview, each with the lines below it."""
    found: list[str] = []
    for line in map(str.rstrip, text.splitlines()):
        if " RepositoryFile tool/" in line and line.startswith("  "):
            found.append(line)
        elif line.startswith("      ") and found:
            found[-1] += f"\n{line}"
    return sorted(found)


def test_what_people_wrote_is_shown_before_it_is_overwritten(project: Project) -> None:
    """A file that people changed or wrote is a unified diff, at every door that overwrites it.

    It is escaped and without secrets. Files that people deleted come back, and what they made
    equal to the declaration is no change. One update restores all, and the next has nothing to do.
    """
    project.write(organization(**BEFORE))
    project.make()
    files = Files(project.world, "acme/tool")
    files.write(
        "edited.md", f"# edited\n\na \x1b[2Kline\nexport T={TOKEN}\npassword: correct-horse\n"
    )
    files.write("both.md", "# both\n\nby ana\n")
    files.write("same.md", AFTER["same"])
    files.write("gone.md", "# gone\nby ana\n")
    files.write("first.md", "people were here first\n")
    files.delete("lost.md")
    project.write(organization(**AFTER))
    project.world.clear_journal()
    preview = project.portcullis("preview")
    assert preview.code == 0, preview.text
    assert blocks(preview.stdout) == blocks(SHOWN)
    assert [line for line in preview.stdout.splitlines() if line.startswith("drift")] == DRIFT
    assert TOKEN not in preview.text
    assert "correct-horse" not in preview.text
    assert project.world.writes() == []

    update = project.portcullis("up")
    assert update.code == 0, update.text
    assert blocks(update.stdout.partition("\nupdate ")[0]) == blocks(SHOWN)
    live = {name: files.read(f"{name}.md") for name in (*AFTER, "gone")}
    assert live == {**AFTER, "gone": None}
    project.world.clear_journal()
    again = project.portcullis("preview")
    assert again.code == 0, again.text
    assert not {"created", "updated", "deleted", "drift"} & set(again.stdout.split())
    assert project.world.writes() == []


def test_files_are_looked_at_a_hundred_at_once(project: Project) -> None:
    """No file is None; a repository that is hidden, or not there, says nothing about its files."""
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

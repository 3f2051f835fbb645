"""`portcullis pins`: commits of newer releases, from git repositories on this machine."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from portcullis.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

OLD, YOUNG = 400, 3
"""Days since a release."""
UNKNOWN = "0" * 40


@dataclass(frozen=True)
class Repository:
    """An action's repository."""

    folder: Path

    def release(self, *tags: str, days: int = OLD, annotated: bool = True) -> str:
        """Make a commit of that age with these tags; return the commit."""
        when = f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message=x", when=when)
        for tag in tags:
            message = ("--annotate", "--message=x") if annotated else ()
            git(self.folder, "tag", "--force", *message, tag, when=when)
        return git(self.folder, "rev-parse", "HEAD").strip()


def git(folder: Path, *arguments: str, when: str = "") -> str:
    """Run git in a repository, as somebody, at some time."""
    person = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME",)}
    person |= {"GIT_AUTHOR_EMAIL": "x@x.example", "GIT_COMMITTER_EMAIL": "x@x.example"}
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when} if when else {}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", *arguments],  # noqa: S607 - git, as PATH has it
        cwd=folder,
        env={"PATH": os.environ["PATH"], **person, **dates, **settings},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture
def action(tmp_path: Path) -> Repository:
    """The repository of guild/action."""
    folder = tmp_path / "git" / "guild" / "action"
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet")
    return Repository(folder)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder."""
    folder = tmp_path / "project"
    (folder / "workflows").mkdir(parents=True)
    (folder / "Pulumi.yaml").touch()
    monkeypatch.chdir(folder)
    return folder


def table(project: Path, sha: str, version: str = "v1.2.0", *more: str) -> Path:
    """Write the table with guild/action at a commit."""
    file = project / "workflows/pins.yaml"
    lines = (
        "# a comment",
        "actions:",
        f"  guild/action: {{version: {version}, sha: {sha}}}",
        *more,
        "tools:",
        '  node: "24" # stays as it is',
    )
    file.write_text("\n".join(lines) + "\n")
    return file


def command(tmp_path: Path, *arguments: str) -> Result:
    """Refresh the pins from the repositories of this test."""
    return CliRunner().invoke(app, ["pins", f"--from={tmp_path / 'git'}", *arguments])


@pytest.mark.parametrize("annotated", [True, False])
def test_an_action_is_pinned_to_the_commit_of_its_newest_release(
    tmp_path: Path,
    project: Path,
    action: Repository,
    annotated: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    """The commit behind the tag, never the tag's own object; nothing else in the file changes."""
    old = action.release("v1.2.0", "v1", annotated=annotated)
    new = action.release("v1.10.0", annotated=annotated)
    action.release("v1.11.0-rc.1", "v2", "latest", annotated=annotated)
    file = table(project, old)
    before = file.read_text()
    result = command(tmp_path)
    assert result.exit_code == 0, result.output
    assert file.read_text() == before.replace(f"v1.2.0, sha: {old}", f"v1.10.0, sha: {new}")
    assert "newer    guild/action v1.2.0 -> v1.10.0" in result.output
    assert f"-  guild/action: {{version: v1.2.0, sha: {old}}}" in result.output
    assert f"+  guild/action: {{version: v1.10.0, sha: {new}}}" in result.output
    again = command(tmp_path)
    assert (again.exit_code, again.output) == (0, "newest   guild/action v1.10.0\n")


def test_a_dry_run_changes_nothing(tmp_path: Path, project: Path, action: Repository) -> None:
    """It shows the difference."""
    file = table(project, action.release("v1.2.0"))
    before = file.read_text()
    new = action.release("v1.2.1")
    result = command(tmp_path, "--dry-run")
    assert result.exit_code == 0
    assert f"+  guild/action: {{version: v1.2.1, sha: {new}}}" in result.output
    assert file.read_text() == before


def test_every_place_that_shows_the_pin_follows(
    tmp_path: Path, project: Path, action: Repository
) -> None:
    """The project's own workflow files, which pin actions for themselves, and examples in docs."""
    old, new = action.release("v1.2.0"), action.release("v1.3.0")
    table(project, UNKNOWN, "v1.0.0", "")
    (project / ".github/workflows").mkdir(parents=True)
    (project / "docs").mkdir()
    workflow, page = project / ".github/workflows/ci.yml", project / "docs" / "example.md"
    uses = f"- uses: guild/action/init@{old} # v1.2.0\n- uses: guild/action@{old} # v1.2.0\n"
    workflow.write_text(uses)
    page.write_text(uses)
    result = command(tmp_path)
    assert result.exit_code == 1  # the table's pin is of no release
    expected = uses.replace(old, new).replace("v1.2.0", "v1.3.0")
    assert (workflow.read_text(), page.read_text()) == (expected, expected)


def test_a_release_has_to_be_old_enough(tmp_path: Path, project: Path, action: Repository) -> None:
    """The newest that is old enough is taken; the younger is named."""
    file = table(project, action.release("v1.2.0"))
    middle, young = action.release("v1.2.1"), action.release("v1.2.2", days=YOUNG)
    result = command(tmp_path)
    assert middle in file.read_text()
    assert "v1.2.2 is of 20" in result.output
    assert "younger than 14 days" in result.output
    assert command(tmp_path, "--min-age=1").exit_code == 0
    assert young in file.read_text()


def test_a_new_tag_of_an_old_commit_is_young(
    tmp_path: Path, project: Path, action: Repository
) -> None:
    """The later date of the two counts."""
    file = table(project, action.release("v1.2.0"))
    old = action.release()
    git(action.folder, "tag", "--annotate", "--message=x", "v1.2.1")
    assert "younger than 14 days" in command(tmp_path).output
    assert old not in file.read_text()


def test_another_first_number_is_taken_only_on_demand(
    tmp_path: Path, project: Path, action: Repository
) -> None:
    """Its inputs may differ, so somebody has to read its notes."""
    file = table(project, action.release("v1.2.0"))
    minor, major = action.release("v1.2.1"), action.release("v2.0.0")
    result = command(tmp_path)
    assert minor in file.read_text()
    assert "v2.0.0 is there: read its notes, then --major" in result.output
    assert command(tmp_path, "--major").exit_code == 0
    assert major in file.read_text()


def test_a_tag_that_was_moved_is_refused(tmp_path: Path, project: Path, action: Repository) -> None:
    """The pinned version is another commit there: nothing of this action is taken, exit code 1."""
    pinned = action.release("v1.2.0")
    file = table(project, pinned)
    before = file.read_text()
    moved = action.release("v1.2.0")
    action.release("v1.2.1")
    result = command(tmp_path)
    assert result.exit_code == 1
    assert "refused  guild/action v1.2.0" in result.output
    assert f"its tag v1.2.0 is {moved} there, and the pin is {pinned}" in result.output
    assert file.read_text() == before


def test_one_repository_in_trouble_stops_no_other(
    tmp_path: Path, project: Path, action: Repository
) -> None:
    """Its pin stays, the reason is shown, and the exit code is 1."""
    file = table(
        project,
        action.release("v1.2.0"),
        "v1.2.0",
        f"  guild/gone: {{version: v1.0.0, sha: {UNKNOWN}}}",
    )
    new = action.release("v1.2.1")
    result = command(tmp_path)
    assert result.exit_code == 1
    assert "refused  guild/gone v1.0.0\n           its tags cannot be read: fatal:" in result.output
    assert new in file.read_text()
    assert f"guild/gone: {{version: v1.0.0, sha: {UNKNOWN}}}" in file.read_text()
    assert command(tmp_path, "guild/action").exit_code == 0


def test_a_release_with_an_impossible_date_is_refused(
    tmp_path: Path, project: Path, action: Repository
) -> None:
    """A date after the year 9999 is the reason not to take the release; exit code 1."""
    file = table(project, action.release("v1.2.0"))
    before = file.read_text()
    when = "@99999999999999 +0000"
    git(action.folder, "commit", "--quiet", "--allow-empty", "--message=x", when=when)
    git(action.folder, "tag", "v1.2.1")
    result = command(tmp_path)
    assert result.exit_code == 1
    assert "v1.2.1: the tag v1.2.1 has no date that a calendar knows" in result.output
    assert file.read_text() == before


@pytest.mark.parametrize("days", ["-1", "36501", "1000000", "1" + "0" * 30])
def test_an_age_that_no_release_has_is_a_mistake(
    tmp_path: Path, project: Path, action: Repository, days: str
) -> None:
    """Exit code 2, and nothing changes."""
    file = table(project, action.release("v1.2.0"))
    before = file.read_text()
    action.release("v1.2.1")
    result = command(tmp_path, f"--min-age={days}")
    assert result.exit_code == 2
    assert "or equal to" in " ".join(result.output.replace("│", "").split())
    assert file.read_text() == before


def test_what_is_not_pinned_is_a_mistake(tmp_path: Path, project: Path) -> None:
    """An unknown action, and a project without a table: exit code 2."""
    result = command(tmp_path)
    assert (result.exit_code, "no such file" in result.output) == (2, True)
    table(project, UNKNOWN)
    result = command(tmp_path, "guild/other")
    assert result.exit_code == 2
    assert "not pinned here: guild/other; allowed: guild/action" in result.output

"""Since when a line is as it is: by real git."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from portcullis.report.history import History

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str, day: str = "2026-01-01") -> None:
    """Run git as somebody, on a day."""
    when = f"{day}T12:00:00Z"
    subprocess.run(
        ["git", "-c", "user.name=ana", "-c", "user.email=ana@acme.example", *arguments],  # noqa: S607 - git, as PATH has it
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when},
        check=True,
        capture_output=True,
    )


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    """A project with a file of two lines, which are committed on two days."""
    file = tmp_path / "acme.yaml"
    git(tmp_path, "init", "-q")
    for text, day in (("one\n", "2026-01-01"), ("one\ntwo\n", "2026-02-03")):
        file.write_text(text, encoding="utf-8")
        git(tmp_path, "add", ".", day=day)
        git(tmp_path, "commit", "-q", "-m", "x", day=day)
    return tmp_path


def test_a_line_has_the_day_of_its_commit(committed: Path) -> None:
    """E8: each line is as it is since the commit that changed it last."""
    history = History(committed)
    assert history.of_line("acme.yaml", 1) == date(2026, 1, 1)
    assert history.of_line("acme.yaml", 2) == date(2026, 2, 3)
    assert history.of_line("acme.yaml", 3) is None
    assert history.of_files(["acme.yaml"]) == date(2026, 2, 3)


def test_what_is_not_committed_has_no_day(committed: Path) -> None:
    """E8: a line that is not committed has no date, and neither has the whole file."""
    (committed / "acme.yaml").write_text("one\nthree\n", encoding="utf-8")
    history = History(committed)
    assert history.of_line("acme.yaml", 1) == date(2026, 1, 1)
    assert history.of_line("acme.yaml", 2) is None
    assert history.of_files(["acme.yaml"]) is None


def test_a_file_that_git_does_not_know(committed: Path) -> None:
    """E8: one of several files without a history leaves all of them without a date."""
    (committed / "other.yaml").write_text("one\n", encoding="utf-8")
    assert History(committed).of_files(["acme.yaml", "other.yaml"]) is None


def test_without_a_repository_nothing_is_known(tmp_path: Path) -> None:
    """E8: a project without git has no dates, and no failure."""
    (tmp_path / "acme.yaml").write_text("one\n", encoding="utf-8")
    assert History(tmp_path).of_files(["acme.yaml"]) is None

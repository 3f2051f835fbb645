"""The file of what GitHub answered before: private, and never in the way."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from components.github_access import App, GitHubAccess
from portcullis.live import etags
from portcullis.live.etags import Etags, etags_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

URL = "https://github.invalid/"
TOKEN = "canary-token-5512"
ANSWER = {"name": "tool", "list": [1, 2]}


@pytest.fixture
def kept(tmp_path: Path) -> Etags:
    """A file with one answer."""
    found = etags_of(GitHubAccess(URL, token=TOKEN), "acme", tmp_path / "cache" / "live")
    found.note("/repos/acme/tool", '"e1"', ANSWER, "/repos/acme/tool?page=2")
    found.save()
    return found


def test_an_answer_comes_back(kept: Etags) -> None:
    """Promise: the next run finds the answer, its ETag and its next page."""
    again = Etags(kept.file).find("/repos/acme/tool")
    assert again == etags.Known('"e1"', ANSWER, "/repos/acme/tool?page=2")
    assert Etags(kept.file).find("/other") is None


def test_only_the_user_can_read_it(kept: Etags) -> None:
    """Promise: the folder has mode 0700 and the file 0600, also one that was open before."""
    assert stat.S_IMODE(kept.file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.file.stat().st_mode) == 0o600
    kept.file.chmod(0o644)
    kept.note("/x", '"e2"', 1, None)
    kept.save()
    assert stat.S_IMODE(kept.file.stat().st_mode) == 0o600


def test_no_token_is_in_it(kept: Etags) -> None:
    """Promise: neither the file nor its name holds the credentials."""
    assert TOKEN not in str(kept.file)
    assert TOKEN.encode() not in kept.file.read_bytes()


def test_others_have_another_file(tmp_path: Path) -> None:
    """Promise: other credentials, another GitHub and another organization share no answer."""
    accesses = [
        (GitHubAccess(URL, token="a"), "acme"),
        (GitHubAccess(URL, token="b"), "acme"),
        (GitHubAccess("https://other.invalid/", token="a"), "acme"),
        (GitHubAccess(URL, token="a"), "guild"),
        (GitHubAccess(URL, app=App("1", "2", "key")), "acme"),
        (GitHubAccess(URL, app=App("1", "3", "key")), "acme"),
    ]
    assert len({etags_of(access, name, tmp_path).file for access, name in accesses}) == 6
    same = [
        etags_of(GitHubAccess(URL, token="a"), name, tmp_path).file for name in ("acme", "ACME")
    ]
    assert same[0] == same[1]


def _garbage(file: Path) -> None:
    file.write_bytes(b"no database at all, and quite long " * 40)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def _other_table(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE answers (other TEXT)")


def _bad_content(file: Path) -> None:
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("UPDATE answers SET content = 'x'")


def _a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [_garbage, _cut, _other_table, _bad_content, _a_folder])
def test_a_damaged_file_is_an_empty_one(kept: Etags, damage: Callable[[Path], None]) -> None:
    """Promise: damage costs requests, and is never an error; the next run has a sound file."""
    damage(kept.file)
    found = Etags(kept.file)
    assert found.find("/repos/acme/tool") is None
    found.note("/repos/acme/tool", '"e3"', ANSWER, None)
    found.save()
    if damage is not _a_folder:
        assert Etags(kept.file).find("/repos/acme/tool") is not None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """Promise: without a place for the file, the run goes on."""
    (tmp_path / "file").write_text("x")
    found = Etags(tmp_path / "file" / "live" / "x.sqlite")
    found.note("/x", '"e"', 1, None)
    found.save()


def test_a_file_in_use_stays(kept: Etags, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: while another run saves, nothing is lost but what this run wanted to save."""
    monkeypatch.setattr(etags, "PATIENCE", 0.01)
    mine = Etags(kept.file)
    with closing(sqlite3.connect(kept.file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        mine.note("/mine", '"e"', 1, None)
        mine.save()
        assert kept.file.exists()
        other.rollback()
    assert Etags(kept.file).find("/repos/acme/tool") is not None
    mine.save()
    assert Etags(kept.file).find("/mine") is not None


def test_two_runs_that_save_at_once_both_save(kept: Etags) -> None:
    """Promise: two processes at the same time leave a sound file with the answers of both."""
    code = (
        "import sys; from pathlib import Path; from portcullis.live.etags import Etags\n"
        "for n in range(20):\n"
        "    found = Etags(Path(sys.argv[1])); found.note(f'/{sys.argv[2]}/{n}', 'e', n, None)\n"
        "    found.save()\n"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(kept.file), name]) for name in ("a", "b")
    ]
    assert [run.wait(60) for run in runs] == [0, 0]
    found = Etags(kept.file)
    assert all(found.find(f"/{name}/{n}") for name in ("a", "b") for n in range(20))


def test_a_run_that_dies_before_it_saves_loses_requests_only(kept: Etags) -> None:
    """Promise: what was not saved is asked again, and what was saved before stays."""
    dying = Etags(kept.file)
    dying.note("/lost", '"e"', 1, None)
    del dying
    found = Etags(kept.file)
    assert found.find("/lost") is None
    assert found.find("/repos/acme/tool") is not None

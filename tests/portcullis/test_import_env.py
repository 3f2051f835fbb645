"""What is taken from a `.env` file, and what is refused."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.project import UserError
from portcullis.secrets import import_env, places
from portcullis.secrets.import_env import Entry, Place

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-93ab07"


def entries(folder: Path, text: str) -> dict[str, str]:
    """Names and values of a file with this text."""
    path = folder / ".env"
    path.write_bytes(text.encode())
    return {each.name: each.value for each in import_env.read(path)}


def test_every_way_to_write_a_value(tmp_path: Path) -> None:
    """S3: values come as they stand: quoted, over several lines, with `export`, with `${`."""
    text = (
        "# comment\nA=one # said\nexport B = 'two ${A}'\r\nC=\"x\\ny\"\nD='first\r\nsecond\n'\n"
        "lower=ü\nE=#hash\n"
    )
    assert entries(tmp_path, text) == {
        "A": "one",
        "B": "two ${A}",
        "C": "x\ny",
        "D": "first\r\nsecond\n",
        "LOWER": "ü",
        "E": "#hash",
    }


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """S13: every mistake is reported with its line, and no line's value is quoted."""
    text = (
        f"A=1\n\nGITHUB_TOKEN={CANARY}\nB=\n{CANARY}\nC.D={CANARY}\na={CANARY}\n"
        f"github_x={CANARY}\nE='{CANARY}\n"
    )
    with pytest.raises(UserError) as error:
        entries(tmp_path, text)
    said = str(error.value)
    lines = [line.split(".env:")[1] for line in said.splitlines()[:-1]]
    starts = [
        "3  GITHUB_TOKEN",
        "4  it has no value",
        "5  is no entry",
        "6  its name",
        "7  A stands on",
    ]
    starts += ["8  GITHUB_X", "9  is no entry"]
    assert [line[: len(start)] for line, start in zip(lines, starts, strict=True)] == starts
    assert said.endswith("7 mistakes; nothing was written")
    assert CANARY not in said


def test_a_part_of_a_value_is_not_told_as_a_name(tmp_path: Path) -> None:
    """The last line of Base64 that lacks its quotes reads like a name: it is not quoted (S3)."""
    text = "KEY=-----BEGIN-----\nQ2FuYXJ5MQ==\nQ2FuYXJ5MTI=\n-----END-----\n"
    with pytest.raises(UserError) as error:
        entries(tmp_path, text)
    said = str(error.value)
    assert [f".env:{line}  it has no value" in said for line in (2, 3)] == [True, True]
    assert ".env:4  is no entry" in said
    assert "q2fuyxj5" not in said.lower()


@pytest.mark.parametrize(("data", "words"), [(b"", "no entries"), (b"A=\xff", "not UTF-8")])
def test_no_env_file(tmp_path: Path, data: bytes, words: str) -> None:
    """A file without entries, or of other bytes, is refused in words."""
    (tmp_path / ".env").write_bytes(data)
    with pytest.raises(UserError, match=words):
        import_env.read(tmp_path / ".env")
    with pytest.raises(UserError, match="cannot be read"):
        import_env.read(tmp_path / "missing")


def test_a_tracked_file_is_refused(tmp_path: Path) -> None:
    """E7: a file that git tracks is refused, one that lies in the folder only is not."""
    (tmp_path / ".env").write_text(f"A={CANARY}\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)  # noqa: S607 - git, as PATH has it
    assert entries(tmp_path, f"A={CANARY}\n") == {"A": CANARY}
    subprocess.run(["git", "add", ".env"], cwd=tmp_path, check=True)  # noqa: S607 - as above
    link = tmp_path.with_name(f"{tmp_path.name}-link")
    link.symlink_to(tmp_path / ".env")
    for path in (tmp_path / ".env", link):
        with pytest.raises(UserError, match="git tracks this file") as error:
            import_env.read(path)
        assert CANARY not in str(error.value)


def test_where_git_does_not_answer_nothing_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E7: git refuses to look into a repository that somebody else owns: that is not a yes."""
    (tmp_path / ".env").write_text(f"A={CANARY}\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)  # noqa: S607 - as above
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UserError, match="git does not say whether it tracks this file"):
        import_env.read(tmp_path / ".env")


def test_an_entry_does_not_show_its_value() -> None:
    """A traceback or a failing test that shows an entry shows no value."""
    assert CANARY not in repr(Entry("A", CANARY, 1))


@given(st.text())
def test_any_text(text: str) -> None:
    """Whatever is in a file, it is read, or every line that is not has its number."""
    for line, name, value in import_env._bindings(text):  # noqa: SLF001 - the parser, without a file
        assert line >= 1
        assert value is None or name == name.upper()


class Fake:
    """A destination that takes some values and then refuses."""

    def __init__(self, takes: int) -> None:
        """``takes`` is how many."""
        self.taken: dict[str, str] = {}
        self.takes = takes

    def keys(self, path: str) -> frozenset[str]:
        """One key is there."""
        return frozenset({"A"} if path == "p" else ())

    def write(self, path: str, key: str, value: str) -> str:
        """Take it, or refuse."""
        if len(self.taken) == self.takes:
            raise UserError(f"fake: {path}: refused")
        self.taken[key] = value
        return str(len(self.taken))


def test_a_failure_between_two(tmp_path: Path) -> None:
    """A refusal says what was written until then, and the next run goes on."""
    (tmp_path / ".env").write_text(f"A={CANARY}\nB={CANARY}\n")
    found = import_env.read(tmp_path / ".env")
    where = {name: Place("p", name) for name in "AB"}
    fake = Fake(1)
    assert import_env.plan(fake, where) == {"A": "replaces", "B": "new"}
    with pytest.raises(UserError, match="1 of 2 were written, B was not") as error:
        import_env.write(fake, found, where, lambda _name, _version: None)
    assert CANARY not in str(error.value)
    fake.takes = 9
    said: list[tuple[str, str]] = []
    import_env.write(fake, found, where, lambda *written: said.append(written))
    assert [name for name, _ in said] == ["A", "B"]


@pytest.mark.parametrize(
    ("to", "place", "line"),
    [
        ("esc:p", ("p/keys-staging", "A"), "A: {from: {esc: p/keys-staging, key: A}}"),
        ("esc:p/e", ("p/e", "A"), "A: {from: {esc: p/e, key: A}}"),
        ("vault:kv/p", ("kv/p/keys", "A"), "A: {from: {vault: kv/p/keys, key: A}}"),
        ("aws:p", ("p/keys", "A"), "A: {from: {aws: p/keys, key: A}}"),
        ("ssm:/p", ("/p/keys", "A"), "A: {from: {aws: 'ssm:/p/keys/A'}}"),
        ("config", ("keys", "A"), "A: {from: {config: A}}"),
    ],
)
def test_places_and_references(tmp_path: Path, to: str, place: tuple[str, str], line: str) -> None:
    """Where each value goes follows from the options, and the YAML refers to that place."""
    chosen = places.target(to, "keys", "staging")
    where = places.choose(chosen, [Entry("A", CANARY, 1)], tmp_path / ".env", tmp_path)
    assert where == {"A": place}
    assert import_env.references(chosen.destination, where) == [line]


@pytest.mark.parametrize("to", ["", "esc", "esc:", "config:x", "s3:x", "ssm:p"])
def test_no_destination(to: str) -> None:
    """A destination that is none is refused, with those that there are."""
    with pytest.raises(UserError, match="--to"):
        places.target(to, "", "development")

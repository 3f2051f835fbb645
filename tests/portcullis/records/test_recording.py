"""A run is recorded from its beginning to its end, whatever comes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from typer.testing import CliRunner

from portcullis.cli import app
from portcullis.plan.made import Found
from portcullis.project import StackSettings, UserError
from portcullis.records.chain import entries, verify
from portcullis.records.recording import recorded
from portcullis.records.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[3]
KILLED = """
import os, signal, sys
from pathlib import Path
from rich.console import Console
from portcullis.plan.made import Found
from portcullis.project import StackSettings
from portcullis.records.recording import recorded
with recorded(StackSettings("prod", Path(sys.argv[1])), Found(), Console(), change=True):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackSettings:
    """A stack in a project of its own, on which nobody has run anything."""
    monkeypatch.delenv("PORTCULLIS_RECORDS", raising=False)
    monkeypatch.delenv("PORTCULLIS_RECORDS_KEY", raising=False)
    (tmp_path / "Pulumi.yaml").write_text("name: p\n", encoding="utf-8")
    (tmp_path / "Pulumi.prod.yaml").write_text(
        "config:\n  portcullis:organization: acme\n  portcullis:githubApp: {id: 7}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return StackSettings("prod", tmp_path)


def run(stack: StackSettings, error: BaseException | None = None) -> None:
    """Record a run that ends well, or with an error."""
    with recorded(stack, Found(), Console(quiet=True), change=True):
        if error:
            raise error


def said(stack: StackSettings) -> list[tuple[str, str | None]]:
    """The kind and the result of each entry, whose chain is right."""
    content = Store.of(stack).content()
    assert verify(content) is None
    return [(each["kind"], each.get("result")) for each in entries(content)]


def cli(*arguments: str) -> tuple[int, str]:
    """Run `portcullis records`."""
    done = CliRunner().invoke(app, ["records", *arguments])
    return done.exit_code, done.output


def test_a_run_has_a_beginning_and_an_end(
    stack: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who, the App, the commit and the command come first; then what came of it (R12, A8)."""
    monkeypatch.setenv("GITHUB_ACTOR", "ana")
    monkeypatch.setenv("GITHUB_SHA", "a" * 40)
    run(stack)
    begun, finished = entries(Store.of(stack).content())
    assert (begun["who"]["actor"], begun["who"]["app"], begun["commit"]) == ("ana", "7", "a" * 40)
    assert (begun["command"], finished["result"]) == ("up", "done")
    assert begun["run"] == finished["run"]


@pytest.mark.parametrize(
    ("error", "result"), [(UserError("no"), "failed"), (KeyboardInterrupt(), "interrupted")]
)
def test_a_run_that_fails_or_is_stopped(
    stack: StackSettings, error: BaseException, result: str
) -> None:
    """It has an end, too."""
    with pytest.raises(type(error)):
        run(stack, error)
    assert said(stack) == [("begun", None), ("finished", result)]


def test_a_killed_run_is_closed_by_the_next(stack: StackSettings) -> None:
    """After kill -9 the entry says begun; the next run says that it was interrupted."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(stack.root)], cwd=ROOT, check=False, timeout=120
    )
    assert done.returncode < 0
    assert said(stack) == [("begun", None)]
    run(stack)
    assert [result for _, result in said(stack)] == [None, "interrupted", None, "done"]


def test_a_run_that_goes_on_is_not_closed_by_another(stack: StackSettings) -> None:
    """Two runs at once have their entries side by side in one chain."""
    with recorded(stack, Found(), Console(quiet=True), change=True):
        run(stack)
    assert [result for _, result in said(stack)] == [None, None, "done", "done"]


def test_half_an_entry_is_replaced(stack: StackSettings) -> None:
    """What a killed run has not written to its end is overwritten by the next."""
    run(stack)
    with Store.of(stack).path.open("ab") as file:
        file.write(b'{"at":"2026')
    run(stack)
    assert len(said(stack)) == 4


def test_nothing_is_appended_to_a_changed_entry(stack: StackSettings) -> None:
    """A run stops before anything, and says what to do."""
    run(stack)
    path = Store.of(stack).path
    path.write_bytes(path.read_bytes().replace(b'"done"', b'"fine"'))
    with pytest.raises(UserError, match="nothing was changed: the last entry of"):
        run(stack)


def test_a_folder_that_cannot_be_written(
    stack: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run stops before anything."""
    (stack.root / "taken").write_text("", encoding="utf-8")
    monkeypatch.setenv("PORTCULLIS_RECORDS", str(stack.root / "taken"))
    with pytest.raises(UserError, match="Not a directory; PORTCULLIS_RECORDS names"):
        run(stack)


def test_a_folder_that_cannot_be_made(
    stack: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are no records to read yet, and none can be written: the run stops before anything."""
    monkeypatch.setenv("PORTCULLIS_RECORDS", "/proc/portcullis")
    with pytest.raises(UserError, match="nothing was changed: the record of this run cannot be"):
        run(stack)


def test_what_stopped_a_run_is_told_though_its_record_cannot_be_written(
    stack: StackSettings,
) -> None:
    """R12: a full disk at the end of an update hides neither the update's failure nor itself."""
    path = Store.of(stack).path

    def fails() -> None:
        with recorded(stack, Found(), Console(quiet=True), change=True):
            path.unlink()
            path.mkdir()
            raise UserError("7 of 9 were changed")

    with pytest.raises(UserError) as caught:
        fails()
    assert str(caught.value).startswith("7 of 9 were changed\nthe record of this run cannot be")


@pytest.mark.parametrize(
    "odd",
    [
        {"version": 2, "what": "begun"},
        {"version": 1, "kind": "begun", "run": 5, "at": None},
        {"version": 1, "kind": "finished", "run": "a", "at": "b", "result": "c", "changes": ["d"]},
    ],
)
def test_an_entry_of_another_version(stack: StackSettings, odd: dict[str, object]) -> None:
    """R12: it is named, and programs get it as it is."""
    Store.of(stack).append(odd, None)
    code, text = cli("show", "1", "--stack", "prod")
    assert code == 1
    assert text == (
        "entry 1 is not as this version of Portcullis writes entries; --format json shows it\n"
    )
    code, text = cli("show", "1", "--stack", "prod", "--format", "json")
    assert (code, odd.items() <= json.loads(text).items()) == (0, True)


def key_files(folder: Path) -> tuple[Path, Path]:
    """A private and a public key."""
    key = Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    paths = folder / "records.key", folder / "records.pub"
    for path, content in zip(paths, (private, public), strict=True):
        path.write_bytes(content)
    return paths


def test_entries_are_signed_and_verified(
    stack: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a key each entry is signed, which only its public key confirms."""
    private, public = key_files(stack.root)
    monkeypatch.setenv("PORTCULLIS_RECORDS_KEY", str(private))
    run(stack)
    signed = ("verify", "--stack", "prod", "--public-key", str(public))
    assert cli(*signed)[0] == 0
    monkeypatch.delenv("PORTCULLIS_RECORDS_KEY")
    run(stack)
    code, text = cli(*signed)
    assert code == 1
    assert "entry 3: it is not signed with this key" in text


def test_a_key_that_is_none(stack: StackSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which key is allowed; nothing of the file is quoted."""
    (stack.root / "bad").write_text("hunter2-canary", encoding="utf-8")
    monkeypatch.setenv("PORTCULLIS_RECORDS_KEY", str(stack.root / "bad"))
    with pytest.raises(UserError, match="allowed: a private Ed25519 key") as caught:
        run(stack)
    assert "canary" not in str(caught.value)


def heads(stack: StackSettings) -> Sequence[str]:
    """Each entry as `--head` takes it."""
    return [f"{each['number']}:{each['hash']}" for each in entries(Store.of(stack).content())]


def test_verify_names_the_first_bad_entry(stack: StackSettings) -> None:
    """Changed, and cut off with a head: the exit code is 1, and JSON has the same."""
    run(stack)
    run(stack)
    assert cli("verify", "--stack", "prod") == (0, "4 entries are as they were written\n")
    last = heads(stack)[-1]
    path = Store.of(stack).path
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))
    assert cli("verify", "--stack", "prod")[0] == 0
    code, text = cli("verify", "--stack", "prod", "--head", last)
    assert (code, text) == (1, "entry 3: entries 3 to 4 are missing\n")
    path.write_bytes(whole.replace(b'"done"', b'"fine"', 1))
    code, text = cli("verify", "--stack", "prod", "--format", "json")
    assert code == 1
    assert json.loads(text.splitlines()[0])["bad"] == {"number": 2, "why": "it was changed"}
    assert cli("list", "--stack", "prod")[0] == 1


def test_list_and_show(stack: StackSettings) -> None:
    """People get a line an entry, programs JSON; an entry that is not there is a mistake."""
    run(stack)
    code, text = cli("list", "--stack", "prod")
    assert code == 0
    assert [line.split()[2] for line in text.splitlines()] == ["begun", "finished"]
    code, text = cli("show", "2", "--stack", "prod", "--format", "json")
    assert (code, json.loads(text)["result"]) == (0, "done")
    assert cli("show", "9", "--stack", "prod") == (1, "there is no entry 9: the last one is 2\n")
    assert cli("verify", "--stack", "prod", "--head", "x")[0] == 2

"""No value of any source, and no login, is seen anywhere but where it belongs."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.sources import broken, organization
from tests.end_to_end.sources.places import CANARY
from tests.support.arguments import Arguments
from tests.support.extent import EVERY, cases
from tests.support.project import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.end_to_end.sources.places import Places
    from tests.support.project import Outcome, Project
    from tests.support.sandbox import Sandbox

LOGINS = ("VAULT_TOKEN", "AWS_SECRET_ACCESS_KEY", "PULUMI_ACCESS_TOKEN", "GITHUB_TOKEN")
FAILURES = {
    "garbage": "cannot be understood",
    "down": "it does not answer",
    "kind": "the value is no npm token",
    "GitHub refuses": "422",
    "finding": "its name says that it publishes packages",
}
"""Why runs fail, and the words that tell it."""
BROKEN = """\
import components.organization as module
from components.stack import declare

def breaks(*args, **given):
    raise RuntimeError(f"unforeseen: {args} {given}")

module.organization_secret = breaks
declare()
"""
"""A program that raises what nobody foresaw, and says all that it was given."""


class TemporaryFiles:
    """Looks into all files below a folder, until stopped, for texts: many do not live long."""

    def __init__(self, folder: Path, texts: set[str]) -> None:
        """Begin to look."""
        self.folder = folder
        self.texts = texts
        self.seen: set[str] = set()
        self.count = 0
        self._known: dict[Path, int] = {}
        self._longest = 4096
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self.look()

    def look(self) -> None:
        """Look into what is new in each file: only its end, since logs grow to many megabytes."""
        # os.walk passes over folders that vanish meanwhile; rglob does not
        found = (Path(folder, name) for folder, _, names in os.walk(self.folder) for name in names)
        for path in found:
            known = self._known.get(path, 0)
            try:
                size = path.stat().st_size
                if size == known or not path.is_file():
                    continue
                with path.open("rb") as file:
                    # from the beginning where it was written anew; a text may stand across the end
                    file.seek(max(0, known - self._longest) if size > known else 0)
                    data = file.read()
                    self._known[path] = file.tell()
            except OSError:
                continue
            self.count += not known
            self.seen |= {f"{path}: {text}" for text in self.texts if text.encode() in data}

    def stop(self) -> None:
        """End it."""
        self._stop.set()
        self._thread.join()
        self.look()


class Guarded:
    """The organization, and watches over all that its runs leave behind."""

    def __init__(self, project: Project, places: Places, folder: Path) -> None:
        """Begin to watch."""
        self.project = project
        self.places = places
        temporary = folder / "temporary"
        temporary.mkdir()
        project.environment["TMPDIR"] = str(temporary)
        self.texts = {CANARY, "indented $HOME", "'single' \"double\"", "0123456789abcdef" * 4}
        self.texts |= {*encoded(CANARY), PASSPHRASE, *(project.environment[key] for key in LOGINS)}
        self.arguments = Arguments(CANARY)
        self.temporary = TemporaryFiles(temporary, self.texts)

    def nothing_in(self, outcomes: Mapping[str, Outcome]) -> None:
        """None of the texts in what the runs said, nor in any file or journal."""
        for name, outcome in outcomes.items():
            said = outcome.text + json.dumps(outcome.events, ensure_ascii=False)
            self.none(name, said + json.dumps(outcome.events))
            assert broken.CANARY not in said
        self.none("the sandbox's journal", json.dumps(self.project.world.journal()))
        self.none("the sandbox", self.project.world.sandbox.errors())
        left = [self.project.folder, self.places.plugins.folder]
        for path in (path for folder in left for path in folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                self.none(str(path), path.read_bytes().decode(errors="replace"))
        assert self.arguments.seen == set()
        assert self.temporary.seen == set()

    def none(self, where: str, text: str) -> None:
        """None of the texts is in ``text``; a failure does not show it either."""
        # JSON in JSON has its quotes escaped, once or twice
        plain = text.replace("\\\\", "\\").replace('\\"', '"').replace('\\"', '"')
        found = [each for each in self.texts if each in text or each in plain]
        assert not found, f"{where} has {found}"


def encoded(text: str) -> set[str]:
    """What base64 makes of ``text`` wherever in a value it stands."""
    found = set()
    for before in range(3):
        letters = base64.b64encode(b"-" * before + text.encode()).decode()
        found.add(letters[4 if before else 0 : -4])
    return found


@pytest.fixture(scope="module")
def guarded(
    places: Places, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guarded]:
    """The organization, declared and not made."""
    folder = tmp_path_factory.mktemp("canaries")
    guarded = Guarded(organization.declare(places, sandbox, folder, "canaries"), places, folder)
    yield guarded
    guarded.arguments.stop()
    guarded.temporary.stop()


def test_runs_that_succeed(guarded: Guarded) -> None:
    """Preview, up, refresh, with differences, as JSON, with debug logs, in logs that are files.

    Debug logs up to `-v=7`: from `-v=9` on, the engine itself logs each property that it reads.
    """
    project = guarded.project
    outcomes = {
        "up": project.up("--diff", "--debug", "--logtostderr", "-v=7"),
        "preview --json": project.preview("--json"),
        "refresh": project.refresh("--diff", "--debug", "-v=7"),
        "export": project.pulumi("stack", "export"),
        **{f"portcullis {each}": project.portcullis(each) for each in cases([], "up")},
        "list": project.portcullis("secrets", "list", "--format", "json"),
    }
    assert {name: each.text for name, each in outcomes.items() if each.code} == {}
    guarded.nothing_in(outcomes)
    guarded.temporary.look()
    assert guarded.temporary.count > 0


def test_providers_in_the_state_hold_no_login(guarded: Guarded) -> None:
    """The providers of Vault and AWS log in as the run does: nothing of it is kept."""
    inputs = {
        each["type"]: set(each["inputs"]) - {"__internal"}
        for each in guarded.project.state()["resources"]
        if each["type"] in ("pulumi:providers:vault", "pulumi:providers:aws")
    }
    assert inputs == {
        "pulumi:providers:vault": {
            *("address", "maxLeaseTtlSeconds", "maxRetries", "skipChildToken", "version"),
        },
        "pulumi:providers:aws": {
            *("region", "skipCredentialsValidation", "skipRegionValidation", "version"),
        },
    }


def test_commands_that_write(guarded: Guarded, tmp_path: Path) -> None:
    """Import, in `make every` into every destination, and rotation: no value, given or made."""
    project, places = guarded.project, guarded.places
    file = tmp_path / ".env"
    file.write_text(f'ONE={CANARY}-one\nTWO="{CANARY}\nindented $HOME"\n', encoding="utf-8")
    keys = places.aws.keys
    project.environment |= {
        "VAULT_TOKEN": places.vault.root_token,
        "AWS_ACCESS_KEY_ID": keys.access,
        "AWS_SECRET_ACCESS_KEY": keys.secret,
    }
    guarded.texts |= {places.vault.root_token, keys.secret}
    outcomes = {}
    for to in cases(["vault:kv/imported", "config"], "aws:imported", "ssm:/imported"):
        arguments = ("secrets", "import", str(file), "--to", to)
        outcomes[to] = project.portcullis(*arguments)
    if EVERY:
        outcomes["dry run"] = project.portcullis(*arguments, "--dry-run")
    name = "repositories.tool.secrets.R_VAULT2_LINES"
    outcomes["rotate"] = project.portcullis("secrets", "rotate", name, "--generate", "--yes")
    assert {name: each.text for name, each in outcomes.items() if each.code} == {}
    value = project.world.secret("R_VAULT2_LINES", repository="acme/tool")
    assert CANARY not in value
    guarded.texts.add(value)
    guarded.nothing_in(outcomes)


def test_runs_that_fail(guarded: Guarded) -> None:
    """Sources that answer nonsense or are down, a wrong kind, a refusal by GitHub, a finding."""
    project = guarded.project
    outcomes: dict[str, Outcome] = {}
    with broken.Server() as nonsense:
        before = dict(project.environment)
        project.environment |= dict.fromkeys(("VAULT_ADDR", "AWS_ENDPOINT_URL"), nonsense.address)
        project.edit(guarded.places.esc.address, nonsense.address)
        outcomes["garbage"] = project.up("--debug", "--logtostderr", "-v=7")
        address = nonsense.address
    if EVERY:
        outcomes["down"] = project.up("--debug", "--logtostderr", "-v=7")
    project.edit(address, guarded.places.esc.address)
    project.environment = before

    reference = '"R_ENV_LINES": {"from": {"env": "SOURCE_LINES"}'
    project.edit(reference, f'{reference}, "kind": "npm-token"')
    outcomes["kind"] = project.preview("--diff")
    project.edit(f'{reference}, "kind": "npm-token"', reference)

    guarded.places.put("ENV", "LINES", f"{CANARY}\nindented $HOME, another")
    project.world.fault(method="PUT", path="*/secrets/*_ENV_LINES", status=422, count=9)
    outcomes["GitHub refuses"] = project.up("--diff")
    project.world.clear_faults()

    project.edit('"R_ENV_LINES"', '"PYPI_API_TOKEN"')
    outcomes["finding"] = project.preview("--diff")
    project.edit('"PYPI_API_TOKEN"', '"R_ENV_LINES"')

    for name, outcome in outcomes.items():
        assert outcome.code, name
        assert FAILURES[name] in outcome.text, name
    guarded.nothing_in(outcomes)


def test_an_exception(guarded: Guarded) -> None:
    """What nobody foresaw, and with all that a function was given in its text: no value."""
    main = guarded.project.folder / "__main__.py"
    target = main.readlink()
    main.unlink()
    main.write_text(BROKEN, encoding="utf-8")
    outcome = guarded.project.preview("--diff", "--debug")
    main.unlink()
    main.symlink_to(target)
    assert outcome.code != 0
    assert "unforeseen" in outcome.text
    guarded.nothing_in({"exception": outcome})


def test_what_watches_sees(tmp_path: Path) -> None:
    """A value in a file that is gone by the end is seen, and one in Base64 wherever it begins."""
    watch = TemporaryFiles(tmp_path, {CANARY})
    file = tmp_path / "short-lived"
    file.write_text(f"a {CANARY} b", encoding="utf-8")
    watch.look()
    file.unlink()
    watch.stop()
    assert watch.seen == {f"{file}: {CANARY}"}
    for before in ("", "-", "--", "---"):
        letters = base64.b64encode(f"{before}{CANARY}, and more".encode()).decode()
        assert [each for each in encoded(CANARY) if each in letters]


@pytest.mark.parametrize("seconds", [0, 0.2])
def test_the_watch_over_arguments_sees(seconds: float) -> None:
    """A value among a process's arguments, from its start or once it runs something else."""
    watch = Arguments(CANARY)
    code = (
        f"import os, time; time.sleep({seconds}); "
        "os.execvp('sh', ['sh', '-c', 'sleep 0.3; true', input()])"
    )
    subprocess.run([sys.executable, "-c", code], input=CANARY, text=True, check=True)
    watch.stop()
    assert len(watch.seen) == 1

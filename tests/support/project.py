"""A copy of the project with an organization of its own, for tests that run the real `pulumi`."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.sandbox import World

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("__main__.py", "Pulumi.yaml", "components", "workflows", "policy", "portcullis", "engine")
STACK = "test"
PASSPHRASE = "a-passphrase-for-tests"
LIMIT_SECONDS = 300
_UNLOCKS = re.compile(r"^  (pulumi config set .*)$", re.MULTILINE)
_MADE: dict[tuple[object, ...], dict[str, bytes]] = {}
"""The files of stacks that were made already, by what is in their config."""


@dataclass
class Outcome:
    """What one run of `pulumi` did and said."""

    code: int
    stdout: str
    stderr: str
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that it printed."""
        return self.stdout + self.stderr

    def operations(self, *, final: bool = False) -> dict[str, str]:
        """`Type name` to operation, of every resource that does not stay the same.

        Args:
            final: only those whose operation was carried out.
        """
        kind = "resOutputsEvent" if final else "resourcePreEvent"
        found: dict[str, str] = {}
        for event in self.events:
            if kind in event:
                step = event[kind]["metadata"]
                if step["op"] != "same":
                    found[short(step["urn"])] = step["op"]
        return found

    def changed(self, resource: str) -> set[str]:
        """The properties of one resource that a preview would change."""
        for event in self.events:
            step = event.get("resourcePreEvent", {}).get("metadata")
            if step and short(step["urn"]) == resource and step["op"] != "same":
                return set(step.get("detailedDiff") or dict.fromkeys(step.get("diffs") or []))
        return set()

    def findings(self) -> list[dict[str, Any]]:
        """The policy pack's findings."""
        return [event["policyEvent"] for event in self.events if "policyEvent" in event]


def short(urn: str) -> str:
    """`Repository tool` out of a URN; a component's kind begins with a small p: `portcullis:`."""
    _, _, kinds, name = urn.split("::", 3)
    kind = kinds.rsplit("$", 1)[-1]
    return f"{kind if kind.startswith('portcullis:') else kind.rsplit(':', 1)[-1]} {name}"


class Project:
    """One stack of one organization in one world of the sandbox."""

    def __init__(self, folder: Path, world: World, *, protect: bool = False) -> None:
        """Lay out the project in ``folder``; its stack is made with the first run."""
        self.folder = folder
        self.world = world

        self.protect = protect
        self.limit = LIMIT_SECONDS
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            (folder / part).symlink_to(ROOT / part)
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / "orgs").mkdir()
        (folder / "state").mkdir()
        self.environment = engine.ensure().environment(
            {
                **os.environ,
                "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
                "PULUMI_OPTION_POLICY_PACK": str(folder / "policy"),
                "PULUMI_DEBUG_COMMANDS": "true",
                "GITHUB_BASE_URL": world.base_url,
                # as the automation's App, which rulesets let pass, if the world has one
                "GITHUB_TOKEN": world.tokens.get("portcullis[bot]", world.token),
                "PYTHONPATH": "",
                "PYTHONDONTWRITEBYTECODE": "",  # each run would compile the program again
                "GOGC": "400",  # small organizations leave little garbage: a tenth of CPU time
            }
        )

    def write(self, text: str, name: str = "test") -> None:
        """Write the organization's file."""
        (self.folder / "orgs" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def edit(self, old: str, new: str, name: str = "test") -> None:
        """Change the organization's file in one place."""
        path = self.folder / "orgs" / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def create(self, secrets: Mapping[str, str], name: str = "test") -> None:
        """Make the stack, with ``secrets`` in its encrypted config."""
        same = (name, self.protect, *sorted(secrets.items()))
        if same in _MADE:  # each run of pulumi takes a third of a second, and this is the same
            for path, content in _MADE[same].items():
                (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / path).write_bytes(content)
            return
        self.pulumi("stack", "init", STACK, "--secrets-provider", "passphrase", check=True)
        given = ["--plaintext", f"portcullis:organization={name}"]
        given += ["--plaintext", f"portcullis:protect={str(self.protect).lower()}"]
        self.pulumi("config", "set-all", *given, check=True)
        for key, value in secrets.items():  # not among the arguments, where tests look for them
            secret = ("config", "set", "--secret", f"portcullis:{key}")
            self.pulumi(*secret, stdin=value, check=True)
        made = [self.folder / f"Pulumi.{STACK}.yaml", *(self.folder / "state").rglob("*")]
        _MADE[same] = {
            str(path.relative_to(self.folder)): path.read_bytes() for path in made if path.is_file()
        }

    def preview(self, *arguments: str) -> Outcome:
        """Run `pulumi preview`."""
        return self.pulumi("preview", *arguments)

    def up(self, *arguments: str) -> Outcome:
        """Run `pulumi up`, with its own preview before it."""
        return self.pulumi("up", "--yes", *arguments)

    def update(self, *arguments: str) -> Outcome:
        """Run `pulumi up` without its own preview, in half the time, where that tells nothing."""
        given = self.environment
        self.environment = {**given, "PORTCULLIS_PREVIEWED": "true"}  # the pack asks for one
        outcome = self.up("--skip-preview", *arguments)
        self.environment = given
        return outcome

    def make(self) -> None:
        """Bring about what a test begins with, without the pack."""
        given = self.environment
        self.environment = {**given, "PULUMI_OPTION_POLICY_PACK": ""}
        outcome = self.update()
        self.environment = given
        assert outcome.code == 0, outcome.text

    def refresh(self, *arguments: str) -> Outcome:
        """Run `pulumi refresh`."""
        return self.pulumi("refresh", "--yes", *arguments)

    def destroy(self, *arguments: str) -> Outcome:
        """Run `pulumi destroy`."""
        return self.pulumi("destroy", "--yes", *arguments)

    def state(self) -> dict[str, Any]:
        """The deployment as it is stored: secrets are ciphertext in it."""
        exported = self.pulumi("stack", "export", check=True)
        deployment: dict[str, Any] = json.loads(exported.stdout)["deployment"]
        return deployment

    def pulumi(self, *arguments: str, check: bool = False, stdin: str | None = None) -> Outcome:
        """Run the real `pulumi`."""
        command, log = self.command(*arguments)
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            input=stdin or "",
            timeout=self.limit,
        )
        outcome = Outcome(done.returncode, done.stdout, done.stderr, read_events(log))
        assert not check or outcome.code == 0, outcome.text
        return outcome

    def command(self, *arguments: str) -> tuple[list[str], Path]:
        """The command line of a run, and where its events are written."""
        command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        if arguments[:2] != ("stack", "init"):
            command += ["--stack", STACK]
        log = self.folder / "events.jsonl"
        log.unlink(missing_ok=True)
        if arguments[0] in {"preview", "up", "refresh", "destroy"}:
            command += ["--event-log", str(log)]
        return command, log

    def unlock(self, refused: Outcome) -> list[str]:
        """Run the commands that the guards printed, and return the unlocks."""
        commands = [shlex.split(each) for each in _UNLOCKS.findall(refused.stderr)]
        for _, config, set_, _, _, *rest in commands:  # the stack is that of every run here
            self.pulumi(config, set_, *rest, check=True)
        return [each[-1] for each in commands]

    def portcullis(self, *arguments: str, stdin: str = "", keyboard: str = "") -> Outcome:
        """Run the command line around `pulumi`, as make does.

        Args:
            arguments: Of the command; `up` gets `--yes`.
            stdin: What it reads, where no keyboard is.
            keyboard: What somebody types; standard input is a terminal then.
        """
        with _typed(keyboard) as terminal:
            read: dict[str, Any] = {"stdin": terminal} if keyboard else {"input": stdin}
            done = subprocess.run(
                **self.portcullis_command(*arguments),
                capture_output=True,
                text=True,
                check=False,
                timeout=self.limit,
                **read,
            )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def portcullis_command(self, *arguments: str) -> dict[str, Any]:
        """What `subprocess` is given for a run of the command line."""
        agreed = ["--yes"] if arguments[0] == "up" else []
        return {
            "args": [sys.executable, "-m", "portcullis", *arguments, *agreed, "--stack", STACK],
            "cwd": self.folder,
            "env": {**self.environment, "PYTHONPATH": str(self.folder)},
        }


@contextmanager
def _typed(text: str) -> Iterator[int]:
    """A terminal at which ``text`` was typed."""
    keyboard, terminal = os.openpty()
    try:
        os.write(keyboard, text.encode())  # kept by the terminal until somebody reads it
        yield terminal
    finally:
        os.close(keyboard)
        os.close(terminal)


def read_events(log: Path) -> list[dict[str, Any]]:
    """The engine's events, of a run that may have been killed while it wrote one."""
    if not log.exists():
        return []
    events = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            break
    return events


def without_colour(text: str) -> str:
    """``text`` without the engine's colour marks."""
    return re.sub(r"<\{%[^%]*%\}>", "", text)

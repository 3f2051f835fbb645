"""What Pulumi's Automation API raises becomes words."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from pulumi import automation
from pulumi.automation import CommandResult
from rich.console import Console

from portcullis.project import StackSettings, UserError
from portcullis.pulumi_runs import run
from tests.portcullis.engine_events import after, said, urn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from portcullis.pulumi_runs.events import Run


def failure(stdout: str = "", stderr: str = "") -> automation.CommandError:
    """A command that failed after it printed this."""
    return automation.CommandError(CommandResult(stdout, stderr, 255))


class Stack:
    """A stack whose runs send events and then fail, if they are to."""

    def __init__(self, *events: dict[str, Any], error: Exception | None = None) -> None:
        """Keep what a run does."""
        self.events = [automation.EngineEvent.from_json(event) for event in events]
        self.error = error

    def preview(self, on_event: Callable[[Any], None], target: None, exclude: None) -> None:
        """Do it, with all that the stack has."""
        assert target is exclude is None
        for event in self.events:
            on_event(event)
        if self.error:
            raise self.error


def preview(stack: Any) -> tuple[Run, str]:  # noqa: ANN401 - a stack of ours
    """A preview, and what was printed meanwhile."""
    file = io.StringIO()
    return run.preview(stack, Console(file=file, width=100)), file.getvalue()


def test_a_log_says_how_far_it_is() -> None:
    """A line every hundred resources where no terminal shows a bar."""
    events = [after("create", urn("Team", str(n))) for n in range(250)]
    done, printed = preview(Stack(*events))
    assert len(done.done) == 250
    assert printed.splitlines() == ["preview    100 resources", "preview    200 resources"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            failure("", "error: the stack is currently locked"),
            "error: the stack is currently locked",
        ),
        (failure("shown", "error: failed"), "shown\nerror: failed"),
        (failure("shown", ""), "shown"),
    ],
)
def test_a_failed_run_keeps_what_was_said(error: Exception, words: str) -> None:
    """Events until then, and Pulumi's text without Automation's headings."""
    with pytest.raises(run.RunFailedError) as failed:
        preview(Stack(said("broken"), error=error))
    assert failed.value.run.errors == [("", "broken")]
    assert (failed.value.step, failed.value.output) == ("preview", words)


@pytest.mark.parametrize(
    "error",
    [
        failure(stderr="error: incorrect passphrase"),
        automation.InvalidVersionError("incorrect passphrase"),
    ],
)
def test_refusals_are_reported_in_words(error: Exception) -> None:
    """A wrong passphrase, or a state that is out of reach, gives nobody a traceback."""
    with pytest.raises(UserError, match=r"incorrect passphrase$"), run.in_words():
        raise error


def test_other_errors_are_not_hidden() -> None:
    """A mistake of ours is not a person's."""
    with pytest.raises(ZeroDivisionError), run.in_words():
        raise ZeroDivisionError


def test_a_stack_that_is_not_there_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real stack is not made by the way: the command that makes it is named."""

    def select(*_: object, **__: object) -> None:
        raise automation.StackNotFoundError(CommandResult("", "no stack named 'prod' found", 1))

    monkeypatch.setattr(run, "Workspace", lambda *_, **__: None)  # needs `pulumi`
    monkeypatch.setattr(automation.Stack, "select", select)
    (tmp_path / "Pulumi.prod.yaml").touch()
    with pytest.raises(UserError, match="no stack prod yet: pulumi stack init prod"):
        run.select(StackSettings("prod", tmp_path), {})


STACK_FILE = """\
encryptionsalt: v1:x
config:
  github:baseUrl: https://ghe.acme.example/
  portcullis:githubApp: {id: 1, installationId: 2}
  portcullis:pypiToken: {secure: v1:abc}
"""


def in_files(
    folder: Path, stack: str, project: str = "name: portcullis\n"
) -> dict[str, str] | None:
    """Return what is read of the files of a stack and of its project."""
    (folder / "Pulumi.yaml").write_text(project, encoding="utf-8")
    (folder / "Pulumi.prod.yaml").write_text(stack, encoding="utf-8")
    found = run.in_the_open(folder, "prod")
    return None if found is None else {key: each.value for key, each in found.items()}


def test_what_stands_in_the_open_is_not_decrypted(tmp_path: Path) -> None:
    """A stack's file tells how to reach GitHub, without a run of Pulumi; secrets are left out."""
    assert in_files(tmp_path, STACK_FILE) == {
        "github:baseUrl": "https://ghe.acme.example/",
        "portcullis:githubApp": '{"id": 1, "installationId": 2}',
    }


@pytest.mark.parametrize(
    ("stack", "project"),
    [
        (f"{STACK_FILE}  portcullis:githubAppKey: {{secure: v1:abc}}\n", "name: x\n"),
        (f"{STACK_FILE}  github:token:\n    secure: v1:abc\n", "name: x\n"),
        (f"{STACK_FILE}environment: [release]\n", "name: x\n"),
        (STACK_FILE, "name: x\nconfig: {github:baseUrl: {default: x}}\n"),
        (STACK_FILE, "name: x\nstackConfigDir: stacks\n"),
        ("config: {a: ", "name: x\n"),
        ("- config\n", "name: x\n"),
    ],
)
def test_pulumi_is_asked_where_files_do_not_tell(tmp_path: Path, stack: str, project: str) -> None:
    """Encrypted credentials, environments of Pulumi ESC, config of the project, and mistakes."""
    assert in_files(tmp_path, stack, project) is None


def test_pulumi_is_asked_where_there_is_no_file(tmp_path: Path) -> None:
    """It says itself what is missing."""
    assert run.in_the_open(tmp_path, "prod") is None

"""The commands: what they ask, print and end with."""

from __future__ import annotations

import io
import itertools
import os
import shlex
import sys
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from typer.testing import CliRunner

import engine
from portcullis import deploy
from portcullis.cli import app
from portcullis.project import StackSettings, UserError

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SANDBOX = "http://127.0.0.1:8930/guild/"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a practice stack and a real one; the engine is one that is there."""
    folder = tmp_path / "a b"
    folder.mkdir()
    (folder / "Pulumi.yaml").touch()
    (folder / "Pulumi.dev.yaml").write_text(f'config: {{"github:baseUrl": "{SANDBOX}"}}\n')
    (folder / "Pulumi.prod.yaml").touch()
    monkeypatch.chdir(folder)
    tools = engine.Engine(engine.Origin.PATH, folder / "engine", {"pulumi": "3"}, cached=True)
    monkeypatch.setattr(engine, "ensure", lambda: tools)
    return folder


def command(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, arguments)


def exports(text: str) -> dict[str, str]:
    """What a shell takes from the output of `env`."""
    words = shlex.split(text)
    assert words[::2] == ["export"] * (len(words) // 2)
    return dict(word.split("=", 1) for word in words[1::2])


def test_help_lists_all_commands() -> None:
    """Each with what it does."""
    text = command("--help").output
    for name in ("preview", "up", "adopt", "down", "sandbox", "env", "docs", "secrets"):
        assert f"│ {name} " in text


@pytest.mark.parametrize("name", ["preview", "up", "adopt", "down", "sandbox", "env"])
def test_a_persons_mistake_ends_with_its_text(name: str) -> None:
    """Exit code 1 and no traceback; nothing on stdout, which a shell may evaluate."""
    result = command(name, "--stack", "none")
    assert result.exit_code == 1
    assert (
        "there is no stack none: Pulumi.none.yaml is missing; there are dev, prod" in result.stderr
    )
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""


def test_an_engine_that_cannot_be_had_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the engine's own words."""

    def ensure() -> None:
        raise engine.EngineError("no engine: install Go")

    monkeypatch.setattr(engine, "ensure", ensure)
    result = command("env")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no engine: install Go" in result.stderr


def test_ctrl_c_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell's own exit code for it, and what comes next."""

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(deploy, "environment_changes", stop)
    result = command("env")
    assert result.exit_code == 130
    assert "the next run goes on from here" in result.stderr


def test_env_can_be_evaluated(project: Path) -> None:
    """Blanks and all; only what is not so already."""
    found = exports(command("env").stdout)
    assert found["PULUMI_OPTION_POLICY_PACK"] == str(project / "policy")
    assert found["PULUMI_BACKEND_URL"] == (project / ".portcullis/state").as_uri()
    assert found["GITHUB_BASE_URL"] == SANDBOX
    assert found["PULUMI_STACK"] == "dev"
    assert found["PATH"].split(os.pathsep)[0] == str(project / "engine")
    assert "HOME" not in found


def test_env_of_a_real_stack_has_no_practice(project: Path) -> None:
    """No sandbox, no state, no passphrase of ours."""
    found = exports(command("env", "--stack", "prod").stdout)
    assert found["PULUMI_OPTION_POLICY_PACK"] == str(project / "policy")
    assert not {"GITHUB_BASE_URL", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"} & set(found)


@pytest.mark.parametrize(
    ("name", "stack"),
    [
        ("PULUMI_BACKEND_URL", "prod"),
        ("PULUMI_CONFIG_PASSPHRASE", "prod"),
        ("GITHUB_BASE_URL", "dev"),
    ],
)
def test_env_keeps_what_the_user_has_set(
    monkeypatch: pytest.MonkeyPatch, name: str, stack: str
) -> None:
    """As `make up` does in the same shell."""
    monkeypatch.setenv(name, "http://127.0.0.1:1/own/")
    assert name not in exports(command("env", "--stack", stack).stdout)


def test_env_selects_the_stack_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain `pulumi up` then works on that stack, whichever one was selected or exported before."""
    monkeypatch.setenv("PULUMI_STACK", "dev")
    assert exports(command("env", "--stack", "prod").stdout)["PULUMI_STACK"] == "prod"


def test_env_and_up_do_not_leave_the_policy_pack_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable switches it off for plain pulumi: `env` sets it, the others refuse."""
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK", "")
    found = exports(command("env", "--stack", "prod").stdout)
    assert found["PULUMI_OPTION_POLICY_PACK"].endswith("/policy")
    for name in ("up", "preview"):
        result = command(name, "--stack", "prod")
        assert result.exit_code == 1
        assert "PULUMI_OPTION_POLICY_PACK is empty, which switches" in result.stderr


def test_env_of_a_real_stack_takes_practice_out_of_the_shell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise the next `pulumi up` would go to the sandbox, or ask GitHub by its token."""
    for name, value in exports(command("env").stdout).items():
        monkeypatch.setenv(name, value)
    words = shlex.split(command("env", "--stack", "prod").stdout)
    gone = {name for word, name in itertools.pairwise(words) if word == "unset"}
    assert gone == {"PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "GITHUB_BASE_URL"}


def test_env_twice_is_env_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was evaluated is not reported again."""
    for name, value in exports(command("env").stdout).items():
        monkeypatch.setenv(name, value)
    assert command("env").stdout == ""


@pytest.mark.parametrize(
    ("name", "words"), [("down", "make down is for sandboxes"), ("sandbox", "it has no sandbox")]
)
def test_a_real_organization_is_not_practised_on(name: str, words: str) -> None:
    """Nothing of a real stack is thrown away."""
    result = command(name, "--stack", "prod")
    assert result.exit_code == 1
    assert words in result.stderr


def test_down_takes_state_and_organization_away(project: Path) -> None:
    """All of practice, and nothing else; also where nothing runs."""
    for part in ("state", "sandbox", "own"):
        (project / ".portcullis" / part).mkdir(parents=True)
    result = command("down")
    assert result.exit_code == 0, result.output
    assert [path.name for path in (project / ".portcullis").iterdir()] == ["own"]


def test_down_leaves_a_practice_organization_that_another_stack_has_too(project: Path) -> None:
    """A copy of a stack's file names the same world: only the state of this one is deleted."""
    text = (project / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    (project / "Pulumi.copy.yaml").write_text(text, encoding="utf-8")
    stacks = project / ".portcullis/state/.pulumi/stacks/p"
    (project / ".portcullis/sandbox").mkdir(parents=True)
    stacks.mkdir(parents=True)
    for name in ("dev", "copy"):
        (stacks / f"{name}.json").touch()
    result = command("down", "--stack", "copy")
    assert result.exit_code == 0, result.output
    assert "its practice organization stays: it is also that of dev" in result.stdout
    assert (project / ".portcullis/sandbox").is_dir()
    assert [path.name for path in stacks.iterdir()] == ["dev.json"]


def agree(*, agreed: bool = False) -> None:
    """Ask about a real organization."""
    deploy.agree("acme", "up --stack prod", agreed=agreed)


def test_nobody_there_is_no_agreement(monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI the text says how one agrees beforehand."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("acme\n"))
    with pytest.raises(UserError, match=r"nothing was changed: nobody is here .* --yes"):
        agree()
    agree(agreed=True)


class Terminal(io.StringIO):
    """Somebody at the keyboard."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.mark.parametrize("typed", ["acme\n", " acme \n", "acme"])
def test_the_name_is_agreement(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    """The organization's name, typed out."""
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    agree()


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "yes\n", "acm\n", "acme2\n", "ACME\n"])
def test_anything_else_is_none(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    """A habit is no agreement; nor is the end of the input."""
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    with pytest.raises(UserError, match=r"^nothing was changed$"):
        agree()


def test_mistakes_in_yaml_come_before_everything(project: Path) -> None:
    """No engine is installed and no sandbox started for a file that has mistakes."""
    console = Console(file=io.StringIO())
    settings = StackSettings("dev", project)
    with pytest.raises(UserError, match=r"portcullis:organization|orgs"):
        deploy.deploy(settings, console, change=False)
    assert console.file.getvalue() == ""  # type: ignore[attr-defined]
    assert not (project / ".portcullis").exists()

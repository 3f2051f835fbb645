"""Programs and policy packs, run by the real CLI through our language host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, runtime, write_json

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import os, signal, sys
import pulumi

mode = os.environ["MODE"]
if mode == "prints":
    print("said on stdout")
    print("said on stderr", file=sys.stderr)
if mode == "config":
    config = pulumi.Config()
    pulumi.export("plain", config.require("plain"))
    pulumi.export("hidden", config.require_secret("hidden"))
if mode == "shown":
    pulumi.log.error("orgs/x.yaml:3:1  `visibilty` is not a field")
    sys.exit(32)
if mode == "RunError":
    raise pulumi.RunError("orgs/x.yaml:3:1  `visibilty` is not a field")
if mode == "exception":
    raise KeyError("a mistake of ours")
if mode == "apply":
    pulumi.Output.from_input(1).apply(lambda one: one / 0)
if mode == "killed":
    os.kill(os.getpid(), signal.SIGKILL)

def check(args):
    if mode == "hook fails":
        raise ValueError(f"repository {args.name} exists already")

if mode.startswith("hook") or mode == "stash":
    hook = pulumi.ResourceHook("check", check, pulumi.ResourceHookOptions(on_dry_run=True))
    hooks = pulumi.ResourceHookBinding(before_create=[hook])
    pulumi.Stash("escai", input="value", opts=pulumi.ResourceOptions(hooks=hooks))
"""

PACK = """
import os
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def validate(args, report_violation):
    if args.name == "escai":
        report_violation("EN004: a release environment can be entered from any branch")

PolicyPack(
    "pack",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[ResourceValidationPolicy(name="EN004", description="d", validate=validate)],
)
"""


@pytest.fixture(scope="module")
def project(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose program does what MODE says."""
    return Project.make(tmp_path_factory.mktemp("project"), environment, PROGRAM)


def test_output(project: Project) -> None:
    """What a program prints, on either stream, reaches the user."""
    done = project.pulumi("preview", MODE="prints")
    assert done.returncode == 0, done.stdout
    assert "said on stdout" in done.stdout
    assert "said on stderr" in done.stdout


def test_config(project: Project) -> None:
    """The stack's configuration reaches the program, and what is secret in it stays secret."""
    project.pulumi("config", "set", "plain", "seen")
    project.pulumi("config", "set", "--secret", "hidden", "canary-7f3a")
    done = project.pulumi("preview", MODE="config")
    assert done.returncode == 0, done.stdout
    assert '"seen"' in done.stdout
    assert "[secret]" in done.stdout
    assert "canary-7f3a" not in done.stdout


@pytest.mark.parametrize("mode", ["shown", "RunError"])
def test_mistake_of_the_user(project: Project, mode: str) -> None:
    """A message of the program's own stands without a stack trace, and the command fails."""
    done = project.pulumi("preview", MODE=mode)
    assert done.returncode != 0
    assert "error: orgs/x.yaml:3:1  `visibilty` is not a field" in done.stdout
    assert "Traceback" not in done.stdout


def test_nothing_added(project: Project) -> None:
    """After exit code 32 the engine adds nothing to what the program has said."""
    assert "unhandled error" not in project.pulumi("preview", MODE="shown").stdout


@pytest.mark.parametrize(
    ("mode", "error"), [("exception", "KeyError"), ("apply", "ZeroDivisionError")]
)
def test_mistake_of_the_program(project: Project, mode: str, error: str) -> None:
    """An unexpected exception shows where it came from, and the command fails."""
    done = project.pulumi("preview", MODE=mode)
    assert done.returncode != 0
    assert "__main__.py" in done.stdout
    assert error in done.stdout


def test_killed_program(project: Project) -> None:
    """A program that something killed is not taken for one that ended well."""
    done = project.pulumi("preview", MODE="killed")
    assert done.returncode != 0
    assert "the program was ended by SIGKILL" in done.stdout


def test_hook_at_preview(project: Project) -> None:
    """A `before_create` hook with `on_dry_run` stops a preview with its own message."""
    assert project.pulumi("preview", MODE="hook passes").returncode == 0
    done = project.pulumi("preview", MODE="hook fails")
    assert done.returncode != 0
    assert 'before hook "check" failed: repository escai exists already' in done.stdout
    assert "Traceback" not in done.stdout


def test_hook_at_update(project: Project) -> None:
    """The same hook stops an update before the resource is made."""
    done = project.pulumi("up", "--yes", "--skip-preview", MODE="hook fails")
    assert done.returncode != 0
    assert "repository escai exists already" in done.stdout
    assert project.made() == []


def test_missing_virtual_environment(environment: dict[str, str], tmp_path: Path) -> None:
    """A project whose virtual environment was never made says which, and what to do."""
    project = Project.make(tmp_path, environment, PROGRAM)
    (tmp_path / "venv").unlink()
    done = project.pulumi("preview", MODE="prints")
    assert done.returncode != 0
    assert f"the virtual environment {tmp_path / 'venv'}" in done.stdout
    assert "pulumi install" in done.stdout


@pytest.fixture(scope="module")
def guarded(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a policy pack, named by an environment variable only."""
    folder = tmp_path_factory.mktemp("guarded")
    pack = folder / "policy"
    pack.mkdir()
    # The option is relative to the pack's own folder, not to the project's.
    write_json(
        pack / "PulumiPolicy.yaml", version="0.0.1", runtime=runtime({"virtualenv": "../venv"})
    )
    (pack / "__main__.py").write_text(PACK)
    return Project.make(folder, {**environment, "PULUMI_OPTION_POLICY_PACK": "policy"}, PROGRAM)


def test_policy_pack_passes(guarded: Project) -> None:
    """A pack that finds nothing lets the preview pass, and is named in it."""
    done = guarded.pulumi("preview", MODE="prints")
    assert done.returncode == 0, done.stdout
    assert "pack@v0.0.1" in done.stdout


@pytest.mark.parametrize(
    "command", [["preview"], ["up", "--yes"], ["up", "--yes", "--skip-preview"]]
)
def test_policy_pack_refuses(guarded: Project, command: list[str]) -> None:
    """PULUMI_OPTION_POLICY_PACK puts the gate before preview and update, without any flag."""
    done = guarded.pulumi(*command, MODE="stash")
    assert done.returncode != 0
    assert "EN004: a release environment can be entered from any branch" in done.stdout
    assert guarded.made() == []

"""Which stacks a change touches."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from portcullis.cli import app
from portcullis.deployment.changed import changed_stacks, stacks
from portcullis.project import UserError

if TYPE_CHECKING:
    from pathlib import Path

ORGANIZATIONS = {"acme": "acme", "umbrella": "umbrella", "umbrella.eu": "umbrella"}
"""Stacks and their declarations."""


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as nobody in particular."""
    who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def write(folder: Path, *paths: str) -> None:
    """Change some files, and commit."""
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {file.stat().st_size if file.exists() else 0}\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A configuration repository with three stacks and a practice stack, and one commit."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for stack, name in ORGANIZATIONS.items():
        config = f"config:\n  portcullis:organization: {name}\n"
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(config)
    local = "config: {'portcullis:organization': acme, 'github:baseUrl': 'http://127.0.0.1:1/x/'}\n"
    (tmp_path / "Pulumi.acme-practice.yaml").write_text(local)
    (tmp_path / "Pulumi.yaml").write_text("name: portcullis\n")
    write(tmp_path, "README.md")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "touched"),
    [
        ("orgs/acme.yaml", ["acme"]),
        ("orgs/umbrella/repositories/x.yaml", ["umbrella", "umbrella.eu"]),
        ("orgs/policy.json", []),
        ("requirements.txt", [*ORGANIZATIONS]),
        ("policy/__main__.py", [*ORGANIZATIONS]),
        ("a\nname with ümlaut", [*ORGANIZATIONS]),
        ("README.md", []),
        (".github/workflows/deploy.yml", []),
    ],
)
def test_a_file_touches_the_stacks_that_read_it(root: Path, path: str, touched: list[str]) -> None:
    """C5: a preview for each stack that may be another, and for no other."""
    write(root, path)
    assert [each.name for each in changed_stacks(root, "HEAD~1")] == touched


def test_a_stack_file_touches_its_stack(root: Path) -> None:
    """C5: also if its name has a dot; and a practice stack is none."""
    for name, touched in (("umbrella.eu", ["umbrella.eu"]), ("acme-practice", [])):
        path = root / f"Pulumi.{name}.yaml"
        path.write_text(f"{path.read_text()}# changed\n")
        git(root, "commit", "--quiet", "--all", "--message", "x")
        assert [each.name for each in changed_stacks(root, "HEAD~1")] == touched


def test_a_moved_declaration_touches_both(root: Path) -> None:
    """C5: the stack that loses a file is previewed as well as the one that gets it."""
    (root / "orgs").mkdir()
    (root / "orgs/acme.yaml").write_text("organization: acme\n" * 9)
    write(root, "other")
    git(root, "mv", "orgs/acme.yaml", "orgs/umbrella.yaml")
    git(root, "commit", "--quiet", "--message", "x")
    assert [each.name for each in changed_stacks(root, "HEAD~1")] == [*ORGANIZATIONS]


def test_what_changed_on_the_other_branch_meanwhile_is_no_change(root: Path) -> None:
    """C5: a pull request is compared with the commit that it began from."""
    git(root, "checkout", "--quiet", "-b", "change")
    write(root, "orgs/acme.yaml")
    git(root, "checkout", "--quiet", "main")
    write(root, "requirements.txt")
    main = git(root, "rev-parse", "HEAD")
    git(root, "checkout", "--quiet", "change")
    assert [each.name for each in changed_stacks(root, main)] == ["acme"]


def test_a_new_branch_touches_all(root: Path) -> None:
    """GitHub says zeros for the commit before a branch's first push."""
    assert [each.name for each in changed_stacks(root, "0" * 40)] == [*ORGANIZATIONS]


@pytest.mark.parametrize("since", ["nonsense", "-x", "--output=x"])
def test_an_unknown_commit_is_a_mistake(root: Path, since: str) -> None:
    """Nothing is taken for unchanged because nothing could be compared."""
    with pytest.raises(UserError, match="git cannot compare"):
        changed_stacks(root, since)
    assert not (root / "x").exists()


def test_names_that_a_workflow_cannot_pass_on_are_all_told(root: Path) -> None:
    """A file's name in a pull request reaches no shell."""
    config = "config:\n  portcullis:organization: $(id)\n"
    for name in ("a b", "acme"):
        (root / f"Pulumi.{name}.yaml").write_text(config)
    with pytest.raises(UserError) as caught:
        stacks(root)
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "Pulumi.a b.yaml",
        "Pulumi.acme.yaml",
    ]


def test_the_command_prints_a_matrix(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--json` is what `fromJSON` takes; without it, a name a line."""
    monkeypatch.chdir(root)
    write(root, "orgs/acme.yaml")
    given = ["stacks", "--since", "HEAD~1"]
    printed = CliRunner().invoke(app, [*given, "--json"]).stdout
    assert json.loads(printed) == [{"stack": "acme", "organization": "acme"}]
    assert CliRunner().invoke(app, given).stdout == "acme\n"
    assert len(CliRunner().invoke(app, ["stacks"]).stdout.splitlines()) == len(ORGANIZATIONS)

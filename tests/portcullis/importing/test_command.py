"""The command line: what it refuses, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from portcullis import cli, commands
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox import World

SEED = {
    "users": ["zoe"],
    "organizations": [
        {
            "login": "acme",
            "plan": "team",
            "owners": ["ana"],
            "members": ["kim"],
            "repositories": {
                "tool": {"visibility": "public", "files": {"README.md": "x"}},
                "site": {"visibility": "public", "files": {"README.md": "x"}},
            },
        }
    ],
    "tokens": [{"login": "ana"}],
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A small organization."""
    with Sandbox(judged=False) as sandbox:
        yield sandbox.world("import-command", SEED)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project without stacks; credentials come from the environment."""
    (tmp_path / "Pulumi.yaml").write_text("name: portcullis\nruntime: python\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STACK", raising=False)
    monkeypatch.setenv("GITHUB_BASE_URL", world.base_url)
    monkeypatch.setenv("GITHUB_TOKEN", world.token)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run the command, and return its exit code and what it printed."""
    for console in (commands.console, commands.errors):
        console.file = None  # type: ignore[assignment] # rich takes the captured streams then
    done = CliRunner().invoke(cli.app, ["import", *arguments])
    shown = capsys.readouterr()
    return done.exit_code, done.output + shown.out + shown.err


@pytest.mark.parametrize(
    ("organization", "said"),
    [
        ("nobody", "has no organization nobody that these credentials may see"),
        ("zoe", "zoe is a personal account"),
        ("../acme", "is not the login of an organization"),
    ],
)
def test_what_is_no_organization(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], organization: str, said: str
) -> None:
    """Promise: nothing is written for what is no organization; the message says what it is."""
    code, text = run(capsys, organization)
    assert (code, said in text) == (1, True), text
    assert not (tmp_path / "orgs").exists()


def test_no_credentials(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: without credentials, the message says where they come from."""
    monkeypatch.delenv("GITHUB_TOKEN")
    code, text = run(capsys, "acme")
    assert code == 1
    assert "no credentials for" in text
    code, text = run(capsys, "acme", "--stack", "other")
    assert (code, "there is no stack other" in text) == (1, True)


def test_files_that_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: nobody's files are written over; the login may be in any case."""
    assert run(capsys, "ACME")[0] == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("orgs/**/*") if path.is_file()}
    assert {path.name for path in before} == {
        *("organization.yaml", "not-imported.md", "site.yaml", "tool.yaml")
    }
    code, text = run(capsys, "acme")
    assert code == 1
    assert "orgs/acme exists already, and nothing was changed" in text
    assert "portcullis import acme --update" in text
    assert run(capsys, "acme", "--update")[0] == 0
    assert before == {path: path.read_bytes() for path in before}


def test_what_no_field_declares_is_listed(
    tmp_path: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: roles of the organization, and claims of token subjects, are listed if not GitHub's.

    Nothing of an organization is left out silently.
    """
    listed = tmp_path / "orgs/acme/not-imported.md"
    assert run(capsys, "acme")[0] == 0
    assert "template of token subjects" not in listed.read_text("utf-8")
    for path, body in (
        ("organization-roles/users/kim/8136", None),
        ("actions/oidc/customization/sub", {"include_claim_keys": ["repository_owner"]}),
    ):
        assert world.request("PUT", f"/orgs/acme/{path}", body)["status"] < 300, path
    assert run(capsys, "acme", "--update")[0] == 0
    text = listed.read_text("utf-8")
    assert "  - person with the organization's role all\\_repo\\_admin/kim" in text
    assert "  - template of token subjects acme" in text


def test_too_few_rights(
    tmp_path: Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Promise: a member's import goes on, and lists what is hidden, with the permission."""
    world.client("kim").close()
    monkeypatch.setenv("GITHUB_TOKEN", world.tokens["kim"])
    code, text = run(capsys, "acme")
    assert code == 0
    assert "not read   these credentials may not read it (403; it takes the permission" in text
    listed = (tmp_path / "orgs/acme/not-imported.md").read_text("utf-8")
    assert "rulesets of tool" in listed
    assert "setting billing\\_email" in listed
    assert "billing_email: TODO" in (tmp_path / "orgs/acme/organization.yaml").read_text("utf-8")


def test_a_repository_that_fails(
    tmp_path: Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Promise: what GitHub fails to answer is listed; the other repositories are imported."""
    monkeypatch.setattr("githubkit.core.time.sleep", lambda _: None)
    world.fault(method="GET", path="/repos/acme/tool/hooks", status=502, count=20)
    code, text = run(capsys, "acme")
    assert code == 0, text
    assert "GitHub answered 502" in text
    assert "webhooks of tool" in (tmp_path / "orgs/acme/not-imported.md").read_text("utf-8")
    assert (tmp_path / "orgs/acme/repositories/site.yaml").exists()

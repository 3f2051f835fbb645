"""`secrets import` brings values to where the organization's file says that its sources are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.conftest import seed
from tests.end_to_end.sources.places import CANARY
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.sources.places import Places
    from tests.support.sandbox import Sandbox
    from tests.support.vault import Vault

ORGANIZATION = """\
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
sources: {vault: {address: ADDRESS}}
protection: {main: {required_checks: [ci]}}
repositories:
  tool:
    visibility: public
"""


def value_in(vault: Vault) -> str:
    """What was imported."""
    read = vault.client.secrets.kv.v2.read_secret_version
    found = read("imported/here", mount_point="kv", raise_on_deleted_version=True)
    value: str = found["data"]["data"]["ONE"]
    return value


def test_the_declared_source_gets_the_value_and_gives_it(
    places: Places, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Whatever the shell's VAULT_ADDR is: the value goes to where it is read from (E7, G1).

    The lines that it prints, pasted into the file, bring it to GitHub.
    """
    project = Project(tmp_path / "project", sandbox.world("import", seed("acme", [])))
    project.write(ORGANIZATION.replace("ADDRESS", places.vault.address))
    project.create({})
    project.environment = places.plugins.environment(project.environment) | {
        "VAULT_ADDR": "http://127.0.0.1:9",
        "VAULT_TOKEN": places.vault.root_token,
    }
    file = tmp_path / ".env"
    file.write_text(f"ONE={CANARY}-one\n", encoding="utf-8")
    arguments = ("secrets", "import", str(file), "--to", "vault:kv/imported/here")
    done = project.portcullis(*arguments)
    assert done.code == 0, done.text
    assert value_in(places.vault) == f"{CANARY}-one"
    _, _, lines = done.stdout.partition("below `secrets:`\n")
    (line,) = lines.strip().splitlines()
    project.edit("visibility: public\n", f"visibility: public\n    secrets: {{{line.strip()}}}\n")
    outcome = project.update()
    assert outcome.code == 0, outcome.text
    assert project.world.secret("ONE", repository="acme/tool") == f"{CANARY}-one"

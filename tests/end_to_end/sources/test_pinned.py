"""A pinned version: that value arrives, and a newer one at the source changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.end_to_end.conftest import seed
from tests.end_to_end.sources.places import CANARY
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.sources.places import Places
    from tests.support.sandbox import Sandbox


def write(places: Places, value: str) -> dict[str, dict[str, str]]:
    """Write a value to each source that has versions; references to exactly this one."""
    definition = json.dumps({"values": {"one": {"fn::secret": value}}})
    places.esc.put("shared/pinned", definition)
    revision = places.esc.client().esc_api.list_environment_revisions(
        places.esc.organization, "shared", "pinned", count=1
    )[0]
    return {
        "VAULT": {
            "vault": "kv/pinned",
            "key": "one",
            "version": str(places.vault.write("kv", "pinned", one=value)),
        },
        "AWS": {"aws": "pinned", "version": places.aws.write("pinned", value)},
        "SSM": {
            "aws": "ssm:/pinned",
            "version": str(places.aws.write_parameter("/pinned", value)),
        },
        "ESC": {"esc": "shared/pinned", "key": "one", "version": str(revision.number)},
    }


def test_a_pinned_version_stays(places: Places, sandbox: Sandbox, tmp_path: Path) -> None:
    """Of two values in each source the first is pinned; beside it, the newest is not (S1, S11)."""
    # each version says from now on when it will be deleted, and is there until then
    places.vault.client.secrets.kv.v2.update_metadata(
        "pinned", mount_point="kv", delete_version_after="24h"
    )
    pinned = write(places, f"{CANARY}-first")
    newest = {f"NEW_{name}": {**each} for name, each in write(places, f"{CANARY}-second").items()}
    for each in newest.values():
        del each["version"]
    secrets = json.dumps({name: {"from": each} for name, each in (pinned | newest).items()})
    project = Project(tmp_path / "project", sandbox.world("pinned", seed("acme", [])))
    project.write(
        "organization: acme\nplan: team\n"
        "settings: {display_name: Acme, billing_email: billing@acme.example}\n"
        f"{places.sources()}"
        "protection: {main: {required_checks: [ci]}}\n"
        f"repositories: {{tool: {{visibility: public, secrets: {secrets}}}}}\n"
    )
    project.create({})
    places.attach(project)
    project.make()
    values = {
        name: project.world.secret(name, repository="acme/tool") for name in (*pinned, *newest)
    }
    assert values == {
        **dict.fromkeys(pinned, f"{CANARY}-first"),
        **dict.fromkeys(newest, f"{CANARY}-second"),
    }

    write(places, f"{CANARY}-third")
    changed = project.preview().operations()
    # the root tells the policy pack which version each secret is of
    secrets_changed = {f"ActionsSecret tool/actions/{name}" for name in newest}
    assert set(changed) == {*secrets_changed, "portcullis:index:Organization acme"}

    project.edit('"aws": "pinned", "version": "', '"aws": "pinned", "version": "0')
    project.edit(
        '"vault": "kv/pinned", "key": "one", "version": "',
        '"vault": "kv/pinned", "key": "one", "version": "9',
    )
    refused = project.preview()
    assert refused.code != 0
    assert "Traceback" not in refused.text
    for name, place in (("AWS", "AWS' pinned"), ("VAULT", "Vault's kv/pinned")):
        assert f"repositories.tool.secrets.{name}.from" in refused.text
        assert f"{place}: there is no such path" in refused.text

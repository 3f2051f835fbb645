"""Repositories change their visibility, with secret scanning as GitHub offers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.conftest import PEOPLE, seed
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox, World

ORGANIZATION = """\
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
repositories:
  first: {visibility: private, description: One}
  second: {visibility: public}
"""


def looks(world: World, name: str) -> tuple[str, str, str]:
    """A repository's visibility, and whether secret scanning and push protection are on."""
    with world.client() as api:
        found = api.get(f"/repos/acme/{name}").json()
    security = found["security_and_analysis"]
    return (
        found["visibility"],
        security["secret_scanning"]["status"],
        security["secret_scanning_push_protection"]["status"],
    )


PUBLIC = ("public", "enabled", "enabled")
PRIVATE = ("private", "disabled", "disabled")


def test_a_private_repository_becomes_public_and_private_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Each way is one `up`, also with other changes; secret scanning is on where it can be."""
    world = sandbox.world("going-public", seed("acme", PEOPLE))
    project = Project(tmp_path / "project", world)
    project.environment["PULUMI_OPTION_POLICY_PACK"] = ""
    project.write(ORGANIZATION)
    project.create({})
    project.make()
    assert (looks(world, "first"), looks(world, "second")) == (PRIVATE, PUBLIC)

    project.edit("first: {visibility: private, description: One}", "first: {visibility: public}")
    project.edit("second: {visibility: public}", "second: {visibility: private}")
    world.clear_journal()
    previewed = project.preview()
    assert previewed.operations() == {"Repository first": "update", "Repository second": "update"}
    assert not world.writes(), "a preview changes nothing"
    changed = project.up("--skip-preview")
    assert changed.code == 0, changed.text
    assert (looks(world, "first"), looks(world, "second")) == (PUBLIC, PRIVATE)

    # somebody was faster: the state still says private when the file says public
    project.edit("second: {visibility: private}", "second: {visibility: public}")
    with world.client("owner") as api:
        assert api.patch("/repos/acme/second", json={"visibility": "public"}).status_code == 200
    again = project.up("--skip-preview")
    assert again.code == 0, again.text
    assert looks(world, "second") == PUBLIC
    settled = project.preview("--refresh", "--expect-no-changes")
    assert settled.code == 0, settled.text

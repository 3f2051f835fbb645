"""Managed files where GitHub has something else, or had the file before, against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.organization import OrganizationConfig
from portcullis.files import added
from portcullis.files.live import Place, entries, heads
from portcullis.files.tree import Entry
from portcullis.project import UserError
from tests.components.declaration.resolved import resolved
from tests.end_to_end.conftest import seed
from tests.end_to_end.live import client

if TYPE_CHECKING:
    from tests.support.sandbox import Sandbox

OBSTACLES = """
  acme/lib: docs: it is a folder on GitHub
  acme/lib: a.md/b.md: `a.md` is a file on GitHub"""


def test_a_pull_request_replaces_no_folder_and_no_file_above(sandbox: Sandbox) -> None:
    """All are named at once, before anything changes; git itself would replace them silently."""
    start: dict[str, Any] = seed("acme", ["ana"])
    files = {"a.md": "theirs\n", "docs/c.md": "theirs\n"}
    start["organizations"][0]["repositories"] = {"lib": {"files": files}}
    world = sandbox.world("obstacles", start)
    declared = {path: {"content": "ours\n"} for path in ("docs", "a.md/b.md")}
    repository = {"files": declared, "file_changes": "pull-request", "workflows": False}
    config = OrganizationConfig.model_validate(
        {
            "organization": "acme",
            "plan": "team",
            "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
            "repositories": {"lib": repository},
        }
    )
    github = client(world)
    with pytest.raises(UserError) as raised:
        added.commits(github, resolved(config), {})
    assert str(raised.value).endswith(OBSTACLES)

    head = heads(github, "acme", ["lib"])["lib"]
    assert head is not None
    changes = [added.Change(path, None, "ours\n") for path in declared]
    sha = added.create(github, "/repos/acme/lib", head, changes, "what git does")
    root = Place("lib", "", sha)
    found = entries(github, "acme", [root, Place("lib", "a.md", sha), Place("lib", "docs", sha)])
    assert found[root] == {"a.md": Entry("tree", "040000"), "docs": Entry("blob", "100644")}
    assert [*found[Place("lib", "a.md", sha)]] == ["a.md/b.md"]


def test_a_baseline_that_people_deleted_is_not_created_again(sandbox: Sandbox) -> None:
    """It is created once: what people looked at is in the history, and they removed it (G5)."""
    start: dict[str, Any] = seed("acme", ["ana"])
    start["organizations"][0]["repositories"] = {
        name: {"files": {"a.md": "a\n"}} for name in ("lib", "new")
    }
    world = sandbox.world("baseline", start)
    config = OrganizationConfig.model_validate(
        {
            "organization": "acme",
            "plan": "team",
            "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
            "standard_files": {"pre_commit": True},
            "repositories": {"lib": {"workflows": False}, "new": {"workflows": False}},
        }
    )
    path = "/repos/acme/lib/contents/.secrets.baseline"
    made = world.request("PUT", path, {"message": "looked at", "content": "e30="})
    body = {"message": "not needed", "sha": made["body"]["content"]["sha"]}
    assert world.request("DELETE", path, body)["status"] == 200
    found = added.commits(client(world), resolved(config), {})
    assert {each.repository: each.paths for each in found} == {
        "lib": ".pre-commit-config.yaml",
        "new": ".pre-commit-config.yaml, .secrets.baseline",
    }

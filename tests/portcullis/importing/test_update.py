"""`--update`: what differs from GitHub is changed, and all that people wrote stays."""

from __future__ import annotations

import copy
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from components.declaration import load
from portcullis.importing import files, run
from portcullis.project import UserError
from tests.portcullis.importing import form

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from portcullis.importing.imported import Imported

PEOPLE = ("ana", "ben", "kim")
DAY, LATER = date(2026, 12, 1), date(2027, 1, 15)
DATA: dict[str, Any] = {
    "organization": "acme",
    "plan": "enterprise",
    "settings": {"display_name": "Acme", "billing_email": "a@acme.example"},
    "actions": {"sha_pinning_required": False},
    "teams": {"core": {"members": ["ana", "ben"]}, "security": {"members": ["kim"]}},
    "protection": {"main": {"required_checks": ["ci"]}},
    "secrets": {"TOKEN": {"from": "TODO", "visible_to": ["tool"]}},
    "variables": {"REGION": {"value": "north", "visible_to": "all"}},
    "repositories": {
        "tool": {
            "description": "A tool",
            "access": {"core": "push"},
            "features": {"wiki": True},
            "environments": {
                "prod": {"reviewers": {"teams": ["core"]}, "secrets": {"KEY": {"from": "TODO"}}}
            },
            "secrets": {"HOOK": {"from": "TODO"}},
            "variables": {"LEVEL": "info"},
        },
        "site": {"visibility": "public"},
    },
}


def project(root: Path, data: dict[str, Any]) -> dict[str, str]:
    """Import an organization that is live as ``data`` declares it, and return its files."""
    found = run.imported(form.live(data, root, PEOPLE), root, today=DAY)
    files.write(root, "acme", files.texts(found.data, found.not_imported))
    return texts(root)


def texts(root: Path) -> dict[str, str]:
    """Return the files."""
    folder = root / "orgs" / "acme"
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def edit(root: Path, name: str, change: Callable[[str], str]) -> None:
    """Edit a file as people do."""
    path = root / "orgs" / "acme" / name
    before = path.read_text("utf-8")
    path.write_text(change(before), "utf-8")
    assert before != path.read_text("utf-8")


def update(root: Path, data: dict[str, Any]) -> Imported:
    """Bring the files up to date with an organization that is live as ``data`` declares it."""
    return run.brought_up_to_date(form.live(data, root, PEOPLE), root, today=LATER)


def test_nothing_differs(tmp_path: Path) -> None:
    """Promise: a second import writes the same bytes, at any time; dates of exemptions stay."""
    before = project(tmp_path, DATA)
    found = update(tmp_path, DATA)
    assert not found.changes
    assert not found.proven.differs
    assert texts(tmp_path) == before
    assert "expires: 2027-03-01" in before["organization.yaml"]


def test_what_people_wrote_stays(tmp_path: Path) -> None:
    """Promise: comments, order, sources of secrets and reasons stay; only what differs changes."""
    project(tmp_path, DATA)
    edit(
        tmp_path,
        "organization.yaml",
        lambda text: (
            text.replace("teams:\n", "# who works here\nteams:\n")
            .replace("from: TODO", "from: {config: token}, rotate_every: 90d")
            .replace(
                "imported on 2026-12-01: actions need not be pinned", "until the audit in March"
            )
        ),
    )
    edit(
        tmp_path,
        "repositories/tool.yaml",
        lambda text: (
            text.replace("KEY: {from: TODO}", "KEY: {from: {config: key}}")
            .replace("HOOK: {from: TODO}", "HOOK: {from: {config: hook}}")
            .replace("description: A tool\n", "")
            + "# last\ndescription: A tool  # what it is\necosystems: [pip]\nworkflows: false\n"
        ),
    )
    written = texts(tmp_path)
    live = copy.deepcopy(DATA)
    tool = live["repositories"]["tool"]
    tool["description"] = "Another tool"
    tool["access"] = {"core": "maintain", "security": "pull"}
    tool["environments"]["prod"]["reviewers"] = {"teams": ["security"]}
    tool["environments"]["prod"]["secrets"]["NEW"] = {"from": "TODO"}
    tool["variables"] = {"LEVEL": "debug"}
    live["teams"]["core"]["members"] = ["ana"]
    live["repositories"]["new"] = {"topics": ["on"]}
    found = update(tmp_path, live)
    after = texts(tmp_path)
    assert not found.proven.differs
    assert after["repositories/site.yaml"] == written["repositories/site.yaml"]
    assert after["repositories/new.yaml"].endswith('topics: ["on"]\n')
    # what is weak and new gets exemptions, after those that are there
    assert after["organization.yaml"].startswith(
        written["organization.yaml"].replace(
            "core: {members: [ana, ben]}", "core: {members: [ana]}"
        )
    )
    text = after["repositories/tool.yaml"]
    for kept in (
        "# last\ndescription: Another tool # what it is\n",
        "ecosystems: [pip]\nworkflows: false\n",
        "KEY: {from: {config: key}}",
        "HOOK: {from: {config: hook}}",
        "access: {core: maintain, security: pull}\n",
        "reviewers: {teams: [security]}",
        "LEVEL: debug",
        "NEW:",
    ):
        assert kept in text, text
    assert load("acme", tmp_path, blanks=True)
    assert update(tmp_path, live).changes == []
    assert texts(tmp_path) == after


def test_what_is_gone_goes(tmp_path: Path) -> None:
    """Promise: what was deleted on GitHub leaves the YAML, and nothing else does."""
    project(tmp_path, DATA)
    live = copy.deepcopy(DATA)
    del live["repositories"]["site"], live["variables"]
    del live["repositories"]["tool"]["environments"], live["protection"]
    found = update(tmp_path, live)
    assert sorted(each for each in found.changes or ()) == [
        ("removed", "protection.main"),
        ("removed", "repositories.site"),
        ("removed", "repositories.tool.environments.prod"),
        ("removed", "variables.REGION"),
    ]
    left = form.resolved(
        {**load("acme", tmp_path, blanks=True).config.model_dump(by_alias=True, exclude_unset=True)}
        | {"exemptions": []},
        tmp_path,
    )
    assert sorted(left.repositories) == ["tool"]
    assert not left.config.protection
    assert not (tmp_path / "orgs/acme/repositories/site.yaml").exists()


def test_one_file(tmp_path: Path) -> None:
    """Promise: a declaration in one file stays in one file."""
    text = (
        "organization: acme  # ours\nplan: enterprise\n"
        "settings: {display_name: Acme, billing_email: a@acme.example}\n"
        "repositories:\n  tool: {}\n"
    )
    (tmp_path / "orgs").mkdir()
    path = tmp_path / "orgs" / "acme.yaml"
    path.write_text(text, "utf-8")
    live = {
        "organization": "acme",
        "plan": "enterprise",
        "settings": {"display_name": "Acme", "billing_email": "b@acme.example"},
        "repositories": {"tool": {"homepage": "https://acme.example"}, "new": {}},
    }
    update(tmp_path, live)
    after = path.read_text("utf-8")
    assert after.startswith(
        "organization: acme  # ours\nplan: enterprise\n"
        "settings: {display_name: Acme, billing_email: b@acme.example}\n"
        'repositories:\n  tool:\n    homepage: "https://acme.example"\n  new: {}\n'
        "exemptions:\n  - rule: BR001\n"
    )
    assert not (tmp_path / "orgs" / "acme").exists()


def test_mistakes_are_left_to_people(tmp_path: Path) -> None:
    """Promise: files with mistakes are not touched; the message names all of them."""
    project(tmp_path, DATA)
    edit(tmp_path, "organization.yaml", lambda text: text.replace("plan:", "plam:"))
    before = texts(tmp_path)
    with pytest.raises(UserError, match=r"organization\.yaml:\d+:\d+  plam"):
        update(tmp_path, {**DATA, "variables": {}})
    assert texts(tmp_path) == before

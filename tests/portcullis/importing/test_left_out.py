"""What the YAML cannot say stays as it is on GitHub, and is listed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from portcullis.importing import files, not_imported
from portcullis.live.asking import Unread
from portcullis.live.resource import Gap, LiveResource
from portcullis.project import UserError
from tests.portcullis.importing import form

if TYPE_CHECKING:
    from collections.abc import Callable

    from portcullis.importing.proof import Proven
    from portcullis.live.resource import Live

DATA: dict[str, Any] = {
    "organization": "acme",
    "plan": "enterprise",
    "settings": {"display_name": "Acme", "billing_email": "a@acme.example"},
    "teams": {"core": {"members": ["ana"]}},
    "protection": {"main": {"repositories": ["tool"]}},
    "tag_protection": {"versions": {"created_by": ["core"]}},
    "secrets": {"TOKEN": {"from": "TODO", "visible_to": ["tool"]}},
    "repositories": {
        "tool": {
            "access": {"core": "push"},
            "protection": {
                "release": {"branches": ["release/*"]},
                "old": {"branches": ["old"], "enforced_by": "classic"},
            },
            "environments": {"prod": {"secrets": {"KEY": {"from": "TODO"}}}},
        },
        "site": {},
    },
}


@pytest.fixture
def live(tmp_path: Path) -> Live:
    """The organization, as it is declared."""
    return form.live(DATA, tmp_path, ["ana"])


def change(live: Live, kind: str, name: str, **fields: object) -> None:
    """Change one thing."""

    def changed(each: LiveResource) -> LiveResource:
        if (each.kind, each.name) != (kind, name):
            return each
        return replace(each, inputs={**each.inputs, **fields})

    live.resources = [changed(each) for each in live.resources]


def listed(proven: Proven, live: Live) -> str:
    """The file for people."""
    return not_imported.text("acme", not_imported.leftovers(proven, live), proven.differs)


def rules(live: Live, kind: str, name: str) -> dict[str, Any]:
    """The rules of a ruleset."""
    (found,) = [each for each in live.of(kind) if each.name == name]
    return dict(found.inputs["rules"])


def _merge_queue(live: Live) -> None:
    queue = {**rules(live, "OrganizationRuleset", "main"), "mergeQueue": {"mergeMethod": "SQUASH"}}
    change(live, "OrganizationRuleset", "main", rules=queue)


def _deploy_key(live: Live) -> None:
    actors = [{"actorType": "DeployKey", "bypassMode": "always"}]
    change(live, "RepositoryRuleset", "tool/release", bypassActors=actors)


def _tag_moved(live: Live) -> None:
    change(live, "OrganizationRuleset", "versions (immutable)", rules={"deletion": True})


def _admins(live: Live) -> None:
    change(live, "BranchProtection", "tool/old/old", enforceAdmins=False)


def _reviewer(live: Live) -> None:
    change(live, "RepositoryEnvironment", "tool/prod", reviewers=[{"teams": [], "users": [4711]}])


def _unseen_repository(live: Live) -> None:
    change(live, "ActionsOrganizationSecret", "actions/TOKEN", selectedRepositoryIds=[900, 31337])


def _hidden_members(live: Live) -> None:
    why = Unread(403, "members=read")
    live.gaps.append(Gap("members of team core", ("TeamMembers",), None, why))


def _custom_role(live: Live) -> None:
    change(live, "TeamRepository", "tool/core", permission="release-captain")


def _long_description(live: Live) -> None:
    change(live, "Repository", "site", description="x\ny")


@pytest.mark.parametrize(
    ("alter", "path", "what"),
    [
        (_merge_queue, ("protection", "main"), "ruleset main of the organization"),
        (
            _deploy_key,
            ("repositories", "tool", "protection", "release"),
            "ruleset release of tool",
        ),
        (_tag_moved, ("tag_protection", "versions"), "tag protection versions"),
        (
            _admins,
            ("repositories", "tool", "protection", "classic old"),
            "classic protection old of tool",
        ),
        (
            _reviewer,
            ("repositories", "tool", "environments"),
            "environment prod of tool, and all in it",
        ),
        (_unseen_repository, ("secrets", "TOKEN"), "actions secret TOKEN of the organization"),
        (_hidden_members, ("teams", "core"), "team core"),
        (_hidden_members, ("repositories", "tool"), "repository tool"),
        (_custom_role, ("repositories", "tool"), "repository tool"),
        (_long_description, ("repositories", "site"), "repository site"),
    ],
)
def test_what_cannot_be_said_is_left_out_as_a_whole(
    tmp_path: Path, live: Live, alter: Callable[[Live], None], path: tuple[str, ...], what: str
) -> None:
    """Promise: it is not in the YAML, it is listed with the reason, and nothing else differs."""
    alter(live)
    proven = form.imported(live, tmp_path)
    there: Any = proven.data
    for step in path:
        there = (there or {}).get(step)
    assert there is None
    assert not proven.differs
    (found,) = [each for each in proven.left if each.what == what]
    assert found.why
    assert f"  - {what}" in listed(proven, live)


def test_names_that_differ_only_in_case(tmp_path: Path, live: Live) -> None:
    """Promise: of two names that GitHub takes for one, one is imported and one is listed."""
    live.repositories["TOOL"] = replace(live.repositories["tool"], name="TOOL", number=977)
    live.resources += [
        replace(each, name="TOOL", inputs={**each.inputs, "name": "TOOL"})
        for each in live.of("Repository")
        if each.name == "tool"
    ]
    proven = form.imported(live, tmp_path)
    assert len({"tool", "TOOL"} & proven.data["repositories"].keys()) == 1
    assert "for the same name" in str(proven.left)


def test_hidden_things_name_the_permission(tmp_path: Path, live: Live) -> None:
    """Promise: what the credentials may not read is listed, with the permission that reads it."""
    why = Unread(403, "administration=read")
    live.gaps.append(Gap("repository secret-place", ("Repository",), "secret-place", why))
    text = listed(form.imported(live, tmp_path), live)
    assert "it takes the permission administration=read" in text
    assert "  - repository secret-place" in text


def test_members_of_teams_are_in_the_yaml(tmp_path: Path, live: Live) -> None:
    """Promise: only members that no team has are listed, and owners."""
    for login, role in (("ana", "member"), ("zoe", "member"), ("max", "admin")):
        inputs = {"username": login, "role": role}
        live.resources.append(LiveResource("Membership", login, login, inputs))
    text = listed(form.imported(live, tmp_path), live)
    assert "member zoe" in text
    assert "owner max" in text
    assert "member ana" not in text


def test_a_folder_is_written_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: an import that ends in the middle leaves no folder, and the next one sweeps up."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    texts = {files.MAIN: "organization: acme\n", "repositories/tool.yaml": "{}\n"}
    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            files.write(tmp_path, "acme", texts)
    assert files.target(tmp_path, "acme") is None
    files.write(tmp_path, "acme", texts)
    assert [path.name for path in (tmp_path / "orgs").iterdir()] == ["acme"]
    assert (tmp_path / "orgs/acme/repositories/tool.yaml").read_text("utf-8") == "{}\n"
    with pytest.raises(UserError, match="cannot be written"):
        files.write(tmp_path, "acme", texts)

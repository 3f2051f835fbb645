"""The default branch of a repository that was there before: gates are for the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.end_to_end.conftest import seed
from tests.end_to_end.live import Live
from tests.support.extent import EVERY
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox

HEAD = """\
organization: acme
plan: enterprise
settings:
  display_name: Acme
  billing_email: billing@acme.example
automation: {app_id: 1001}
protection:
  main: {required_checks: [ci]}
teams:
  rel: {members: [ana, ben]}
repositories:
"""
LEGACY = """\
  legacy:
    workflows: false
    access: {rel: push}
    environments: {prod: {reviewers: {teams: [rel]}}}
    files: {NOTE.md: {content: "note\\n"}}
"""
EMPTY = LEGACY.replace("legacy", "empty")


NEW = """\
  {}:
    workflows: false
    files: {{NOTE.md: {{content: "note\\n"}}}}
    access: {{rel: push}}
    environments: {{prod: {{reviewers: {{teams: [rel]}}}}}}
"""


def repositories() -> dict[str, Any]:
    """Return a repository of another default branch, and an empty one."""
    return {
        "legacy": {"default_branch": "master", "files": {"README.md": "old"}},
        "empty": {},
    }


def test_the_default_branch_is_githubs_or_reported(sandbox: Sandbox, tmp_path: Path) -> None:
    """A default branch that is not declared is compared with GitHub's before anything changes.

    It can be kept, or renamed by its declaration. When somebody renames it on GitHub, the gates
    would be for a branch that is free: the next run reports it.
    """
    start: dict[str, Any] = seed("acme", ["ana", "ben"], "enterprise")
    start["organizations"][0]["repositories"] = repositories()
    world = sandbox.world("default-branch", start)
    project = Project(tmp_path / "project", world, protect=True)
    project.write(HEAD + LEGACY + EMPTY)
    project.create({})
    adopted = project.portcullis("adopt")
    assert adopted.code == 0, adopted.text
    refused = project.portcullis("up")
    assert refused.code != 0
    assert "repositories.legacy" in refused.text
    assert "`default_branch: master`" in refused.text
    assert world.writes() == []
    # the engine may cut off the words of hooks that fail at the same time
    plain = project.up()
    assert plain.code != 0
    assert world.writes() == []
    kept = LEGACY.replace("workflows", "default_branch: keep\n    workflows")
    project.write(HEAD + kept + EMPTY)
    refused = project.portcullis("up")
    assert refused.code != 0
    assert "empty is empty on GitHub" in refused.text
    assert world.writes() == []
    commit = {"message": "first", "content": "eA=="}
    world.request("PUT", "/repos/acme/empty/contents/README.md", commit)
    up = project.portcullis("up")
    assert up.code == 0, up.text
    live = Live(world, "acme")
    assert live.environments("legacy")["prod"]["deploy_from"] == {"branch:master"}
    assert live.environments("empty")["prod"]["deploy_from"] == {"branch:main"}
    assert live.file("legacy", "NOTE.md") == "note\n"
    renamed = LEGACY.replace("workflows", "default_branch: main\n    workflows")
    project.write(HEAD + renamed + EMPTY)
    up = project.portcullis("up")
    assert up.code == 0, up.text
    assert live.repositories()["legacy"]["default_branch"] == "main"
    assert live.environments("legacy")["prod"]["deploy_from"] == {"branch:main"}
    for name in ("legacy", "empty"):
        path = f"/repos/acme/{name}/branches/main/rename"
        with world.client("portcullis[bot]") as app:
            assert app.post(path, json={"new_name": "trunk"}).status_code == 201
    world.clear_journal()
    refused = project.portcullis("up")
    assert refused.code != 0
    assert refused.text.count("is `trunk`") == 2, refused.text
    assert world.writes() == []


def test_a_new_repository_where_the_organization_has_another_default(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A default branch that is not named is reported before the first change."""
    start: dict[str, Any] = seed("acme", ["ana", "ben"], "enterprise")
    other = sandbox.world("other-default-branch", start | {"organizations": [elsewhere(start)]})
    project = Project(tmp_path / "other", other, protect=True)
    project.write(HEAD + NEW.format("first") + kept_new("second"))
    project.create({})
    refused = project.portcullis("up")
    assert refused.code != 0
    assert "acme gets the default branch `trunk`" in refused.text
    assert "`default_branch: main` renames the branch" in refused.text
    assert other.writes() == []
    if EVERY:
        check_names(project)


def check_names(project: Project) -> None:
    """Named, a default branch is renamed or taken as it is, in one run."""
    named = [NEW.format(name) + f"    default_branch: {name}\n" for name in ("main", "trunk")]
    project.write(HEAD + "".join(named))
    up = project.portcullis("up")
    assert up.code == 0, up.text
    live = Live(project.world, "acme")
    for name in ("main", "trunk"):
        assert live.repositories()[name]["default_branch"] == name
        assert live.environments(name)["prod"]["deploy_from"] == {f"branch:{name}"}
        assert live.file(name, "NOTE.md") == "note\n"


def kept_new(name: str) -> str:
    """Return a new repository that keeps the default branch which GitHub gives it."""
    return NEW.format(name) + "    default_branch: keep\n"


def elsewhere(start: dict[str, Any]) -> dict[str, Any]:
    """Return an organization that calls the default branches of new repositories `trunk`."""
    settings = {"default_repository_branch": "trunk"}
    return {**start["organizations"][0], "settings": settings, "repositories": {}}

"""Clients that nobody here wrote release, label and read the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import github
from githubkit import GitHub
from githubkit.config import get_config

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.support.sandbox import World

WHERE = ("acme", "widget")


def test_pygithub_releases(world: World, tmp_path: Path) -> None:
    """Labels, protection, a release with a file, where its `upload_url` says (C2)."""
    wheel = tmp_path / "widget-1.whl"
    wheel.write_bytes(b"\x00wheel")
    client = github.Github(
        base_url=world.rest_url,
        auth=github.Auth.Token(world.token),
        seconds_between_requests=None,
        seconds_between_writes=None,
        retry=None,
    )
    with client:
        repository = client.get_repo("acme/widget")
        repository.create_label("security", "ff0000")
        assert "security" in {each.name for each in repository.get_labels()}
        repository.get_branch("main").edit_protection(strict=True, contexts=["ci"])
        assert repository.get_branch("main").get_protection().required_status_checks.strict
        release = repository.create_git_release("v1", "One", "notes")
        release.upload_asset(str(wheel), content_type="application/zip")
        assert [each.name for each in release.get_assets()] == [wheel.name]
        assert repository.get_latest_release().tag_name == "v1"
        assert repository.get_git_ref("tags/v1").object.sha
        release.delete_release()
    assert world.gaps() == []


def test_githubkit_models_take_the_new_answers(world: World, api: httpx.Client) -> None:
    """GitHub's own description, as pydantic models, accepts what the sandbox says (C2)."""
    release = api.post("/repos/acme/widget/releases", json={"tag_name": "v1"}).json()
    api.post(f"/repos/acme/widget/releases/{release['id']}/assets?name=a", content=b"x")
    config = get_config(base_url=f"{world.rest_url}/")
    with GitHub(world.token, config=config) as client:
        rest = client.rest("2022-11-28")
        repos, codespaces = rest.repos, rest.codespaces
        read = [
            rest.issues.list_labels_for_repo(*WHERE),
            rest.issues.get_label(*WHERE, "bug"),
            repos.list_releases(*WHERE),
            repos.get_latest_release(*WHERE),
            repos.get_release_by_tag(*WHERE, "v1"),
            repos.list_release_assets(*WHERE, release["id"]),
            codespaces.list_org_secrets("acme"),
            codespaces.get_org_public_key("acme"),
            codespaces.list_repo_secrets(*WHERE),
            rest.checks.list_suites_for_ref(*WHERE, "main"),
        ]
        for answer in read:
            assert answer.parsed_data is not None
    assert world.gaps() == []

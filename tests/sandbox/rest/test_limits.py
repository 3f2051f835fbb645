"""What GitHub refuses is refused, with a reason, and nothing is changed by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.sealing import sealed

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import Sandbox, World

SEED: dict[str, Any] = {
    "organizations": [
        {
            "login": "acme",
            "plan": "team",
            "owners": ["ana"],
            "repositories": {
                "site": {"visibility": "public", "files": {"README.md": "# site\n"}},
                "vault": {"visibility": "private"},
            },
        },
        {
            "login": "bond",
            "plan": "team",
            "licenses": ["secret-protection"],
            "owners": ["ana"],
            "repositories": {"vault": {"visibility": "private"}},
        },
        {
            "login": "strict",
            "owners": ["ana"],
            "settings": {"web_commit_signoff_required": True},
            "repositories": {"site": {"visibility": "public"}},
        },
        {"login": "free", "owners": ["ana"], "repositories": {"vault": {"visibility": "private"}}},
    ],
    "tokens": [{"login": "ana"}],
}
SITE = "/repos/acme/site"
OFF = {"allow_squash_merge": False, "allow_merge_commit": False, "allow_rebase_merge": False}
LONG_VALUE = "x" * (48 * 1024 + 1)
CONTENT = {"message": "write", "content": "eA=="}
REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("POST", "/orgs/acme/repos", {"name": "foo.git"}, "name"),
    ("POST", "/orgs/acme/repos", {"name": "foo.GIT"}, "name"),
    ("POST", "/orgs/acme/repos", {"name": "foo.wiki"}, "name"),
    ("POST", "/orgs/acme/repos", {"name": ".."}, "name"),
    ("POST", "/orgs/acme/repos", {"name": "x" * 101}, "name"),
    ("POST", "/orgs/acme/repos", {"name": "new", **OFF}, "merge strategy"),
    ("POST", "/orgs/acme/repos", {"name": "new", "description": "a\nb"}, "control characters"),
    ("PATCH", SITE, OFF, "merge strategy"),
    ("PATCH", SITE, {"description": "x" * 351}, "maximum is 350"),
    ("PATCH", SITE, {"description": "one\ntwo"}, "control characters"),
    ("PATCH", SITE, {"description": "bell\x07"}, "control characters"),
    ("PATCH", SITE, {"homepage": "https://a.example/" + "x" * 255}, "maximum is 255"),
    ("PATCH", SITE, {"default_branch": "main/"}, "main/"),
    ("PATCH", SITE, {"default_branch": "main.lock"}, "main.lock"),
    ("PATCH", SITE, {"name": "site.git"}, "name"),
    ("PATCH", SITE, {"visibility": "internal"}, "internal"),
    ("PATCH", "/repos/strict/site", {"web_commit_signoff_required": False}, "enforced by"),
    ("PATCH", "/repos/strict/site", {"web_commit_signoff_required": True}, "enforced by"),
    (
        "PATCH",
        SITE,
        {"allow_squash_merge": False, "squash_merge_commit_title": "PR_TITLE"},
        "squash merge strategy",
    ),
    ("PATCH", SITE, {"merge_commit_title": "MERGE_MESSAGE", "merge_commit_message": "BLANK"}, ""),
    ("PUT", f"{SITE}/topics", {"names": ["no spaces"]}, "Topics"),
    ("PUT", f"{SITE}/topics", {"names": [f"t{i}" for i in range(21)]}, "20"),
    ("POST", f"{SITE}/branches/main/rename", {"new_name": "main/"}, ""),
    ("POST", f"{SITE}/branches/main/rename", {"new_name": "main.lock"}, ""),
    ("POST", f"{SITE}/branches/main/rename", {"new_name": "HEAD"}, ""),
    ("POST", f"{SITE}/branches/main/rename", {"new_name": "x" * 245}, ""),
    ("PUT", f"{SITE}/contents/a/.GIT/config", CONTENT, "malformed path"),
    ("PUT", f"{SITE}/contents/a/%2E%2E/b", CONTENT, "malformed path"),
    ("POST", f"{SITE}/actions/variables", {"name": "V", "value": LONG_VALUE}, "48 KB"),
    ("POST", f"{SITE}/actions/variables", {"name": "GITHUB_V", "value": "x"}, "GITHUB_"),
    ("POST", f"{SITE}/actions/variables", {"name": "1V", "value": "x"}, "names"),
    ("PUT", f"{SITE}/environments/a%0Ab", {}, "environment name"),
    ("PUT", f"{SITE}/environments/prod", {"wait_timer": 43_201}, "43200"),
    ("POST", f"{SITE}/labels", {"name": "x" * 51}, "maximum is 50"),
    ("PATCH", "/orgs/acme", {"description": "x" * 161}, "maximum is 160"),
    ("PATCH", "/orgs/acme", {"company": "one\ntwo"}, "control characters"),
    ("POST", "/orgs/acme/teams", {"name": "x" * 256}, "maximum is 255"),
    ("POST", "/orgs/acme/teams", {"name": "one\ntwo"}, "control characters"),
    ("PUT", "/orgs/acme/properties/schema/a%20b", {"value_type": "string"}, "name"),
    (
        "PUT",
        "/orgs/acme/properties/schema/tier",
        {"value_type": "single_select", "allowed_values": ['say "hi"']},
        "Allowed values",
    ),
]
"""Method, path, body, and what the answer says."""


@pytest.fixture(scope="module")
def limits(sandbox: Sandbox) -> World:
    """One world for all of these tests: what is refused changes nothing."""
    return sandbox.world("limits", SEED)


@pytest.mark.parametrize(("method", "path", "body", "words"), REFUSED)
def test_what_github_refuses_is_refused(
    limits: World, method: str, path: str, body: dict[str, Any], words: str
) -> None:
    """The answer is 422 with a reason; no record is made or changed."""
    before = limits.state()
    with limits.client() as api:
        answer = api.request(method, path, json=body)
    assert answer.status_code == 422, answer.text
    assert words in answer.text
    assert limits.state() == before


def test_what_github_just_allows_is_allowed(world: World) -> None:
    """The longest texts and values are stored as they are."""
    with world.client() as api:
        long = {"description": "x" * 350, "homepage": "https://a.example"}
        assert api.patch("/repos/acme/site", json=long).json()["description"] == "x" * 350
        variable = {"name": "V", "value": "x" * (48 * 1024)}
        assert api.post(f"{SITE}/actions/variables", json=variable).status_code == 201
        for path in ("docs/100%25.md", "docs/a%3Fb%23c.md"):
            assert api.put(f"{SITE}/contents/{path}", json=CONTENT).status_code == 201
        renamed = api.post(f"{SITE}/branches/main/rename", json={"new_name": "m" * 244})
        assert renamed.status_code == 201


def test_an_environment_has_a_hundred_secrets(world: World) -> None:
    """One more is refused; one that is there already can still be changed."""
    with world.client() as api:
        place = f"{SITE}/environments/prod"
        assert api.put(place, json={}).status_code == 200
        body = sealed(api, f"{place}/secrets", "value")
        for number in range(100):
            made = api.put(f"{place}/secrets/S{number}", json=body)
            assert made.status_code == 201, made.text
        one_more = api.put(f"{place}/secrets/S100", json=body)
        assert one_more.status_code == 422
        assert "limit of 100" in one_more.text
        assert api.put(f"{place}/secrets/S0", json=body).status_code == 204


def _security(api: httpx.Client, path: str, **wanted: str) -> httpx.Response:
    statuses = {feature: {"status": status} for feature, status in wanted.items()}
    return api.patch(path, json={"security_and_analysis": statuses})


def _on(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    found = answer.json()["security_and_analysis"]
    return {feature for feature, each in found.items() if each["status"] == "enabled"}


@pytest.mark.parametrize("org", ["acme", "free"])
def test_private_repositories_need_a_licence_for_secret_scanning(limits: World, org: str) -> None:
    """Without Secret Protection, GitHub refuses it until the repository is public."""
    vault = f"/repos/{org}/vault"
    with limits.client() as api:
        for feature in ("secret_scanning", "secret_scanning_push_protection", "advanced_security"):
            answer = _security(api, vault, **{feature: "enabled"})
            assert answer.status_code == 422, answer.text
            assert "is not available" in answer.text
        assert _security(api, vault, secret_scanning="disabled").status_code == 200
        assert _on(_security(api, vault, dependabot_security_updates="enabled")) == {
            "dependabot_security_updates"
        }
        assert api.patch(vault, json={"visibility": "public"}).status_code == 200
        both = {"secret_scanning", "secret_scanning_push_protection"}
        on = _on(_security(api, vault, **dict.fromkeys(both, "enabled")))
        assert on == {*both, "dependabot_security_updates"}
        private = api.patch(vault, json={"visibility": "private"})
        assert _on(private) == {"dependabot_security_updates"}


def test_with_a_licence_private_repositories_have_secret_scanning(limits: World) -> None:
    """With Secret Protection, visibility does not matter."""
    with limits.client() as api:
        vault = "/repos/bond/vault"
        assert _on(_security(api, vault, secret_scanning="enabled")) == {"secret_scanning"}
        public = api.patch(vault, json={"visibility": "public"})
        assert _on(public) == {"secret_scanning"}
        private = api.patch(vault, json={"visibility": "private"})
        assert _on(private) == {"secret_scanning"}

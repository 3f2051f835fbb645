"""Which secrets a job sees: by precedence, by visibility, by who runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.access.actors import Actor
from sandbox.api import dispatch
from sandbox.api.http import Request, json_bytes
from sandbox.seed import apply, read
from sandbox.world.kinds.accounts import USER
from sandbox.world.worlds import Sandbox
from tests.sandbox.attempts.path import CI, REPO, SEED, TOKEN
from tests.sandbox.sealing import seal, sealed

if TYPE_CHECKING:
    from sandbox.api.http import Response
    from tests.sandbox.attempts.path import Path

PLACES = {
    "organization": "/orgs/guild/actions/secrets",
    "repository": f"{REPO}/actions/secrets",
    "environment": f"{REPO}/environments/pypi-release/secrets",
}


def _put(path: Path, place: str, value: str, name: str = "KEY", **more: object) -> int:
    owner = path.as_("olga")
    if place == "organization":
        more = {"visibility": "all", **more}
    body = {**sealed(owner, PLACES[place], value), **more}
    return owner.put(f"{PLACES[place]}/{name}", json=body).status_code


def _seen(path: Path, key: str = "publish") -> dict[str, Any]:
    path.dispatch("carl")
    found: dict[str, Any] = path.world.job(path.world.jobs(key=key)[-1]["id"])["secrets"]
    return found


@pytest.mark.parametrize(
    ("places", "wins"),
    [
        (("organization",), "organization"),
        (("organization", "repository"), "repository"),
        (("organization", "repository", "environment"), "environment"),
        (("organization", "environment"), "environment"),
    ],
)
def test_the_nearest_wins(path: Path, places: tuple[str, ...], wins: str) -> None:
    """Environment over repository over organization, for the same name (S2, E3)."""
    for place in places:
        assert _put(path, place, f"canary-{place}") == 201
    assert _seen(path)["KEY"] == f"canary-{wins}"


def test_bit_for_bit(path: Path) -> None:
    """Lines, other letters and a newline at the end arrive as they were sealed (S2)."""
    value = "canary\n-----BEGIN-----\nÄ \U0001f511\n"
    _put(path, "environment", value)
    assert _seen(path)["KEY"] == value


@pytest.mark.parametrize(
    ("visibility", "sophia", "docs"),
    [("all", True, True), ("private", False, True), ("selected", True, False)],
)
def test_an_organization_s_secret_goes_by_visibility(
    path: Path, visibility: str, *, sophia: bool, docs: bool
) -> None:
    """Every repository, private and internal ones, or those selected (S2, E3)."""
    more: dict[str, Any] = {"visibility": visibility}
    if visibility == "selected":
        more["selected_repository_ids"] = [path.id_of(REPO)]
    _put(path, "organization", "canary-organization", **more)
    path.commit("mia", ".github/workflows/ci.yml", CI, repo="/repos/guild/docs")
    assert ("KEY" in _seen(path)) is sophia
    job = path.world.jobs(repository="guild/docs")[-1]
    assert ("KEY" in path.world.job(job["id"])["secrets"]) is docs


def test_dependabot_s_runs_see_dependabot_s_secrets_only(path: Path) -> None:
    """Neither the repository's nor the environment's, and a token that reads (S3)."""
    _put(path, "repository", "canary-repository")
    base = f"{REPO}/dependabot/secrets"
    owner = path.as_("olga")
    owner.put(f"{base}/REGISTRY", json=sealed(owner, base, "canary-dependabot"))
    guild = {"login": "guild", "owners": ["olga"], "members": ["dependabot[bot]"]}
    path.world.control("POST", "seed", {"organizations": [guild], "tokens": []})
    path.put(f"{REPO}/collaborators/dependabot[bot]", {"permission": "push"})
    path.ref("dependabot[bot]", "heads/dependabot/x")
    path.commit("dependabot[bot]", "x.txt", "x", "dependabot/x")
    job = path.world.job(path.world.jobs(workflow=".github/workflows/ci.yml")[-1]["id"])
    assert job["secrets"] == {"REGISTRY": "canary-dependabot"}
    assert set(job["permissions"].values()) == {"read"}


CALLED = """\
on:
  workflow_call: {}
jobs:
  inner: {runs-on: x, steps: []}
"""


@pytest.mark.parametrize(
    ("secrets", "seen"),
    [
        ("inherit", {"KEY": "canary-repository", "OTHER": TOKEN}),
        ("{KEY: '${{ secrets.KEY }}'}", {"KEY": "canary-repository"}),
        ("{RENAMED: '${{ secrets.key }}'}", {"RENAMED": "canary-repository"}),
        (None, {}),
    ],
)
def test_a_called_workflow_sees_what_it_is_handed(
    path: Path, secrets: str | None, seen: dict[str, str]
) -> None:
    """All by `inherit`, those of a map, otherwise none (S2)."""
    _put(path, "repository", "canary-repository")
    path.secret(f"{REPO}/actions/secrets", "OTHER")
    path.commit("olga", ".github/workflows/called.yml", CALLED)
    handed = "" if secrets is None else f", secrets: {secrets}"
    text = f"on: push\njobs:\n  outer: {{uses: ./.github/workflows/called.yml{handed}}}\n"
    path.commit("olga", ".github/workflows/caller.yml", text)
    job = path.world.job(path.world.jobs(key="outer/inner")[-1]["id"])
    assert job["secrets"] == seen


@pytest.mark.parametrize(
    ("name", "status"),
    [("A_1", 201), ("_x", 201), ("1A", 422), ("A-B", 422), ("GITHUB_X", 422), ("github_x", 422)],
)
def test_names(path: Path, name: str, status: int) -> None:
    """Letters, digits and underscores, not a digit first, not GITHUB_ (S13)."""
    assert _put(path, "repository", "canary-x", name) == status


def test_case_does_not_matter(path: Path) -> None:
    """A name in other letters is the same secret (S13)."""
    assert _put(path, "repository", "canary-1", "Key") == 201
    assert _put(path, "repository", "canary-2", "KEY") == 204
    assert _seen(path)["KEY"] == "canary-2"


@pytest.mark.parametrize(("size", "status"), [(48 * 1024, 201), (48 * 1024 + 1, 422)])
def test_48_kilobytes_at_most(path: Path, size: int, status: int) -> None:
    """A value of 48 KB is kept, a byte more refused (S2)."""
    assert _put(path, "repository", "x" * size) == status


@pytest.mark.parametrize("place", ["repository", "environment"])
def test_a_hundred_at_most(path: Path, place: str) -> None:
    """A repository and an environment keep 100 secrets each (S2)."""
    have = path.as_("olga").get(PLACES[place]).json()["total_count"]
    owner = path.as_("olga")
    body = sealed(owner, PLACES[place], "canary-x")
    for number in range(100 - have):
        assert owner.put(f"{PLACES[place]}/N{number}", json=body).status_code == 201
    assert owner.put(f"{PLACES[place]}/ONE_MORE", json=body).status_code == 422


def test_a_thousand_at_most() -> None:
    """An organization keeps 1,000; without a server, for the number of requests (S2)."""
    world = Sandbox().create("full")
    apply.apply(world, read.parse(SEED))
    base = f"/api/v3{PLACES['organization']}"
    actor = Actor(user=world.find(USER, "olga"))

    def ask(method: str, path: str, body: dict[str, Any]) -> Response:
        content = json_bytes(body)
        request = Request(method, path, "", {}, content, "http://127.0.0.1/full")
        return dispatch.answer(world, request, actor, journal=False)

    key = json.loads(ask("GET", f"{base}/public-key", {}).body)
    body = {**seal(key, "canary-x"), "visibility": "all"}
    for number in range(1000):
        assert ask("PUT", f"{base}/N{number}", body).status == 201
    assert ask("PUT", f"{base}/ONE_MORE", body).status == 422
    assert ask("PUT", f"{base}/N0", body).status == 204


def test_nothing_is_seen_before_the_gate(path: Path) -> None:
    """A job that waits at its environment sees neither secrets nor a token (R4, E3)."""
    path.reviewers("ria")
    path.dispatch("carl")
    job = path.world.job(path.world.jobs(key="publish")[-1]["id"])
    assert (job["status"], job["secrets"], job["variables"]) == ("waiting", {}, {})
    assert (job["github_token"], job["oidc"]) == (None, None)


def test_variables_go_the_same_way(path: Path) -> None:
    """The environment's value over the repository's (S2)."""
    base = f"{REPO}/actions/variables"
    path.as_("olga").post(base, json={"name": "LEVEL", "value": "repository"})
    path.as_("olga").post(
        f"{REPO}/environments/pypi-release/variables",
        json={"name": "LEVEL", "value": "environment"},
    )
    path.dispatch("carl")
    seen = {job["key"]: path.world.job(job["id"])["variables"] for job in path.world.jobs()}
    assert seen["build"]["LEVEL"] == "repository"
    assert seen["publish"]["LEVEL"] == "environment"

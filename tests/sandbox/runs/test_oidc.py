"""A job's OIDC token says who it is, signed, to those who trust the issuer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest

from tests.sandbox.attempts.path import CI, REPO, SEED, Path
from tests.sandbox.runs.jobs import held, issuer, token
from tests.support.sandbox import Sandbox, World

if TYPE_CHECKING:
    from pathlib import Path as Folder

RELEASE_FILE = ".github/workflows/release.yml"


def claims(path: Path, job: dict[str, Any]) -> dict[str, Any]:
    """Check a running job's token against the published keys, and return what it says."""
    discovery = httpx.get(f"{issuer(path)}/.well-known/openid-configuration").json()
    assert discovery["issuer"] == issuer(path)
    signed = token(path, job)
    key = jwt.PyJWKClient(discovery["jwks_uri"]).get_signing_key_from_jwt(signed)
    found: dict[str, Any] = jwt.decode(
        signed, key, algorithms=["RS256"], audience="pypi", issuer=issuer(path)
    )
    return found


def test_the_token_is_signed_and_says_who_the_job_is(path: Path) -> None:
    """The signature verifies by discovery and keys; the claims are the run's (A1, R5)."""
    path.ref("ria", "tags/v1")
    job = held(path, ref="v1")
    found = claims(path, job)
    repository = path.as_("olga").get(REPO).json()
    expected = {
        "sub": "repo:guild/sophia:environment:pypi-release",
        "ref": "refs/tags/v1",
        "ref_type": "tag",
        "sha": path.tip("v1"),
        "repository": "guild/sophia",
        "repository_id": str(repository["id"]),
        "repository_owner": "guild",
        "repository_owner_id": str(repository["owner"]["id"]),
        "repository_visibility": "public",
        "actor": "carl",
        "workflow": "release",
        "workflow_ref": f"guild/sophia/{RELEASE_FILE}@refs/tags/v1",
        "job_workflow_ref": f"guild/sophia/{RELEASE_FILE}@refs/tags/v1",
        "environment": "pypi-release",
        "event_name": "workflow_dispatch",
        "runner_environment": "github-hosted",
        "run_id": str(job["run"]),
        "run_attempt": "1",
    }
    assert {key: found[key] for key in expected} == expected
    discovery = httpx.get(f"{issuer(path)}/.well-known/openid-configuration").json()
    assert set(found) <= set(discovery["claims_supported"])


TOKENS = "permissions: {id-token: write}"


def test_the_subject_of_a_job_without_environment_is_its_ref(path: Path) -> None:
    """`ref:` for pushes (A1, R5)."""
    path.commit("mia", ".github/workflows/ci.yml", f"{TOKENS}\n{CI}")
    path.world.plan("guild/sophia", "test", "hold")
    path.commit("mia", "x.txt", "x")
    job = path.world.jobs(key="test", status="in_progress")[-1]
    assert claims(path, job)["sub"] == "repo:guild/sophia:ref:refs/heads/main"


def test_the_subject_of_a_pull_request(path: Path) -> None:
    """`pull_request`, without a ref (A1, R5)."""
    path.commit("mia", ".github/workflows/ci.yml", f"{TOKENS}\n{CI}")
    path.world.plan("guild/sophia", "test", "hold")
    path.pull("carl")
    job = path.world.jobs(key="test", event="pull_request", status="in_progress")[-1]
    assert claims(path, job)["sub"] == "repo:guild/sophia:pull_request"


@pytest.mark.parametrize(
    ("of_org", "of_repository", "subject"),
    [
        (None, None, "repo:guild/sophia:environment:pypi-release"),
        (
            ["repository_owner", "job_workflow_ref"],
            None,
            "repo:guild/sophia:environment:pypi-release",
        ),
        (
            ["repository_owner", "ref"],
            [],
            "repository_owner:guild:ref:refs/heads/main",
        ),
        (
            ["repository_owner"],
            ["repo", "context", "actor"],
            "repo:guild/sophia:environment:pypi-release:actor:carl",
        ),
    ],
)
def test_the_subject_by_template(
    path: Path, of_org: list[str] | None, of_repository: list[str] | None, subject: str
) -> None:
    """The repository's template, or the organization's where the repository uses it (A1, E7)."""
    if of_org is not None:
        put = path.as_("olga").put(
            "/orgs/guild/actions/oidc/customization/sub", json={"include_claim_keys": of_org}
        )
        assert put.status_code == 201
    if of_repository is not None:
        body: dict[str, Any] = {"use_default": False}
        if of_repository:
            body["include_claim_keys"] = of_repository
        path.put(f"{REPO}/actions/oidc/customization/sub", body)
    assert claims(path, held(path))["sub"] == subject


CUSTOM = "actions/oidc/customization/sub"


def own_template(path: Path, repo: str = REPO) -> dict[str, Any]:
    """What GitHub shows of a repository's subjects."""
    found: dict[str, Any] = path.as_("olga").get(f"{repo}/{CUSTOM}").json()
    return found


def with_ids(path: Path, repo: str = REPO) -> str:
    """How a subject of the repository begins, with the ids."""
    found = path.as_("olga").get(repo).json()
    owner = found["owner"]
    return f"repo:{owner['login']}@{owner['id']}/{found['name']}@{found['id']}"


def test_a_repository_opts_in_to_subjects_with_ids(path: Path) -> None:
    """And out again; a template that is set without the flag leaves it alone (R5)."""
    assert own_template(path) == {
        "use_default": True,
        "use_immutable_subject": False,
        "sub_claim_prefix": "repo:guild/sophia",
    }
    path.put(f"{REPO}/{CUSTOM}", {"use_default": True, "use_immutable_subject": True})
    path.put(f"{REPO}/{CUSTOM}", {"use_default": True})
    assert own_template(path)["use_immutable_subject"] is True
    assert own_template(path)["sub_claim_prefix"] == with_ids(path)
    job = held(path)
    assert claims(path, job)["sub"] == f"{with_ids(path)}:environment:pypi-release"
    path.put(
        f"{REPO}/{CUSTOM}",
        {
            "use_default": False,
            "include_claim_keys": ["repo", "context", "ref"],
            "use_immutable_subject": False,
        },
    )
    expected = "repo:guild/sophia:environment:pypi-release:ref:refs/heads/main"
    assert claims(path, job)["sub"] == expected


def test_an_organization_opts_in_for_repositories_that_did_not_choose(path: Path) -> None:
    """A repository's own choice comes first (R5)."""
    put = path.as_("olga").put(f"/orgs/guild/{CUSTOM}", json={"use_immutable_subject": True})
    assert put.status_code == 201
    shown = path.as_("olga").get(f"/orgs/guild/{CUSTOM}").json()
    assert shown == {"include_claim_keys": ["repo", "context"], "use_immutable_subject": True}
    assert own_template(path)["use_immutable_subject"] is False
    path.world.clock(set="2026-07-14T23:59:00Z")
    made = path.as_("olga").post("/orgs/guild/repos", json={"name": "older"})
    assert made.status_code == 201
    assert own_template(path, "/repos/guild/older")["use_immutable_subject"] is True


@pytest.mark.parametrize(
    ("now", "ids"),
    [("2026-07-14T23:59:00Z", False), ("2026-07-15T00:00:00Z", True)],
)
def test_new_repositories_have_ids_since_july_2026(
    path: Path,
    now: str,
    ids: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    """Created or renamed since 15 July 2026 (R5)."""
    path.world.clock(set=now, stopped=True)
    olga = path.as_("olga")
    assert olga.post("/orgs/guild/repos", json={"name": "new"}).status_code == 201
    assert olga.patch(REPO, json={"name": "sage"}).status_code == 200
    for repo in ("/repos/guild/new", "/repos/guild/sage"):
        found = own_template(path, repo)
        assert found["use_immutable_subject"] is ids
        assert (found["sub_claim_prefix"] == with_ids(path, repo)) is ids


def test_a_new_repository_under_an_old_name_has_another_subject(path: Path) -> None:
    """Nobody gets the subject of a renamed repository by taking its name (R5)."""
    path.put(f"{REPO}/{CUSTOM}", {"use_default": True, "use_immutable_subject": True})
    before = with_ids(path)
    olga = path.as_("olga")
    assert olga.patch(REPO, json={"name": "sage"}).status_code == 200
    assert olga.post("/orgs/guild/repos", json={"name": "sophia"}).status_code == 201
    after = {
        own_template(path, f"/repos/guild/{name}")["sub_claim_prefix"]
        for name in ("sage", "sophia")
    }
    assert after == {with_ids(path, "/repos/guild/sage"), with_ids(path, "/repos/guild/sophia")}
    assert before not in after


def test_a_colon_in_a_name_cannot_make_up_a_claim(path: Path) -> None:
    """An environment named like another's subject is written with its colon encoded (R5)."""
    text = f"{TOKENS}\n{CI}".replace("runs-on", 'environment: "a:ref:x"\n    runs-on')
    path.world.plan("guild/sophia", "test", "hold")
    path.commit("mia", ".github/workflows/mine.yml", text)
    job = path.world.jobs(workflow=".github/workflows/mine.yml", status="in_progress")[-1]
    assert claims(path, job)["sub"] == "repo:guild/sophia:environment:a%3Aref%3Ax"


def test_a_job_without_the_permission_gets_none(path: Path) -> None:
    """`id-token: write` has to be asked for, `write-all` by the settings is not it (R5)."""
    path.token_may("write")
    assert path.world.job(held(path, "build")["id"])["oidc"] is None


def test_only_the_running_job_s_own_token_gets_one(path: Path) -> None:
    """Not by another's, not without one, not after the job has ended (R5)."""
    job = held(path)
    oidc = path.world.job(job["id"])["oidc"]
    for header in ({}, {"Authorization": f"Bearer {path.world.token}"}):
        assert httpx.get(oidc["url"], headers=header).status_code == 401
    bearer = {"Authorization": f"Bearer {oidc['token']}"}
    assert httpx.get(oidc["url"].rpartition("/")[0] + "/1", headers=bearer).status_code == 401
    # and the request token opens nothing else
    assert path.bearer(oidc["token"]).get(REPO).status_code == 401
    path.world.control("POST", f"jobs/{job['id']}", {"conclusion": "success"})
    assert httpx.get(oidc["url"], headers=bearer).status_code == 401


def test_the_token_lives_by_the_world_s_clock(path: Path) -> None:
    """Five minutes (R5)."""
    now = path.world.clock(set="2031-01-01T00:00:00Z", stopped=True)
    found = jwt.decode(token(path, held(path)), options={"verify_signature": False})
    assert now == "2031-01-01T00:00:00Z"
    assert found["exp"] - found["iat"] == 300
    assert found["iat"] == 1_924_992_000


def test_the_key_survives_a_restart_and_shows_nowhere(tmp_path: Folder) -> None:
    """Who trusts the issuer goes on to after `kill -9`; the state holds the key encrypted (R5)."""
    sandbox = Sandbox(tmp_path)
    world = sandbox.world("kept", SEED)
    keys = httpx.get(f"{world.base_url}_oidc/.well-known/jwks").json()
    sandbox.kill()
    with Sandbox(tmp_path) as again:
        kept = World(again, "kept", world.tokens)
        assert httpx.get(f"{kept.base_url}_oidc/.well-known/jwks").json() == keys
        document = next(each for each in kept.state("document") if each["name"] == "oidc-key")
        assert list(document["data"]) == ["sealed"]


def test_a_called_workflow_is_named_beside_its_caller(path: Path) -> None:
    """`job_workflow_ref` is the called file, `workflow_ref` the calling one (R5, R6)."""
    called = f"on: {{workflow_call: {{}}}}\n{TOKENS}\njobs:\n  test: {{runs-on: x, steps: []}}\n"
    path.commit("olga", ".github/workflows/publish.yml", called, repo="/repos/guild/docs")
    access = {"access_level": "organization"}
    path.put("/repos/guild/docs/actions/permissions/access", access)
    uses = "guild/docs/.github/workflows/publish.yml@main"
    path.world.plan("guild/sophia", "call/test", "hold")
    path.commit(
        "olga",
        ".github/workflows/caller.yml",
        f"on: push\n{TOKENS}\njobs:\n  call: {{uses: {uses}}}\n",
    )
    found = claims(path, path.world.jobs(key="call/test", status="in_progress")[-1])
    assert found["workflow_ref"] == "guild/sophia/.github/workflows/caller.yml@refs/heads/main"
    assert found["job_workflow_ref"] == ("guild/docs/.github/workflows/publish.yml@refs/heads/main")

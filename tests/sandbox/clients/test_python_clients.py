"""Clients that nobody here wrote read and change a world."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

import github
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from githubkit import GitHub
from githubkit.config import get_config

from tests.sandbox.bodies import pull_request, status_checks
from tests.sandbox.conftest import ACME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from tests.support.sandbox import World


@pytest.fixture
def pygithub(world: World) -> Iterator[github.Github]:
    """PyGithub as ana."""
    client = github.Github(
        base_url=world.rest_url,
        auth=github.Auth.Token(world.token),
        per_page=2,  # so that lists have pages
        seconds_between_requests=None,
        seconds_between_writes=None,
        retry=None,
    )
    with client:
        yield client


def test_pygithub_works_over_the_surface(world: World, pygithub: github.Github) -> None:
    """PyGithub reads and changes organization, teams, repository, files, secrets, environments."""
    org = pygithub.get_organization("acme")
    assert {member.login for member in org.get_members()} == {"ana", "ben", "kim"}
    assert [team.slug for team in org.get_teams()] == ["release"]
    repository = org.create_repo("gadget", private=True, auto_init=True)
    repository.edit(description="made by PyGithub", has_wiki=False)
    repository.replace_topics(["one", "two"])
    repository.create_file("a/b.txt", "add", "hello", branch="main")
    assert repository.get_contents("a/b.txt").decoded_content == b"hello"  # type: ignore[union-attr]
    repository.create_git_ref("refs/heads/dev", repository.get_branch("main").commit.sha)
    for name in ("one", "two", "three"):
        repository.create_file(f"{name}.txt", f"add {name}", name, branch="dev")
    pull = repository.create_pull(base="main", head="dev", title="three files")
    assert len({file.filename for file in pull.get_files()}) == 3
    assert pull.merge(merge_method="squash").merged
    assert repository.get_pull(pull.number).merged
    repository.create_secret("TOKEN", "canary-pygithub")
    assert world.secret("TOKEN", repository="acme/gadget") == "canary-pygithub"
    repository.create_variable("LEVEL", "1")
    assert repository.get_variable("LEVEL").value == "1"
    repository.create_environment("prod", wait_timer=5)
    environment = repository.get_environment("prod")
    assert [rule.type for rule in environment.protection_rules] == ["wait_timer"]
    environment.create_secret("KEY", "canary-environment")
    assert world.secret("KEY", repository="acme/gadget", environment="prod") == "canary-environment"
    team = org.get_team_by_slug("release")
    team.update_team_repository(repository, "maintain")
    assert [each.slug for each in repository.get_teams()] == ["release"]
    again = pygithub.get_repo("acme/gadget")
    assert (again.description, again.has_wiki, again.get_topics()) == (
        "made by PyGithub",
        False,
        ["one", "two"],
    )
    again.delete()
    assert world.gaps() == []


def test_githubkit_models_take_every_answer(world: World, api: httpx.Client) -> None:
    """GitHub's own description, as pydantic models, accepts what the sandbox says."""
    repo = "/repos/acme/widget"
    api.put(f"{repo}/environments/prod", json={"wait_timer": 1})
    api.put(
        "/orgs/acme/properties/schema/tier",
        json={"value_type": "string", "required": False},
    )
    api.post(f"{repo}/hooks", json={"config": {"url": "https://example.com/"}})
    api.post("/orgs/acme/hooks", json={"name": "web", "config": {"url": "https://example.com/"}})
    api.post(f"{repo}/keys", json={"key": "ssh-ed25519 AAAAC3Nz", "title": "k"})
    api.put(f"{repo}/collaborators/zoe", json={"permission": "push"})
    api.post(f"{repo}/actions/variables", json={"name": "A", "value": "1"})
    names = {"repository_name": {"include": ["~ALL"], "exclude": []}}
    rules = [
        {"type": "deletion"},
        pull_request(),
        status_checks("ci"),
    ]
    ref = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    body = {"name": "r", "enforcement": "active", "rules": rules}
    org_ruleset = api.post(
        "/orgs/acme/rulesets", json={**body, "conditions": {**ref, **names}}
    ).json()["id"]
    ruleset = api.post(f"{repo}/rulesets", json={**body, "conditions": ref}).json()["id"]
    sha = api.get(f"{repo}/commits/main").json()["sha"]
    api.post(f"{repo}/git/refs", json={"ref": "refs/heads/dev", "sha": sha})
    api.put(f"{repo}/contents/x", json={"message": "m", "content": "eA==", "branch": "dev"})
    workflow = b"on: push\njobs: {a: {runs-on: x, environment: prod, steps: []}}\n"
    content = base64.b64encode(workflow).decode()
    body = {"message": "ci", "content": content, "branch": "dev"}
    api.put(f"{repo}/contents/.github/workflows/ci.yml", json=body)
    run = api.get(f"{repo}/actions/runs").json()["workflow_runs"][0]["id"]
    api.post(f"{repo}/pulls", json={"title": "t", "head": "dev", "base": "main"})
    config = get_config(base_url=f"{world.rest_url}/")
    with GitHub(world.token, config=config) as client:
        rest = client.rest("2022-11-28")
        orgs, repos, teams, actions = rest.orgs, rest.repos, rest.teams, rest.actions
        where = ("acme", "widget")
        read = [
            rest.users.get_authenticated(),
            rest.users.get_by_username("ben"),
            rest.rate_limit.get(),
            orgs.get("acme"),
            orgs.list_members("acme"),
            orgs.get_membership_for_user("acme", "ben"),
            orgs.list_org_roles("acme"),
            orgs.list_webhooks("acme"),
            orgs.custom_properties_for_repos_get_organization_definitions("acme"),
            teams.list("acme"),
            teams.get_by_name("acme", "release"),
            teams.list_members_in_org("acme", "release"),
            teams.list_repos_in_org("acme", "release"),
            teams.get_membership_for_user_in_org("acme", "release", "ben"),
            repos.list_for_org("acme"),
            repos.get(*where),
            repos.list_branches(*where),
            repos.get_branch(*where, "main"),
            repos.get_content(*where, "README.md"),
            repos.get_content(*where, ""),
            repos.list_commits(*where),
            repos.get_commit(*where, "dev"),
            repos.list_teams(*where),
            repos.list_collaborators(*where),
            repos.list_invitations(*where),
            repos.get_collaborator_permission_level(*where, "ben"),
            repos.list_webhooks(*where),
            repos.list_deploy_keys(*where),
            repos.get_all_environments(*where),
            repos.get_environment(*where, "prod"),
            repos.get_org_rulesets("acme"),
            repos.get_org_ruleset("acme", org_ruleset),
            repos.get_repo_rulesets(*where),
            repos.get_repo_ruleset(*where, ruleset),
            repos.get_branch_rules(*where, "main"),
            repos.get_all_topics(*where),
            rest.pulls.list(*where),
            rest.pulls.get(*where, 1),
            rest.git.get_ref(*where, "heads/main"),
            rest.git.get_commit(*where, sha),
            rest.git.get_tree(*where, "main"),
            actions.get_github_actions_permissions_organization("acme"),
            actions.get_github_actions_default_workflow_permissions_organization("acme"),
            actions.get_github_actions_permissions_repository(*where),
            actions.get_workflow_access_to_repository(*where),
            actions.list_repo_variables(*where),
            actions.list_repo_secrets(*where),
            actions.get_repo_public_key(*where),
            actions.list_repo_workflows(*where),
            actions.list_workflow_runs_for_repo(*where),
            actions.get_workflow_run(*where, run),
            actions.list_jobs_for_workflow_run(*where, run),
            actions.get_pending_deployments_for_run(*where, run),
            repos.list_deployments(*where),
            rest.oidc.get_oidc_custom_sub_template_for_org("acme"),
            actions.get_custom_oidc_sub_claim_for_repo(*where),
        ]
        for answer in read:
            assert answer.parsed_data is not None
    assert world.gaps() == []


def test_an_app_gets_a_token_of_its_installation(
    make_world: Callable[[dict[str, Any]], World],
) -> None:
    """A JWT signed by the App's key gives an hour's token that administers the organization."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    app = {"slug": "portal", "app_id": 7, "public_key": public.decode(), "organizations": ["acme"]}
    world = make_world({**ACME, "apps": [app]})
    now = int(time.time())
    claims = {"iat": now, "exp": now + 300, "iss": "7"}

    def client(token: str) -> httpx.Client:
        return httpx.Client(base_url=world.rest_url, headers={"Authorization": f"Bearer {token}"})

    other = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    with client(jwt.encode(claims, other, "RS256")) as stranger:
        assert stranger.get("/app").status_code == 401
    with client(jwt.encode(claims, key, "RS256")) as api:
        assert api.get("/app").json()["slug"] == "portal"
        installation = api.get("/orgs/acme/installation").json()["id"]
        made = api.post(f"/app/installations/{installation}/access_tokens")
        assert made.status_code == 201
    with client(made.json()["token"]) as api:
        assert api.post("/orgs/acme/repos", json={"name": "by-app"}).status_code == 201
        world.clock(advance=3601)
        assert api.get("/orgs/acme").status_code == 401


def test_pygithub_tags_syncs_and_runs_again(world: World, pygithub: github.Github) -> None:
    """Annotated tags, a fork's sync with its upstream, failed jobs of a run (C3)."""
    site = pygithub.get_repo("acme/site")
    head = site.get_branch("main").commit.sha
    tag = site.create_git_tag("v1", "one", head, "commit")
    ref = site.create_git_ref("refs/tags/v1", tag.sha)
    assert (ref.object.type, site.get_git_tag(ref.object.sha).message) == ("tag", "one")
    assert site.get_commit("tags/v1").sha == head
    fork = pygithub.get_organization("acme").create_fork(site, name="copy")
    workflow = "on: workflow_dispatch\njobs: {bad: {runs-on: x, steps: []}}\n"
    site.create_file(".github/workflows/x.yml", "add", workflow)
    assert fork.merge_upstream("main").merge_type == "fast-forward"
    world.plan("acme/site", "bad", "failure")
    assert site.get_workflow("x.yml").create_dispatch("main")
    run = site.get_workflow_runs()[0]
    world.plan("acme/site", "bad", "success")
    assert run.rerun_failed_jobs()
    assert site.get_workflow_run(run.id).conclusion == "success"

"""Somebody who must not publish tries to, in every way that we know of.

Each attempt names the setting that is meant to stop it. With that setting alone on an otherwise
open release path it fails; without it, it works. So this setting stops it, and nothing else.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import jwt
import pytest

from tests.sandbox.attempts.path import CI, RELEASE, REPO, SEED, Path
from tests.sandbox.bodies import pull_request, status_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.sandbox import Sandbox

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Attempt:
    """One way to get something published.

    Attributes:
        name: Who does what.
        setting: What is meant to stop it.
        guard: Turns the setting on.
        weak: Sets up what there is without it, where that is more than nothing.
        act: Tries, and says whether it worked.
    """

    name: str
    setting: str
    guard: Callable[[Path], object]
    weak: Callable[[Path], object]
    act: Callable[[Path], bool]


ATTEMPTS: list[Attempt] = []
MAINTAINERS = {"actor_id": 2, "actor_type": "RepositoryRole", "bypass_mode": "always"}
ADMINISTRATORS = {"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}


def _nothing(_: Path) -> None:
    """Leave the release path as it is."""


def stopped_by(
    setting: str,
    guard: Callable[[Path], object],
    weak: Callable[[Path], object] = _nothing,
) -> Callable[[Callable[[Path], bool]], None]:
    """Register a function as an attempt that a setting is meant to stop."""

    def register(act: Callable[[Path], bool]) -> None:
        ATTEMPTS.append(Attempt((act.__doc__ or "").rstrip("."), setting, guard, weak, act))

    return register


def pulls_only(approvals: int = 1, **more: object) -> Callable[[Path], object]:
    """Turn on a rule that takes pull requests only."""
    return lambda path: path.ruleset(pull_request(approvals, **more))


def tags(rule: str) -> Callable[[Path], object]:
    """Turn on a rule for release tags."""
    return lambda path: path.ruleset({"type": rule}, target="tag", include="refs/tags/v*")


def classic(**switches: object) -> Callable[[Path], object]:
    """Protect main the classic way."""

    def guard(path: Path) -> None:
        repository = path.as_("olga").get(REPO).json()["node_id"]
        document = (
            "mutation($input: CreateBranchProtectionRuleInput!) {"
            " createBranchProtectionRule(input: $input) { branchProtectionRule { id } } }"
        )
        given = {"repositoryId": repository, "pattern": "main", **switches}
        body = {"query": document, "variables": {"input": given}}
        answer = path.as_("olga").post(f"{path.world.base_url}api/graphql", json=body).json()
        assert "errors" not in answer, answer

    return guard


# --- what gets into main


@stopped_by("a rule that takes pull requests only", pulls_only())
def _(path: Path) -> bool:
    """A contributor pushes straight to main."""
    return path.commit("carl", "src/sophia.py", "evil").is_success


@stopped_by("rulesets bind administrators who are not listed", pulls_only())
def _(path: Path) -> bool:
    """The organization's owner pushes straight to main."""
    return path.commit("olga", "src/sophia.py", "evil").is_success


@stopped_by(
    "protection that is enforced for administrators",
    classic(requiresApprovingReviews=True, isAdminEnforced=True),
)
def _(path: Path) -> bool:
    """An administrator pushes straight to a classically protected main."""
    return path.commit("adam", "src/sophia.py", "evil").is_success


@stopped_by("no force pushes", lambda path: path.ruleset({"type": "non_fast_forward"}))
def _(path: Path) -> bool:
    """A contributor replaces the history of main."""
    return path.move("carl", "heads/main", path.stray("carl")).is_success


@stopped_by("a locked branch", classic(lockBranch=True))
def _(path: Path) -> bool:
    """A contributor pushes to a branch that is done with."""
    return path.commit("carl", "src/sophia.py", "evil").is_success


@stopped_by("pushes restricted to nobody", classic(restrictsPushes=True))
def _(path: Path) -> bool:
    """A contributor pushes where only few may."""
    return path.commit("carl", "src/sophia.py", "evil").is_success


@stopped_by("required approvals", pulls_only())
def _(path: Path) -> bool:
    """A contributor merges what nobody has looked at."""
    return path.merge("carl", path.pull("carl"))


@stopped_by("two required approvals", pulls_only(2))
def _(path: Path) -> bool:
    """One colleague is enough to approve."""
    number = path.pull("carl")
    path.approve("max", number)
    return path.merge("carl", number)


@stopped_by("approvals that new commits dismiss", pulls_only(dismiss_stale_reviews_on_push=True))
def _(path: Path) -> bool:
    """A contributor changes the change after it was approved."""
    number = path.pull("carl")
    path.approve("mia", number)
    assert path.commit("carl", "src/sophia.py", "evil", "change").is_success
    return path.merge("carl", number)


@stopped_by("approval of the last push", pulls_only(require_last_push_approval=True))
def _(path: Path) -> bool:
    """A reviewer pushes to the change that they approve themselves."""
    number = path.pull("carl")
    assert path.commit("mia", "src/sophia.py", "evil", "change").is_success
    path.approve("mia", number)
    return path.merge("mia", number)


@stopped_by("reviews by code owners", pulls_only(require_code_owner_review=True))
def _(path: Path) -> bool:
    """A friend approves a change to the release workflow."""
    number = path.pull("carl", path=".github/workflows/release.yml", text=f"{RELEASE}# evil\n")
    path.approve("max", number)
    return path.merge("carl", number)


@stopped_by(
    "conversations that have to be resolved",
    pulls_only(0, required_review_thread_resolution=True),
)
def _(path: Path) -> bool:
    """A contributor merges over an objection."""
    number = path.pull("carl")
    comment = {
        "body": "this leaks",
        "path": "src/sophia.py",
        "commit_id": path.tip("change"),
    }
    assert path.as_("mia").post(f"{REPO}/pulls/{number}/comments", json=comment).is_success
    return path.merge("carl", number)


def checks(*, strict: bool = False, **check: object) -> Callable[[Path], object]:
    """Turn on a rule that asks for the check `ci`."""
    listed = [{"context": "ci", **check}]
    rule = status_checks(strict=strict, required_status_checks=listed)
    return lambda path: path.ruleset(rule, bypass=[ADMINISTRATORS])


@stopped_by("required status checks", checks())
def _(path: Path) -> bool:
    """A contributor merges what was never tested."""
    return path.merge("carl", path.pull("carl"))


@stopped_by("checks that only GitHub Actions may report", checks(integration_id=15_368))
def _(path: Path) -> bool:
    """A contributor reports the check as passed, by hand."""
    number = path.pull("carl")
    path.status("carl", path.tip("change"))
    return path.merge("carl", number)


def _owned_and_checked(path: Path) -> None:
    """Ask for the check, and for the owners of what is changed."""
    checks(integration_id=15_368)(path)
    path.ruleset(pull_request(0, require_code_owner_review=True))


@stopped_by(
    "code owners of workflow files, beside required checks",
    _owned_and_checked,
    checks(integration_id=15_368),
)
def _(path: Path) -> bool:
    """A contributor proposes a workflow whose empty job has the name of the required check."""
    fake = CI.replace("test:", "ci:")
    return path.merge("carl", path.pull("carl", path=".github/workflows/fake.yml", text=fake))


@stopped_by("branches that have to be up to date", checks(strict=True))
def _(path: Path) -> bool:
    """A contributor merges what was tested against an old main."""
    number = path.pull("carl")
    path.status("mia", path.tip("change"))
    assert path.commit("olga", "other.py", "y = 1\n").is_success
    return path.merge("carl", number)


@stopped_by("signed commits", lambda path: path.ruleset({"type": "required_signatures"}))
def _(path: Path) -> bool:
    """Somebody pushes a commit in another's name."""
    return path.commit("carl", "src/sophia.py", "evil").is_success


@stopped_by(
    "files that nobody pushes",
    lambda path: path.ruleset(
        {
            "type": "file_path_restriction",
            "parameters": {"restricted_file_paths": [".github/workflows/*"]},
        },
        target="push",
    ),
)
def _(path: Path) -> bool:
    """A contributor brings a workflow of their own, on a branch of their own."""
    path.ref("carl", "heads/mine")
    return path.commit("carl", ".github/workflows/mine.yml", CI, "mine").is_success


@stopped_by(
    "a deployment to testpypi that has to come first",
    lambda path: path.ruleset(
        {
            "type": "required_deployments",
            "parameters": {"required_deployment_environments": ["testpypi"]},
        }
    ),
)
def _(path: Path) -> bool:
    """A contributor merges what was never tried out."""
    return path.merge("carl", path.pull("carl"))


@stopped_by(
    "a ruleset of the organization instead of the repository's own",
    lambda path: path.ruleset(pull_request(), org=True),
)
def _(path: Path) -> bool:
    """The repository's administrator takes its rulesets away, and pushes."""
    admin = path.as_("adam")
    for each in admin.get(f"{REPO}/rulesets", params={"includes_parents": "false"}).json():
        admin.delete(f"{REPO}/rulesets/{each['id']}")
    return path.commit("adam", "src/sophia.py", "evil").is_success


# --- tags


@stopped_by("tags that few may create", tags("creation"))
def _(path: Path) -> bool:
    """A contributor tags a release."""
    path.ref("carl", "tags/v9")
    return path.leaked()


@stopped_by("tags that nobody moves", tags("update"))
def _(path: Path) -> bool:
    """A contributor moves a release's tag to other code."""
    path.ref("olga", "tags/v1")
    return path.move("carl", "tags/v1", path.stray("carl")).is_success


@stopped_by("tags that nobody deletes", tags("deletion"))
def _(path: Path) -> bool:
    """A contributor deletes a release's tag, to make it anew."""
    path.ref("olga", "tags/v1")
    return path.as_("carl").delete(f"{REPO}/git/refs/tags/v1").is_success


# --- the environment's gate

ON_PUSH = RELEASE.replace('tags: ["v*"]', 'branches: ["**"]')


@stopped_by("only release tags get in", lambda path: path.only_refs(("tag", "v*")))
def _(path: Path) -> bool:
    """A contributor edits the release workflow on a branch, so that it publishes from there."""
    path.ref("carl", "heads/mine")
    path.commit("carl", ".github/workflows/release.yml", ON_PUSH, "mine")
    return path.leaked()


@stopped_by("the policy names tags, not branches", lambda path: path.only_refs(("tag", "v*")))
def _(path: Path) -> bool:
    """A contributor gives a branch the name of a release tag."""
    path.ref("carl", "heads/v9")
    path.dispatch("carl", "v9")
    return path.leaked()


@stopped_by("a pattern whose star stops at a slash", lambda path: path.only_refs(("tag", "v*")))
def _(path: Path) -> bool:
    """A contributor tags with a slash in the name, which no tag protection names."""
    path.ref("carl", "tags/v9/evil")
    path.dispatch("carl", "v9/evil")
    return path.leaked()


def _only_protected(path: Path) -> None:
    classic()(path)
    path.environment(
        deployment_branch_policy={"protected_branches": True, "custom_branch_policies": False}
    )


@stopped_by(
    "only protected branches get in",
    _only_protected,
)
def _(path: Path) -> bool:
    """A contributor starts the release from an unprotected branch."""
    path.ref("carl", "heads/mine")
    path.dispatch("carl", "mine")
    return path.leaked()


@stopped_by("required reviewers", lambda path: path.reviewers("ria"))
def _(path: Path) -> bool:
    """A contributor starts the release, and nobody is asked."""
    path.dispatch("carl")
    return path.leaked()


@stopped_by("reviewers who are named", lambda path: path.reviewers("ria"))
def _(path: Path) -> bool:
    """A contributor approves a colleague's release."""
    path.dispatch("max")
    path.review("carl")
    return path.leaked()


def _no_self_review(path: Path) -> None:
    path.reviewers("ria", "rolf", prevent_self_review=True)


def _self_review(path: Path) -> None:
    path.reviewers("ria", "rolf")


@stopped_by("self-review prevented", _no_self_review, _self_review)
def _(path: Path) -> bool:
    """A reviewer approves the run that they started."""
    path.dispatch("ria")
    path.review("ria")
    return path.leaked()


@stopped_by("self-review prevented, re-runs included", _no_self_review, _self_review)
def _(path: Path) -> bool:
    """A reviewer runs a colleague's refused release again, and approves that."""
    path.dispatch("carl")
    path.review("rolf", "rejected")
    run = path.as_("ria").get(f"{REPO}/actions/runs").json()["workflow_runs"][0]["id"]
    assert path.as_("ria").post(f"{REPO}/actions/runs/{run}/rerun").is_success
    path.review("ria")
    return path.leaked()


def _release_by_tag(*reviewers: str) -> Callable[[Path], object]:
    """Let the team of ria and rolf create release tags, and let these people approve."""

    def guard(path: Path) -> None:
        team = path.id_of("/orgs/guild/teams/release")
        makers = {"actor_id": team, "actor_type": "Team", "bypass_mode": "always"}
        path.ruleset({"type": "creation"}, target="tag", include="refs/tags/v*", bypass=[makers])
        path.only_refs(("tag", "v*"))
        custom = {"protected_branches": False, "custom_branch_policies": True}
        path.reviewers(*reviewers, prevent_self_review=True, deployment_branch_policy=custom)

    return guard


DISPATCH = CI.replace("jobs:", "permissions: {actions: write}\njobs:")


@stopped_by(
    "makers of release tags and approvers who share nobody",
    _release_by_tag("mia", "max"),
    _release_by_tag("ria", "mia"),
)
def _(path: Path) -> bool:
    """A maker of release tags has a job's token start the release, and approves it alone."""
    assert path.ref("ria", "tags/v9").status_code == 201
    path.review("ria")
    assert not path.leaked()  # what she started herself, she cannot approve
    token = _held_job(path, DISPATCH, login="ria")
    started = token.post(
        f"{REPO}/actions/workflows/release.yml/dispatches", json={"ref": "refs/tags/v9"}
    )
    assert started.status_code == 204
    run = path.as_("olga").get(f"{REPO}/actions/runs").json()["workflow_runs"][0]
    assert run["actor"]["login"] == "github-actions[bot]"
    path.review("ria")
    return path.leaked()


@stopped_by(
    "administrators who cannot bypass",
    lambda path: path.reviewers("ria", can_admins_bypass=False),
    lambda path: path.reviewers("ria"),
)
def _(path: Path) -> bool:
    """The owner lets a release through in place of its reviewers."""
    path.dispatch("carl")
    path.review("olga")
    return path.leaked()


@stopped_by("a wait timer", lambda path: path.environment(wait_timer=30))
def _(path: Path) -> bool:
    """A release is out before anybody can have noticed it."""
    path.dispatch("carl")
    path.world.clock(advance=29 * 60)
    return path.leaked()


# --- secrets


def _in_repository(path: Path) -> None:
    path.secret(f"{REPO}/actions/secrets", "NPM_TOKEN")


@stopped_by(
    "the secret lies in the environment, not in the repository",
    lambda path: path.secret(f"{REPO}/environments/pypi-release/secrets", "NPM_TOKEN"),
    _in_repository,
)
def _(path: Path) -> bool:
    """A contributor's own workflow reads the repository's secrets."""
    path.ref("carl", "heads/mine")
    path.commit("carl", ".github/workflows/mine.yml", CI, "mine")
    return path.leaked("NPM_TOKEN")


@stopped_by(
    "branches that few may create",
    lambda path: path.ruleset({"type": "creation"}, include="~ALL", bypass=[MAINTAINERS]),
)
def _(path: Path) -> bool:
    """A contributor makes a branch on which a workflow reads the repository's secrets."""
    _in_repository(path)
    path.ref("carl", "heads/mine")
    return path.leaked("NPM_TOKEN")


@stopped_by(
    "one environment's secrets are not another's",
    lambda path: path.only_refs(("tag", "v*")),
)
def _(path: Path) -> bool:
    """A contributor's job names the release's environment from a branch of its own."""
    path.ref("carl", "heads/mine")
    text = CI.replace("runs-on", "environment: pypi-release\n    runs-on")
    path.commit("carl", ".github/workflows/mine.yml", text, "mine")
    return path.leaked()


def _visible(path: Path, visibility: str) -> None:
    more: dict[str, object] = {"visibility": visibility}
    if visibility == "selected":
        more["selected_repository_ids"] = [path.id_of(REPO)]
    path.secret("/orgs/guild/actions/secrets", "MIRROR_TOKEN", **more)


@stopped_by(
    "an organization's secret for selected repositories",
    lambda path: _visible(path, "selected"),
    lambda path: _visible(path, "all"),
)
def _(path: Path) -> bool:
    """Another repository's workflow reads the organization's publishing secret."""
    path.commit("carl", ".github/workflows/mine.yml", CI, repo="/repos/guild/docs")
    return path.leaked("MIRROR_TOKEN")


@stopped_by(
    "an organization's secret for private repositories",
    lambda path: _visible(path, "private"),
    lambda path: _visible(path, "all"),
)
def _(path: Path) -> bool:
    """A public repository's workflow reads a secret that is meant for private ones."""
    path.ref("carl", "heads/mine")
    path.commit("carl", ".github/workflows/mine.yml", CI, "mine")
    return path.leaked("MIRROR_TOKEN")


# --- outsiders


def _fork(path: Path, workflow: str) -> None:
    """Let zoe, who is nobody, propose a workflow from a fork."""
    path.secret(f"{REPO}/actions/secrets", "NPM_TOKEN")
    assert path.as_("zoe").post(f"{REPO}/forks").status_code == 202
    fork = "/repos/zoe/sophia"
    made = path.commit("zoe", ".github/workflows/evil.yml", workflow, repo=fork)
    assert made.is_success, made.text
    body = {"title": "help", "head": "zoe:main", "base": "main"}
    assert path.as_("zoe").post(f"{REPO}/pulls", json=body).status_code == 201


@stopped_by(
    "runs of outsiders that wait for an approval",
    lambda path: path.put(
        f"{REPO}/actions/permissions/fork-pr-contributor-approval",
        {"approval_policy": "all_external_contributors"},
    ),
)
def _(path: Path) -> bool:
    """Somebody whose first change was harmless runs their own workflow from a fork."""
    _fork(path, "on: []\njobs: {}\n")
    assert path.merge("olga", 1)
    assert path.commit("zoe", ".github/workflows/evil.yml", CI, repo="/repos/zoe/sophia").is_success
    body = {"title": "again", "head": "zoe:main", "base": "main"}
    assert path.as_("zoe").post(f"{REPO}/pulls", json=body).status_code == 201
    return any(
        job["status"] == "completed"
        for job in path.world.jobs(event="pull_request", workflow=".github/workflows/evil.yml")
    )


TARGET = "on: pull_request_target\njobs:\n  greet: {runs-on: ubuntu-latest, steps: []}\n"


def _greeting(path: Path) -> None:
    assert path.commit("olga", ".github/workflows/greet.yml", TARGET).is_success


def _greeting_off(path: Path) -> None:
    _greeting(path)
    path.put(f"{REPO}/actions/workflows/greet.yml/disable", {})


@stopped_by("no workflow on pull_request_target", _greeting_off, _greeting)
def _(path: Path) -> bool:
    """A fork's pull request starts a workflow that has the repository's secrets."""
    _fork(path, CI)
    return path.leaked("NPM_TOKEN", event="pull_request_target")


# --- what a workflow's own token may do


def _held_job(path: Path, workflow: str, *, login: str = "carl") -> httpx.Client:
    """Return the API by the token of a job that runs on somebody's own branch."""
    path.ref(login, "heads/mine")
    path.world.plan("guild/sophia", "test", "hold")
    path.commit(login, ".github/workflows/mine.yml", workflow, "mine")
    job = path.world.jobs(status="in_progress", workflow=".github/workflows/mine.yml")[-1]
    return path.bearer(path.world.job(job["id"])["github_token"])


@stopped_by(
    "a workflow's token that only reads",
    lambda path: path.token_may("read"),
    lambda path: path.token_may("write"),
)
def _(path: Path) -> bool:
    """A contributor's workflow pushes to main with its token."""
    return path.commit("", "src/sophia.py", "evil", client=_held_job(path, CI)).is_success


def _reviewed(path: Path, *, approve: bool) -> None:
    pulls_only()(path)
    path.token_may("write", approve=approve)


@stopped_by(
    "workflows that cannot approve",
    lambda path: _reviewed(path, approve=False),
    lambda path: _reviewed(path, approve=True),
)
def _(path: Path) -> bool:
    """A contributor's workflow approves the contributor's change."""
    number = path.pull("carl")
    token = _held_job(path, CI)
    token.post(f"{REPO}/pulls/{number}/reviews", json={"event": "APPROVE"})
    return path.merge("carl", number)


@stopped_by(
    "actions that have to be pinned",
    lambda path: path.put(
        f"{REPO}/actions/permissions",
        {"enabled": True, "allowed_actions": "all", "sha_pinning_required": True},
    ),
)
def _(path: Path) -> bool:
    """A release uses an action by a tag that its author can move."""
    path.dispatch("carl")
    return path.leaked()


def _only_own_actions(path: Path) -> None:
    path.put(f"{REPO}/actions/permissions", {"enabled": True, "allowed_actions": "local_only"})


@stopped_by("only actions of the organization", _only_own_actions)
def _(path: Path) -> bool:
    """A release uses an action of strangers."""
    path.dispatch("carl")
    return path.leaked()


@stopped_by(
    "Actions switched off",
    lambda path: path.put(f"{REPO}/actions/permissions", {"enabled": False}),
)
def _(path: Path) -> bool:
    """A repository that publishes nothing runs a workflow all the same."""
    path.ref("carl", "tags/v9")
    return path.leaked()


# --- who somebody is to the outside: OIDC


def _claims(path: Path, workflow: str, job: str) -> dict[str, object] | None:
    """Return the claims of a running job's OIDC token; None when it gets none."""
    found = path.world.jobs(status="in_progress", workflow=workflow, key=job)
    oidc = path.world.job(found[-1]["id"])["oidc"] if found else None
    if oidc is None:
        return None
    answer = httpx.get(oidc["url"], headers={"Authorization": f"Bearer {oidc['token']}"})
    claims: dict[str, object] = jwt.decode(
        answer.json()["value"], options={"verify_signature": False}
    )
    return claims


@stopped_by(
    "a subject that names the environment, behind its gate",
    lambda path: path.only_refs(("tag", "v*")),
)
def _(path: Path) -> bool:
    """A contributor's job on a branch gets the subject that the package index trusts."""
    path.ref("carl", "heads/mine")
    path.world.plan("guild/sophia", "publish", "hold")
    path.commit("carl", ".github/workflows/release.yml", ON_PUSH, "mine")
    claims = _claims(path, ".github/workflows/release.yml", "publish")
    return claims is not None and claims["sub"] == "repo:guild/sophia:environment:pypi-release"


@stopped_by(
    "a subject that names the workflow's file and ref",
    lambda path: path.put(
        f"{REPO}/actions/oidc/customization/sub",
        {"use_default": False, "include_claim_keys": ["repo", "context", "job_workflow_ref"]},
    ),
)
def _(path: Path) -> bool:
    """Another workflow of the repository passes for the release workflow."""
    path.ref("carl", "heads/mine")
    path.world.plan("guild/sophia", "publish", "hold")
    path.commit("carl", ".github/workflows/mine.yml", ON_PUSH, "mine")
    claims = _claims(path, ".github/workflows/mine.yml", "publish")
    assert claims is not None
    return claims["sub"] == "repo:guild/sophia:environment:pypi-release"


# --- roles


def _reader(path: Path) -> None:
    path.put(f"{REPO}/collaborators/carl", {"permission": "triage"})


@stopped_by("no right to write", _reader)
def _(path: Path) -> bool:
    """Somebody who only triages starts the release."""
    path.dispatch("carl")
    return path.leaked()


@stopped_by(
    "an archived repository", lambda path: path.as_("olga").patch(REPO, json={"archived": True})
)
def _(path: Path) -> bool:
    """A contributor publishes from a repository that was given up."""
    path.ref("carl", "tags/v9")
    return path.leaked()


@pytest.fixture
def path(sandbox: Sandbox) -> Iterator[Path]:
    """A release path of its own."""
    made = Path(sandbox.world(f"attempt{next(_numbers)}", SEED))
    yield made
    made.close()


_ALL = pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda each: each.name)


@_ALL
def test_the_setting_stops_it(path: Path, attempt: Attempt) -> None:
    """With the setting that is meant to stop it, the attempt fails (E1, E2, R8, C2)."""
    attempt.guard(path)
    assert attempt.act(path) is False


@_ALL
def test_without_the_setting_it_works(path: Path, attempt: Attempt) -> None:
    """Without exactly that setting, the attempt works: nothing else stops it (E1, E2, R8, C2)."""
    attempt.weak(path)
    assert attempt.act(path) is True


def test_there_are_enough() -> None:
    """At least thirty ways are tried, each different from the others."""
    assert len({each.name for each in ATTEMPTS}) == len(ATTEMPTS) >= 30

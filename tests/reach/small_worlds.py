"""Small organizations that differ in one gate or two: four people, one repository, one release."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, get_args, get_type_hints

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.semantics import aws_and_vault
from portcullis_policy.semantics import github as gh

from portcullis.check.recorder import Registered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ORGANIZATION = "guild"
REPOSITORY = "sophia"
ENVIRONMENT = "pypi-release"
PEOPLE = ("ana", "ben", "cy", "dee")
"""Ana creates tags, ben and cy review, dee only writes; all may write."""
TEAMS = {"makers": ("ana",), "reviewers": ("ben", "cy"), "writers": PEOPLE}
RELEASE = """\
name: release
on:
  push:
    tags: ["v*"]
  workflow_dispatch: {}
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: pypi-release
    permissions: {id-token: write}
    steps: []
"""
FOREIGN = """\
name: preview
on: pull_request_target
jobs:
  start:
    runs-on: ubuntu-latest
    permissions: {{{rights}}}
    {environment}
    steps:
      - uses: actions/checkout@v6
        with: {{ref: "${{{{ github.event.pull_request.head.sha }}}}"}}
      - run: make
"""
"""A workflow that anybody starts, and that runs their code."""
ROLES = (ENVIRONMENT, "cluster")
"""The environments that roles of Vault trust; nobody declares the second one."""


@dataclass(frozen=True)
class Gates:
    """The settings of a small world."""

    reviewers: Literal["none", "reviewers", "makers"] = "reviewers"
    """The team that approves deployments."""
    self_review: Literal["prevented", "allowed"] = "prevented"
    admits: Literal["tags", "main", "anything"] = "tags"
    """The refs that may deploy."""
    tags_by: Literal["makers", "anybody"] = "makers"
    """Who may create release tags."""
    tags_stay: Literal["yes", "no"] = "yes"
    """Whether release tags cannot be moved."""
    approvals: Literal["none", "1", "2"] = "1"
    """How many approvals a pull request needs; none: people push to the default branch."""
    stale: Literal["dismissed", "kept"] = "dismissed"
    """What becomes of approvals when somebody pushes."""
    administrator: Literal["none", "waits", "bypasses"] = "none"
    """Whether dee administrates the repository, and then needs an approval."""
    owners: Literal["nobody", "makers", "makers of workflows"] = "nobody"
    """Who owns `.github/`, or only the workflow files there, and has to approve their changes."""
    foreign: Literal["nothing", "token", "environment"] = "nothing"
    """What a job that runs an outsider's code has."""

    def __str__(self) -> str:
        """Return the settings that are not the default, as a test's name."""
        different = (
            f"{each.name}={getattr(self, each.name)}"
            for each in fields(self)
            if getattr(self, each.name) != each.default
        )
        return " ".join(different) or "all gates"


def alike(gates: Gates, person: str) -> tuple[bool, ...]:
    """What tells a person apart in a world; the model names only a few of those who are alike."""
    return (
        person in TEAMS["makers"] and "makers" in (gates.tags_by, gates.reviewers),
        person in TEAMS["reviewers"] and gates.reviewers == "reviewers",
        person == "dee" and gates.administrator != "none",
        person in TEAMS["makers"] and gates.owners != "nobody",
    )


def all_gates() -> Iterator[Gates]:
    """Yield every combination."""
    choices = {name: get_args(hint) for name, hint in get_type_hints(Gates).items()}
    for values in itertools.product(*choices.values()):
        yield Gates(**dict(zip(choices, values, strict=True)))


def one_by_one() -> Iterator[Gates]:
    """Yield the world with all gates, and each with one gate changed."""
    yield Gates()
    for name, hint in get_type_hints(Gates).items():
        for value in get_args(hint):
            changed = Gates(**{name: value})
            if changed != Gates():
                yield changed


def resources(gates: Gates) -> list[Registered]:
    """Return what a plain program declares for a small world."""
    found = [
        _item(gh.ORGANIZATION_SETTINGS, "guild", {"defaultRepositoryPermission": "none"}),
        _item(
            gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
            "guild",
            {"defaultWorkflowPermissions": "read", "canApprovePullRequestReviews": False},
        ),
        _item(gh.REPOSITORY, REPOSITORY, {"name": REPOSITORY, "visibility": "public"}),
        _item(
            gh.REPOSITORY_FILE,
            "release",
            {
                "repository": REPOSITORY,
                "file": ".github/workflows/release.yml",
                "content": RELEASE,
                "branch": "main",
            },
        ),
    ]
    found += _roles()
    if gates.foreign != "nothing":
        place = {"repository": REPOSITORY, "file": ".github/workflows/preview.yml"}
        text = FOREIGN.format(
            rights="contents: write, actions: write" if gates.foreign == "token" else "",
            environment=f"environment: {ENVIRONMENT}" if gates.foreign == "environment" else "",
        )
        found.append(_item(gh.REPOSITORY_FILE, "preview", {**place, "content": text}))
    for name, people in TEAMS.items():
        found.append(_item(gh.TEAM, name, {"name": name, "privacy": "closed"}))
        members = [{"username": each, "role": "member"} for each in people]
        found.append(_item(gh.TEAM_MEMBERS, name, {"teamSlug": name, "members": members}))
    for name in ("writers", "makers"):
        access = {"repository": REPOSITORY, "permission": "push", "teamId": name}
        found.append(_item(gh.TEAM_REPOSITORY, name, access, teamId=name))
    if gates.owners != "nobody":
        path = "/.github/" if gates.owners == "makers" else "/.github/workflows/"
        owners = {"repository": REPOSITORY, "file": ".github/CODEOWNERS", "branch": "main"}
        found.append(
            _item(gh.REPOSITORY_FILE, "owners", {**owners, "content": f"{path} @guild/makers\n"})
        )
    if gates.administrator != "none":
        admin = {"repository": REPOSITORY, "permission": "admin", "username": "dee"}
        found.append(_item(gh.REPOSITORY_COLLABORATOR, "admin", admin))
    return [*found, *_environment(gates), *_rulesets(gates)]


def _roles() -> Iterator[Registered]:
    for environment in ROLES:
        claims = {"repository": f"{ORGANIZATION}/{REPOSITORY}", "environment": environment}
        role = {"roleType": "jwt", "backend": "github", "boundClaims": claims}
        yield _item(aws_and_vault.VAULT_JWT_ROLE, environment, {"roleName": environment, **role})


def _environment(gates: Gates) -> Iterator[Registered]:
    place = {"repository": REPOSITORY, "environment": ENVIRONMENT}
    inputs: dict[str, object] = {
        **place,
        "preventSelfReview": gates.self_review == "prevented" and gates.reviewers != "none",
        "canAdminsBypass": gates.administrator == "bypasses",
    }
    depends = {}
    if gates.reviewers != "none":
        inputs["reviewers"] = [{"teams": [gates.reviewers], "users": []}]
        depends["reviewers"] = gates.reviewers
    if gates.admits != "anything":
        policy = {"protectedBranches": False, "customBranchPolicies": True}
        inputs["deploymentBranchPolicy"] = policy
        pattern = {"tagPattern": "v*"} if gates.admits == "tags" else {"branchPattern": "main"}
        yield _item(gh.DEPLOYMENT_POLICY, "admitted", {**place, **pattern})
    yield _item(gh.ENVIRONMENT, ENVIRONMENT, inputs, **depends)


def _rulesets(gates: Gates) -> Iterator[Registered]:
    if gates.tags_by == "makers":
        bypass = [{"actorType": "Team", "actorId": "makers", "bypassMode": "always"}]
        tags = _ruleset("tag", "refs/tags/v*", {"creation": True}, bypass)
        yield _item(gh.REPOSITORY_RULESET, "tags", tags, bypassActors="makers")
    if gates.tags_stay == "yes":
        rules = {"update": True, "deletion": True, "nonFastForward": True}
        yield _item(gh.REPOSITORY_RULESET, "tags stay", _ruleset("tag", "refs/tags/v*", rules, []))
    if gates.approvals != "none":
        review = {
            "requiredApprovingReviewCount": float(gates.approvals),
            "dismissStaleReviewsOnPush": gates.stale == "dismissed",
            "requireLastPushApproval": gates.stale == "dismissed",
            "requireCodeOwnerReview": gates.owners != "nobody",
        }
        rules_of_main = {"deletion": True, "nonFastForward": True, "pullRequest": review}
        yield _item(
            gh.REPOSITORY_RULESET, "main", _ruleset("branch", "~DEFAULT_BRANCH", rules_of_main, [])
        )


def _ruleset(
    target: str, pattern: str, rules: Mapping[str, object], bypass: list[dict[str, str]]
) -> dict[str, object]:
    return {
        "repository": REPOSITORY,
        "name": f"{target} {' '.join(rules)}",
        "target": target,
        "enforcement": "active",
        "conditions": {"refName": {"includes": [pattern], "excludes": []}},
        "rules": rules,
        "bypassActors": bypass,
    }


def _item(type_: str, name: str, inputs: Mapping[str, object], **depends: str) -> Registered:
    """Return a resource; a property that depends on a team is an id that is not known yet."""
    unknown = {each: _unknown(inputs[each]) for each in depends}
    made_from = {each: (_urn(gh.TEAM, team),) for each, team in depends.items()}
    return Registered(type_, name, _urn(type_, name), None, None, {**inputs, **unknown}, made_from)


def _unknown(value: object) -> object:
    """Return a value with each team's name in it UNKNOWN, as its id is at the first preview."""
    if isinstance(value, list):
        return [_unknown(each) for each in value]
    if isinstance(value, dict):
        return {
            key: each if key in ("actorType", "bypassMode") else _unknown(each)
            for key, each in value.items()
        }
    return UNKNOWN


def _urn(type_: str, name: str) -> str:
    return f"urn:pulumi:small::portcullis::{type_}::{name}"

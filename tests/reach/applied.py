"""A stack's resources, put into a world of the sandbox as an update would.

It knows the types that decide who can publish. What it leaves out is no gate: descriptions, alerts,
variables.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from portcullis_policy.facts import UNKNOWN

from tests.reach.world import InProcess, in_path
from tests.sandbox.sealing import seal
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portcullis.check.recorder import Registered

OWNER = "olga"
"""Who owns each organization, and updates it."""

TAG = "v1.2.3"
"""A release tag that every repository has."""

SECRET = "canary-publishing-token"
"""The value of every secret, but for Dependabot's."""

OF_DEPENDABOT = "canary-of-dependabot"
"""The value of every secret of Dependabot."""

DEPENDABOT = "dependabot[bot]"
OUTSIDER = "zoe"
"""Somebody with an account and without any right here."""

_SETTINGS = ("default_repository_permission", "members_can_create_repositories")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def applied(resources: Sequence[Registered], organization: str, **seed: Any) -> InProcess:  # noqa: ANN401 - of a seed
    """Return a world in which the resources exist.

    Args:
        resources: as they were recorded.
        organization: its login.
        seed: further fields of the organization in the seed, such as `members`.
    """
    of_type: defaultdict[str, list[Registered]] = defaultdict(list)
    for resource in resources:
        if resource.type.startswith("github:"):
            of_type[resource.type.rpartition(":")[2]].append(resource)
    world = InProcess(_seed(of_type, organization, seed))
    _settings(world, of_type, organization)
    _tags(world, of_type, organization)
    _environments(world, of_type, organization)
    _secrets(world, of_type, organization)
    _rulesets(world, of_type, organization)
    return world


def named(resource: Registered, field: str) -> list[str]:
    """Return the names of the resources that a property was made from."""
    return [urn.rpartition("::")[2] for urn in resource.depends.get(field, ())]


def _seed(
    of_type: Mapping[str, Sequence[Registered]], organization: str, more: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the people, teams and repositories, each with its files."""
    teams: dict[str, Any] = {}
    for each in of_type["TeamMembers"]:
        roles = {"member": "members", "maintainer": "maintainers"}
        team: dict[str, Any] = {"members": [], "maintainers": []}
        for member in _list(each.inputs["members"]):
            team[roles[str(member.get("role", "member"))]].append(member["username"])
        slug = each.inputs["teamSlug"]
        teams[named(each, "teamSlug")[0] if slug is UNKNOWN else str(slug)] = team
    repositories: dict[str, Any] = {}
    for each in of_type["Repository"]:
        repositories[str(each.inputs["name"])] = {
            "visibility": each.inputs.get("visibility", "public"),
            "files": {"README.md": "# it\n"},
            "teams": {},
            "collaborators": {},
            "settings": {"allow_merge_commit": each.inputs.get("allowMergeCommit", True)},
        }
    for each in of_type["RepositoryFile"]:
        files = repositories[str(each.inputs["repository"])]["files"]
        files[str(each.inputs["file"])] = each.inputs["content"]
    for each in of_type["TeamRepository"]:
        [team_name] = named(each, "teamId")
        repository = repositories[str(each.inputs["repository"])]
        repository["teams"][team_name] = each.inputs["permission"]
    for each in of_type["RepositoryCollaborator"]:
        repository = repositories[str(each.inputs["repository"])]
        repository["collaborators"][each.inputs["username"]] = each.inputs["permission"]
    apps = [
        {
            "slug": f"app-{number}",
            "app_id": number,
            "public_key": app_keys()[1],
            "organizations": [organization],
        }
        for number in sorted(_apps(of_type))
    ]
    people = {name for team in teams.values() for names in team.values() for name in names}
    if of_type["DependabotSecret"] or of_type["DependabotOrganizationSecret"]:
        people.add(DEPENDABOT)
        for each in repositories.values():
            each["collaborators"][DEPENDABOT] = "push"
    return {
        "users": [OUTSIDER],
        "organizations": [
            {
                "login": organization,
                "plan": "enterprise",
                "owners": [OWNER],
                "teams": teams,
                "repositories": repositories,
                **more,
                "members": sorted({*people, *more.get("members", ())}),
            }
        ],
        "tokens": [{"login": OWNER}, *({"app": each["slug"]} for each in apps)],
        "apps": apps,
    }


def _tags(world: InProcess, of_type: Mapping[str, Sequence[Registered]], organization: str) -> None:
    """Create a release tag in each repository, before anything protects tags."""
    for each in of_type["Repository"]:
        path = f"/repos/{organization}/{each.inputs['name']}"
        commit = world.must(OWNER, "GET", f"{path}/commits/main")["sha"]
        world.must(OWNER, "POST", f"{path}/git/refs", {"ref": f"refs/tags/{TAG}", "sha": commit})


def _apps(of_type: Mapping[str, Sequence[Registered]]) -> set[int]:
    """Return the ids of the Apps that a ruleset lets pass."""
    return {
        int(actor["actorId"])
        for each in (*of_type["OrganizationRuleset"], *of_type["RepositoryRuleset"])
        for actor in _list(each.inputs.get("bypassActors") or [])
        if actor["actorType"] == "Integration"
    }


def _settings(
    world: InProcess, of_type: Mapping[str, Sequence[Registered]], organization: str
) -> None:
    for each in of_type["OrganizationSettings"]:
        given = {_snake(key): value for key, value in each.inputs.items()}
        body = {name: given[name] for name in _SETTINGS if name in given}
        world.must(OWNER, "PATCH", f"/orgs/{organization}", body)
    for each in of_type["ActionsOrganizationWorkflowPermissions"]:
        body = {
            "default_workflow_permissions": each.inputs["defaultWorkflowPermissions"],
            "can_approve_pull_request_reviews": each.inputs["canApprovePullRequestReviews"],
        }
        path = f"/orgs/{organization}/actions/permissions/workflow"
        world.must(OWNER, "PUT", path, body)


def _environments(
    world: InProcess, of_type: Mapping[str, Sequence[Registered]], organization: str
) -> None:
    for each in of_type["RepositoryEnvironment"]:
        given = each.inputs
        repository = f"/repos/{organization}/{given['repository']}"
        policy = given.get("deploymentBranchPolicy")
        body = {
            "wait_timer": 0,  # who waits long enough has waited
            "prevent_self_review": given.get("preventSelfReview", False),
            "can_admins_bypass": given.get("canAdminsBypass", True),
            "reviewers": list(_reviewers(world, each, organization)),
            "deployment_branch_policy": {_snake(k): v for k, v in policy.items()}
            if isinstance(policy, dict)
            else None,
        }
        path = f"{repository}/environments/{in_path(str(given['environment']))}"
        world.must(OWNER, "PUT", path, body)
    for each in of_type["RepositoryEnvironmentDeploymentPolicy"]:
        given = each.inputs
        kind = "tag" if "tagPattern" in given else "branch"
        path = f"/repos/{organization}/{given['repository']}/environments/"
        path += f"{in_path(str(given['environment']))}/deployment-branch-policies"
        world.must(OWNER, "POST", path, {"type": kind, "name": given[f"{kind}Pattern"]})


def _reviewers(
    world: InProcess, environment: Registered, organization: str
) -> Iterable[dict[str, Any]]:
    for team in named(environment, "reviewers"):
        yield {"type": "Team", "id": _team(world, team, organization)}
    for block in _list(environment.inputs.get("reviewers") or []):
        for login in block.get("logins", ()):  # small worlds name people; the provider takes ids
            yield {"type": "User", "id": world.must(OWNER, "GET", f"/users/{login}")["id"]}


def _secrets(
    world: InProcess, of_type: Mapping[str, Sequence[Registered]], organization: str
) -> None:
    for each in of_type["ActionsEnvironmentSecret"]:
        given = each.inputs
        environment = in_path(str(given["environment"]))
        base = f"/repos/{organization}/{given['repository']}/environments/{environment}/secrets"
        _secret(world, base, str(given["secretName"]))
    names = {each.urn: str(each.inputs["name"]) for each in of_type["Repository"]}
    for store, value in (("Actions", SECRET), ("Dependabot", OF_DEPENDABOT)):
        for each in of_type[f"{store}Secret"]:
            base = f"/repos/{organization}/{each.inputs['repository']}/{store.lower()}/secrets"
            _secret(world, base, str(each.inputs["secretName"]), value)
        for each in of_type[f"{store}OrganizationSecret"]:
            seen = {"visibility": each.inputs["visibility"]}
            if seen["visibility"] == "selected":
                chosen = [names[urn] for urn in each.depends["selectedRepositoryIds"]]
                paths = [f"/repos/{organization}/{name}" for name in chosen]
                seen["selected_repository_ids"] = [
                    world.must(OWNER, "GET", path)["id"] for path in paths
                ]
            base = f"/orgs/{organization}/{store.lower()}/secrets"
            _secret(world, base, str(each.inputs["secretName"]), value, **seen)


def _secret(world: InProcess, base: str, name: str, value: str = SECRET, **more: object) -> None:
    key = world.must(OWNER, "GET", f"{base}/public-key")
    world.must(OWNER, "PUT", f"{base}/{name}", {**seal(key, value), **more})


def _rulesets(
    world: InProcess, of_type: Mapping[str, Sequence[Registered]], organization: str
) -> None:
    for each in (*of_type["OrganizationRuleset"], *of_type["RepositoryRuleset"]):
        given = each.inputs
        conditions: dict[str, Any] = {}
        for name, block in given["conditions"].items():  # type: ignore[attr-defined] # a block
            wanted = {"includes": "include", "excludes": "exclude", "protected": "protected"}
            conditions[_snake(name)] = {wanted[key]: value for key, value in block.items()}
        body = {
            "name": given["name"],
            "target": given["target"],
            "enforcement": given["enforcement"],
            "conditions": conditions,
            "rules": [_rule(name, value) for name, value in given["rules"].items() if value],  # type: ignore[attr-defined] # a block
            "bypass_actors": _bypass(world, each, organization),
        }
        repository = given.get("repository")
        base = f"/repos/{organization}/{repository}" if repository else f"/orgs/{organization}"
        world.must(OWNER, "POST", f"{base}/rulesets", body)


def _rule(name: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - a block of the provider's
    if value is True:
        return {"type": _snake(name)}
    parameters = {_snake(key): each for key, each in value.items()}
    if name == "pullRequest":
        parameters["required_approving_review_count"] = int(
            parameters.get("required_approving_review_count", 0)
        )
        defaults = (
            "dismiss_stale_reviews_on_push",
            "require_code_owner_review",
            "require_last_push_approval",
            "required_review_thread_resolution",
        )
        parameters = {**dict.fromkeys(defaults, False), **parameters}
    if name == "requiredStatusChecks":
        checks = parameters.pop("required_checks")
        parameters["required_status_checks"] = [
            {
                "context": check["context"],
                **(
                    {"integration_id": int(check["integrationId"])}
                    if "integrationId" in check
                    else {}
                ),
            }
            for check in checks
        ]
    return {"type": _snake(name), "parameters": parameters}


def _bypass(world: InProcess, ruleset: Registered, organization: str) -> list[dict[str, Any]]:
    teams = iter(named(ruleset, "bypassActors"))
    found = []
    for actor in _list(ruleset.inputs.get("bypassActors") or []):
        number = actor.get("actorId")
        ident = _team(world, next(teams), organization) if number is UNKNOWN else int(number)
        found.append(
            {
                "actor_id": ident,
                "actor_type": actor["actorType"],
                "bypass_mode": actor["bypassMode"],
            }
        )
    return found


def _team(world: InProcess, name: str, organization: str) -> int:
    found: int = world.must(OWNER, "GET", f"/orgs/{organization}/teams/{in_path(name)}")["id"]
    return found


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _snake(name: str) -> str:
    return _WORDS.sub("_", name).lower()

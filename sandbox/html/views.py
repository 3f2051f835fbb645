"""What the pages show: records in words, never a secret's value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import team_permission
from sandbox.enforcement.ruleset_model import rulesets_of
from sandbox.git import objects
from sandbox.html import runs, words
from sandbox.runs.workflow import paths
from sandbox.world.kinds.accounts import APP, INSTALLATION, ORGANIZATION, Organization
from sandbox.world.kinds.code import PULL
from sandbox.world.kinds.people import COLLABORATOR, MEMBER, TEAM, TEAM_MEMBER
from sandbox.world.kinds.protection import BRANCH_PROTECTION, ENVIRONMENT, RULESET
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World
    from sandbox.world.worlds import Sandbox

JOURNAL_PAGE = 100
"""Requests on a page of the journal."""
RUNS_SHOWN = 20
"""Runs on a repository's page."""
_SWITCHES = {
    "requiresApprovingReviews": "pull requests only",
    "requiresCodeOwnerReviews": "review by code owners",
    "dismissesStaleReviews": "new commits dismiss approvals",
    "requireLastPushApproval": "approval of the last push by another",
    "requiresStatusChecks": "status checks",
    "requiresStrictStatusChecks": "up to date with its base",
    "requiresCommitSignatures": "signed commits",
    "requiresConversationResolution": "conversations resolved",
    "requiresLinearHistory": "no merge commits",
    "isAdminEnforced": "administrators too",
    "restrictsPushes": "pushes by those listed only",
    "blocksCreations": "creation by those listed only",
    "lockBranch": "locked",
    "allowsForcePushes": "force pushes allowed",
    "allowsDeletions": "deletion allowed",
}


def worlds(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the worlds with their organizations."""
    return [
        {"name": world.name, "organizations": words.names(world.all(ORGANIZATION))}
        for world in sandbox.worlds.values()
    ]


def world(world: World) -> dict[str, Any]:
    """Return a world: organizations, runs that wait, what was asked for and is not there."""
    return {
        "world": world.name,
        "organizations": words.names(world.all(ORGANIZATION)),
        "waiting": [
            entry
            for org in world.all(ORGANIZATION)
            for repository in world.all(REPOSITORY, org.id)
            for entry in runs.runs_of(world, org, repository)
            if entry["status"] == "waiting"
        ],
        "faults": world.faults.list(),
        "settings": world.settings,
        "clock": world.clock.now(),
        "gaps": [f"{method} {path}" for method, path in world.gaps],
    }


def organization(world: World, org: Record[Organization]) -> dict[str, Any]:
    """Return an organization: settings, people, repositories, rulesets, secrets by name."""
    workflow = world.document(org.id, "workflow", {"default_workflow_permissions": "read"})
    actions = world.document(
        org.id, "actions", {"allowed_actions": "all", "enabled_repositories": "all"}
    )
    apps = [world.get(APP, each.data["app"]) for each in world.all(INSTALLATION, org.id)]
    repositories = sorted(world.all(REPOSITORY, org.id), key=lambda each: each.name.lower())
    return {
        "world": world.name,
        "org": org,
        "facts": [
            ("plan", org.data["plan"]),
            ("members may by default", org.data["default_repository_permission"]),
            ("members may create", org.data["members_allowed_repository_creation_type"]),
            ("Actions in", f"{actions['enabled_repositories']} repositories"),
            ("allowed actions", actions["allowed_actions"]),
            ("a workflow's token", workflow["default_workflow_permissions"]),
            ("Apps", ", ".join(each.name for each in apps if each is not None) or "none"),
        ],
        "repositories": [
            {
                "name": each.name,
                "visibility": each.data["visibility"]
                + (", archived" if each.data["archived"] else ""),
                "rulesets": words.names(rulesets_of(world, each)),
                "environments": words.names(world.all(ENVIRONMENT, each.id)),
            }
            for each in repositories
        ],
        "rulesets": [words.ruleset(world, each) for each in world.all(RULESET, org.id)],
        "teams": [
            (each.data["name"], words.members(world, TEAM_MEMBER, each.id))
            for each in world.all(TEAM, org.id)
        ],
        "members": words.members(world, MEMBER, org.id),
        "secrets": words.secrets(world, org.id),
    }


def repository(
    world: World, org: Record[Organization], repository: Record[Repository]
) -> dict[str, Any]:
    """Return a repository: who may what, protections in words, environments, runs."""
    access = [
        (f"team {each.data['name']}", found)
        for each in world.all(TEAM, org.id)
        if (found := team_permission(world, each, repository)) != "none"
    ]
    access += [
        (words.person(world, int(each.name)), str(each.data["permission"]))
        for each in world.all(COLLABORATOR, repository.id)
    ]
    head = objects.resolve(world, repository, repository.data["default_branch"])
    files: dict[str, str] = {} if head is None else head.data["files"]
    return {
        "world": world.name,
        "org": org,
        "repository": repository,
        "facts": [
            ("visibility", repository.data["visibility"]),
            ("default branch", repository.data["default_branch"]),
            ("archived", "yes, read-only" if repository.data["archived"] else "no"),
            ("vulnerability alerts", "on" if repository.data["vulnerability_alerts"] else "off"),
            (
                "security features",
                ", ".join(
                    n.replace("_", " ") for n, on in repository.data["security"].items() if on
                )
                or "none",
            ),
        ],
        "access": access,
        "rulesets": [words.ruleset(world, each) for each in rulesets_of(world, repository)],
        "classic": [
            (each.name, [words for name, words in _SWITCHES.items() if each.field(name)])
            for each in world.all(BRANCH_PROTECTION, repository.id)
        ],
        "environments": [
            words.environment(world, each) for each in world.all(ENVIRONMENT, repository.id)
        ],
        "secrets": words.secrets(world, repository.id),
        "pulls": [
            (
                each.name,
                each.data["title"],
                each.data["state"],
                words.person(world, each.data["user"]),
            )
            for each in reversed(world.all(PULL, repository.id))
        ],
        "workflows": paths(files),
        "files": sorted(files),
        "runs": runs.runs_of(world, org, repository)[:RUNS_SHOWN],
    }


def journal(world: World, query: dict[str, str]) -> dict[str, Any]:
    """Return a page of the journal, newest first; method, status, actor and path narrow it."""
    wanted = {key: query.get(key, "") for key in ("method", "status", "actor", "path")}

    def keep(entry: dict[str, Any]) -> bool:
        return all(
            not value or (value in entry["path"] if key == "path" else str(entry[key]) == value)
            for key, value in wanted.items()
        )

    found = world.journal.select(keep)[::-1]
    text = query.get("page", "1")
    number = max(1, int(text)) if text.isdigit() else 1
    start = (number - 1) * JOURNAL_PAGE
    return {
        "world": world.name,
        "wanted": wanted,
        "entries": found[start : start + JOURNAL_PAGE],
        "total": len(found),
        "page": number,
        "more": len(found) > start + JOURNAL_PAGE,
    }

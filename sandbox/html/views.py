"""What the pages show: records in words, never a secret's value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox import git
from sandbox.actors import Actor
from sandbox.permissions import level, permission, team_permission
from sandbox.rulesets import ROLES, rulesets_of
from sandbox.runs import gates, triggers
from sandbox.runs.workflow import paths

if TYPE_CHECKING:
    from sandbox.http import Response
    from sandbox.records import Record
    from sandbox.world import World
    from sandbox.worlds import Sandbox

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


def quoted(text: str) -> str:
    """Return a text as it stands in an address."""
    return quote(text, safe="")


def _names(records: list[Record]) -> list[str]:
    return sorted(each.name for each in records)


def worlds(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the worlds with their organizations."""
    return [
        {"name": world.name, "organizations": _names(world.all("organization"))}
        for world in sandbox.worlds.values()
    ]


def world(world: World) -> dict[str, Any]:
    """Return a world: organizations, runs that wait, what was asked for and is not there."""
    return {
        "world": world.name,
        "organizations": _names(world.all("organization")),
        "waiting": [
            entry
            for org in world.all("organization")
            for repository in world.all("repository", org.id)
            for entry in _runs(world, org, repository)
            if entry["status"] == "waiting"
        ],
        "faults": world.faults.list(),
        "settings": world.settings,
        "clock": world.clock.now(),
        "gaps": [f"{method} {path}" for method, path in world.gaps],
    }


def _person(world: World, ident: int) -> str:
    user = world.get("user", ident)
    return "somebody who is gone" if user is None else user.name


def _members(world: World, kind: str, parent: int) -> list[tuple[str, str]]:
    found = [
        (_person(world, int(each.name)), str(each["role"])) for each in world.all(kind, parent)
    ]
    return sorted(found)


def _secrets(world: World, holder: int) -> list[dict[str, str]]:
    kinds = {"actions_secret": "secret", "dependabot_secret": "Dependabot secret"}
    return [
        {
            "name": each.name,
            "kind": kinds.get(kind, "variable"),
            "visibility": _visibility(world, each),
            "updated": each.updated_at,
        }
        for kind in (*kinds, "variable")
        for each in world.all(kind, holder)
    ]


def _visibility(world: World, item: Record) -> str:
    found = str(item.get("visibility") or "")
    if found != "selected":
        return found
    selected = (world.get("repository", each) for each in item["selected_repository_ids"])
    return ", ".join(each.name for each in selected if each is not None) or "none"


def organization(world: World, org: Record) -> dict[str, Any]:
    """Return an organization: settings, people, repositories, rulesets, secrets by name."""
    workflow = world.document(org.id, "workflow", {"default_workflow_permissions": "read"})
    actions = world.document(
        org.id, "actions", {"allowed_actions": "all", "enabled_repositories": "all"}
    )
    apps = [world.get("app", each["app"]) for each in world.all("installation", org.id)]
    repositories = sorted(world.all("repository", org.id), key=lambda each: each.name.lower())
    return {
        "world": world.name,
        "org": org,
        "facts": [
            ("plan", org["plan"]),
            ("members may by default", org["default_repository_permission"]),
            ("members may create", org["members_allowed_repository_creation_type"]),
            ("Actions in", f"{actions['enabled_repositories']} repositories"),
            ("allowed actions", actions["allowed_actions"]),
            ("a workflow's token", workflow["default_workflow_permissions"]),
            ("Apps", ", ".join(each.name for each in apps if each is not None) or "none"),
        ],
        "repositories": [
            {
                "name": each.name,
                "visibility": each["visibility"] + (", archived" if each["archived"] else ""),
                "rulesets": _names(rulesets_of(world, each)),
                "environments": _names(world.all("environment", each.id)),
            }
            for each in repositories
        ],
        "rulesets": [_ruleset(world, each) for each in world.all("ruleset", org.id)],
        "teams": [
            (each["name"], _members(world, "team_member", each.id))
            for each in world.all("team", org.id)
        ],
        "members": _members(world, "member", org.id),
        "secrets": _secrets(world, org.id),
    }


def _ruleset(world: World, ruleset: Record) -> dict[str, Any]:
    refs = (ruleset["conditions"] or {}).get("ref_name") or {}
    return {
        "name": ruleset.name,
        "target": ruleset["target"],
        "enforcement": ruleset["enforcement"],
        "refs": refs.get("include", []),
        "but": refs.get("exclude", []),
        "rules": [_rule(each) for each in ruleset["rules"]],
        "bypass": [_bypass(world, each) for each in ruleset["bypass_actors"]],
    }


def _bypass(world: World, actor: dict[str, Any]) -> str:
    kind, ident = actor["actor_type"], actor["actor_id"]
    names = {"Team": "team", "User": "user", "RepositoryRole": "repository_role"}
    record = world.get(names.get(kind, ""), ident or 0)
    name = ROLES.get(ident, "") if kind == "RepositoryRole" else ""
    if kind == "Integration":
        app = next((a for a in world.all("app") if ident in (a.id, a.get("app_id"))), None)
        name = "App " + (str(ident) if app is None else app.name)
    shown = name or (record.name if record is not None else kind)
    return shown + (" by pull request" if actor["bypass_mode"] == "pull_request" else "")


def _rule(rule: dict[str, Any]) -> str:
    parameters = rule.get("parameters", {})
    words = str(rule["type"]).replace("_", " ")
    if rule["type"] == "pull_request":
        count = parameters["required_approving_review_count"]
        extra = [f"{count} approvals"]
        extra += ["code owners"] if parameters["require_code_owner_review"] else []
        extra += ["last push"] if parameters["require_last_push_approval"] else []
        return f"{words}: {', '.join(extra)}"
    if rule["type"] == "required_status_checks":
        contexts = (each["context"] for each in parameters["required_status_checks"])
        return f"{words}: {', '.join(contexts)}"
    return words


def repository(world: World, org: Record, repository: Record) -> dict[str, Any]:
    """Return a repository: who may what, protections in words, environments, runs."""
    access = [
        (f"team {each['name']}", found)
        for each in world.all("team", org.id)
        if (found := team_permission(world, each, repository)) != "none"
    ]
    access += [
        (_person(world, int(each.name)), str(each["permission"]))
        for each in world.all("collaborator", repository.id)
    ]
    head = git.resolve(world, repository, repository["default_branch"])
    files: dict[str, str] = {} if head is None else head["files"]
    return {
        "world": world.name,
        "org": org,
        "repository": repository,
        "facts": [
            ("visibility", repository["visibility"]),
            ("default branch", repository["default_branch"]),
            ("archived", "yes, read-only" if repository["archived"] else "no"),
            ("vulnerability alerts", "on" if repository["vulnerability_alerts"] else "off"),
            (
                "security features",
                ", ".join(n.replace("_", " ") for n, on in repository["security"].items() if on)
                or "none",
            ),
        ],
        "access": access,
        "rulesets": [_ruleset(world, each) for each in rulesets_of(world, repository)],
        "classic": [
            (each.name, [words for name, words in _SWITCHES.items() if each[name]])
            for each in world.all("branch_protection", repository.id)
        ],
        "environments": [
            _environment(world, each) for each in world.all("environment", repository.id)
        ],
        "secrets": _secrets(world, repository.id),
        "pulls": [
            (each.name, each["title"], each["state"], _person(world, each["user"]))
            for each in reversed(world.all("pull", repository.id))
        ],
        "workflows": paths(files),
        "files": sorted(files),
        "runs": _runs(world, org, repository)[:RUNS_SHOWN],
    }


def _environment(world: World, gate: Record) -> dict[str, Any]:
    policy = gate["deployment_branch_policy"]
    refs = ["every branch and tag"]
    if policy is not None:
        refs = ["protected branches"]
        if policy["custom_branch_policies"]:
            found = world.all("deployment_policy", gate.id)
            refs = [each.name.replace(":", " ", 1) for each in found] or ["none"]
    return {
        "name": gate.name,
        "refs": refs,
        "reviewers": _reviewers(world, gate),
        "self_review": "no" if gate["prevent_self_review"] else "yes",
        "bypass": "yes" if gate["can_admins_bypass"] else "no",
        "timer": f"{gate['wait_timer']} minutes" if gate["wait_timer"] else "none",
        "secrets": [each["name"] for each in _secrets(world, gate.id)],
    }


def _reviewers(world: World, gate: Record) -> list[str]:
    found = [
        (each["type"], world.get(each["type"].lower(), each["id"])) for each in gate["reviewers"]
    ]
    return [
        f"team {record['name']}" if kind == "Team" else record.name
        for kind, record in found
        if record is not None
    ]


def address(world: World, org: Record, repository: Record, run: Record) -> str:
    """Return where a run's page is."""
    parts = (world.name, org.name, repository.name)
    return "/" + "/".join(quoted(each) for each in parts) + f"/actions/runs/{run.id}"


def _runs(world: World, org: Record, repository: Record) -> list[dict[str, Any]]:
    found = []
    for each in reversed(world.all("run", repository.id)):
        run = triggers.go_on(world, repository, each)
        found.append(_run(world, org, repository, run))
    return found


def _run(world: World, org: Record, repository: Record, run: Record) -> dict[str, Any]:
    return {
        "address": address(world, org, repository, run),
        "repository": f"{org.name}/{repository.name}",
        "workflow": run["workflow_name"],
        "number": run["number"],
        "event": run["event"],
        "ref": run["ref"],
        "sha": run["head_sha"][:7],
        "actor": _person(world, run["actor"]),
        "status": run["conclusion"] or run["status"],
        "created": run.created_at,
    }


def find_run(world: World, repository: Record, parts: list[str]) -> Record | None:
    """Return the run that `actions/runs/{id}` names, gone on as far as it can."""
    if len(parts) != 3 or parts[:2] != ["actions", "runs"] or not parts[2].isdigit():  # noqa: PLR2004 - the id
        return None
    run = world.get("run", int(parts[2]))
    if run is None or run.parent != repository.id:
        return None
    return triggers.go_on(world, repository, run)


_REASONS = {
    "reviewers": "waits for a review",
    "timer": "waits for its timer",
}


def run(world: World, org: Record, repository: Record, run: Record) -> dict[str, Any]:
    """Return a run: its jobs, where each stands and why, who may approve, who has."""
    waiting = [job for job in world.all("job", run.id) if job["status"] == "waiting"]
    at = {job["environment_id"]: world.get("environment", job["environment_id"]) for job in waiting}
    return {
        "world": world.name,
        "org": org,
        "repository": repository,
        "address": address(world, org, repository, run),
        "run": _run(world, org, repository, run),
        "reason": run["reason"],
        "jobs": [
            {
                "name": job["title"],
                "status": job["conclusion"] or job["status"],
                "environment": getattr(
                    world.get("environment", job.get("environment_id") or 0), "name", ""
                ),
                "reason": _REASONS.get(job["reason"], job["reason"] or ""),
            }
            for job in world.all("job", run.id)
        ],
        "gates": [
            {"id": gate.id, **_environment(world, gate)} for gate in at.values() if gate is not None
        ],
        "people": _people(world, repository, [gate for gate in at.values() if gate is not None]),
        "approvals": [
            {
                "user": _person(world, each["user"]),
                "state": each["state"],
                "comment": each["comment"],
                "environments": ", ".join(
                    found.name
                    for ident in each["environments"]
                    if (found := world.get("environment", ident)) is not None
                ),
                "at": each.created_at,
            }
            for each in world.all("approval", run.id)
        ],
    }


def _people(world: World, repository: Record, at: list[Record]) -> list[dict[str, Any]]:
    """Return who one can act as: everybody who may read, reviewers first."""
    found = [
        {
            "login": user.name,
            "reviewer": any(gates.is_reviewer(world, repository, gate, user) for gate in at),
            "permission": has,
        }
        for user in world.all("user")
        if user.get("type") != "Bot"
        and level(has := permission(world, repository, Actor(user=user)))
    ]
    return sorted(found, key=lambda each: (not each["reviewer"], each["login"]))


def decision(form: dict[str, str]) -> bytes:
    """Return the body of the review that a form asks for."""
    gate = form.get("environment", "")
    return json.dumps(
        {
            "environment_ids": [int(gate)] if gate.isdigit() else [],
            "state": form.get("state", ""),
            "comment": form.get("comment", ""),
        }
    ).encode()


def told(login: str, form: dict[str, str], said: Response) -> str:
    """Return in words what came of a decision."""
    if said.status < 300:  # noqa: PLR2004 - HTTP's own
        return f"{login} {form.get('state', '')} the deployment."
    message = json.loads(said.body or b"{}").get("message", "")
    return f"GitHub refuses ({said.status}): {message}"


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

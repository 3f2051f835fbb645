"""Records in words: what rulesets, environments and secrets come to, never a secret's value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.enforcement.ruleset_model import ROLES
from sandbox.world.kinds.accounts import APP, USER
from sandbox.world.kinds.actions import SECRETS, VARIABLE, Shared
from sandbox.world.kinds.people import REPOSITORY_ROLE, TEAM
from sandbox.world.kinds.protection import DEPLOYMENT_POLICY, Environment, Ruleset
from sandbox.world.kinds.repositories import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.world.kinds.people import Member, TeamMember
    from sandbox.world.records import Data, Kind, Record
    from sandbox.world.world import World


def names(records: Iterable[Record[Data]]) -> list[str]:
    """Return the names of records, sorted."""
    return sorted(each.name for each in records)


def person(world: World, ident: int) -> str:
    """Return a user's login."""
    user = world.get(USER, ident)
    return "a deleted user" if user is None else user.name


def members(
    world: World, kind: Kind[Member] | Kind[TeamMember], parent: int
) -> list[tuple[str, str]]:
    """Return the people of a team or an organization: login and role."""
    found = [
        (person(world, int(each.name)), str(each.data["role"])) for each in world.all(kind, parent)
    ]
    return sorted(found)


def secrets(world: World, holder: int) -> list[dict[str, str]]:
    """Return secrets and variables of a place by name, never a value."""
    stores = {
        "actions": "secret",
        "codespaces": "Codespaces secret",
        "dependabot": "Dependabot secret",
    }
    found: list[tuple[str, Record[Shared]]] = [
        (kind, each) for store, kind in stores.items() for each in world.all(SECRETS[store], holder)
    ]
    found += [("variable", each) for each in world.all(VARIABLE, holder)]
    return [
        {
            "name": each.name,
            "kind": kind,
            "visibility": _visibility(world, each),
            "updated": each.updated_at,
        }
        for kind, each in found
    ]


def _visibility(world: World, item: Record[Shared]) -> str:
    found = str(item.data.get("visibility") or "")
    if found != "selected":
        return found
    selected = (world.get(REPOSITORY, each) for each in item.data["selected_repository_ids"])
    return ", ".join(each.name for each in selected if each is not None) or "none"


def ruleset(world: World, ruleset: Record[Ruleset]) -> dict[str, Any]:
    """Return a ruleset in words."""
    refs = (ruleset.data["conditions"] or {}).get("ref_name") or {}
    return {
        "name": ruleset.name,
        "target": ruleset.data["target"],
        "enforcement": ruleset.data["enforcement"],
        "refs": refs.get("include", []),
        "but": refs.get("exclude", []),
        "rules": [_rule(each) for each in ruleset.data["rules"]],
        "bypass": [_bypass(world, each) for each in ruleset.data["bypass_actors"]],
    }


def _bypass(world: World, actor: dict[str, Any]) -> str:
    kind, ident = actor["actor_type"], actor["actor_id"]
    kinds: dict[str, str] = {"Team": TEAM, "User": USER, "RepositoryRole": REPOSITORY_ROLE}
    record = world.record(kinds.get(kind, ""), ident or 0)
    name = ROLES.get(ident, "") if kind == "RepositoryRole" else ""
    if kind == "Integration":
        app = next((a for a in world.all(APP) if ident in (a.id, a.data.get("app_id"))), None)
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


def environment(world: World, gate: Record[Environment]) -> dict[str, Any]:
    """Return the protection of an environment in words."""
    policy = gate.data["deployment_branch_policy"]
    refs = ["every branch and tag"]
    if policy is not None:
        refs = ["protected branches"]
        if policy["custom_branch_policies"]:
            found = world.all(DEPLOYMENT_POLICY, gate.id)
            refs = [each.name.replace(":", " ", 1) for each in found] or ["none"]
    return {
        "name": gate.name,
        "refs": refs,
        "reviewers": _reviewers(world, gate),
        "self_review": "no" if gate.data["prevent_self_review"] else "yes",
        "bypass": "yes" if gate.data["can_admins_bypass"] else "no",
        "timer": f"{gate.data['wait_timer']} minutes" if gate.data["wait_timer"] else "none",
        "secrets": [each["name"] for each in secrets(world, gate.id)],
    }


def _reviewers(world: World, gate: Record[Environment]) -> list[str]:
    found = [
        (each["type"], world.record(each["type"].lower(), each["id"]))
        for each in gate.data["reviewers"]
    ]
    return [
        f"team {record.data['name']}" if kind == "Team" else record.name
        for kind, record in found
        if record is not None
    ]

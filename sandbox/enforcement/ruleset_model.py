"""Rulesets: their fields, and where they apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import invalid
from sandbox.enforcement.ref_patterns import included, matches, ref_matches
from sandbox.enforcement.rule_parameters import refused, rule_of
from sandbox.world.kinds.accounts import APP, USER, Organization
from sandbox.world.kinds.people import REPOSITORY_ROLE, TEAM
from sandbox.world.kinds.protection import RULESET, Ruleset

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World

_CONDITIONS: dict[str, dict[str, fields.Kind]] = {
    "ref_name": {"include": "texts", "exclude": "texts"},
    "repository_name": {"include": "texts", "exclude": "texts", "protected": "boolean"},
    "repository_id": {"repository_ids!": "integers"},
    "repository_property": {"include": "objects", "exclude": "objects"},
}

_WITHOUT_ID = ("OrganizationAdmin", "EnterpriseOwner", "DeployKey")
"""Kinds of bypass actors that have no id: GitHub ignores one that is sent, and shows null."""

NEW = Ruleset(target="branch", enforcement="active", conditions=None, rules=[], bypass_actors=[])
"""A ruleset with all defaults."""

ROLES = {1: "read", 2: "maintain", 3: "triage", 4: "write", 5: "admin"}
"""Ids of the built-in repository roles, as bypass actors name them."""


def checked(
    call: Call, org: Record[Organization] | None, old: Record[Ruleset] | None
) -> dict[str, Any]:
    """Return the fields of a ruleset's body, with GitHub's defaults filled in.

    Args:
        call: The request.
        org: The organization, for an organization's ruleset; None for a repository's.
        old: The ruleset that is changed; None for a new one.
    """
    mark = "!" if old is None else ""
    table: dict[str, fields.Kind] = {
        f"name{mark}": "text",
        f"enforcement{mark}": ("disabled", "active", "evaluate"),
        "conditions": "object",
    }
    found = fields.body(
        call,
        **table,
        target=("branch", "tag", "push", "repository"),
        bypass_actors="list",
        rules="list",
    )
    target = found.get("target", "branch" if old is None else old.data["target"])
    if "rules" in found:
        found["rules"] = [rule_of(rule, target, org) for rule in found["rules"]]
        kinds = [rule["type"] for rule in found["rules"]]
        if len(set(kinds)) != len(kinds):
            raise refused("Each rule can be given only once")
    if "bypass_actors" in found:
        found["bypass_actors"] = [_bypass(call, actor) for actor in found["bypass_actors"]]
    if "conditions" in found:
        _check_conditions(found["conditions"], target, org)
    elif org is not None and old is None and target != "repository":
        raise refused("Conditions must target repositories")
    if old is None:
        found = {**NEW, **found}
    return found


def _bypass(call: Call, given: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    actor = fields.checked(
        given,
        {
            "actor_id?": "integer",
            "actor_type!": (
                "Integration",
                "OrganizationAdmin",
                "RepositoryRole",
                "Team",
                "DeployKey",
                "EnterpriseOwner",
                "User",
            ),
            "bypass_mode": ("always", "pull_request", "exempt"),
        },
    )
    kind, ident = actor["actor_type"], actor.get("actor_id")
    known = True
    if kind == "Team":
        team = call.world.get(TEAM, ident or 0)
        known = team is not None and team.parent == call.org.id
    elif kind == "User":
        known = call.world.get(USER, ident or 0) is not None
    elif kind == "RepositoryRole":
        role = call.world.get(REPOSITORY_ROLE, ident or 0)
        known = ident in ROLES or (role is not None and role.parent == call.org.id)
    elif kind == "Integration":
        known = any(
            ident in (app.id, app.data.get("app_id")) for app in call.world.all(APP)
        ) or ident in (15_368, 29_110)  # GitHub Actions and Dependabot are everywhere
    elif kind in _WITHOUT_ID:
        ident = None  # whatever was sent
    if not known:
        raise refused(
            f"Actor {kind} {ident} must be part of the ruleset source or owner organization"
        )
    return {
        "actor_id": ident,
        "actor_type": kind,
        "bypass_mode": actor.get("bypass_mode", "always"),
    }


def _check_conditions(
    conditions: dict[str, Any], target: str, org: Record[Organization] | None
) -> None:
    for name, condition in conditions.items():
        if name in _CONDITIONS and condition is not None:
            fields.checked(condition, _CONDITIONS[name])
    refs = conditions.get("ref_name")
    if target in ("branch", "tag") and refs is not None:
        prefix = "refs/heads/" if target == "branch" else "refs/tags/"
        special = ("~ALL", "~DEFAULT_BRANCH") if target == "branch" else ("~ALL",)
        wrong = [
            pattern
            for side in ("include", "exclude")
            for pattern in refs.get(side) or []
            if pattern not in special and not pattern.startswith(prefix)
        ]
        if wrong:
            raise refused(
                f"Invalid target patterns: {', '.join(map(repr, wrong))}; they begin with {prefix}"
                f" or are {' or '.join(special)}"
            )
    for side in ("include", "exclude"):
        for each in (conditions.get("repository_property") or {}).get(side, []):
            fields.checked(each, {"name!": "text", "property_values!": "texts", "source": "text"})
    kinds = {"repository_name", "repository_id", "repository_property"} & conditions.keys()
    if org is None and kinds:
        raise refused("Conditions of a repository's ruleset cannot select repositories")
    if org is not None and len(kinds) != 1:
        raise refused(
            "Conditions must select repositories by exactly one of repository_name, "
            "repository_id, repository_property"
        )


def holds_for_repository(
    world: World, ruleset: Record[Ruleset], repository: Record[Repository]
) -> bool:
    """Return whether a ruleset holds in a repository: its own, or its organization's."""
    if ruleset.parent == repository.id:
        return True
    if ruleset.parent != repository.parent:
        return False
    conditions = ruleset.data["conditions"] or {}
    if "repository_name" in conditions:
        return included(
            conditions["repository_name"],
            lambda pattern: (
                pattern == "~ALL" or matches(pattern.lower(), repository.name.lower(), slashes=True)
            ),
        )
    if "repository_id" in conditions:
        return repository.id in conditions["repository_id"]["repository_ids"]
    values = world.document(repository.id, "properties", {})

    def has(each: dict[str, Any]) -> bool:
        value = values.get(each["name"])
        have = value if isinstance(value, list) else [value]
        if each.get("source") == "system":
            have = [_system(repository).get(each["name"])]
        return bool(set(have) & set(each.get("property_values", [])))

    wanted = conditions.get("repository_property", {})
    include, exclude = wanted.get("include", []), wanted.get("exclude", [])
    return all(has(each) for each in include) and not any(has(each) for each in exclude)


def _system(repository: Record[Repository]) -> dict[str, str]:
    return {
        "visibility": repository.data["visibility"],
        "fork": str(bool(repository.data.get("fork_of"))).lower(),
    }


def rulesets_of(world: World, repository: Record[Repository]) -> list[Record[Ruleset]]:
    """Return all rulesets that hold in a repository, those of its organization first."""
    found = [*world.all(RULESET, repository.parent), *world.all(RULESET, repository.id)]
    return [each for each in found if holds_for_repository(world, each, repository)]


def holds_for_ref(ruleset: Record[Ruleset], repository: Record[Repository], ref: str) -> bool:
    """Return whether a ruleset that holds in a repository also holds for a full ref."""
    kind = {"refs/heads/": "branch", "refs/tags/": "tag"}.get(ref[: ref.find("/", 5) + 1])
    if ruleset.data["target"] == "push":
        return True
    if ruleset.data["target"] != kind:
        return False
    condition = (ruleset.data["conditions"] or {}).get("ref_name")
    if condition is None:
        return False
    default = repository.data["default_branch"]
    return included(condition, lambda pattern: ref_matches(pattern, ref, default))


def unique(world: World, parent: int, name: str, old: Record[Ruleset] | None) -> None:
    """Refuse a name that another ruleset of the same place has."""
    taken = world.find(RULESET, name, parent)
    if taken is not None and (old is None or taken.id != old.id):
        raise refused("Name must be unique")
    if not name:
        raise invalid("Name cannot be blank")

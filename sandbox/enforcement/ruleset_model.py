"""Rulesets: what they may say, and where they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import GitHubError, invalid
from sandbox.enforcement.ref_patterns import included, matches, ref_matches

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record
    from sandbox.world.world import World

_PULL_REQUEST: dict[str, Any] = {
    "dismiss_stale_reviews_on_push": None,
    "require_code_owner_review": None,
    "require_last_push_approval": None,
    "required_approving_review_count": None,
    "required_review_thread_resolution": None,
    "required_reviewers": [],
    "allowed_merge_methods": ["merge", "squash", "rebase"],
}
_PATTERN: dict[str, Any] = {"operator": None, "pattern": None, "name": "", "negate": False}

RULES: dict[str, dict[str, Any] | None] = {
    "creation": None,
    "update": {"update_allows_fetch_and_merge": False},
    "deletion": None,
    "required_linear_history": None,
    "merge_queue": {
        "check_response_timeout_minutes": 60,
        "grouping_strategy": "ALLGREEN",
        "max_entries_to_build": 5,
        "max_entries_to_merge": 5,
        "merge_method": "MERGE",
        "min_entries_to_merge": 1,
        "min_entries_to_merge_wait_minutes": 5,
    },
    "required_deployments": {"required_deployment_environments": []},
    "required_signatures": None,
    "pull_request": _PULL_REQUEST,
    "required_status_checks": {
        "required_status_checks": None,
        "strict_required_status_checks_policy": None,
        "do_not_enforce_on_create": False,
    },
    "non_fast_forward": None,
    "commit_message_pattern": _PATTERN,
    "commit_author_email_pattern": _PATTERN,
    "committer_email_pattern": _PATTERN,
    "branch_name_pattern": _PATTERN,
    "tag_name_pattern": _PATTERN,
    "workflows": {"workflows": None, "do_not_enforce_on_create": False},
    "code_scanning": {"code_scanning_tools": None},
    "copilot_code_review": {"review_on_push": False, "review_draft_pull_requests": False},
    "file_path_restriction": {"restricted_file_paths": None},
    "max_file_path_length": {"max_file_path_length": None},
    "file_extension_restriction": {"restricted_file_extensions": None},
    "max_file_size": {"max_file_size": None},
}
"""Rule types with their parameters and defaults; None as a default: it has to be given."""

_PUSH_RULES = {
    "file_path_restriction",
    "max_file_path_length",
    "file_extension_restriction",
    "max_file_size",
}
_BRANCH_ONLY = {"pull_request", "merge_queue", "branch_name_pattern", "copilot_code_review"}
_TAG_ONLY = {"tag_name_pattern"}

_CONDITIONS: dict[str, dict[str, fields.Kind]] = {
    "ref_name": {"include": "texts", "exclude": "texts"},
    "repository_name": {"include": "texts", "exclude": "texts", "protected": "boolean"},
    "repository_id": {"repository_ids!": "integers"},
    "repository_property": {"include": "objects", "exclude": "objects"},
}

ROLES = {1: "read", 2: "maintain", 3: "triage", 4: "write", 5: "admin"}
"""Ids of the built-in repository roles, as bypass actors name them."""


def _refused(*mistakes: str) -> GitHubError:
    return GitHubError(422, "Validation Failed", list(mistakes))


def checked(call: Call, org: Record | None, old: Record | None) -> dict[str, Any]:
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
    target = found.get("target", "branch" if old is None else old["target"])
    if "rules" in found:
        found["rules"] = [_rule(rule, target, org) for rule in found["rules"]]
        kinds = [rule["type"] for rule in found["rules"]]
        if len(set(kinds)) != len(kinds):
            raise _refused("Each rule can be given only once")
    if "bypass_actors" in found:
        found["bypass_actors"] = [_bypass(call, actor) for actor in found["bypass_actors"]]
    if "conditions" in found:
        _check_conditions(found["conditions"], target, org)
    elif org is not None and old is None and target != "repository":
        raise _refused("Conditions must target repositories")
    if old is None:
        found = {"target": "branch", "bypass_actors": [], "rules": [], "conditions": None} | found
    return found


def _rule(given: Any, target: str, org: Record | None) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    rule = fields.checked(given, {"type!": "text", "parameters?": "object"})
    kind = rule["type"]
    if kind not in RULES or (kind == "workflows" and org is None):
        raise _refused(f"Invalid rule '{kind}': unknown rule type")
    wrong = (
        (kind in _PUSH_RULES) != (target == "push")
        or (target == "tag" and kind in _BRANCH_ONLY)
        or (target == "branch" and kind in _TAG_ONLY)
    )
    if wrong:
        raise _refused(f"Invalid rule '{kind}': not allowed for target {target}")
    defaults = RULES[kind]
    if defaults is None:
        return {"type": kind}
    sent = rule.get("parameters") or {}
    if kind == "update" and not sent:
        return {"type": kind}
    parameters = {**defaults, **sent}
    _check_parameters(kind, parameters, defaults)
    return {"type": kind, "parameters": parameters}


def _check_parameters(kind: str, parameters: dict[str, Any], defaults: dict[str, Any]) -> None:
    for name, default in defaults.items():
        if isinstance(default, list | bool) and not isinstance(parameters[name], type(default)):
            raise _refused(f"Invalid rule '{kind}': {name} has a wrong type")
    missing = [name for name, value in parameters.items() if value is None]
    if missing:
        raise _refused(f"Invalid rule '{kind}': missing {', '.join(missing)}")
    if kind == "required_status_checks":
        _check_contexts(parameters["required_status_checks"])
    if kind == "pull_request":
        count = parameters["required_approving_review_count"]
        if not isinstance(count, int) or not 0 <= count <= 10:  # noqa: PLR2004 - GitHub's range
            raise _refused(
                "Invalid rule 'pull_request': required_approving_review_count must be 0 to 10"
            )
        if not parameters["allowed_merge_methods"]:
            raise _refused("Invalid rule 'pull_request': at least one merge method is needed")


def _check_contexts(checks: Any) -> None:  # noqa: ANN401 - any JSON
    if not isinstance(checks, list):
        raise _refused("Invalid rule 'required_status_checks': the checks are no list")
    for check in checks:
        fields.checked(check, {"context!": "text", "integration_id?": "integer"})


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
        team = call.world.get("team", ident or 0)
        known = team is not None and team.parent == call.org.id
    elif kind == "User":
        known = call.world.get("user", ident or 0) is not None
    elif kind == "RepositoryRole":
        role = call.world.get("repository_role", ident or 0)
        known = ident in ROLES or (role is not None and role.parent == call.org.id)
    elif kind == "Integration":
        known = any(
            ident in (app.id, app.get("app_id")) for app in call.world.all("app")
        ) or ident in (15_368, 29_110)  # GitHub Actions and Dependabot are everywhere
    elif kind == "OrganizationAdmin":
        ident = ident or 1
    if not known:
        raise _refused(
            f"Actor {kind} {ident} must be part of the ruleset source or owner organization"
        )
    return {
        "actor_id": ident,
        "actor_type": kind,
        "bypass_mode": actor.get("bypass_mode", "always"),
    }


def _check_conditions(conditions: dict[str, Any], target: str, org: Record | None) -> None:
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
            raise _refused(
                f"Invalid target patterns: {', '.join(map(repr, wrong))}; they begin with {prefix}"
                f" or are {' or '.join(special)}"
            )
    for side in ("include", "exclude"):
        for each in (conditions.get("repository_property") or {}).get(side, []):
            fields.checked(each, {"name!": "text", "property_values!": "texts", "source": "text"})
    kinds = {"repository_name", "repository_id", "repository_property"} & conditions.keys()
    if org is None and kinds:
        raise _refused("Conditions of a repository's ruleset cannot select repositories")
    if org is not None and len(kinds) != 1:
        raise _refused(
            "Conditions must select repositories by exactly one of repository_name, "
            "repository_id, repository_property"
        )


def holds_for_repository(world: World, ruleset: Record, repository: Record) -> bool:
    """Say whether a ruleset holds in a repository: its own, or its organization's."""
    if ruleset.parent == repository.id:
        return True
    if ruleset.parent != repository.parent:
        return False
    conditions = ruleset["conditions"] or {}
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


def _system(repository: Record) -> dict[str, str]:
    return {
        "visibility": repository["visibility"],
        "fork": str(bool(repository.get("fork_of"))).lower(),
    }


def rulesets_of(world: World, repository: Record) -> list[Record]:
    """Return all rulesets that hold in a repository, those of its organization first."""
    found = [*world.all("ruleset", repository.parent), *world.all("ruleset", repository.id)]
    return [each for each in found if holds_for_repository(world, each, repository)]


def holds_for_ref(ruleset: Record, repository: Record, ref: str) -> bool:
    """Say whether a ruleset that holds in a repository also holds for a full ref."""
    kind = {"refs/heads/": "branch", "refs/tags/": "tag"}.get(ref[: ref.find("/", 5) + 1])
    if ruleset["target"] == "push":
        return True
    if ruleset["target"] != kind:
        return False
    condition = (ruleset["conditions"] or {}).get("ref_name")
    if condition is None:
        return False
    default = repository["default_branch"]
    return included(condition, lambda pattern: ref_matches(pattern, ref, default))


def unique(world: World, parent: int, name: str, old: Record | None) -> None:
    """Refuse a name that another ruleset of the same place has."""
    taken = world.find("ruleset", name, parent)
    if taken is not None and (old is None or taken.id != old.id):
        raise _refused("Name must be unique")
    if not name:
        raise invalid("Name cannot be blank")

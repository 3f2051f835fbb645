"""The rules of a ruleset: types, parameters, defaults.

Source: https://docs.github.com/rest/repos/rules
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import GitHubError

if TYPE_CHECKING:
    from sandbox.world.kinds.accounts import Organization
    from sandbox.world.records import Record

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

_KINDS: dict[str, fields.Kind] = {
    "allowed_merge_methods": "texts",
    "branch": "text",
    "check_response_timeout_minutes": "integer",
    "code_scanning_tools": "objects",
    "dismiss_stale_reviews_on_push": "boolean",
    "do_not_enforce_on_create": "boolean",
    "grouping_strategy": ("ALLGREEN", "HEADGREEN"),
    "max_entries_to_build": "integer",
    "max_entries_to_merge": "integer",
    "max_file_path_length": "integer",
    "max_file_size": "integer",
    "merge_method": ("MERGE", "SQUASH", "REBASE"),
    "min_entries_to_merge": "integer",
    "min_entries_to_merge_wait_minutes": "integer",
    "name": "text",
    "negate": "boolean",
    "operator": ("starts_with", "ends_with", "contains", "regex"),
    "pattern": "text",
    "require_code_owner_review": "boolean",
    "require_last_push_approval": "boolean",
    "required_approving_review_count": "integer",
    "required_deployment_environments": "texts",
    "required_review_thread_resolution": "boolean",
    "required_reviewers": "objects",
    "required_status_checks": "objects",
    "restricted_file_extensions": "texts",
    "restricted_file_paths": "texts",
    "review_draft_pull_requests": "boolean",
    "review_on_push": "boolean",
    "strict_required_status_checks_policy": "boolean",
    "update_allows_fetch_and_merge": "boolean",
    "workflows": "objects",
}
"""The type of each parameter, which is the same in every rule that has it."""

_OBJECTS: dict[str, dict[str, fields.Kind]] = {
    "code_scanning_tools": {
        "tool!": "text",
        "alerts_threshold!": ("none", "errors", "errors_and_warnings", "all"),
        "security_alerts_threshold!": (
            "none",
            "critical",
            "high_or_higher",
            "medium_or_higher",
            "all",
        ),
    },
    "required_reviewers": {
        "file_patterns!": "texts",
        "minimum_approvals!": "integer",
        "reviewer!": "object",
    },
    "required_status_checks": {"context!": "text", "integration_id?": "integer"},
    "workflows": {"path!": "text", "repository_id!": "integer", "ref": "text", "sha": "text"},
}
"""What the entries of parameters that are lists of objects consist of."""

_NOT_IN_RE2 = re.compile(r"\(\?(?:<?[=!]|>|\()|\\[1-9]")
"""Look-around, atomic groups, conditions and back references: RE2 has none of them."""

_RANGES = {
    "check_response_timeout_minutes": range(1, 361),
    "max_entries_to_build": range(101),
    "max_entries_to_merge": range(101),
    "max_file_path_length": range(1, 32_768),
    "max_file_size": range(1, 101),
    "min_entries_to_merge": range(101),
    "min_entries_to_merge_wait_minutes": range(361),
    "required_approving_review_count": range(11),
}
"""The numbers that GitHub allows."""


def refused(*mistakes: str) -> GitHubError:
    """Return the answer to an invalid ruleset."""
    return GitHubError(422, "Validation Failed", list(mistakes))


def rule_of(given: object, target: str, org: Record[Organization] | None) -> dict[str, Any]:
    """Return a rule as it is kept, with GitHub's defaults.

    Args:
        given: The rule as the request has it.
        target: What the ruleset is for: `branch`, `tag`, `push` or `repository`.
        org: The organization, for an organization's ruleset; None for a repository's.

    Raises:
        GitHubError: 422 for a rule that GitHub does not have, or not there, or not so.
    """
    rule = fields.checked(given, {"type!": "text", "parameters?": "object"})
    kind = rule["type"]
    if kind not in RULES or (kind == "workflows" and org is None):
        raise refused(f"Invalid rule '{kind}': unknown rule type")
    wrong = (
        (kind in _PUSH_RULES) != (target == "push")
        or (target == "tag" and kind in _BRANCH_ONLY)
        or (target == "branch" and kind in _TAG_ONLY)
    )
    if wrong:
        raise refused(f"Invalid rule '{kind}': not allowed for target {target}")
    defaults = RULES[kind]
    if defaults is None:
        return {"type": kind}
    sent = rule.get("parameters") or {}
    if kind == "update" and not sent:
        return {"type": kind}
    parameters = {**defaults, **sent}
    missing = [name for name in defaults if parameters[name] is None]
    if missing:
        raise refused(f"Invalid rule '{kind}': missing {', '.join(missing)}")
    _check(kind, parameters)
    return {"type": kind, "parameters": parameters}


def _check(kind: str, parameters: dict[str, Any]) -> None:
    """Refuse parameters that no later push could be judged by."""
    table = {name: _KINDS[name] for name in parameters if name in _KINDS}
    try:
        fields.checked(parameters, table)
        for name in parameters.keys() & _OBJECTS:
            for each in parameters[name]:
                fields.checked(each, _OBJECTS[name])
    except GitHubError as error:
        raise refused(f"Invalid rule '{kind}': {error.message}") from None
    for name, allowed in _RANGES.items():
        if name in parameters and parameters[name] not in allowed:
            span = f"{allowed[0]} to {allowed[-1]}"
            raise refused(f"Invalid rule '{kind}': {name} must be {span}")
    if kind == "pull_request":
        methods = parameters["allowed_merge_methods"]
        if not methods or set(methods) - set(_PULL_REQUEST["allowed_merge_methods"]):
            raise refused("Invalid rule 'pull_request': at least one merge method is needed")
    if parameters.get("operator") == "regex" and not _is_expression(parameters["pattern"]):
        raise refused(f"Invalid rule '{kind}': pattern is not a valid regular expression")


def _is_expression(pattern: str) -> bool:
    """Return whether a regular expression can be read, as far as Python and RE2 agree."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return _NOT_IN_RE2.search(re.sub(r"\\[^1-9]", "", pattern)) is None

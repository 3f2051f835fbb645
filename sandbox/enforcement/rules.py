"""The rules of rulesets: each returns the reasons why it forbids an attempt.

Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.enforcement import checks, reviews
from sandbox.enforcement.ref_patterns import matches
from sandbox.git import objects
from sandbox.world.kinds.actions import RUN
from sandbox.world.kinds.protection import DEPLOYMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.enforcement.attempt import Attempt
    from sandbox.world.kinds.code import Commit
    from sandbox.world.records import Record

    Parameters = dict[str, Any]
    Rule = Callable[[Attempt, Parameters], list[str]]

_MEGABYTE = 1024 * 1024


def _creation(attempt: Attempt, _: Parameters) -> list[str]:
    return ["Cannot create ref due to creations being restricted."] if attempt.creates else []


def _update(attempt: Attempt, _: Parameters) -> list[str]:
    moves = not attempt.creates and not attempt.deletes
    return ["Cannot update this protected ref."] if moves else []


def _deletion(attempt: Attempt, _: Parameters) -> list[str]:
    return ["Cannot delete this protected ref."] if attempt.deletes else []


def _non_fast_forward(attempt: Attempt, _: Parameters) -> list[str]:
    return ["Cannot force-push to this branch"] if attempt.forced else []


def _linear_history(attempt: Attempt, _: Parameters) -> list[str]:
    return checks.merges(attempt)


def _signatures(attempt: Attempt, _: Parameters) -> list[str]:
    return checks.unsigned(attempt)


def _pull_request(attempt: Attempt, parameters: Parameters) -> list[str]:
    if attempt.creates or attempt.deletes:
        return []
    wanted = reviews.Wanted(
        approvals=parameters["required_approving_review_count"],
        code_owners=parameters["require_code_owner_review"],
        last_push=parameters["require_last_push_approval"],
        teams=parameters.get("required_reviewers", []),
    )
    found = reviews.violations(attempt, wanted)
    if attempt.update.pull is not None:
        methods = parameters["allowed_merge_methods"]
        if attempt.update.method not in methods:
            found.append(f"This branch can only be merged by: {', '.join(methods)}.")
        if parameters["required_review_thread_resolution"]:
            found += reviews.unresolved(attempt)
    return found


def _status_checks(attempt: Attempt, parameters: Parameters) -> list[str]:
    if attempt.deletes or (attempt.creates and parameters["do_not_enforce_on_create"]):
        return []
    wanted = [
        checks.Wanted(each["context"], each.get("integration_id"))
        for each in parameters["required_status_checks"]
    ]
    strict = parameters["strict_required_status_checks_policy"]
    return checks.violations(attempt, wanted, strict=strict)


def _deployments(attempt: Attempt, parameters: Parameters) -> list[str]:
    if attempt.deletes or attempt.creates:
        return []
    done = {
        each.data["environment"]
        for each in attempt.world.all(DEPLOYMENT, attempt.repository.id)
        if each.data["sha"] == checks.tested(attempt) and each.data["state"] == "success"
    }
    wanted = parameters["required_deployment_environments"]
    return [f"Missing successful active {each} deployment." for each in wanted if each not in done]


def _merge_queue(attempt: Attempt, _: Parameters) -> list[str]:
    moves = not attempt.creates and not attempt.deletes
    return ["Changes must be made through the merge queue"] if moves else []


def _workflows(attempt: Attempt, parameters: Parameters) -> list[str]:
    if attempt.deletes or (attempt.creates and parameters["do_not_enforce_on_create"]):
        return []
    done = {
        run.data["path"]
        for run in attempt.world.all(RUN, attempt.repository.id)
        if run.data["head_sha"] == checks.tested(attempt) and run.data["conclusion"] == "success"
    }
    wanted = [each["path"] for each in parameters["workflows"]]
    return [f"Required workflow '{each}' is not satisfied" for each in wanted if each not in done]


def _code_scanning(attempt: Attempt, parameters: Parameters) -> list[str]:
    if attempt.deletes or attempt.creates:
        return []
    # no tool ever analyses anything here
    tools = (each["tool"] for each in parameters["code_scanning_tools"])
    return [f"Code scanning is waiting for results from {tool}." for tool in tools]


def _says(parameters: Parameters, text: str) -> bool:
    pattern = parameters["pattern"]
    found = {
        "starts_with": text.startswith(pattern),
        "ends_with": text.endswith(pattern),
        "contains": pattern in text,
    }.get(parameters["operator"])
    if found is None:
        found = re.search(pattern, text) is not None
    return found != bool(parameters["negate"])


def _pattern_of_commits(what: str, text_of: Callable[[Record[Commit]], str]) -> Rule:
    def rule(attempt: Attempt, parameters: Parameters) -> list[str]:
        if all(_says(parameters, text_of(commit)) for commit in attempt.commits):
            return []
        return [_wanted(what, parameters)]

    return rule


def _pattern_of_ref(what: str, prefix: str) -> Rule:
    def rule(attempt: Attempt, parameters: Parameters) -> list[str]:
        if not attempt.creates or _says(parameters, attempt.update.ref.removeprefix(prefix)):
            return []
        return [_wanted(what, parameters)]

    return rule


def _wanted(what: str, parameters: Parameters) -> str:
    must = "must not" if parameters["negate"] else "must"
    how = {"starts_with": "start with", "ends_with": "end with", "contains": "contain"}
    verb = how.get(parameters["operator"], "match a given regex pattern:")
    return f"{what} {must} {verb} {parameters['pattern']}"


def _paths(attempt: Attempt, parameters: Parameters) -> list[str]:
    restricted = parameters["restricted_file_paths"]
    found = sorted(
        path for path in attempt.paths if any(matches(pattern, path) for pattern in restricted)
    )
    return [f"File path '{path}' is restricted." for path in found]


def _path_length(attempt: Attempt, parameters: Parameters) -> list[str]:
    limit = parameters["max_file_path_length"]
    long = sorted(path for path in attempt.paths if len(path) > limit)
    return [f"File path '{path}' is longer than {limit} characters." for path in long]


def _extensions(attempt: Attempt, parameters: Parameters) -> list[str]:
    wanted = tuple("." + each.lstrip("*.") for each in parameters["restricted_file_extensions"])
    found = sorted(path for path in attempt.paths if path.endswith(wanted))
    return [f"File extension of '{path}' is restricted." for path in found]


def _size(attempt: Attempt, parameters: Parameters) -> list[str]:
    limit = parameters["max_file_size"]
    found = []
    for commit in attempt.commits:
        for path, sha in commit.data["files"].items():
            content = objects.read_blob(attempt.world, attempt.repository, sha) or b""
            if path in attempt.paths and len(content) > limit * _MEGABYTE:
                found.append(f"File '{path}' is larger than {limit} MB.")
    return found


def _nothing(_attempt: Attempt, _parameters: Parameters) -> list[str]:
    """Forbid nothing: a review by Copilot does not block."""
    return []


RULES: dict[str, Rule] = {
    "creation": _creation,
    "update": _update,
    "deletion": _deletion,
    "required_linear_history": _linear_history,
    "merge_queue": _merge_queue,
    "required_deployments": _deployments,
    "required_signatures": _signatures,
    "pull_request": _pull_request,
    "required_status_checks": _status_checks,
    "non_fast_forward": _non_fast_forward,
    "commit_message_pattern": _pattern_of_commits("Commit message", lambda c: c.data["message"]),
    "commit_author_email_pattern": _pattern_of_commits(
        "Commit author email", lambda c: c.data["author"]["email"]
    ),
    "committer_email_pattern": _pattern_of_commits(
        "Committer email", lambda c: c.data["committer"]["email"]
    ),
    "branch_name_pattern": _pattern_of_ref("Branch name", "refs/heads/"),
    "tag_name_pattern": _pattern_of_ref("Tag name", "refs/tags/"),
    "workflows": _workflows,
    "code_scanning": _code_scanning,
    "copilot_code_review": _nothing,
    "file_path_restriction": _paths,
    "max_file_path_length": _path_length,
    "file_extension_restriction": _extensions,
    "max_file_size": _size,
}
"""What each rule type does: the same types as `rulesets.RULES`."""

"""Which values of an expression are text that outsiders, or everybody who may write, can choose.

Source: https://docs.github.com/webhooks/webhook-events-and-payloads
"""

from portcullis_policy.semantics.workflow_files.expression_values import values
from portcullis_policy.semantics.workflow_files.workflows import At

_FIXED = frozenset(
    {
        *("number", "id", "node_id", "action", "draft", "merged", "private", "fork", "type"),
        *("sha", "head_sha", "before", "after", "merge_commit_sha", "commit_id", "tree_id"),
        *("created_at", "updated_at", "closed_at", "merged_at", "published_at", "pushed_at"),
        *("submitted_at", "run_started_at", "starred_at", "timestamp", "run_id", "run_number"),
        *("conclusion", "status", "state", "event", "visibility", "size", "run_attempt", "login"),
        *("author_association", "default_branch", "ref_type", "active_lock_reason"),
        *("prerelease", "locked", "forced", "created", "deleted", "archived", "disabled"),
        *("additions", "deletions", "changed_files", "review_comments"),
        *("mergeable", "rebaseable", "mergeable_state", "maintainer_can_modify", "site_admin"),
        *("workflow_id", "check_suite_id", "open_issues", "stargazers_count", "forks_count"),
        *("html_url", "url", "clone_url", "ssh_url", "git_url", "diff_url", "patch_url"),
        *("issue_url", "comments_url", "commits_url", "jobs_url", "logs_url", "artifacts_url"),
    }
)
"""Fields of events that GitHub fills: numbers, hashes, times, words of a list, addresses."""
_REPOSITORIES = frozenset({"repository", "repo", "head_repository", "forkee"})
"""Their names consist of letters, digits, dots and dashes."""
_OF_REPOSITORY = frozenset({"name", "full_name"})
TYPED = ("boolean", "number", "choice", "environment")
"""Types of inputs that accept only a value of a list."""


def typed_inputs(on: At) -> frozenset[str]:
    """Return the inputs of a workflow that no event lets anybody fill with free text."""
    free: set[str] = set()
    typed: set[str] = set()
    for event in ("workflow_dispatch", "workflow_call"):
        for name, given in on.get(event, "inputs").items().items():
            (typed if given.get("type").text in TYPED else free).add(name.lower())
    return frozenset(typed - free)


def inserts_text(expression: str, typed: frozenset[str]) -> bool:
    """Say whether an expression, without its braces, may become text that others choose.

    Args:
        expression: the expression.
        typed: inputs of the workflow that accept only a value of a list.
    """
    return any(_is_foreign(path.split("."), typed) for path in values(expression))


def _is_foreign(path: list[str], typed: frozenset[str]) -> bool:
    if path == ["github", "head_ref"]:
        return True
    if path[:1] == ["inputs"]:
        return not (path[1:] and path[1] in typed)
    if path[:3] == ["github", "event", "inputs"]:
        return not (path[3:] and path[3] in typed)
    if path in (["github"], ["github", "event"]):
        return True
    return path[:2] == ["github", "event"] and not _is_fixed(path[2:])


def _is_fixed(field: list[str]) -> bool:
    """Say whether GitHub fills a field of an event, or only who administers the repository."""
    above, name = (["", *field])[-2:]
    if name in _FIXED and field[0] != "client_payload":
        return True
    counted = above in ("pull_request", "issue") and name in ("commits", "comments")
    return (
        counted
        or (above, name) == ("base", "ref")
        or (above in _REPOSITORIES and name in _OF_REPOSITORY)
    )

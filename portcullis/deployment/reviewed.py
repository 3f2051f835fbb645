"""Which plan was reviewed: what our own comment on the merged pull request says.

It is believed only if nobody else can have written it. A comment counts if the App wrote it and
nobody else changed its text (GitHub lets all who may push change the text of others), and if it is
about the commit that was merged. Everything else stops the deployment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portcullis.comment.account import Account, begins_with
from portcullis.comment.body import marker, shown_plan
from portcullis.project import UserError

if TYPE_CHECKING:
    from githubkit import GitHub

_EDITED = """
query($id: ID!) {
  node(id: $id) {
    ... on IssueComment { author { login __typename } editor { login __typename } body }
  }
}
"""
_NEEDED = "the job needs `contents: read` and `pull-requests: read`"
_NEXT = "propose the change again in a pull request, and merge it when its preview has ended"


@dataclass(frozen=True)
class Reviewed:
    """The plan that was reviewed."""

    digest: str
    number: int
    """Of the pull request."""


def reviewed(client: GitHub[Any], repository: str, commit: str, stack: str, app: str) -> Reviewed:
    """Return the plan of a stack that was reviewed before a commit was merged.

    Args:
        client: Reads the repository and its pull requests.
        repository: The configuration repository, as `owner/name`.
        commit: What the default branch points to after the merge.
        stack: The stack's name.
        app: The name of the App that comments, as in the address of its page.

    Raises:
        UserError: There is no such plan, or it cannot be trusted; or GitHub does not answer.
    """
    failure = "nothing was changed: the reviewed plan was not read"
    account = Account(client, failure, _NEEDED, "pull request")
    pull = _merged(account, repository, commit)
    number = int(pull["number"])
    there = account.listed(f"/repos/{repository}/issues/{number}/comments")
    marked = [each for each in there if begins_with(each, marker(stack))]
    ours = [each for each in marked if _wrote(each, app)]
    where = f"pull request {number}, stack {stack}"
    if not ours:
        others = f"; {len(marked)} comments of others look like one" if marked else ""
        raise _refused(f"{where}: {app} wrote no comment with a plan{others}")
    if len(ours) > 1:
        raise _refused(f"{where}: {app} wrote {len(ours)} comments with a plan, not one")
    node = _unchanged(account, ours[0], where)
    shown = shown_plan(str(node["body"]))
    if shown is None or not begins_with(node, marker(stack)):
        raise _refused(f"{where}: the comment names no commit with a plan")
    if shown[0] != pull["head"]["sha"]:
        raise _refused(
            f"{where}: the comment is about commit {shown[0]}, and {pull['head']['sha']} was merged"
        )
    return Reviewed(shown[1], number)


def _merged(account: Account, repository: str, commit: str) -> dict[str, Any]:
    """Return the pull request that became a commit of the default branch."""
    found = [
        each
        for each in account.ask("GET", f"/repos/{repository}/commits/{commit}/pulls?per_page=100")
        if each["merged_at"]
        and each["merge_commit_sha"] == commit
        and each["base"]["ref"] == each["base"]["repo"]["default_branch"]
    ]
    if len(found) != 1:
        raise _refused(f"commit {commit} is not the merge of one pull request")
    merged: dict[str, Any] = found[0]
    return merged


def _wrote(comment: dict[str, Any], app: str) -> bool:
    """Say whether an App wrote a comment; no person's login has brackets."""
    user = comment.get("user") or {}
    return bool(user.get("type") == "Bot" and user.get("login") == f"{app}[bot]")


def _unchanged(account: Account, comment: dict[str, Any], where: str) -> dict[str, Any]:
    """Return a comment whose text its author alone has written; REST does not tell this."""
    node = account.ask_graphql(_EDITED, {"id": comment["node_id"]}).get("node") or {}
    author, editor = node.get("author"), node.get("editor")
    if not author or (editor is not None and editor != author):
        name = (editor or {}).get("login")
        raise _refused(f"{where}: the text of the comment was changed by {name or 'nobody knows'}")
    return {**node, "body": str(node.get("body") or "")}


def _refused(why: str) -> UserError:
    return UserError(f"nothing was changed: no reviewed plan: {why}; {_NEXT}")

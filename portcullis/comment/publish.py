"""Put the comment on a pull request, or replace the one of an earlier run.

A comment is ours if the account that runs this wrote it, and if it has the stack's marker: anybody
can write the marker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.comment.account import Account, is_ours
from portcullis.comment.body import marker, text

if TYPE_CHECKING:
    from githubkit import GitHub

    from portcullis.plan.document import Plan


_NEEDED = "the App needs the permission `pull_requests: write`"


def publish(client: GitHub[Any], plan: Plan, repository: str, number: int) -> str:
    """Write a plan's comment on a pull request, and return the comment's address.

    Args:
        client: Of the account whose comment it is.
        plan: The plan.
        repository: Of the pull request, as `owner/name`.
        number: Of the pull request.

    Raises:
        UserError: The account may not, or GitHub does not answer.
    """
    account = Account(client, "no comment was written", _NEEDED, "pull request")
    comments = f"/repos/{repository}/issues/{number}/comments"
    body = {"body": text(plan)}
    me = account.login()
    there = account.listed(comments)
    found = next((each for each in there if is_ours(each, me, marker(plan.stack))), None)
    if found is None:
        done = account.ask("POST", comments, body)
    elif found["body"] == body["body"]:
        done = found
    else:
        done = account.ask("PATCH", f"/repos/{repository}/issues/comments/{found['id']}", body)
    return str(done["html_url"])

"""Put the comment on a pull request, or replace the one of an earlier run.

A comment is ours if the account that runs this wrote it, and if it has the stack's marker: anybody
can write the marker.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from portcullis.adopt.import_ids import listed
from portcullis.comment.body import marker, text
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    comments = f"/repos/{repository}/issues/{number}/comments"
    body = {"body": text(plan)}
    me = _login(client)
    with _errors():
        there = listed(client, comments)
    found = next((each for each in there if _is_ours(each, me, plan)), None)
    if found is None:
        done = _asked(client, "POST", comments, body)
    elif found["body"] == body["body"]:
        done = found
    else:
        done = _asked(client, "PATCH", f"/repos/{repository}/issues/comments/{found['id']}", body)
    return str(done["html_url"])


def _is_ours(comment: Any, me: str, plan: Plan) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a comment is this account's, of this stack."""
    author = (comment.get("user") or {}).get("login")
    first = str(comment.get("body") or "").partition("\n")[0].strip()
    return bool(author == me and first == marker(plan.stack))


def _login(client: GitHub[Any]) -> str:
    """Return who writes the comment; GraphQL says it of Apps and people alike."""
    with _errors():
        found = client.graphql("{viewer {login}}")
    login = (found.get("viewer") or {}).get("login")
    if not isinstance(login, str):
        raise UserError("GitHub does not say whose token this is, so no comment is written")
    return login


def _asked(client: GitHub[Any], method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
    with _errors():
        return json.loads(client.request(method, path, json=body).text)


@contextmanager
def _errors() -> Iterator[None]:
    """Tell in words why GitHub was asked in vain.

    Raises:
        UserError: It refuses, or does not answer.
    """
    from githubkit.exception import GitHubException, RequestFailed  # noqa: PLC0415 - slow to import

    try:
        yield
    except RequestFailed as error:
        status = error.response.status_code
        says = {
            401: "the token is wrong or has expired: make a new one",
            403: f"{_NEEDED} (403)",
            404: f"there is no such pull request, or the token does not see it; {_NEEDED}",
        }.get(status, f"GitHub answers {status}")
        raise UserError(f"no comment was written: {says}") from None
    except GitHubException as error:
        raise UserError(f"no comment was written: GitHub cannot be reached: {error}") from None

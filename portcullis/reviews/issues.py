"""Issues that are ours, in one repository: found by their author and a marker.

Anybody can write the marker, and anybody can open an issue: what somebody else wrote is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from portcullis.comment.account import Account
from portcullis.comment.body import LONGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from githubkit import GitHub

CUT = "\n\n**The rest does not fit into an issue.**\n"


@dataclass(frozen=True)
class Issue:
    """An issue as GitHub has it."""

    number: int
    title: str
    body: str
    is_open: bool
    address: str
    """Of its page."""


@dataclass(frozen=True)
class Issues:
    """The issues that an account opened in a repository, the newest first."""

    account: Account
    path: str
    ours: Sequence[Issue]
    """Whatever stands in them, and whether they are open or closed."""

    @classmethod
    def of(cls, client: GitHub[Any], repository: str) -> Self:
        """Read them.

        Args:
            client: Of the account.
            repository: As ``owner/name``.

        Raises:
            UserError: The account may not, or GitHub does not answer.
        """
        account = Account(
            client,
            "no issue was written",
            "the App needs the permission `issues: write`",
            "repository",
        )
        path, login = f"/repos/{repository}/issues", account.login()
        found = account.listed(f"{path}?state=all&creator={quote(login)}")
        ours = [
            _issue(each)
            for each in found
            if "pull_request" not in each and (each.get("user") or {}).get("login") == login
        ]
        return cls(account, path, sorted(ours, key=lambda each: -each.number))

    def find(self, marker: str) -> Issue | None:
        """Return the newest issue of ours with a marker, an open one before closed ones."""
        ours = [each for each in self.ours if each.body.partition("\n")[0].strip() == marker]
        return next((each for each in ours if each.is_open), ours[0] if ours else None)

    def open(self, title: str, body: str) -> Issue:
        """Open a new one.

        Raises:
            UserError: The account may not, or GitHub does not answer.
        """
        return _issue(self.account.ask("POST", self.path, {"title": title, "body": fitting(body)}))

    def change(self, issue: Issue, title: str, body: str, *, is_open: bool) -> Issue:
        """Make an issue as it is wanted; nothing is sent if it is.

        Raises:
            UserError: The account may not, or GitHub does not answer.
        """
        body = fitting(body)
        if (issue.title, issue.body, issue.is_open) == (title, body, is_open):
            return issue
        wanted = {"title": title, "body": body}
        if issue.is_open != is_open:
            wanted |= {"state": "open"} if is_open else {"state": "closed"}
        return _issue(self.account.ask("PATCH", f"{self.path}/{issue.number}", wanted))


def fitting(body: str, most: int = LONGEST) -> str:
    """Return as many lines of a body as GitHub takes; what is left out is named."""
    if len(body) <= most:
        return body
    return body[: most - len(CUT)].rpartition("\n")[0] + CUT


def _issue(shown: Any) -> Issue:  # noqa: ANN401 - any JSON
    return Issue(
        int(shown["number"]),
        str(shown["title"]),
        # GitHub's page writes line ends of its own when somebody edits
        str(shown["body"] or "").replace("\r\n", "\n"),
        shown["state"] == "open",
        str(shown["html_url"]),
    )

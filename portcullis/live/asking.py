"""Ask GitHub often, and cheaply: at the same time, patiently, and only for what has changed.

Sources:
    https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from githubkit import GitHub
    from githubkit.exception import GitHubException
    from githubkit.response import Response
    from githubkit.typing import RetryOption

    from components.github_access import GitHubAccess
    from portcullis.live.etags import Etags

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

AT_ONCE = 8
"""Requests at the same time. GitHub allows a hundred, and asks for moderation."""

PAGE = 100
"""GitHub's largest page."""

MOST_TRIES = 4
"""How often a request is sent before GitHub's error counts as its answer."""

LEAST_WAIT = timedelta(seconds=1)
"""For a rate limit: the clocks of two machines differ."""

SECONDARY_WAIT = timedelta(minutes=1)
"""For a secondary rate limit without a time; GitHub asks for a minute at least."""

_NOT_MODIFIED, _SERVER_ERROR = 304, 500
_SECONDARY = frozenset({403, 429})
_LIMITS = "RESOURCE_LIMITS_EXCEEDED"
"""The type of GitHub's error for a query that takes too much."""


class TooHeavy(UserError):  # noqa: N818 - says what is wrong with the query
    """GitHub gave a query up: it takes too much at once, and a smaller page may do."""


@dataclass(frozen=True)
class Unread:
    """A question that GitHub did not answer."""

    status: int
    """HTTP's: 403 and 404 hide something; 500 and above is a failure. 0: no answer at all."""
    permission: str = ""
    """What reads it, as GitHub names it, such as ``administration=read``."""
    reason: str = ""
    """Why, where HTTP does not say it."""

    @property
    def hidden(self) -> bool:
        """Whether GitHub refuses to show it to these credentials."""
        return self.status in {401, 403, 404}

    def __str__(self) -> str:
        """Return the reason, for people."""
        if self.reason:
            return self.reason
        if not self.hidden:
            return f"GitHub answered {self.status}" if self.status else "GitHub did not answer"
        needs = f"; it takes the permission {self.permission}" if self.permission else ""
        return f"these credentials may not read it ({self.status}{needs})"


@dataclass
class Usage:
    """How many requests were sent, by kind."""

    graphql: int = 0
    rest: int = 0
    not_modified: int = 0
    """REST requests that were answered by 304: they do not count towards the rate limit."""
    seconds_waited: float = 0.0
    """Because GitHub asked to wait."""

    @property
    def sent(self) -> int:
        """All requests."""
        return self.graphql + self.rest

    @property
    def counted(self) -> int:
        """Requests that count towards GitHub's rate limits."""
        return self.sent - self.not_modified


@dataclass
class Asking:
    """One conversation with GitHub. A context manager: connections are kept within it.

    Args:
        access: Address and credentials.
        etags: What was answered before; None: every answer is sent in full.
        waits: Called with what is waited for, and for how many seconds.
    """

    access: GitHubAccess
    etags: Etags | None = None
    waits: Callable[[str, float], None] | None = None
    usage: Usage = field(default_factory=Usage)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _client: GitHub[Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the client."""
        self._client = self.access.client(retry=self._patience)

    def __enter__(self) -> Self:
        """Open the connections."""
        self._client.__enter__()  # type: ignore[no-untyped-call] # githubkit leaves it untyped
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections, and keep what was learned, however it ended."""
        self._client.__exit__(kind, error, trace)
        if self.etags:
            self.etags.save()

    def each(self, ask: Callable[[Asked], Answer], items: Iterable[Asked]) -> list[Answer]:
        """Return the answers to ``items`` in their order, asked at the same time."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            # the open connections are in the context of this thread
            futures = [pool.submit(contextvars.copy_context().run, ask, item) for item in items]
            return [future.result() for future in futures]

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return the answer, or an `Unread`.

        Raises:
            githubkit.exception.GitHubException: GitHub cannot be reached.
        """
        content, _ = self._get(path)
        return content

    def listed(self, path: str, key: str = "", pages: int | None = None) -> list[Any] | Unread:
        """Return all items of a list, or an `Unread`.

        Args:
            path: Of the list.
            key: The field that holds the items; empty where the answer itself is the list.
            pages: How many pages to read at most; None for all.
        """
        items: list[Any] = []
        read = 0
        page: str | None = f"{path}{'&' if '?' in path else '?'}per_page={PAGE}"
        while page and (pages is None or read < pages):
            read += 1
            content, page = self._get(page)
            if isinstance(content, Unread):
                return content
            items += content[key] if key else content
        return items

    def query(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data of a GraphQL query; null stands for what GitHub does not show.

        Raises:
            TooHeavy: GitHub gave it up.
            githubkit.exception.GitHubException: GitHub cannot be reached, or refuses all of it.
        """
        from githubkit.exception import GraphQLFailed, RequestFailed  # noqa: PLC0415 - see github_access

        with self._lock:
            self.usage.graphql += 1
        try:
            data: dict[str, Any] = self._client.graphql(document, dict(variables))
        except RequestFailed as failed:
            if not _is_failure(failed):
                raise
            # so GitHub answers a query that takes more than ten seconds
            status = failed.response.status_code
            raise TooHeavy(f"GitHub answered a GraphQL query with {status}; try again") from None
        except GraphQLFailed as failed:
            if any(each.type == _LIMITS for each in failed.response.errors or ()):
                raise TooHeavy("GitHub gave a GraphQL query up: it takes too much") from None
            if failed.response.data is None:
                raise
            return failed.response.data
        return data

    @property
    def client(self) -> GitHub[Any]:
        """The client, for questions that others know how to put; they are not counted."""
        return self._client

    def _get(self, path: str) -> tuple[Any, str | None]:
        """Return an answer, and the path of the next page."""
        from githubkit.exception import RequestFailed  # noqa: PLC0415 - see github_access

        known = self.etags.find(path) if self.etags else None
        headers = {"If-None-Match": known.etag} if known else None
        with self._lock:
            self.usage.rest += 1
        try:
            response = self._client.request("GET", path, headers=headers)
        except RequestFailed as failed:
            return _unread(failed.response), None
        if response.status_code == _NOT_MODIFIED and known:
            with self._lock:
                self.usage.not_modified += 1
            return known.content, known.following
        if response.raw_response.history:
            return Unread(404), None  # a thing that was renamed still answers to its old name
        content, following = response.json(), _following(path, response)
        if self.etags and (etag := response.headers.get("ETag")):
            self.etags.note(path, etag, content, following)
        return content, following

    def _patience(self, error: GitHubException, tries: int) -> RetryOption:
        """Say whether a request is sent again, and after how long."""
        from githubkit.exception import RateLimitExceeded, RequestFailed  # noqa: PLC0415 - see github_access
        from githubkit.typing import RetryOption  # noqa: PLC0415 - see github_access

        if isinstance(error, RateLimitExceeded):
            return self._wait("GitHub's rate limit", max(error.retry_after, LEAST_WAIT))
        if isinstance(error, RequestFailed) and _is_secondary(error):
            return self._wait("GitHub's secondary rate limit", SECONDARY_WAIT)
        refused = isinstance(error, RequestFailed)
        if tries + 1 >= MOST_TRIES or (refused and not _is_failure(error)):
            return RetryOption(do_retry=False)
        return self._wait("an answer of GitHub", timedelta(seconds=0.25 * 4**tries))

    def _wait(self, reason: str, time: timedelta) -> RetryOption:
        from githubkit.typing import RetryOption  # noqa: PLC0415 - see github_access

        seconds = max(time.total_seconds(), 0.0)
        with self._lock:
            self.usage.seconds_waited += seconds
        if self.waits:
            self.waits(reason, seconds)
        return RetryOption(do_retry=True, retry_after=timedelta(seconds=seconds))


def _is_failure(error: Any) -> bool:  # noqa: ANN401 - githubkit's, imported only when needed
    return bool(error.response.status_code >= _SERVER_ERROR)


def _is_secondary(error: Any) -> bool:  # noqa: ANN401 - githubkit's, imported only when needed
    """Say whether GitHub asks to wait without a header that says for how long."""
    response = error.response
    return response.status_code in _SECONDARY and "secondary rate limit" in response.text


def _unread(response: Response[Any]) -> Unread:
    headers = response.headers
    permission = headers.get("X-Accepted-GitHub-Permissions") or headers.get(
        "X-Accepted-OAuth-Scopes"
    )
    return Unread(response.status_code, permission or "")


def _following(path: str, response: Response[Any]) -> str | None:
    """Return the path of the list's next page.

    Only the query is taken from GitHub's `Link`: credentials go to no other address.
    """
    link = response.raw_response.links.get("next", {}).get("url")
    return f"{path.partition('?')[0]}?{urlsplit(link).query}" if link else None

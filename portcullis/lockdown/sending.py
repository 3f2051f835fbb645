"""Send changes to GitHub one by one, within its limits for writing.

Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from portcullis.live.asking import Asking
    from portcullis.lockdown.doors import Request

MINUTE = 60.0
MOST_CREATED = 80
"""Requests that create content, in a minute."""
MOST_WRITES = 130
"""All writes in a minute: each costs 5 of GitHub's 900 points, and 250 are left for reading."""

_CONFLICT = frozenset({303, 409, 422})


class NotSent(Exception):  # noqa: N818 - says what happened
    """GitHub did not carry a request out; the text says why, and shows no body."""


@dataclass
class Pace:
    """Keeps the writes of a run within GitHub's limits of a minute."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    waits: Callable[[str, float], None] | None = None
    _writes: deque[float] = field(default_factory=deque)
    _created: deque[float] = field(default_factory=deque)

    def wait(self, *, creates: bool) -> None:
        """Wait until one more write is allowed, and count it."""
        lists = [(self._writes, MOST_WRITES)]
        if creates:
            lists.append((self._created, MOST_CREATED))
        now = self.clock()
        seconds = max((_until_free(times, most, now) for times, most in lists), default=0.0)
        if seconds > 0:
            if self.waits:
                self.waits("GitHub's limit of writes in a minute", seconds)
            self.sleep(seconds)
        now = self.clock()
        for times, _ in lists:
            times.append(now)


def _until_free(times: deque[float], most: int, now: float) -> float:
    while times and now - times[0] >= MINUTE:
        times.popleft()
    return MINUTE - (now - times[0]) if len(times) >= most else 0.0


@dataclass
class Sender:
    """Sends requests through a conversation with GitHub, which sends again what failed."""

    asking: Asking
    pace: Pace
    sent: int = 0

    def send(self, request: Request) -> None:
        """Carry a request out.

        Raises:
            NotSent: GitHub refuses, fails, or cannot be reached.
        """
        from githubkit.exception import GitHubException, RequestFailed  # noqa: PLC0415 - see github_access

        self.pace.wait(creates=request.creates)
        self.sent += 1
        try:
            self.asking.client.request(request.method, request.path, json=request.body)
        except RequestFailed as failed:
            status = failed.response.status_code
            if status == 404 and request.method == "DELETE":  # noqa: PLR2004 - HTTP's own number
                return  # it is gone already: an answer of GitHub was lost
            if status in _CONFLICT and request.method == "POST" and "exists" in _said(failed):
                return  # it was made, and the answer was lost
            needs = failed.response.headers.get("X-Accepted-GitHub-Permissions")
            more = f"; it takes the permission {needs}" if needs and status in {403, 404} else ""
            raise NotSent(f"GitHub answered {status}{more}") from None
        except GitHubException as error:
            raise NotSent(f"GitHub did not answer ({type(error).__name__})") from None


def _said(failed: object) -> str:
    response = getattr(failed, "response", None)
    return str(getattr(response, "text", ""))

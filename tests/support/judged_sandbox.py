"""The sandbox with a judge of its answers: `python -m tests.support.judged_sandbox`, same options.

Every request to a world and its answer are held against GitHub's published description. What was
wrong is listed at `GET /_verdicts`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox import __main__ as server
from sandbox.api import lookups
from sandbox.api.dispatch import ROUTER
from sandbox.api.errors import GitHubError
from sandbox.app import App
from tests.sandbox.published.judge import verdict

if TYPE_CHECKING:
    from sandbox.app import Message, Receive, Scope, Send

_KEPT = 200


class Judged(App):
    """The application, watched."""

    verdicts: dict[str, None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and judge the answer."""
        path = scope["raw_path"].decode("ascii", "replace")
        if path == "/_verdicts":
            await _tell(send, list(self.__dict__.setdefault("verdicts", {})))
            return
        world, _, rest = path.lstrip("/").partition("/")
        if not rest.startswith("api/v3") or world not in self.sandbox.worlds:
            await super().__call__(scope, receive, send)
            return
        asked, answered = bytearray(), bytearray()
        status, raw = 0, False

        async def hear() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            nonlocal status, raw
            status = message.get("status", status)
            # a file's own content is no JSON to be judged
            kind = dict(message.get("headers", ())).get(b"content-type", b"application/json")
            raw = raw or not kind.startswith(b"application/json")
            answered.extend(message.get("body", b""))
            await send(message)

        route = self._route(world, scope["method"], rest.removeprefix("api/v3"))
        await super().__call__(scope, hear, say)
        if route is not None and status and not raw and _whole(answered):
            wrong = verdict(route, status, _json(asked), _json(answered))
            known = self.__dict__.setdefault("verdicts", {})
            known.update(dict.fromkeys(wrong[:_KEPT]))

    def _route(self, world: str, method: str, path: str) -> str | None:
        try:
            path = lookups.whole_ref(lookups.legacy_path(self.sandbox.worlds[world], path or "/"))
        except GitHubError:
            return None
        found = ROUTER.find(method, path)
        return None if found is None else found[0].operation


def _whole(content: bytearray) -> bool:
    """Say whether an answer was not cut off by a fault."""
    text = bytes(content)
    return not text.startswith((b"{", b"[")) or text.endswith((b"}", b"]"))


def _json(content: bytearray) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(bytes(content)) if content else None
    except ValueError:
        return None


async def _tell(send: Send, verdicts: list[str]) -> None:
    head = {"type": "http.response.start", "status": 200, "headers": []}
    await send(head)
    await send({"type": "http.response.body", "body": json.dumps(verdicts).encode()})


if __name__ == "__main__":
    raise SystemExit(server.main(application=Judged))

"""A chat service that takes messages at an address, as webhooks send them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.release.harness.serving import answer_json, serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

HOST = "hooks.guild.example"


@dataclass
class Hooks:
    """The service.

    Attributes:
        messages: What was sent to it, in order.
        down_for: How many of the next requests it is down for.
        address: Where it listens.
    """

    messages: list[str] = field(default_factory=list)
    down_for: int = 0
    address: str = ""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Take a message."""
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        if self.down_for:
            self.down_for -= 1
            return answer_json(start, 503, {})
        self.messages.append(body["text"])
        return answer_json(start, 200, {})


@contextmanager
def hooks() -> Iterator[Hooks]:
    """Run a service without messages."""
    made = Hooks()
    with serving(made) as made.address:
        yield made

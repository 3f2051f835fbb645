"""A world of the sandbox in this process: asked without HTTP, and put back to how it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.access.actors import Actor, authenticate
from sandbox.api import dispatch
from sandbox.api.http import Request
from sandbox.api.journal import Journal
from sandbox.control import jobs
from sandbox.control.order import Order
from sandbox.seed import apply, read
from sandbox.world.clock import parse
from sandbox.world.records import Tables
from sandbox.world.world import World

HOST = "http://sandbox"
_NOON = parse("2026-11-30T12:00:00Z")


@dataclass(frozen=True)
class Answer:
    """What an API request was answered."""

    status: int
    body: Any

    @property
    def done(self) -> bool:
        """Whether it was accepted."""
        return self.status < 300


class InProcess:
    """One world, with its clock stopped: the same requests give the same commits."""

    def __init__(self, seed: dict[str, Any]) -> None:
        """Make a world from a seed."""
        self.world = World("proof", Journal())
        self.world.clock.set(_NOON, stopped=True)
        self.tokens: dict[str, str] = apply.apply(self.world, read.parse(seed))
        self.world.commit()

    def ask(
        self, who: str, method: str, path: str, body: object = None, *, token: str | None = None
    ) -> Answer:
        """Make an API request as a person, as an App such as `app 1001`, or by a job's token."""
        where, _, query = path.partition("?")
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"accept": "application/vnd.github+json"}
        if who.startswith("app "):
            token = self.tokens[f"{who.replace(' ', '-')}[bot]"]
        if token is None:
            actor = Actor(user=self.world.account(who))  # type: ignore[arg-type] # a person's login
        else:
            actor = authenticate(self.world, f"Bearer {token}")
        raw = "/api/graphql" if where == "/graphql" else f"/api/v3{where}"
        request = Request(method, raw, query, headers, content, HOST)
        answer = dispatch.answer(self.world, request, actor, journal=False)
        return Answer(answer.status, json.loads(answer.body) if answer.body else None)

    def must(self, who: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Make a request that has to be accepted; return the answer's body."""
        answer = self.ask(who, method, path, body)
        assert answer.done, f"{method} {path}: {answer.status} {answer.body}"
        return answer.body

    # --- the control interface
    def jobs(self) -> list[dict[str, Any]]:
        """Return the jobs so far, oldest first."""
        found: list[dict[str, Any]] = jobs.read(self.world, Order("", {}, {}, HOST))
        self.world.commit()
        return found

    def job(self, ident: int) -> dict[str, Any]:
        """Return what a job sees."""
        found: dict[str, Any] = jobs.read(self.world, Order(str(ident), {}, {}, HOST))
        self.world.commit()
        return found

    def plan(self, repository: str, job: str, plan: str) -> None:
        """Say how jobs of a key end."""
        jobs.plan(
            self.world, Order("", {}, {"repository": repository, "job": job, "plan": plan}, HOST)
        )
        self.world.commit()

    # --- how it was
    def saved(self) -> Tables:
        """Return the world's records as they are."""
        return _copied(self.world.tables)

    def put_back(self, tables: Tables) -> None:
        """Make the world what it was."""
        self.world.tables = _copied(tables)
        self.world.listed.clear()


def _copied(tables: Tables) -> Tables:
    """Return tables of their own, with the same records: nothing changes a record in place."""
    found = Tables(tables.next_id)
    for record in tables.rows.values():
        found.put(record)
    found.commit()
    return found


def in_path(name: str) -> str:
    """Return a name as one segment of a path."""
    return quote(name, safe="")

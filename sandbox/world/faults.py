"""Faults on demand: a world answers with an error, late, or not at all, on request."""

from __future__ import annotations

import fnmatch
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Fault:
    """One fault.

    Attributes:
        id: Its number in the world.
        method: The HTTP method that it strikes, or `*`.
        path: A shell pattern over the raw path below `/api/v3` or the text `/graphql`; `*` also
            crosses slashes.
        status: The answer's status, or None to answer truly (late, or cut off).
        body: The answer's JSON body; None gives GitHub's usual one.
        headers: Further headers, such as Retry-After.
        count: How many more requests it strikes; None is for ever.
        skip: How many matching requests pass before it strikes.
        delay: Seconds to wait before answering.
        drop: `before` cuts the connection before the request has any effect, `after` when it has
            taken effect and is not yet answered, `half` in the middle of the answer.
    """

    id: int
    method: str = "*"
    path: str = "*"
    status: int | None = None
    body: dict[str, Any] | list[Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    count: int | None = 1
    skip: int = 0
    delay: float = 0.0
    drop: str = "no"


class Faults:
    """The faults of a world, in the order in which they were set."""

    def __init__(self) -> None:
        """Start without faults."""
        self.faults: list[Fault] = []
        self._next = 1

    def add(self, **fields: Any) -> Fault:  # noqa: ANN401 - checked by orders.Fault
        """Set a fault, of fields that are right."""
        fault = Fault(id=self._next, **fields)
        self._next += 1
        self.faults.append(fault)
        return fault

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the fault that strikes this request, counted down, or None."""
        for fault in self.faults:
            if fault.method not in ("*", method) or not fnmatch.fnmatchcase(path, fault.path):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.count is not None:
                fault.count -= 1
                if not fault.count:
                    self.faults.remove(fault)
            return fault
        return None

    def remove(self, ident: int | None = None) -> None:
        """Take one fault away, or all."""
        self.faults = [fault for fault in self.faults if ident is not None and fault.id != ident]

    def list(self) -> list[dict[str, Any]]:
        """Return the faults as JSON."""
        return [asdict(fault) for fault in self.faults]

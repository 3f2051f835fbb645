"""The bodies of control requests, field by field, before anything is done.

A message names the field, what is wrong and what there is; it never quotes a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_Token = Annotated[str, Field(pattern=r"^[!-~]+$")]
_HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
_HeaderValue = Annotated[str, Field(pattern=r"^[ -~]*$")]
_Method = Annotated[str, Field(pattern=r"^[A-Z]+$")]
DAYS = 36_525
"""How far the clock is moved at once, at most: a hundred years."""


class Nothing(BaseModel):
    """A request without fields."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class NewWorld(Nothing):
    """A world to make."""

    name: str
    seed: dict[str, Any] | None = None
    copy_of: str | None = None
    """The world that it begins as; a seed is applied to the copy."""


class Reset(Nothing):
    """A world to begin again."""

    seed: dict[str, Any] | None = None


class Anything(BaseModel):
    """An order whose reader checks it: a seed, settings."""

    model_config = ConfigDict(extra="allow")


class Request(Nothing):
    """A request as somebody."""

    actor: str
    method: _Method
    path: Annotated[str, Field(pattern=r"^/[!-~]*$")]
    body: Any = None
    accept: _HeaderValue = "application/vnd.github+json"


class Fault(Nothing):
    """A fault: see `faults.Fault`."""

    method: Annotated[str, Field(pattern=r"^(\*|[A-Z]+)$")] = "*"
    path: str = "*"
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    body: dict[str, Any] | list[Any] | None = None
    headers: dict[_HeaderName, _HeaderValue] = {}
    count: Annotated[int, Field(ge=1)] | None = 1
    skip: Annotated[int, Field(ge=0)] = 0
    delay: Annotated[float, Field(ge=0, le=3600)] = 0.0
    drop: Literal["no", "before", "after", "half"] = "no"


class Clock(Nothing):
    """Moves of the clock."""

    set: str | None = None
    advance: Annotated[float, Field(ge=-DAYS * 86_400, le=DAYS * 86_400)] = 0.0
    stopped: bool | None = None
    tick: Annotated[float, Field(ge=0, le=86_400)] | None = None


class Token(Nothing):
    """A token to make."""

    login: str
    scopes: list[str] | None = None
    token: _Token | None = None


class Secret(Nothing):
    """Where a secret is."""

    name: str
    store: Literal["actions", "dependabot", "codespaces"] = "actions"
    org: str | None = None
    repository: str | None = None
    environment: str | None = None


class JobEnd(Nothing):
    """How a held job ends."""

    conclusion: Literal["success", "failure"] = "success"
    outputs: dict[str, str] = {}


class JobPlan(Nothing):
    """How jobs end from now on."""

    repository: Annotated[str, Field(pattern=r"^[^/]+/[^/]+$")]
    job: str
    plan: Literal["success", "failure", "hold"]


class State(Nothing):
    """Which records are listed."""

    kind: str | None = None


class Journal(BaseModel):
    """Which requests are listed; a query, so numbers come as text."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = None
    path: str | None = None
    operation: str | None = None
    status: int | None = None
    actor: str | None = None
    since: Annotated[int, Field(ge=0)] | None = None
    limit: Annotated[int, Field(ge=1)] | None = None


def checked(model: type[BaseModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given, checked: only the fields that were.

    Raises:
        ValueError: It has mistakes; all are named, without their values.
    """
    try:
        return model.model_validate(dict(given)).model_dump(exclude_unset=True)
    except ValidationError as error:
        lines = [_line(model, each["type"], each["loc"], each["msg"]) for each in error.errors()]
        raise ValueError("; ".join(dict.fromkeys(lines))) from None


_WORDS = {
    "headers": "names are letters, digits and hyphens; values are ASCII on one line",
    "method": "is written in capitals, such as GET",
    "path": "begins with a slash, and is ASCII: encode what is not",
    "repository": "is written owner/name",
    "token": "is ASCII without spaces",
}
"""What a field has to look like."""


def _line(model: type[BaseModel], kind: str, place: tuple[int | str, ...], text: str) -> str:
    name = str(place[0])
    if kind == "extra_forbidden":
        text = f"no such field; there are: {', '.join(model.model_fields) or 'none'}"
    if kind == "missing":
        text = f"is missing; there are: {', '.join(model.model_fields)}"
    if kind == "string_pattern_mismatch":
        text = _WORDS.get(name, text)
    return f"{name}: {text}"

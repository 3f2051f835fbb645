"""The plan: what a preview found, in a form that is stored, compared and commented on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal

import pydantic

from portcullis.project import UserError

if TYPE_CHECKING:
    from pathlib import Path

VERSION: Final = 1
"""Of the document. A reader refuses another one, because it may mean something else."""

Verdict = Literal["passes", "refused", "stopped by a guard", "failed"]
"""`refused`: the policy pack has mandatory findings. `stopped by a guard`: it has to be named first
(docs/guards.md). `failed`: something else went wrong."""


class _Frozen(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


class Change(_Frozen):
    """One resource that an update would create, change or take away; secrets are hidden."""

    urn: str
    kind: str
    """Such as `RepositoryEnvironment`."""
    name: str
    """Such as `api/pypi-release`."""
    repository: str | None
    operation: str
    """In the words of `events.DONE`: created, updated, deleted, replaced, archived, forgotten."""
    lines: tuple[str, ...] = ()
    """What changes, old -> new, with names instead of numbers."""
    weaker: tuple[str, ...] = ()
    """What of it makes a gate weaker, or gives somebody power."""
    digest: str
    """SHA-256 of the step, in hexadecimal digits."""


class Finding(_Frozen):
    """A finding of the policy pack."""

    rule: str
    level: str
    resource: str
    message: str


class Exemption(_Frozen):
    """A finding that is accepted until a date."""

    rule: str
    resource: str
    reason: str
    expires: str


class Drift(_Frozen):
    """One thing on GitHub that is not as it is declared."""

    what: Literal["changed", "missing", "undeclared"]
    noun: str
    name: str
    lines: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """The rules that refuse it: it is dangerous if there are any."""
    fixed: bool
    """Whether an update sets it right."""


class Guard(_Frozen):
    """Something that an update does only after somebody has named it."""

    name: str
    what: str
    unlock: str
    """The text that allows it for one run."""


class Reach(_Frozen):
    """A goal for which another number of people suffices after the change."""

    goal: str
    before: int | None
    after: int | None
    falls: bool
    text: str


class Plan(_Frozen):
    """What a preview found."""

    version: Literal[1] = VERSION
    organization: str
    stack: str
    commit: str | None
    """Of the checkout that was previewed; None where it is not known, or files differ from it."""
    made_at: str
    """In UTC, as ISO 8601."""
    verdict: Verdict
    error: str = ""
    """Why it failed."""
    live: bool
    """Whether the organization on GitHub was read."""
    unread: tuple[str, ...] = ()
    """What of it could not be read, and why."""
    changes: tuple[Change, ...] = ()
    unprotected: tuple[str, ...] = ()
    """Resources that Pulumi may delete from now on."""
    files: tuple[str, ...] = ()
    """Managed files that are committed beside the update, a line each."""
    reach: tuple[Reach, ...] = ()
    findings: tuple[Finding, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    drift: tuple[Drift, ...] = ()
    """Without undeclared things that are as the last update saw them."""
    guards: tuple[Guard, ...] = ()
    """What stops an update, and is not unlocked."""
    digest: str
    """SHA-256 of all that an update would do, in hexadecimal digits."""

    @property
    def acts(self) -> bool:
        """Whether an update would change anything on GitHub."""
        return bool(self.changes or self.files or any(each.fixed for each in self.drift))


def read(path: Path) -> Plan:
    """Read a plan.

    Raises:
        UserError: It cannot be read, is not whole, or has another version.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UserError(
            f"{path}: this is no whole JSON document; write it again: portcullis preview --json "
            f"{path}"
        ) from None
    version = content.get("version") if isinstance(content, dict) else None
    if version != VERSION or isinstance(version, bool):
        raise UserError(
            f"{path}: version {version!r} of a plan; allowed: {VERSION}. Write and read it with "
            "the same version of Portcullis"
        )
    try:
        return Plan.model_validate(content)
    except pydantic.ValidationError as error:
        wrong = "\n".join(
            f"  {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()
        )
        raise UserError(f"{path}: this is no plan:\n{wrong}") from None


def text(plan: Plan) -> str:
    """Return a plan as it is stored."""
    return plan.model_dump_json(indent=2) + "\n"

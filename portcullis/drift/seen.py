"""What the last update saw on GitHub although nobody declares it: it is listed, and is no news.

The stack keeps it as the output `seen_on_github`: owners by login, everything else by hashes of
what it is and of how it is set. A daily run is quiet until something changes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from components.stack import SEEN, SEEN_OUTPUT
from portcullis.drift.undeclared import TAKEN_BACK
from portcullis.live.compare import Drift
from portcullis.printed import outputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulumi import automation

    from portcullis.live.resource import Live

MOST = 4_000
"""Things that are remembered: the system limits the length of an environment variable."""

_CHARACTERS = 12
"""Of a hash: 48 bits."""

_COUNTS: Mapping[str, tuple[str, ...]] = {"Repository": ("visibility",), "Team": ("privacy",)}
"""Fields whose change is news, by kind. Of other kinds, all fields are."""

_HIDDEN = frozenset({"url", "secret"})
"""Fields of a webhook whose values may be secrets: not even their hashes are kept."""

News = Literal["new", "changed", "known"]


@dataclass(frozen=True)
class Seen:
    """What the last update saw."""

    owners: frozenset[str] | None = None
    """Lower-case logins; None where no update noted them."""
    things: Mapping[str, str] = field(default_factory=dict)
    """The hash of how a thing is set, by the hash of what it is."""

    def news(self, drift: Drift) -> News:
        """Say whether an undeclared thing is new or changed since the last update."""
        if _is_owner(drift):
            known = self.owners is None or drift.name.lower() in self.owners
            return "known" if known else "new"
        before = self.things.get(_identity(drift))
        if before is None:
            return "new"
        return "known" if before == _form(drift) else "changed"

    def lost_owners(self, live: Live) -> Iterator[Drift]:
        """Yield the owners of the last update who are none any more."""
        if live.owners:
            for login in sorted((self.owners or frozenset()) - live.owners):
                yield Drift("missing", "Membership", login)

    def note(self, stack: automation.Stack, live: Live, found: Iterable[Drift]) -> None:
        """Let the next update note what there is now, and what was there and is hidden now."""
        things = {
            _identity(each): _form(each)
            for each in found
            if each.what == "undeclared" and each.kind not in TAKEN_BACK and not _is_owner(each)
        }
        if live.gaps:
            things = {**self.things, **things}
        others = sorted(f"{thing}{form}" for thing, form in things.items())[:MOST]
        noted = sorted(live.owners or self.owners or ())
        _hand_on(stack, {"owners": noted, "others": others})


def of_state(state: Mapping[str, Any]) -> Seen:
    """Return what the last update of an exported state saw."""
    noted = _noted(state)
    if not isinstance(noted, dict):
        return Seen()
    things = {str(each)[:_CHARACTERS]: str(each)[_CHARACTERS:] for each in noted.get("others", ())}
    return Seen(frozenset(map(str, noted.get("owners", ()))), things)


def _noted(state: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    resources = (state.get("deployment") or {}).get("resources") or []
    return (outputs(resources) or {}).get(SEEN_OUTPUT)


def keep(stack: automation.Stack, state: Mapping[str, Any]) -> None:
    """Let the next update keep what the last one saw."""
    if noted := _noted(state):
        _hand_on(stack, noted)


def note_owners(stack: automation.Stack, owners: Iterable[str]) -> None:
    """Let the first update note who the owners are."""
    _hand_on(stack, {"owners": sorted(owners), "others": []})


def _hand_on(stack: automation.Stack, noted: object) -> None:
    stack.workspace.env_vars = {**stack.workspace.env_vars, SEEN: json.dumps(noted)}


def _is_owner(drift: Drift) -> bool:
    """Say whether somebody is an owner, and is not only invited to be one."""
    inputs = drift.live.inputs if drift.live else {}
    is_admin = drift.kind == "Membership" and inputs.get("role") == "admin"
    return is_admin and not inputs.get("pending")


def _identity(drift: Drift) -> str:
    return _hash([drift.kind, *(drift.key or ())])


def _form(drift: Drift) -> str:
    inputs = drift.live.inputs if drift.live else {}
    names = _COUNTS.get(drift.kind, tuple(inputs))
    return _hash({name: _shown(inputs.get(name)) for name in names})


def _shown(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items() if name not in _HIDDEN}
    if isinstance(value, list):
        return sorted(map(_shown, value), key=str)
    return value


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_CHARACTERS]

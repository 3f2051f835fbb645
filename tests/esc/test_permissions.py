"""Who may read, open and write which environment of the stand-in for ESC (S9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi_esc_sdk
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.esc import Esc

NotFound = pulumi_esc_sdk.exceptions.NotFoundException
Forbidden = pulumi_esc_sdk.exceptions.ForbiddenException
BadRequest = pulumi_esc_sdk.exceptions.BadRequestException

ACTS: dict[str, Callable[[pulumi_esc_sdk.EscClient, tuple[str, str, str]], Any]] = {
    "read": lambda client, at: client.get_environment(*at),
    "revisions": lambda client, at: client.list_environment_revisions(*at),
    "decrypt": lambda client, at: client.decrypt_environment(*at),
    "open": lambda client, at: client.open_and_read_environment(*at),
    "write": lambda client, at: client.update_environment_yaml(*at, "values: {}\n"),
    "tag": lambda client, at: client.create_environment_tag(*at, "owner", "ann"),
    "delete": lambda client, at: client.delete_environment(*at),
}
NEEDS = {"read": 1, "revisions": 1, "decrypt": 2, "open": 2, "write": 3, "tag": 3, "delete": 3}
LEVELS = ("none", "read", "open", "write")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("act", ACTS)
def test_levels(esc: Esc, level: str, act: str) -> None:
    """Each act needs its level: below it, it is refused, and `none` does not even show a name."""
    name = f"to-{act}-{level}"
    esc.put(f"levels/{name}", "values:\n  key:\n    fn::secret: hush\n")
    client = esc.client(esc.login("ann", {f"levels/{name}": level}))
    if LEVELS.index(level) >= NEEDS[act]:
        ACTS[act](client, ("acme", "levels", name))
        return
    with pytest.raises(NotFound if level == "none" else Forbidden):
        ACTS[act](client, ("acme", "levels", name))


def test_patterns(esc: Esc) -> None:
    """A grant holds for the environments that its pattern names; others are not listed."""
    for stage in ("development", "production"):
        esc.put(f"patterns/keys-{stage}", "values: {key: value}\n")
    token = esc.login("ann", {"patterns/*-development": "open"})
    listed = esc.client(token).list_environments("acme").environments
    assert [each.name for each in listed] == ["keys-development"]
    assert esc.values("patterns/keys-development", token) == {"key": "value"}
    with pytest.raises(NotFound):
        esc.values("patterns/keys-production", token)


def test_imports_need_open(esc: Esc) -> None:
    """Who may open an environment does not get at what it imports without a right to that."""
    esc.put("deep/base", "values:\n  key:\n    fn::secret: hush\n")
    esc.put("deep/top", "imports: [deep/base]\nvalues: {}\n")
    with pytest.raises(BadRequest):
        esc.values("deep/top", esc.login("ann", {"deep/top": "open", "deep/base": "read"}))
    assert esc.values("deep/top", esc.login("bob", {"deep/*": "open"})) == {"key": "hush"}


def test_sessions_are_personal(esc: Esc) -> None:
    """An open session is read by the token that opened it, and by no other."""
    esc.put("session/base", "values: {key: value}\n")
    at = ("acme", "session", "base")
    session = esc.client().open_environment(*at)
    with pytest.raises(NotFound):
        esc.client(esc.login("ann", {"session/*": "write"})).read_open_environment(*at, session.id)


def test_unknown_token(esc: Esc) -> None:
    """An unknown token is refused."""
    with pytest.raises(pulumi_esc_sdk.exceptions.UnauthorizedException):
        esc.client("pul-unknown").list_environments("acme")

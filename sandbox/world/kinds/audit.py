"""Events of an organization's audit log."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from sandbox.world.records import Kind


class AuditEvent(TypedDict):
    """An event of the audit log: names and ids, never a secret's value."""

    action: str
    at: float
    """Seconds since 1970, by the world's clock."""
    actor: str
    actor_id: int
    operation_type: str
    """`create`, `modify` or `remove`."""
    repo: NotRequired[str]
    repo_id: NotRequired[int]
    public_repo: NotRequired[bool]
    team: NotRequired[str]
    user: NotRequired[str]
    user_id: NotRequired[int]
    blocked_user: NotRequired[str]
    key: NotRequired[str]
    name: NotRequired[str]
    old_name: NotRequired[str]
    title: NotRequired[str]
    active: NotRequired[bool]
    read_only: NotRequired[bool]
    hook_id: NotRequired[int]
    environment_name: NotRequired[str]
    workflow_run_id: NotRequired[int]
    visibility: NotRequired[str]
    previous_visibility: NotRequired[str]
    ruleset_id: NotRequired[int]
    ruleset_name: NotRequired[str]
    ruleset_enforcement: NotRequired[str]


AUDIT_EVENT: Kind[AuditEvent] = Kind("audit_event")

"""The audit log: what a request changed, under GitHub's names; never a secret's value.

There is one hook, before a request's changes are kept: the records that it touched say which events
there are. `changes` and `tables` name them. Every organization has a log; only those of Enterprise
can read theirs by the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name
from sandbox.audit.changes import Change, actions
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.audit import AUDIT_EVENT, AuditEvent
from sandbox.world.kinds.people import COLLABORATOR, MEMBER
from sandbox.world.kinds.protection import RULESET
from sandbox.world.kinds.repositories import DEPLOY_KEY, HOOK, REPOSITORY
from sandbox.world.records import is_a

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import AnyRecord

_PLACES = {"organization": "org", "repository": "repo", "environment": "environment"}
_READS = ("GET", "HEAD")
# kinds whose name is a person's id
_OF_PERSON = {
    "block",
    "collaborator",
    "invitation",
    "member",
    "org_invitation",
    "role_user",
    "team_member",
}
_OF_REPOSITORY = {"team_repository"}
_WITH_KEY = {"actions_secret", "codespaces_secret", "dependabot_secret", "variable"}
_NAMED = {"branch_protection", "environment", "property", "org_role", "repository_role"}
_VERBS = {
    "create": ("create", "add", "assign", "invite"),
    "remove": ("remove", "destroy", "delete", "revoke", "cancel", "unblock"),
}


def note(call: Call) -> None:
    """Write down what a request is about to change, in the log of the organization it belongs to.

    Reading changes nothing on GitHub; what the sandbox makes at first sight is no event.
    """
    if call.method in _READS:
        return
    touched = call.world.tables.before()
    gone = {
        ident: record
        for ident, record in touched.items()
        if record is not None and ident not in call.world.tables.rows
    }
    for ident, before in touched.items():
        after = call.world.tables.rows.get(ident)
        record = after or before
        # what is deleted with its parent has no event of its own
        if record is not None and not (after is None and record.parent in gone):
            _write(call, before, after, _line(call, record, gone))


def _write(
    call: Call, before: AnyRecord | None, after: AnyRecord | None, line: list[AnyRecord]
) -> None:
    if before is not None and after is not None and _same(before, after):
        return
    org = next((each for each in line if each.kind == "organization"), None)
    place = next((_PLACES[each.kind] for each in line if each.kind in _PLACES), "org")
    if org is None:
        return
    change = Change(before, after, place)
    for action in actions(change):
        if action == "repository_invitation.cancel" and _accepted(call, line[0]):
            action = "repository_invitation.accept"  # noqa: PLW2901 - it went because it was taken
        if action == "org.cancel_invitation" and _joined(call, line[0]):
            continue  # it went because it was accepted: the new member has an event
        data = AuditEvent(
            action=action,
            at=call.world.clock.seconds(),
            actor=call.actor.login,
            actor_id=call.actor.id,
            operation_type=_operation(action),
        )
        call.world.make(AUDIT_EVENT, org.id, "", data, **_fields(call, change, line))


def _same(before: AnyRecord, after: AnyRecord) -> bool:
    return (before.name, before.data) == (after.name, after.data)


def _line(call: Call, record: AnyRecord, gone: dict[int, AnyRecord]) -> list[AnyRecord]:
    """Return a record and all that it belongs to, up to the organization, also what is gone."""
    line = [record]
    while line[-1].parent:
        parent = call.world.tables.rows.get(line[-1].parent) or gone.get(line[-1].parent)
        if parent is None:
            break
        line.append(parent)
    return line


def _accepted(call: Call, invitation: AnyRecord) -> bool:
    return call.world.find(COLLABORATOR, invitation.name, invitation.parent) is not None


def _joined(call: Call, invitation: AnyRecord) -> bool:
    return call.world.find(MEMBER, invitation.name, invitation.parent) is not None


def _operation(action: str) -> str:
    verb = action.partition(".")[2]
    for kind, beginnings in _VERBS.items():
        if verb.startswith(beginnings):
            return kind
    return "modify"


def _fields(call: Call, change: Change, line: list[AnyRecord]) -> dict[str, Any]:
    """Return what else an event says: names and ids, never a value."""
    record, world = change.record, call.world
    found: dict[str, Any] = {}
    repository = next((each for each in line if is_a(each, REPOSITORY)), None)
    if record.kind in _OF_REPOSITORY:
        repository = world.get(REPOSITORY, int(record.name))
    if repository is not None:
        name = full_name(world, repository)
        public = repository.data["visibility"] == "public"
        found |= {"repo": name, "repo_id": repository.id, "public_repo": public}
    team = next((each for each in line if each.kind == "team"), None)
    if team is not None:
        found["team"] = f"{line[-1].name}/{team.name}"
    user = world.get(USER, int(record.name)) if record.kind in _OF_PERSON else None
    if user is not None:
        found |= {"user": user.name, "user_id": user.id}
        if record.kind == "block":
            found["blocked_user"] = user.name
    if record.kind in _WITH_KEY:
        found["key"] = record.name
    if record.kind in _NAMED:
        found["name"] = record.name
    return found | _more(change, line)


def _more(change: Change, line: list[AnyRecord]) -> dict[str, Any]:
    record = change.record
    found: dict[str, Any] = {}
    environment = next((each for each in line if each.kind == "environment"), None)
    run = next((each for each in line if each.kind == "run"), None)
    if environment is not None:
        found["environment_name"] = environment.name
    if run is not None:
        found["workflow_run_id"] = run.id
    if is_a(record, HOOK):
        found |= {"hook_id": record.id, "active": record.data["active"]}
    if is_a(record, RULESET):
        found |= {
            "ruleset_id": record.id,
            "ruleset_name": record.name,
            "ruleset_enforcement": record.data["enforcement"],
        }
    if is_a(record, REPOSITORY):
        found["visibility"] = record.data["visibility"]
        if change.before is not None and change.differs("visibility"):
            found["previous_visibility"] = change.before.field("visibility")
        if change.before is not None and change.differs("name"):
            found["old_name"] = change.before.name
    if is_a(record, DEPLOY_KEY):
        found |= {"read_only": record.data["read_only"], "title": record.data["title"]}
    return found

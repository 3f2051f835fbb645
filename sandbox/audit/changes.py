"""One record before and after a request, and what stands in the audit log of it.

Names of actions: https://docs.github.com/enterprise-cloud@latest/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.audit import tables
from sandbox.shapes.repositories import MERGE_SETTINGS
from sandbox.world.kinds.actions import APPROVAL, RUN
from sandbox.world.kinds.protection import BRANCH_PROTECTION
from sandbox.world.kinds.repositories import REPOSITORY
from sandbox.world.records import Data, Kind, is_a

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.world.records import AnyRecord


# an environment's protection rules: what each is made of
_RULES = (("wait_timer",), ("reviewers", "prevent_self_review"), ("deployment_branch_policy",))


@dataclass(frozen=True, slots=True)
class Change:
    """A record before and after a request.

    Attributes:
        before: As it was; None: it is new.
        after: As it is; None: it is gone.
        place: Where it belongs to: `org`, `repo` or `environment`.
    """

    before: AnyRecord | None
    after: AnyRecord | None
    place: str

    @property
    def record(self) -> AnyRecord:
        """The record, as it is or was last."""
        record = self.after or self.before
        if record is None:
            raise AssertionError("a change has a record")
        return record

    def sides(self, kind: Kind[Data]) -> tuple[Data | None, Data | None]:
        """Return the data of a record of this kind, before and after."""
        before = self.before.data if self.before is not None and is_a(self.before, kind) else None
        after = self.after.data if self.after is not None and is_a(self.after, kind) else None
        return before, after

    def differs(self, name: str) -> bool:
        """Return whether a field was changed; `name` is the record's own name where it has none."""
        if self.before is None or self.after is None:
            return False
        if name == "name" and name not in self.after.data:
            return self.before.name != self.after.name
        return bool(self.before.data.get(name) != self.after.data.get(name))


def actions(change: Change) -> list[str]:
    """Return what the audit log calls a change: none, one, or several actions."""
    kind = change.record.kind
    found = [*_life(change), *_fields(change), *_switches(change)]
    if kind in _SPECIAL:
        found += _SPECIAL[kind](change)
    return list(dict.fromkeys(found))


def _life(change: Change) -> Iterator[str]:
    created, updated, removed = tables.LIFE.get(change.record.kind, (None, None, None))
    action = updated
    if change.before is None:
        action = created
    elif change.after is None:
        action = removed
    if action is not None:
        yield action.format(place=change.place)


def _fields(change: Change) -> Iterator[str]:
    for name, action in tables.FIELDS.get(change.record.kind, {}).items():
        if change.differs(name):
            yield action


def _switches(change: Change) -> Iterator[str]:
    for name, value, on, off in tables.SWITCHES:
        kind, _, field = name.partition(".")
        if kind == change.record.kind and change.differs(field) and change.after is not None:
            yield on if change.after.data.get(field) == value else off


def _repository(change: Change) -> Iterator[str]:
    if any(change.differs(name) for name in MERGE_SETTINGS):
        yield "repo.change_merge_setting"
    before, after = change.sides(REPOSITORY)
    if before is None or after is None:
        return
    old, new = set(before["topics"]), set(after["topics"])
    if new - old:
        yield "repo.add_topic"
    if old - new:
        yield "repo.remove_topic"
    for name, (on, off) in tables.SECURITY.items():
        is_on = after["security"].get(name)
        if is_on != before["security"].get(name):
            yield on if is_on else off


def _protection(change: Change) -> Iterator[str]:
    before, after = change.sides(BRANCH_PROTECTION)
    if before is None or after is None:
        return
    old, new = (set(each["requiredStatusCheckContexts"]) for each in (before, after))
    if new - old:
        yield "required_status_check.create"
    if old - new:
        yield "required_status_check.destroy"


def _environment(change: Change) -> Iterator[str]:
    """Say which protection rules came, were changed, or went; not when the whole one goes."""
    if change.after is None:
        return
    for names in _RULES:
        old = None if change.before is None else change.before.field(names[0]) or None
        new = change.after.field(names[0]) or None
        if old is None and new is not None:
            yield "environment.add_protection_rule"
        elif old is not None and new is None:
            yield "environment.remove_protection_rule"
        elif new is not None and any(change.differs(name) for name in names):
            yield "environment.update_protection_rule"
    if change.differs("can_admins_bypass"):
        yield "environment.update_protection_rule"


def _document(change: Change) -> Iterator[str]:
    document, place = change.record, change.place
    old = {} if change.before is None else change.before.data
    new = {} if change.after is None else change.after.data
    if document.name == "properties":
        for name in {**old, **new}:
            if old.get(name) == new.get(name):
                continue
            verb = "create" if old.get(name) is None else "update"
            yield f"custom_property_value.{'destroy' if new.get(name) is None else verb}"
    for name, field, action in tables.DOCUMENTS:
        if document.name == name and (field is None or old.get(field) != new.get(field)):
            yield action.format(place=place)


def _run(change: Change) -> Iterator[str]:
    before, after = change.sides(RUN)
    if after is None:
        return
    if change.differs("attempt"):
        yield "workflows.rerun_workflow_run"
    was = None if before is None else before["status"]
    if after["status"] == "completed" != was:
        if after["conclusion"] == "cancelled":
            yield "workflows.cancel_workflow_run"
        yield "workflows.completed_workflow_run"


def _approval(change: Change) -> Iterator[str]:
    _, after = change.sides(APPROVAL)
    if after is not None:
        verb = "approve" if after["state"] == "approved" else "reject"
        yield f"workflows.{verb}_workflow_job"


_SPECIAL: dict[str, Callable[[Change], Iterator[str]]] = {
    "approval": _approval,
    "branch_protection": _protection,
    "document": _document,
    "environment": _environment,
    "repository": _repository,
    "run": _run,
}

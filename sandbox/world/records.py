"""What a world is made of: records, in tables, with parents.

Everything that the sandbox remembers is a `Record`: an organization, a team's member, a secret.
Records cannot be changed in place: `Tables.change` puts a new one, so what is not put has not
happened, and everything that is put is saved, and undone when the request fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeGuard, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

Data = TypeVar("Data", bound=Mapping[str, object])
Data_co = TypeVar("Data_co", bound=Mapping[str, object], covariant=True)


class Kind(str, Generic[Data]):
    """The name of a table, with the type of its records' data; the modules of `kinds` list them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Record(Generic[Data_co]):
    """One thing that the sandbox remembers.

    Its data is its kind's TypedDict: fields are read by `record.data["field"]`, which mypy checks.

    Attributes:
        id: Unique in the world, over all kinds; never used twice.
        kind: The table that it belongs to, such as `team`.
        parent: The id of the record that it goes down with, or 0.
        name: Unique, without regard to case, among the records of its kind with its parent.
        data: Its other fields. Never changed in place.
        created_at: When it was added, as GitHub writes times.
        updated_at: When it was last changed.
    """

    id: int
    kind: str
    parent: int
    name: str
    data: Data_co
    created_at: str
    updated_at: str

    def field(self, name: str) -> object:
        """Return the field of `data` whose name is known only at run time."""
        return self.data[name]


def replaced(record: Record[Data], data: Mapping[str, object]) -> Record[Data]:
    """Return the record with some fields of its data replaced."""
    return replace(record, data=cast("Data", {**record.data, **data}))


AnyRecord: TypeAlias = Record[Mapping[str, object]]
"""A record of a kind that is known only at run time."""


def is_a(record: AnyRecord, kind: Kind[Data]) -> TypeGuard[Record[Data]]:
    """Return whether a record is of a kind."""
    return record.kind == kind


CASE_MATTERS = frozenset(
    {"ref", "commit", "blob", "document", "deployment_policy", "branch_protection"}
)
"""Kinds whose names differ when their case does."""


def _key(kind: str, parent: int, name: str) -> tuple[str, int, str]:
    return kind, parent, name if kind in CASE_MATTERS else name.casefold()


@dataclass(slots=True)
class Tables:
    """All records of a world, indexed by id, by parent and by name; with an undo list."""

    next_id: int = 1001
    rows: dict[int, AnyRecord] = field(default_factory=dict)
    # (kind, parent) -> ids, in the order in which they were added
    _members: dict[tuple[str, int], dict[int, None]] = field(default_factory=dict)
    _names: dict[tuple[str, int, str], int] = field(default_factory=dict)
    # parent -> kinds of its children, for deletes that cascade
    _kinds: dict[int, set[str]] = field(default_factory=dict)
    # id -> the record before the first change of this transaction (None: it is new)
    _undo: dict[int, AnyRecord | None] = field(default_factory=dict)

    def get(self, kind: Kind[Data], ident: int) -> Record[Data] | None:
        """Return the record of that kind and id, or None."""
        record = self.rows.get(ident)
        return record if record is not None and is_a(record, kind) else None

    def find(self, kind: Kind[Data], parent: int, name: str) -> Record[Data] | None:
        """Return the record of that kind, parent and name (in any case but for some), or None."""
        ident = self._names.get(_key(kind, parent, name))
        return None if ident is None else self.get(kind, ident)

    def all(self, kind: Kind[Data], parent: int = 0) -> list[Record[Data]]:
        """Return the records of that kind and parent, oldest first."""
        rows = self.rows
        # what is indexed by a kind is of it
        return cast(
            "list[Record[Data]]", [rows[ident] for ident in self._members.get((kind, parent), ())]
        )

    def count(self, kind: str, parent: int = 0) -> int:
        """Return how many records of that kind and parent there are."""
        return len(self._members.get((kind, parent), ()))

    def put(self, record: Record[Data]) -> Record[Data]:
        """Add a record, or take the place of the one with its id."""
        before = self.rows.get(record.id)
        self._undo.setdefault(record.id, before)
        self._place(before, record)
        return record

    def change(
        self,
        record: Record[Data],
        now: str,
        name: str | None = None,
        /,
        **data: Any,  # noqa: ANN401 - JSON fields have any type
    ) -> Record[Data]:
        """Put the record with some fields of `data`, and perhaps its name, changed."""
        changed = replaced(record, data)
        new_name = record.name if name is None else name
        return self.put(replace(changed, name=new_name, updated_at=now))

    def remove(self, record: AnyRecord) -> None:
        """Take a record away, with everything whose parent it is."""
        for kind in sorted(self._kinds.get(record.id, ())):
            for ident in list(self._members[kind, record.id]):
                self.remove(self.rows[ident])
        self._undo.setdefault(record.id, self.rows.get(record.id))
        self._place(self.rows.get(record.id), None)

    def take_id(self) -> int:
        """Return an id that was never used."""
        ident = self.next_id
        self.next_id += 1
        return ident

    def changes(self) -> list[tuple[int, AnyRecord | None]]:
        """Return what this transaction changed: ids, with the record, or None when it is gone."""
        return [
            (ident, self.rows.get(ident))
            for ident, before in self._undo.items()
            if self.rows.get(ident) is not before
        ]

    def before(self) -> dict[int, AnyRecord | None]:
        """Return what this transaction touched: ids, with the record as it was, None: it is new."""
        return dict(self._undo)

    def commit(self) -> None:
        """End the transaction and keep its changes."""
        self._undo.clear()

    def rollback(self) -> None:
        """End the transaction and undo its changes; ids that it took stay used."""
        if not self._undo:
            return
        for ident, before in reversed(self._undo.items()):
            self._place(self.rows.get(ident), before)
        self._undo.clear()
        # an undone removal comes back at the end of its list: restore the order of ids
        for members in self._members.values():
            if list(members) != sorted(members):
                ordered = sorted(members)
                members.clear()
                members.update(dict.fromkeys(ordered))

    def __iter__(self) -> Iterator[AnyRecord]:
        """Go over all records, in the order of their ids."""
        return iter([self.rows[ident] for ident in sorted(self.rows)])

    def _place(self, before: AnyRecord | None, after: AnyRecord | None) -> None:
        if before is not None:
            if before.name:
                self._names.pop(_key(before.kind, before.parent, before.name), None)
            if after is None or (after.kind, after.parent) != (before.kind, before.parent):
                self._members[before.kind, before.parent].pop(before.id, None)
            del self.rows[before.id]
        if after is not None:
            self.rows[after.id] = after
            if after.name:
                self._names[_key(after.kind, after.parent, after.name)] = after.id
            self._members.setdefault((after.kind, after.parent), {})[after.id] = None
            self._kinds.setdefault(after.parent, set()).add(after.kind)

"""What a world is made of: records, in tables, with parents.

Everything that the sandbox remembers is a `Record`: an organization, a team's member, a secret.
Records cannot be changed in place: `Tables.change` puts a new one, so what is not put has not
happened, and everything that is put is saved, and undone when the request fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, cast, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import TypeVar

    Data = TypeVar("Data", default=Any)
    Data_co = TypeVar("Data_co", default=Any, covariant=True)
else:
    from typing import TypeVar

    Data = TypeVar("Data")
    Data_co = TypeVar("Data_co", covariant=True)


class Kind(str, Generic[Data]):
    """The name of a table, with the type of its records' data; `kinds.py` lists them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Record(Generic[Data_co]):
    """One thing that the sandbox remembers.

    The data of a kind in `kinds.py` is a TypedDict: its fields are read by `record.data["field"]`,
    which mypy checks. `record["field"]` is for the other kinds.

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

    def __getitem__(self: Record[dict[str, Any]], key: str) -> Any:  # noqa: ANN401 - JSON fields have any type
        """Return a field of `data`; KeyError when it has none of that name."""
        return self.data[key]

    def get(self: Record[dict[str, Any]], key: str, default: Any = None) -> Any:  # noqa: ANN401 - as __getitem__
        """Return a field of `data`, or the default."""
        return self.data.get(key, default)


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
    rows: dict[int, Record] = field(default_factory=dict)
    # (kind, parent) -> ids, in the order in which they were added
    _members: dict[tuple[str, int], dict[int, None]] = field(default_factory=dict)
    _names: dict[tuple[str, int, str], int] = field(default_factory=dict)
    # parent -> kinds of its children, for deletes that cascade
    _kinds: dict[int, set[str]] = field(default_factory=dict)
    # id -> the record before the first change of this transaction (None: it is new)
    _undo: dict[int, Record | None] = field(default_factory=dict)

    @overload
    def get(self, kind: Kind[Data], ident: int) -> Record[Data] | None: ...

    @overload
    def get(self, kind: str, ident: int) -> Record | None: ...

    def get(self, kind: str, ident: int) -> Record | None:
        """Return the record of that kind and id, or None."""
        record = self.rows.get(ident)
        return record if record is not None and record.kind == kind else None

    @overload
    def find(self, kind: Kind[Data], parent: int, name: str) -> Record[Data] | None: ...

    @overload
    def find(self, kind: str, parent: int, name: str) -> Record | None: ...

    def find(self, kind: str, parent: int, name: str) -> Record | None:
        """Return the record of that kind, parent and name (in any case but for some), or None."""
        ident = self._names.get(_key(kind, parent, name))
        return None if ident is None else self.rows[ident]

    @overload
    def all(self, kind: Kind[Data], parent: int = 0) -> list[Record[Data]]: ...

    @overload
    def all(self, kind: str, parent: int = 0) -> list[Record]: ...

    def all(self, kind: str, parent: int = 0) -> list[Record]:
        """Return the records of that kind and parent, oldest first."""
        rows = self.rows
        return [rows[ident] for ident in self._members.get((kind, parent), ())]

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
        old = cast("dict[str, Any]", record.data)
        return self.put(
            replace(
                record,
                name=record.name if name is None else name,
                data=cast("Data", {**old, **data}),
                updated_at=now,
            )
        )

    def remove(self, record: Record) -> None:
        """Take a record away, with everything whose parent it is."""
        for kind in sorted(self._kinds.get(record.id, ())):
            for child in self.all(kind, record.id):
                self.remove(child)
        self._undo.setdefault(record.id, self.rows.get(record.id))
        self._place(self.rows.get(record.id), None)

    def take_id(self) -> int:
        """Return an id that was never used."""
        ident = self.next_id
        self.next_id += 1
        return ident

    def changes(self) -> list[tuple[int, Record | None]]:
        """Return what this transaction changed: ids, with the record, or None when it is gone."""
        return [
            (ident, self.rows.get(ident))
            for ident, before in self._undo.items()
            if self.rows.get(ident) is not before
        ]

    def before(self) -> dict[int, Record | None]:
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

    def __iter__(self) -> Iterator[Record]:
        """Go over all records, in the order of their ids."""
        return iter([self.rows[ident] for ident in sorted(self.rows)])

    def _place(self, before: Record | None, after: Record | None) -> None:
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

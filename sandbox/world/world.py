"""One world: an isolated GitHub with its own accounts, repositories, clock and journal."""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, Any

from sandbox.world.clock import Clock
from sandbox.world.faults import Faults
from sandbox.world.kinds.accounts import ORGANIZATION, USER, Account
from sandbox.world.kinds.documents import DOCUMENT
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.records import AnyRecord, Record, Tables, replaced

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.api.journal import Journal
    from sandbox.world.records import Data, Kind
    from sandbox.world.store import Store
    from sandbox.world.usage import Usage

SETTINGS: dict[str, Any] = {
    "etags": False,
    "rate_limits": False,
    "limits": {},
    "sealed_boxes": True,
}
"""What can be set per world, with its default.

`etags`: whether answers have them. `rate_limits`: whether limits are enforced. `limits`: other
numbers than GitHub's, such as `{"core": 10, "points_a_minute": 20}`. `sealed_boxes`: whether a
secret that is not sealed for its key is refused, as GitHub does; else it is taken as it came.
"""


def digest(token: str) -> str:
    """Return what is remembered of a token: it cannot be turned back into the token."""
    return hashlib.sha256(token.encode()).hexdigest()


class World:
    """The state of one GitHub, and the ways to read and change it.

    Records of these kinds have no parent: `user` (also bots), `organization`, `token`, `app`,
    `redirect`. A repository's parent is its owner; everything in it has the repository as parent.
    """

    def __init__(
        self,
        name: str,
        journal: Journal,
        store: Store | None = None,
        master_key: bytes = bytes(32),
    ) -> None:
        """Make an empty world.

        Args:
            name: Its name: the first segment of its paths.
            journal: Where its requests are written down.
            store: Where it is saved; None keeps it in memory only.
            master_key: What the keys of its sealed boxes derive from: 32 bytes.
        """
        self.name = name
        self.master_key = master_key
        self.tables = Tables()
        self.clock = Clock()
        self.settings = dict(SETTINGS)
        self.journal = journal
        self.faults = Faults()
        self.gaps: dict[tuple[str, str], int] = {}
        # who has used how much of the rate limits: forgotten at a restart
        self.usage: dict[str, Usage] = {}
        # repositories as lists show them, by id, permission and host: see shapes.repositories
        self.listed: dict[tuple[int, str, str], tuple[AnyRecord, AnyRecord, bytes]] = {}
        self._store = store
        self._meta: dict[str, Any] = {}

    # --- reading
    def get(self, kind: Kind[Data], ident: int) -> Record[Data] | None:
        """Return a record by kind and id, or None."""
        return self.tables.get(kind, ident)

    def find(self, kind: Kind[Data], name: str, parent: int = 0) -> Record[Data] | None:
        """Return a record by kind and name (in any case) below a parent, or None."""
        return self.tables.find(kind, parent, name)

    def all(self, kind: Kind[Data], parent: int = 0) -> list[Record[Data]]:
        """Return the records of a kind below a parent, oldest first."""
        return self.tables.all(kind, parent)

    def count(self, kind: str, parent: int = 0) -> int:
        """Return how many records of a kind there are below a parent."""
        return self.tables.count(kind, parent)

    def record(self, kind: str, ident: int) -> AnyRecord | None:
        """Return a record by id and a kind that is known only at run time, or None."""
        record = self.tables.rows.get(ident)
        return record if record is not None and record.kind == kind else None

    def account(self, login: str) -> Account | None:
        """Return the user or organization of that login."""
        return self.find(ORGANIZATION, login) or self.find(USER, login)

    def account_of(self, ident: int) -> Account | None:
        """Return the user or organization of that id."""
        return self.get(ORGANIZATION, ident) or self.get(USER, ident)

    def accounts(self) -> list[Account]:
        """Return the organizations, then the users."""
        return [*self.all(ORGANIZATION), *self.all(USER)]

    def repositories(self) -> list[Record[Repository]]:
        """Return the repositories of all accounts."""
        return [each for account in self.accounts() for each in self.all(REPOSITORY, account.id)]

    def document(self, parent: int, name: str, default: Mapping[str, Any]) -> dict[str, Any]:
        """Return a settings document, such as an organization's Actions permissions."""
        record = self.find(DOCUMENT, name, parent)
        return {**default, **(record.data if record else {})}

    # --- changing
    def make(
        self,
        kind: Kind[Data],
        parent: int,
        name: str,
        data: Data,
        /,
        **given: Any,  # noqa: ANN401 - JSON fields have any type
    ) -> Record[Data]:
        """Add a record. The caller has made sure that the name is free.

        Args:
            kind: Its kind.
            parent: The id of the record that it belongs to, or 0.
            name: Its name, or nothing.
            data: Its data: all fields that a record of the kind must have.
            given: Fields that take the place of those in `data`, as a checked request has them.
        """
        now = self.clock.now()
        record = Record(self.tables.take_id(), str(kind), parent, name, data, now, now)
        return self.tables.put(replaced(record, given) if given else record)

    def change(
        self,
        record: Record[Data],
        name: str | None = None,
        /,
        **data: Any,  # noqa: ANN401 - as add
    ) -> Record[Data]:
        """Change some fields of a record; returns the new one."""
        return self.tables.change(record, self.clock.now(), name, **data)

    def remove(self, record: AnyRecord) -> None:
        """Remove a record with all below it."""
        self.tables.remove(record)

    def set_document(self, parent: int, name: str, /, **data: Any) -> None:  # noqa: ANN401 - as add
        """Change some fields of a settings document."""
        record = self.find(DOCUMENT, name, parent)
        if record is None:
            self.make(DOCUMENT, parent, name, data)
        else:
            self.change(record, **data)

    # --- transactions
    def commit(self) -> None:
        """Keep what was changed since the last commit, on disk too."""
        changes = self.tables.changes()
        if changes and self.clock.tick:
            self.clock.advance(self.clock.tick)
        self.tables.commit()
        if self._store is not None:
            meta = self.meta()
            if changes or meta != self._meta:
                self._store.save(self.name, meta, changes)
                self._meta = meta

    def rollback(self) -> None:
        """Undo what was changed since the last commit."""
        self.tables.rollback()

    def meta(self) -> dict[str, Any]:
        """Return what is saved beside the records."""
        return {
            "next_id": self.tables.next_id,
            "clock": self.clock.state(),
            "settings": dict(self.settings),
        }

    def restore(self, meta: Mapping[str, Any], records: list[AnyRecord]) -> None:
        """Take up a saved state."""
        for record in records:
            self.tables.put(record)
        self.tables.commit()
        self.tables.next_id = meta["next_id"]
        self.clock = Clock(**meta["clock"])
        self.settings.update(meta["settings"])
        self._meta = self.meta()

    def copy(self, other: World) -> None:
        """Take up everything of another world, the digests of its tokens too; not its journal."""
        for record in other.tables:
            self.tables.put(record)
        self.tables.next_id = other.tables.next_id
        self.clock = copy.copy(other.clock)
        self.settings.update(other.settings)

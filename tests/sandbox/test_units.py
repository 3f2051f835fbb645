"""The parts that the rest leans on: patterns, records with undo, node ids, git's ids."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.api.journal import redacted
from sandbox.git import objects
from sandbox.world.nodes import PREFIXES, node_id, parse_node_id
from sandbox.world.records import AnyRecord, Kind, Record, Tables
from sandbox.world.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@given(st.sampled_from(sorted(PREFIXES)), st.integers(0, 2**40))
def test_a_node_id_leads_back(kind: str, ident: int) -> None:
    """From kind and id to a node id and back."""
    assert parse_node_id(node_id(kind, ident)) == (kind, ident)


@given(st.text())
def test_what_is_no_node_id_is_none(text: str) -> None:
    """Other text is never taken for one."""
    parsed = parse_node_id(text)
    assert parsed is None or node_id(*parsed) == text


THING: Kind[dict[str, int]] = Kind("thing")


def _record(ident: int, parent: int, name: str, value: int) -> Record[dict[str, int]]:
    return Record(ident, THING, parent, name, {"value": value}, "", "")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "remove"]),
        st.integers(1, 6),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=20,
)


def _do(tables: Tables, steps: list[tuple[str, int, int, int]]) -> None:
    for verb, ident, parent, value in steps:
        if verb == "put":
            # a parent has a smaller id than its children, as ids that only grow give it
            tables.put(_record(ident, parent if parent < ident else 0, f"N{ident}", value))
        elif (record := tables.rows.get(ident)) is not None:
            tables.remove(record)


@given(STEPS, STEPS)
def test_an_undone_transaction_leaves_no_trace(
    before: list[tuple[str, int, int, int]], undone: list[tuple[str, int, int, int]]
) -> None:
    """After a rollback every record is found as it was: by id, by name, below its parent."""
    tables, untouched = Tables(), Tables()
    for each in (tables, untouched):
        _do(each, before)
        each.commit()
    _do(tables, undone)
    tables.rollback()
    assert tables.rows == untouched.rows
    assert tables.changes() == []
    for parent in range(7):
        assert sorted(r.id for r in tables.all(THING, parent)) == sorted(
            r.id for r in untouched.all(THING, parent)
        )
        for ident in range(7):
            assert tables.find(THING, parent, f"n{ident}") == untouched.find(
                THING, parent, f"n{ident}"
            )


@given(STEPS)
def test_what_is_saved_is_what_is_there(steps: list[tuple[str, int, int, int]]) -> None:
    """The changes of all transactions together are the records."""
    tables, disk = Tables(), dict[int, AnyRecord]()
    for step in steps:
        _do(tables, [step])
        for ident, record in tables.changes():
            disk.pop(ident, None)
            if record is not None:
                disk[ident] = record
        tables.commit()
    assert disk == tables.rows


def test_ids_are_those_that_git_gives(tmp_path: Path) -> None:
    """Blobs and trees have git's own ids."""
    files = {"a.txt": b"a\n", "b/c.txt": b"c", "b/d/e": b"", "b.txt": b"\x00", "b-": b"x"}
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)

    def run(*command: str) -> str:
        done = subprocess.run(
            ["git", *command],  # noqa: S607 - the git that cloned this
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    run("init", "-q")
    run("add", ".")
    blobs = {path: objects.blob_sha(content) for path, content in files.items()}
    assert objects.tree_sha(blobs) == run("write-tree")


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    """It is not read as if it were ours."""
    store = Store(tmp_path)
    store._db.execute("PRAGMA user_version=99")  # noqa: SLF001 - as another version would
    store.close()
    with pytest.raises(ValueError, match="format 99"):
        Store(tmp_path)


def test_long_bodies_are_cut_and_credentials_left_out() -> None:
    """The journal keeps the shape of a body, not its secrets."""
    body = {"config": {"secret": "canary", "url": "u"}, "Token": "canary", "content": "x" * 9000}
    kept = redacted(body)
    assert kept["config"] == {"secret": "[redacted]", "url": "u"}
    assert kept["Token"] == "[redacted]"
    assert len(kept["content"]) < 2100

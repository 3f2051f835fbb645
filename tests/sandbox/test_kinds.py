"""Records are typed: each kind says which fields its data has, and mypy holds readers to it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mypy import api as mypy

from sandbox.world import kinds
from sandbox.world.kinds.actions import Secret
from sandbox.world.kinds.documents import DOCUMENT
from sandbox.world.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "sandbox/world/kinds"
NAMED_BY_KIND = {"get", "find", "all", "count", "make"}
"""Methods of a world whose first argument is a kind."""


def _kinds() -> Iterator[tuple[str, str, Kind[Any], Any]]:
    """Return each kind: its module, its name there, itself, and the type of its data."""
    for found in pkgutil.iter_modules(kinds.__path__):
        module = importlib.import_module(f"{kinds.__name__}.{found.name}")
        for name, hint in typing.get_type_hints(module).items():
            if typing.get_origin(hint) is Kind:
                yield module.__name__, name, getattr(module, name), typing.get_args(hint)[0]
            if hint == dict[str, Kind[Secret]]:
                for store, kind in getattr(module, name).items():
                    yield module.__name__, f"{name}['{store}']", kind, Secret


KINDS = list(_kinds())


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "sandbox").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_the_data_of_each_kind_is_a_typed_dict() -> None:
    """No kind leaves its fields open, but for settings documents; no two kinds share a table."""
    assert len(KINDS) > 50
    untyped = [name for _, name, kind, data in KINDS if not typing.is_typeddict(data)]
    assert untyped == ["DOCUMENT"]
    assert DOCUMENT == "document"
    tables = [str(kind) for _, _, kind, _ in KINDS]
    assert len(tables) == len(set(tables))


def test_no_kind_is_made_elsewhere_and_none_is_named_by_a_text() -> None:
    """A record is made and found by a kind of `sandbox/world/kinds`, never by a table's name."""
    found = []
    for path, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            function, first = node.func, node.args[0] if node.args else None
            makes = isinstance(function, ast.Name) and function.id == "Kind"
            names = (
                isinstance(function, ast.Attribute)
                and function.attr in NAMED_BY_KIND
                and ast.unparse(function.value).rpartition(".")[2] in ("world", "tables")
                and isinstance(first, ast.Constant | ast.JoinedStr)
            )
            if names or (makes and path.parent != FOLDER):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    assert found == []


def test_no_record_is_annotated_as_one_of_any_fields() -> None:
    """`Record[Any]` and `Kind[Any]` would switch the checks off without a word."""
    loose = re.compile(r"\b(?:Record|Kind)\[(?:Any|dict)\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "sandbox").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if loose.search(line) and path.name != "documents.py"
    ]
    assert found == []


def test_mypy_refuses_a_field_that_a_kind_does_not_have(tmp_path: Path) -> None:
    """For each kind, however a record was come by: a misspelt field is an error at its line.

    Before, kinds with a field of type `Any` were read without any check: of two fitting overloads
    mypy then takes neither.
    """
    ways = (
        "world.get({kind}, 1)",
        "world.find({kind}, 'x')",
        "next(iter(world.all({kind})), None)",
    )
    lines = ["from sandbox.world.world import World"]
    lines += [
        f"from {module} import {name.partition('[')[0]}"
        for module, name, kind, _ in KINDS
        if kind != DOCUMENT
    ]
    lines.append("def read(world: World) -> None:")
    wanted = set()
    names = [name for _, name, kind, _ in KINDS if kind != DOCUMENT]
    for number, (name, way) in enumerate((name, way) for name in names for way in ways):
        lines.append(f"    record{number} = {way.format(kind=name)}")
        lines.append(f"    assert record{number} is not None")
        lines.append(f"    record{number}.data['no_such_field']")
        wanted.add(len(lines))
    path = tmp_path / "reads.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = f"--config-file={ROOT / 'pyproject.toml'}"
    said, _, _ = mypy.run([config, f"--cache-dir={ROOT / '.mypy_cache'}", str(path)])
    refused = {
        int(match[1])
        for match in re.finditer(r"reads\.py:(\d+): error: .*no_such_field.*typeddict-item", said)
    }
    assert wanted - refused == set(), said[:2000]

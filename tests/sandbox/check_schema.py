"""Compare the sandbox's GraphQL schema with GitHub's published one.

    npm pack @octokit/graphql-schema && tar xzf octokit-graphql-schema-*.tgz
    python -m tests.sandbox.check_schema package/schema.graphql

Every type, field, argument, enum value and nullability of ours has to be there in theirs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from graphql import build_schema, is_enum_type, is_union_type

from sandbox.graphql.execute import schema


def differences(published: Path) -> list[str]:
    """Return what the sandbox's schema says otherwise than the published one."""
    theirs = build_schema(published.read_text(encoding="utf-8"), assume_valid=True).type_map
    found = []
    for name, ours in schema().type_map.items():
        if name.startswith("__"):
            continue
        their: Any = theirs.get(name)
        if their is None:
            found.append(f"type {name} is not there")
        elif is_enum_type(ours):
            found += [f"{name}.{v} is not there" for v in ours.values if v not in their.values]
        elif is_union_type(ours):
            known = {each.name for each in their.types}
            found += [f"{name}: {t.name} is no member" for t in ours.types if t.name not in known]
        else:
            found += _fields(name, ours, their)
    return found


def _fields(name: str, ours: Any, their: Any) -> list[str]:  # noqa: ANN401 - types with fields
    found = []
    for field, mine in getattr(ours, "fields", {}).items():
        other = their.fields.get(field)
        if other is None or str(other.type) != str(mine.type):
            found.append(f"{name}.{field}: {mine.type} here, {other and other.type} there")
            continue
        for argument, my in getattr(mine, "args", {}).items():
            its = other.args.get(argument)
            if its is None or str(its.type) != str(my.type):
                found.append(f"{name}.{field}({argument}): {my.type} here, {its and its.type}")
    return found


if __name__ == "__main__":
    wrong = differences(Path(sys.argv[1]))
    sys.stdout.write("\n".join([*wrong, f"{len(wrong)} differences", ""]))
    raise SystemExit(bool(wrong))

"""The systems and the versions of languages on which the CI workflow tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from components.base import Config, matching

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

System = Literal["ubuntu", "windows", "macos"]
PythonVersion = Annotated[
    str,
    matching(r"3\.(?:[89]|[1-9][0-9])(?:\.[0-9]{1,2})?", 'allowed: a version such as "3.13"'),
]
NodeVersion = Annotated[
    str,
    matching(r"[1-9][0-9](?:\.[0-9]{1,3}){0,2}", 'allowed: a version such as "24" or "24.3.0"'),
]
RustVersion = Annotated[
    str,
    matching(
        r"1\.[1-9][0-9]{1,2}\.[0-9]{1,2}",
        'allowed: a version such as "1.95.0"; what a channel such as stable is changes by itself',
    ),
]
GoVersion = Annotated[
    str,
    matching(r"1\.(?:2[1-9]|[3-9][0-9])\.[0-9]{1,2}", 'allowed: a version such as "1.26.8"'),
]
JavaVersion = Literal["11", "17", "21", "25"]
"""The JDKs that GitHub's runners have on each system."""


class CiConfig(Config):
    """The systems and versions on which `ci.yml` tests. Versions are texts, in quotes."""

    systems: Annotated[list[System], Field(min_length=1)] | None = None
    """`ubuntu`, `windows` and `macos`. Without it: all three, and for Node `ubuntu` alone."""
    python: Annotated[list[PythonVersion], Field(min_length=1)] | None = None
    """Versions of Python. Without it: 3.12 and 3.13."""
    node: Annotated[list[NodeVersion], Field(min_length=1)] | None = None
    """Versions of Node. Without it: the one that builds releases."""
    rust: Annotated[list[RustVersion], Field(min_length=1)] | None = None
    """Versions of Rust. Without it: the one that builds releases."""
    go: Annotated[list[GoVersion], Field(min_length=1)] | None = None
    """Versions of Go. Without it: the one that builds releases."""
    java: Annotated[list[JavaVersion], Field(min_length=1)] | None = None
    """JDKs of GitHub's runners. Without it: the one that builds releases."""


LANGUAGES: Mapping[str, Literal["python", "npm", "cargo", "go", "maven"]] = {
    "python": "python",
    "node": "npm",
    "rust": "cargo",
    "go": "go",
    "java": "maven",
}
"""The fields with versions, and the kind of packages that each is for."""

PYTHON = ("3.12", "3.13")
"""The versions of Python that are tested by default."""


def template_values(ci: CiConfig, usual: Mapping[str, str]) -> dict[str, object]:
    """Return what the template takes; ``usual`` are the versions that build releases.

    Tools that audit may need a newer version than the oldest that is tested.
    """
    values: dict[str, object] = {
        "systems": ci.systems or get_args(System),
        "node_systems": ci.systems or ("ubuntu",),
    }
    for field in LANGUAGES:
        default = PYTHON if field == "python" else (usual[field],)
        versions: Sequence[str] = getattr(ci, field) or default
        values[f"{field}_versions"] = ", ".join(map(json.dumps, versions))
        values[f"newest_{field}"] = max(versions, key=_numbers)
        values[f"audit_{field}"] = max((*versions, *default), key=_numbers)
    return values


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))

"""Take over from GitHub's published description what the sandbox answers.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python -m tests.sandbox.published.vendor package

Writes `description.json`: an operation or schema a line, as JSON Schema, without prose; and the
licence beside it. What the organization's description lacks is taken from Enterprise Cloud's.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.api.dispatch import ROUTER

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
DESCRIPTION = HERE / "description.json"
_SOURCES = ("api.github.com.json", "ghec.json")
_PROSE = {"description", "example", "examples", "title", "deprecated", "externalDocs", "default"}
ALIASES = {"GET /repos/{}/{}/contents": "GET /repos/{}/{}/contents/{}"} | {
    f"{method} /orgs/{{}}/actions/cache/{name}": (
        f"{method} /organizations/{{}}/actions/cache/{name}"
    )
    for method in ("GET", "PUT")
    for name in ("storage-limit", "retention-limit")
}
"""Operations that GitHub has and describes as another.

A repository's root is a folder, too; below `/organizations/{org}` is what is below `/orgs/{org}`.
"""


def plain(operation: str) -> str:
    """Return an operation without the names of its parameters, which differ between us and them."""
    return re.sub(r"\{[^}]*\}", "{}", operation)


def schema_of(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return OpenAPI 3.0's schema as JSON Schema: without prose, `nullable` as a type."""
    if isinstance(node, list):
        return [schema_of(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {
        key: _part(key, value)
        for key, value in node.items()
        if key not in _PROSE and not key.startswith("x-")
    }
    if found.pop("nullable", False):
        if "enum" in found and None not in found["enum"]:
            found["enum"] = [*found["enum"], None]
        if isinstance(found.get("type"), str):
            found["type"] = [found["type"], "null"]
        elif "type" not in found:
            return {"anyOf": [{"type": "null"}, found]}
    return found


def _part(key: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
    if key == "properties":
        return {name: schema_of(each) for name, each in value.items()}
    if key == "$ref":
        return "#/$defs/" + value.rpartition("/")[2]
    return value if key in ("enum", "required") else schema_of(value)


def _references(node: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value.rpartition("/")[2]
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _body(document: dict[str, Any], part: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    if "$ref" in part:
        kind, name = part["$ref"].split("/")[-2:]
        part = document["components"][kind][name]
    content = part.get("content", {})
    for kind in ("application/json", "application/scim+json"):
        if kind in content:
            return schema_of(content[kind].get("schema", {}))
    return None


def _operation(document: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "responses": {
            status: _body(document, response) for status, response in given["responses"].items()
        }
    }
    if "requestBody" in given:
        found["request"] = _body(document, given["requestBody"])
    return found


def collect(folder: Path) -> dict[str, Any]:
    """Return the operations that the sandbox has, with the schemas that they need."""
    ours = {plain(route.operation.replace("*}", "}")) for route in ROUTER.routes}
    ours |= {ALIASES[operation] for operation in ours if operation in ALIASES}
    operations: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for source in _SOURCES:
        document = json.loads((folder / "generated" / source).read_text(encoding="utf-8"))
        for path, item in document["paths"].items():
            for method, given in item.items():
                key = plain(f"{method.upper()} {path}")
                if key in ours and key not in operations:
                    operations[key] = _operation(document, given)
                    _take(document, operations[key], schemas)
    version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    return {"version": version, "operations": operations, "schemas": schemas}


def _take(document: dict[str, Any], node: Any, schemas: dict[str, Any]) -> None:  # noqa: ANN401 - any JSON
    for name in _references(node):
        if name not in schemas:
            schemas[name] = schema_of(document["components"]["schemas"][name])
            _take(document, schemas[name], schemas)


def text(found: dict[str, Any]) -> str:
    """Return the description as it is kept: an entry a line, in order."""

    def lines(entries: dict[str, Any]) -> str:
        return ",\n".join(
            f"{json.dumps(key)}: {json.dumps(entries[key], sort_keys=True, separators=(',', ':'))}"
            for key in sorted(entries)
        )

    return (
        f'{{"version": {json.dumps(found["version"])},\n"operations": {{\n'
        f"{lines(found['operations'])}\n}},\n"
        f'"schemas": {{\n{lines(found["schemas"])}\n}}}}\n'
    )


def main(folder: Path) -> None:
    """Write the description and its licence."""
    DESCRIPTION.write_text(text(collect(folder)), encoding="utf-8")
    shutil.copyfile(folder / "LICENSE", HERE / "LICENSE")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

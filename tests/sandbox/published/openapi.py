"""GitHub's published description as an OpenAPI document again, for tools that read one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sandbox.api.dispatch import ROUTER
from tests.sandbox.published.judge import description
from tests.sandbox.published.vendor import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def document(parameters: Mapping[str, Sequence[str]], other: Sequence[str]) -> dict[str, Any]:
    """Return the description of what the sandbox has, as OpenAPI 3.1.

    Args:
        parameters: Values of path parameters, by name.
        other: Values of all other path parameters.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTER.routes:
        template = route.template.replace("*}", "}")
        found: dict[str, Any] = {
            "parameters": [
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "schema": {"enum": list(parameters.get(name, other))},
                }
                for name in re.findall(r"{(\w+)}", template)
            ],
            "responses": {"default": {"description": "any answer of GitHub's"}},
        }
        described = description()["operations"].get(plain(f"{route.method} {template}"), {})
        if described.get("request"):
            body = {"application/json": {"schema": _pointing(described["request"])}}
            found["requestBody"] = {"required": True, "content": body}
        paths.setdefault(template, {})[route.method.lower()] = found
    return {
        "openapi": "3.1.0",
        "info": {"title": "GitHub", "version": description()["version"]},
        "paths": paths,
        "components": {"schemas": _pointing(description()["schemas"])},
    }


def _pointing(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return schemas whose references point to where OpenAPI keeps schemas."""
    text = json.dumps(node).replace('"#/$defs/', '"#/components/schemas/')
    return json.loads(text)

"""The judge: is what goes in and out what GitHub's published description says?"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import jsonschema_rs

from tests.sandbox.published.vendor import ALIASES, DESCRIPTION, plain

EVERYWHERE = {
    "301": "a renamed repository, when it is read",
    "304": "the caller has it already",
    "307": "a renamed repository, when it is changed",
    "400": "a body that is no JSON",
    "401": "no token, or a wrong one",
    "403": "the caller may not, or the plan has it not",
    "404": "not there, or not for the caller to know",
    "409": "the state of the thing does not allow it",
    "422": "what was asked for makes no sense",
    "429": "too many requests",
    "500": "a fault that a test asked for",
    "502": "a fault that a test asked for",
    "503": "a fault that a test asked for",
}
"""Statuses that GitHub gives at any operation, documented there or not."""

KNOWN = {
    r"(organization/)?(company|blog|location|email): null is not": (
        "an organization that says nothing of itself shows null; the description forgets it"
    ),
    r"^PUT /repos/\{\}/\{\}/environments/\{\} request: .*'can_admins_bypass'": (
        "taken by GitHub, and sent by its Terraform provider; not described"
    ),
    r"^(POST /(orgs/\{\}|repos/\{\}/\{\})/hooks|POST /orgs/\{\}/repos) request: .*null is not": (
        "otterdog sends null for what is left out, which works on GitHub"
    ),
    r"^PUT /repos/\{\}/\{\}/branches/\{\}/protection request: \w+: null is not": (
        "PyGithub sends null for what is left out, which works on GitHub"
    ),
    r"^PUT /repos/\{\}/\{\}/branches/\{\}/protection request: .*\"contexts\" is a required": (
        "deprecated, and left out by clients that name `checks`"
    ),
    r"rulesets(/\{\})? 422: errors/\d+: .* is not of type \"object\"": (
        "mistakes in rulesets are texts, as clients that read both show"
    ),
    r"^(POST|PATCH) /(orgs/\{\}/repos|repos/\{\}/\{\}) request: visibility: \"internal\"": (
        "an enterprise's organization has it; described only for Enterprise Cloud"
    ),
    r"^(POST|PUT|GET) /(orgs|repos)/.*rulesets.*actor_type: \"EnterpriseOwner\" is not one of": (
        "an enterprise's owners bypass, too; described only for rulesets of enterprises"
    ),
    r"/contents/\{\} 409: .*more than one of the schemas": (
        "the described alternatives of a conflict do not exclude each other"
    ),
}
"""Where GitHub itself is otherwise than described: pattern of the mistake, and why."""

OLD = {"GET /repos/{}/{}/git/refs/{}"}
"""Operations that GitHub still answers, and no longer describes."""
_SHOWN = 300


@functools.cache
def description() -> dict[str, Any]:
    """Return the published description."""
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return found


@functools.cache
def _validator(operation: str, part: str) -> jsonschema_rs.Validator | None:
    """Return what checks a request (`request`) or an answer (its status), or None."""
    known = description()["operations"][operation]
    schema = known.get("request") if part == "request" else known["responses"].get(part)
    if schema is None:
        return None
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": description()["schemas"],
        "allOf": [schema],
    }
    return jsonschema_rs.validator_for(whole, validate_formats=False)


def _mistakes(operation: str, part: str, body: Any) -> list[str]:  # noqa: ANN401 - any JSON
    validator = _validator(operation, part)
    if validator is None:
        return []
    found = []
    for error in validator.iter_errors(body):
        place = "/".join(str(each) for each in error.instance_path)
        found.append(f"{operation} {part}: {place or 'body'}: {error.message}")
    unknown = [each for each in found if not any(re.search(known, each) for known in KNOWN)]
    return [each[:_SHOWN] for each in unknown]


def verdict(
    operation: str,
    status: int,
    request: Any,  # noqa: ANN401 - any JSON
    response: Any,  # noqa: ANN401 - any JSON
) -> list[str]:
    """Return what is wrong with a request that was taken, and with its answer.

    Args:
        operation: Method and path template, as our router names it.
        status: The answer's status.
        request: The request's JSON, or None.
        response: The answer's JSON, or None.
    """
    key = plain(operation.replace("*}", "}"))
    key = ALIASES.get(key, key)
    if key not in description()["operations"]:
        return []
    documented = description()["operations"][key]["responses"]
    found = []
    if 200 <= status < 300 and request is not None:
        found += _mistakes(key, "request", request)
    if str(status) in documented:
        found += _mistakes(key, str(status), response)
    elif str(status) not in EVERYWHERE:
        found.append(f"{key}: status {status}; documented: {', '.join(sorted(documented))}")
    return found

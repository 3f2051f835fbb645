"""schemathesis goes through GitHub's published description: every operation, on a running sandbox.

It makes bodies as they are described, and bodies that are nearly so, and asks over HTTP, like any
client. `test_fuzz.py` knows nothing of the description: it makes any body at all, fixes it by what
the answers say, and looks whether a refusal has changed something.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from tests.sandbox.conftest import ACME
from tests.sandbox.published import openapi
from tests.support.extent import EVERY
from tests.support.sandbox import Sandbox, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case

EXAMPLES = {GenerationMode.POSITIVE: 3 if EVERY else 2, GenerationMode.NEGATIVE: 2 if EVERY else 1}
"""Requests to each operation: as described, and not as described."""
ORDER = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""What is asked first: what is deleted last is there for all others."""
PARAMETERS = {
    "org": ["acme"],
    "owner": ["acme"],
    "repo": ["widget", "site"],
    "template_owner": ["acme"],
    "template_repo": ["site"],
    "ref": ["main", "heads/main", "tags/v1", "nowhere"],
    "branch": ["main", "dev", "nowhere"],
    "basehead": ["main...dev", "main...main", "x"],
    "tree_sha": ["main"],
    "path": ["README.md", "src", "new/x"],
    "team_slug": ["release"],
    "username": ["ana", "ben", "zoe", "nope"],
    "environment_name": ["prod", "prod/eu"],
    "pull_number": ["1", "2"],
    "secret_name": ["A", "GITHUB_B"],
    "name": ["A", "GITHUB_B"],
    "custom_property_name": ["tier"],
    "security_product": ["secret_scanning"],
    "workflow_id": ["ci.yml", "nowhere.yml"],
}
REPO = "/repos/acme/widget"
WORKFLOW = "on: [push, workflow_dispatch]\njobs: {a: {runs-on: u, environment: prod, steps: []}}\n"


@pytest.fixture
def fuzzed() -> Iterator[World]:
    """A sandbox of its own, not judged: what is sent is wrong by intent; and a rich world in it."""
    seed = copy.deepcopy(ACME)
    seed["organizations"][0]["repositories"]["widget"]["files"][".github/workflows/ci.yml"] = (
        WORKFLOW
    )
    with Sandbox(judged=False) as running:
        world = running.world("fuzz", seed)
        sha = world.request("GET", f"{REPO}/commits/main")["body"]["sha"]
        reviewer = world.request("GET", "/users/ben")["body"]["id"]
        rules: dict[str, Any] = {"name": "r", "enforcement": "disabled", "rules": []}
        anywhere = {"ref_name": {"include": ["~ALL"], "exclude": []}}
        for method, path, body in (
            ("PUT", f"{REPO}/environments/prod", {"reviewers": [{"type": "User", "id": reviewer}]}),
            ("POST", f"{REPO}/git/refs", {"ref": "refs/heads/dev", "sha": sha}),
            ("PUT", f"{REPO}/contents/x", {"message": "m", "content": "eA==", "branch": "dev"}),
            ("POST", f"{REPO}/pulls", {"title": "t", "head": "dev", "base": "main"}),
            ("POST", f"{REPO}/pulls/1/reviews", {"event": "COMMENT", "body": "b"}),
            ("POST", f"{REPO}/rulesets", {**rules, "conditions": anywhere}),
            (
                "POST",
                "/orgs/acme/rulesets",
                {
                    **rules,
                    "conditions": {
                        **anywhere,
                        "repository_name": {"include": ["~ALL"], "exclude": []},
                    },
                },
            ),
            ("POST", f"{REPO}/hooks", {"config": {"url": "https://example.com/"}}),
            (
                "POST",
                "/orgs/acme/hooks",
                {"name": "web", "config": {"url": "https://example.com/"}},
            ),
            ("POST", f"{REPO}/keys", {"key": "ssh-ed25519 AAAAC3Nz", "title": "k"}),
            ("POST", f"{REPO}/actions/variables", {"name": "A", "value": "1"}),
            (
                "POST",
                "/orgs/acme/actions/variables",
                {"name": "A", "value": "1", "visibility": "all"},
            ),
            ("PUT", "/orgs/acme/properties/schema/tier", {"value_type": "string"}),
            ("PUT", f"{REPO}/collaborators/zoe", {"permission": "push"}),
            ("POST", f"{REPO}/actions/workflows/ci.yml/dispatches", {"ref": "main"}),
        ):
            answer = world.request(method, path, body)
            assert answer["status"] < 300, (path, answer)
        yield world
        errors = running.errors()
        running.stop()  # before it looks for gaps: some of these paths lead nowhere by intent
    assert "Traceback" not in errors


def test_no_described_request_breaks_the_sandbox(fuzzed: World) -> None:
    """Every published operation, asked as described and otherwise: an answer below 500."""
    ids = [str(record["id"]) for record in fuzzed.state()]
    schema = schemathesis.openapi.from_dict(openapi.document(PARAMETERS, [*ids, "x"]))
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    operations.sort(key=lambda each: (ORDER.index(each.method.upper()), -each.path.count("/")))
    broken: list[str] = []
    with httpx.Client(headers={"Authorization": f"Bearer {fuzzed.token}"}, timeout=30) as client:

        def ask(case: Case[Any]) -> None:
            response = client.request(**_request(case, fuzzed.rest_url))
            if response.status_code >= 500:
                broken.append(f"{case.method} {case.path}: {case.path_parameters} {case.body!r}")

        for mode, examples in EXAMPLES.items():
            chosen = settings(
                max_examples=examples,
                derandomize=True,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            for operation in operations:
                if operation.body or mode is GenerationMode.POSITIVE:
                    chosen(given(case=operation.as_strategy(generation_mode=mode))(ask))()
    assert len(operations) > 300
    assert broken == []


def _request(case: Case[Any], base: str) -> dict[str, Any]:
    """Return a case as `httpx` takes it."""
    given = case.as_transport_kwargs(base_url=base)
    names = {"json": "json", "data": "content"}
    names |= {name: name for name in ("method", "url", "headers", "params")}
    return {names[name]: value for name, value in given.items() if name in names}

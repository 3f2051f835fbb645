"""Whatever is asked, the answer is GitHub's: no crash, and nothing half done.

`test_schemathesis.py` asks over HTTP what GitHub's description allows, and what it nearly allows.
Here the description plays no part: any body is sent to a world in this process, fixed by what the
answers say, so that it gets further in; and a refusal must leave the world as it was.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.access.actors import Actor
from sandbox.api.dispatch import ROUTER, answer
from sandbox.api.http import Request
from sandbox.api.journal import Journal
from sandbox.seed import apply, read
from sandbox.world.kinds.accounts import USER
from sandbox.world.world import World
from tests.sandbox.conftest import ACME

PARAMETERS = {
    "org": ["acme"],
    "owner": ["acme"],
    "repo": ["widget", "site"],
    "ref": ["main", "x"],
    "tree_sha": ["main"],
    "secret_name": ["A", "github_b", "c-d"],
    "pull_number": ["1", "2"],
    "team_slug": ["release"],
    "username": ["ana", "ben", "zoe", "nope"],
    "environment_name": ["prod", "prod%2Feu"],
    "branch": ["main", "dev"],
    "ref*": ["heads/main", "tags/v1"],
    "path*": ["README.md", "src", "new/x"],
    "name": ["bug", "x"],
    "tag*": ["v1", "x/y"],
    "basehead*": ["main...dev", "main...main", "x"],
}
FIELDS = [
    *("name", "value", "visibility", "description", "private", "rules", "conditions", "target"),
    *("enforcement", "bypass_actors", "wait_timer", "reviewers", "deployment_branch_policy"),
    *("key_id", "encrypted_value", "selected_repository_ids", "permission", "role", "config"),
    *("events", "active", "secret", "title", "head", "base", "state", "message", "content", "sha"),
    *("branch", "properties", "property_name", "value_type", "allowed_values", "default_value"),
    *("names", "permissions", "key", "read_only", "tree", "parents", "ref", "new_name", "type"),
    *("security_and_analysis", "default_branch", "enabled", "allowed_actions"),
    *("tag_name", "draft", "prerelease", "make_latest", "color", "source", "build_type"),
    *("required_status_checks", "required_pull_request_reviews", "restrictions", "checks"),
    *(
        "protected_branches",
        "custom_branch_policies",
        "include_claim_keys",
        "use_default",
        "parent_team_id",
        "privacy",
    ),
]
WORDS = [
    *("", "main", "x", "all", "selected", "active", "branch", "refs/heads/x", "prod", "push"),
    *("2024-01-01T00:00:00Z", "eA==", "pull_request", "Team", "enabled", "string", "dev"),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from(WORDS)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)
    ),
    max_leaves=12,
)
BODIES = VALUES | st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12)


def _world() -> World:
    world = World("fuzz", Journal())
    apply.apply(world, read.parse(ACME))
    world.commit()
    ana = Actor(user=world.find(USER, "ana"))
    for method, path, body in (
        ("PUT", "/repos/acme/widget/environments/prod", {"wait_timer": 1}),
        ("POST", "/repos/acme/widget/rulesets", {"name": "r", "enforcement": "active"}),
        (
            "PUT",
            "/repos/acme/widget/contents/x",
            {"message": "m", "content": "eA=="},
        ),
    ):
        made = answer(world, _request(method, path, body), ana)
        assert made.status < 300
    return world


def _request(method: str, path: str, body: Any) -> Request:  # noqa: ANN401 - any JSON
    return Request(method, f"/api/v3{path}", "", {}, json.dumps(body).encode(), "http://h/fuzz")


WORLD = _world()
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "a string": st.sampled_from(WORDS) | st.text(max_size=5),
    "an integer": st.sampled_from(sorted(WORLD.tables.rows)) | st.integers(-1, 2**70),
    "a boolean": st.booleans(),
    "an array": st.lists(VALUES, max_size=3),
    "an array of strings": st.lists(st.sampled_from([*WORDS, "widget"]), max_size=3),
    "an array of integers": st.lists(st.sampled_from(sorted(WORLD.tables.rows)), max_size=3),
    "an array of objects": st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES), max_size=2),
    "an object": st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6),
}
MISSING = re.compile(r'"(\w+)" wasn\'t supplied')
WRONG = re.compile(r"For 'properties/(\w+)', .*? is not (?:(an? [a-z ]+)\.|a member of (\[.*?\]))")


def _repaired(data: st.DataObject, body: object, message: str) -> dict[str, Any]:
    """Return the body with the mistakes that the answer names put right, to get further in."""
    better = dict(body) if isinstance(body, dict) else {}
    for name in MISSING.findall(message):
        better[name] = data.draw(VALUES, label=name)
    for name, kind, members in WRONG.findall(message):
        pool = st.sampled_from(ast.literal_eval(members)) if members else KINDS[kind]
        better[name] = data.draw(pool, label=name)
    return better


@given(data=st.data(), body=BODIES)
@settings(max_examples=100, deadline=None)
def test_no_request_breaks_the_sandbox(data: st.DataObject, body: object) -> None:
    """Any body at any operation: an answer below 500, and nothing changed by a refusal."""
    route = data.draw(st.sampled_from(ROUTER.routes), label="route")
    ids = [str(ident) for ident in WORLD.tables.rows]
    segments = []
    for segment in route.template.split("/"):
        name = segment.strip("{}")
        pool = PARAMETERS.get(name, [*ids, "1", "x"]) if segment.startswith("{") else [segment]
        segments.append(data.draw(st.sampled_from(pool), label=segment))
    before = dict(WORLD.tables.rows)
    actor = Actor(user=WORLD.find(USER, "ana"))
    for _ in range(4):
        done = answer(WORLD, _request(route.method, "/".join(segments), body), actor)
        assert done.status < 500, (route.operation, body, done.body)
        if done.status < 300:
            break
        assert before == WORLD.tables.rows
        body = _repaired(data, body, json.loads(done.body or b"{}").get("message", ""))
    # the next example begins with the same world
    undo = WORLD.tables._undo  # noqa: SLF001 - a rollback of what was committed
    undo |= dict.fromkeys(WORLD.tables.rows.keys() - before.keys())
    undo |= {i: record for i, record in before.items() if WORLD.tables.rows.get(i) is not record}
    WORLD.rollback()

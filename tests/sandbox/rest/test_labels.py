"""Labels of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

LABELS = "/repos/acme/widget/labels"


def test_a_repository_begins_with_nine_labels(api: httpx.Client) -> None:
    """GitHub's own, by name; one that was deleted stays away (C2)."""
    found = api.get(LABELS).json()
    assert [each["name"] for each in found][:3] == ["bug", "documentation", "duplicate"]
    assert (len(found), all(each["default"] for each in found)) == (9, True)
    for each in found:
        assert api.delete(f"{LABELS}/{each['name']}").status_code == 204
    assert api.get(LABELS).json() == []


def test_a_label_lives_and_dies(api: httpx.Client) -> None:
    """Created, read in any case, renamed, deleted, gone (C1)."""
    made = api.post(LABELS, json={"name": "Type/security", "color": "FF0000"})
    assert (made.status_code, made.json()["color"], made.json()["default"]) == (
        201,
        "ff0000",
        False,
    )
    one = f"{LABELS}/type%2Fsecurity"
    assert api.get(one).json()["name"] == "Type/security"
    changed = api.patch(one, json={"new_name": "security", "description": "who can what"})
    assert changed.json()["description"] == "who can what"
    assert api.get(one).status_code == 404
    assert api.delete(f"{LABELS}/security").status_code == 204
    assert api.get(f"{LABELS}/security").status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "BUG"}, "already_exists"),
        ({"name": ""}, "invalid"),
        ({"name": "x", "color": "red"}, "invalid"),
        ({"name": "x", "description": "y" * 101}, "custom"),
    ],
)
def test_a_label_that_github_refuses(api: httpx.Client, body: dict[str, Any], code: str) -> None:
    """A taken name, no name, no color, too long a description (C2)."""
    answer = api.post(LABELS, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


def test_only_who_writes_changes_labels(world: World) -> None:
    """A stranger to a private repository sees none; a reader of a public one makes none (C2)."""
    with world.client("zoe") as zoe:
        assert zoe.get(LABELS).status_code == 404
        assert zoe.get("/repos/acme/site/labels").status_code == 200
        assert zoe.post("/repos/acme/site/labels", json={"name": "x"}).status_code == 403

"""What Portcullis's own components declare is sound by every rule of the pack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from portcullis_policy.examples.base import Declared

from components.declaration import load
from tests.components.building import organization, recorded
from tests.policy.harness import Pack, ids
from tests.support.recording import Secret, number_of

if TYPE_CHECKING:
    from tests.support.recording import Declared as Recorded
    from tests.support.recording import Recording

ROOT = Path(__file__).resolve().parents[3]
TWO_APPROVERS = ("teams.security.members", ["ines", "tom"])
NPM_APPROVERS = ("repositories.app.publish.1.approvers", ["devs"])
ECOSYSTEMS = ("repositories.app.ecosystems", ["pip", "npm", "github-actions"])
VARIATIONS = {
    "as declared": [],
    "one gate": [
        ("repositories.app.publish.0.approvers", ["devs"]),
    ],
    "a private repository": [("repositories.app.visibility", "private")],
    "versions of Python, tags of another form": [
        ("tag_protection.releases.scheme", "pep440"),
        ("tag_protection.releases.prefix", "sdk/v"),
        ("repositories.app.publish", [{"python": "acme-app", "approvers": ["devs"]}]),
    ],
    "a year and a month": [("tag_protection.releases.scheme", "calver")],
    "a crate, a Go module, an image, a Java package and an archive": [
        ("repositories.app.ecosystems", ["cargo", "gomod", "docker", "maven", "github-actions"]),
        (
            "repositories.app.publish",
            [
                {"cargo": "core-x", "approvers": ["devs"]},
                {"go": "acme.example/core", "approvers": ["devs"]},
                {"image": "portal", "approvers": ["devs"]},
                {"maven": "io.github.acme:core", "approvers": ["devs"]}
                | {"tokens": {e: {"from": {"config": e}} for e in ("central", "gpg_key")}},
                {"github": "rules", "approvers": ["devs"]},
            ],
        ),
    ],
    "tags of each package": [
        ("repositories.app.tag_protection", {"web": {"created_by": ["security"], "prefix": "w/v"}}),
        ("repositories.app.publish.0.tags", "releases"),
        ("repositories.app.publish.1.tags", "web"),
    ],
    "files by a pull request": [("repositories.app.file_changes", "pull-request")],
    "tokens": [
        ("repositories.app.publish.1.auth", "token"),
        ("repositories.app.publish.1.tokens", {"npm": {"from": {"config": "npm"}}}),
    ],
}


def reported(recording: Recording) -> list[Declared]:
    """What was recorded, as the engine would show it to the pack."""
    names = {str(item): f"{item.type}-{item.name}" for item in recording.resources}
    return [
        Declared(
            _token(item.type),
            {**{key: _opened(value) for key, value in item.inputs.items()}, **_outputs(item)},
            names[str(item)],
            parent=names.get(item.parent),
        )
        for item in recording.resources
    ]


def _outputs(item: Recorded) -> dict[str, object]:
    """What the provider answers for a team, by which its members and roles are found."""
    if item.type == "Team":
        return {"id": str(number_of(_token("Team"), item.name)), "slug": item.name}
    return {"teamSlug": item.name} if item.type == "TeamMembers" else {}


def _token(short: str) -> str:
    if short.startswith("component "):
        return f"portcullis:index:{short.removeprefix('component ')}"
    return f"github:index/{short[0].lower()}{short[1:]}:{short}"


def _opened(value: object) -> object:
    """A value as policies see it: secrets in plain text."""
    if isinstance(value, Secret):
        return _opened(value.value)
    if isinstance(value, dict):
        return {key: _opened(item) for key, item in value.items()}
    return [_opened(item) for item in value] if isinstance(value, list) else value


def test_worked_example_is_sound() -> None:
    """C3: orgs/guild.yaml has no finding of any rule, workflow files and Dependabot included."""
    declaration = load("guild", ROOT)
    resources = reported(recorded(declaration.config))
    files = [item for item in resources if item.type.endswith(":RepositoryFile")]
    assert len(files) >= 10
    said = Pack().run(resources)
    assert not said, "\n\n".join(item.message for item in said)


@pytest.mark.parametrize("changes", VARIATIONS.values(), ids=VARIATIONS)
def test_variations_are_sound(changes: list[tuple[str, object]]) -> None:
    """C3: the components' defaults satisfy the pack, in every way to publish."""
    assert not ids(
        Pack().run(
            reported(recorded(organization(TWO_APPROVERS, ECOSYSTEMS, NPM_APPROVERS, *changes)))
        )
    )


def test_a_proposed_file_is_judged_as_a_committed_one() -> None:
    """A workflow that comes by a pull request has the findings that it has when it is pushed."""
    content = "on: push\njobs: {a: {runs-on: x, steps: [{uses: a/b@main}]}}\n"
    files = ("repositories.app.files", {".github/workflows/own.yml": {"content": content}})
    found = [
        ids(Pack().run(reported(recorded(organization(files, way)))))
        for way in (("repositories.app.file_changes", each) for each in ("push", "pull-request"))
    ]
    assert found[0] == found[1]
    assert any(each.startswith("WF") for each in found[0])

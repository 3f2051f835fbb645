"""Nobody creates a release tag and approves what is published from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.release.cases import (
    ACCESS,
    CREATORS,
    ENVIRONMENTS,
    PUBLISH,
    SECURITY,
    Case,
    Edit,
    in_two,
    is_sound,
    reported,
)
from tests.components.declaration.sound import SOUND

if TYPE_CHECKING:
    from pathlib import Path

IN_BOTH = "  security: {members: [ines, Ben]}"
BOTH = "ana, ben"
APPROVERS = (
    "approvers who share nobody with tag_protection.releases.created_by, nested teams included"
)


def alone(
    id_: str,
    *edits: Edit,
    who: str,
    why: str = "",
    text: str = SOUND,
    at: Edit = ("approvers: [devs", "»approvers: [devs"),
    allowed: str = APPROVERS,
) -> Case:
    """Somebody who creates release tags and approves what is published from them."""
    what = f"one person alone could publish: {who} may create release tags of app and approve "
    return Case(id_, (*edits, at), f"{what}pypi-release{why}", allowed, text)


OPS = (SECURITY, SECURITY + "\n  ops: {members: [zoe], parent: security}")
"""A nested team: it may push, because its parent may."""

CASES = (
    # prevent_self_review is passed by a run that a job's token starts
    alone("makers who approve", (CREATORS, "{created_by: [devs]}"), who="ana, ben"),
    alone("a maker who is in the other team", (SECURITY, IN_BOTH), who="ben"),
    alone(
        "a maker by a nested team, in another spelling",
        (SECURITY, SECURITY + "\n  night: {parent: security, maintainers: [ANA]}"),
        who="ana",
    ),
    alone(
        "an approver by a team two levels below",
        (SECURITY, SECURITY + "\n  ops: {parent: devs}\n  night: {parent: ops, members: [ines]}"),
        who="ines",
    ),
    *(
        Case(
            f"a written gate that admits {admitted}",
            (
                (
                    ENVIRONMENTS,
                    (
                        "    environments: {ship: {»reviewers: {teams: [security]}, "
                        f"deploy_from: {{{admitted}}}}}}}"
                    ),
                ),
            ),
            "one person alone could publish: ines may create release tags of app and approve ship",
            APPROVERS,
        )
        for admitted in (
            "tags: [v*]",
            "branches: [default], tags: [v*]",
            "tags: [v*, nightly-*]",
            'tags: ["*"]',
            'tags: ["[uvw]*.*.*"]',
            'tags: ["?[0-9]*"]',
        )
    ),
    alone("one of several teams of makers", (CREATORS, "{created_by: [security, devs]}"), who=BOTH),
    alone(
        "makers of the repository's own entry",
        (CREATORS, "{created_by: [security], exclude_repositories: [app]}"),
        (PUBLISH, "    tag_protection: {own: {created_by: [devs]}}\n" + PUBLISH),
        who="ana, ben",
        allowed=APPROVERS.replace("tag_protection", "repositories.app.tag_protection").replace(
            "releases", "own"
        ),
    ),
    alone(
        "no tag protection",
        ("tag_protection:\n  releases: {created_by: [security]}\n", ""),
        who="ana, ben",
        why=" (everybody who may push creates release tags: no tag_protection covers them)",
        allowed="tag_protection with created_by: teams that share nobody with devs",
    ),
    alone(
        "no tag protection, and every member may push",
        ("tag_protection:\n  releases: {created_by: [security]}\n", ""),
        ("billing@acme.example", "billing@acme.example\n  default_repository_permission: write"),
        (ACCESS, "{devs: pull, security: push}"),
        ('code_owners: {"*": [devs]}', "code_owners: {}"),
        who="ana, ben",
        why=" (everybody who may push creates release tags: no tag_protection covers them)",
        allowed="tag_protection with created_by: teams that share nobody with devs",
    ),
    alone(
        "makers who approve, of tags of another form",
        (CREATORS, "{created_by: [devs], prefix: sdk/v, scheme: calver}"),
        who="ana, ben",
    ),
    alone(
        "an administrator edits the repository's own tag protection",
        (CREATORS, "{created_by: [security], exclude_repositories: [app]}"),
        (ACCESS, "{devs: admin, security: push}"),
        (PUBLISH, "    tag_protection: {own: {created_by: [security]}}\n" + PUBLISH),
        who="ana, ben",
        why=" (an administrator can edit the repository's own tag_protection)",
        allowed=APPROVERS.replace("tag_protection", "repositories.app.tag_protection").replace(
            "releases", "own"
        ),
    ),
    alone(
        "a maker who administers and may bypass",
        (ACCESS, "{devs: maintain, security: admin}"),
        (ENVIRONMENTS, "    environments: {pypi-release: {can_admins_bypass: true}}"),
        who="ines",
        why=" (an administrator may bypass the environment)",
    ),
    in_two(
        "one gate of a second package",
        (
            (
                "approvers: [security, devs]}]",
                "approvers: [security, devs]}, {npm: a, »approvers: [security]}]",
            ),
        ),
        "one person alone could publish: ines may create release tags of app and approve "
        "npm-release",
        APPROVERS,
    ),
    Case(
        "a written gate whose reviewer makes the tags",
        (
            (
                ENVIRONMENTS,
                (
                    "    environments: {live: {»reviewers: {users: [Ines]}, deploy_from: "
                    "{tags: ['v[0-9]*.[0-9]*.[0-9]*']}}}"
                ),
            ),
        ),
        "one person alone could publish: ines may create release tags of app and approve live",
        APPROVERS,
    ),
)

SOUND_CASES: tuple[tuple[str, str, tuple[Edit, ...]], ...] = (
    ("tags of another form", SOUND, ((CREATORS, "{created_by: [security], prefix: w}"),)),
    (
        "one gate, makers and approvers of one person each",
        SOUND,
        (("  devs: {members: [ana, ben]}", "  devs: {members: [ana]}"),),
    ),
    (
        "an archived repository",
        SOUND,
        ((CREATORS, "{created_by: [devs]}"), (PUBLISH, "    archived: true\n" + PUBLISH)),
    ),
    (
        "written gates in a row, of which makers open one",
        SOUND,
        (
            (
                ENVIRONMENTS,
                (
                    "    environments: {a: {reviewers: {teams: [security]}, "
                    "deploy_from: {tags: [v*]}}"
                    ", b: {reviewers: {teams: [devs]}, deploy_from: {tags: [v*]}}}"
                ),
            ),
        ),
    ),
    ("one gate, several makers", SOUND, ((CREATORS, "{created_by: [security, ops]}"), OPS)),
    (
        "a written gate that admits tags with other makers",
        SOUND,
        (
            (
                ENVIRONMENTS,
                (
                    "    environments: {x: {reviewers: {teams: [devs]}, "
                    'deploy_from: {branches: [default], tags: ["*"]}}}'
                ),
            ),
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_one_person_who_could_publish_alone_is_reported(case: Case, tmp_path: Path) -> None:
    """One mistake a case, at its place, with what is allowed instead (A4, R1)."""
    reported(case, tmp_path)


@pytest.mark.parametrize(
    ("text", "edits"), [case[1:] for case in SOUND_CASES], ids=[case[0] for case in SOUND_CASES]
)
def test_two_people_are_no_mistake(text: str, edits: tuple[Edit, ...], tmp_path: Path) -> None:
    """What is right is not refused."""
    assert is_sound(tmp_path, edits, text)

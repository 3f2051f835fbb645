"""Release gates: nobody opens two, nothing goes around them, and those who have to can open one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.declaration import Declaration
from components.files.workflow import RELEASE_PATH
from components.organization import OrganizationConfig
from tests.components.declaration.resolved import resolved
from tests.components.declaration.sound import SOUND, mistakes, outcome, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

Edit = tuple[str, str]

TWO = replaced(("approvers: [devs]", "approvers: [security, devs]"))
"""The sound file with two gates: security starts a release, devs stand behind the last gate."""

DEVS = "  devs: {members: [ana, ben]}"
SECURITY = "  security: {members: [ines]}"
OPS = (SECURITY, SECURITY + "\n  ops: {members: [zoe], parent: security}")
"""A nested team: it may push, because its parent may."""
MAKERS = "{created_by: [security]}"
ACCESS = "{devs: maintain, security: push}"
ENVIRONMENTS = "    environments: {}"
PUBLISH = "    publish: ["
WEB = "  web: {}"

IN_BOTH = "  security: {members: [ines, Ben]}"
BOTH = "ana, ben"
APPROVERS = (
    "approvers who share nobody with tag_protection.releases.created_by, nested teams included"
)
APART = "two teams without a common member, nested teams included"
REFINES = "approvers in publish; here wait_timer, secrets, variables"
NOT_A_READER = "cannot review, because it cannot read the repository"


@dataclass(frozen=True)
class Case:
    """Edits of ``text``, one of which holds a mark where the one mistake is."""

    id: str
    text: str
    edits: tuple[Edit, ...]
    what: str
    allowed: str


def override(path: str) -> Case:
    """A repository's own text for a file that Portcullis derives."""
    edit = (PUBLISH, f"    files: {{»{path}: {{content: a}}}}\n{PUBLISH}")
    what = "Portcullis writes this file itself, from the rest of the declaration"
    return Case(f"own {path}", SOUND, (edit,), what, "another path")


def shared(id_: str, *edits: Edit, who: str) -> Case:
    """Somebody who is in both teams."""
    edits = (*edits, ("approvers: [security, devs]", "»approvers: [security, devs]"))
    what = f"two approvals need different people: {who} could give both"
    return Case(id_, TWO, edits, what, APART)


def makers(id_: str, *edits: Edit) -> Case:
    """Somebody else than the first team may push release tags."""
    what = "app requires two approvals: only the first team may create release tags"
    return Case(id_, TWO, edits, what, "[security], in an entry for app")


def twice(field: str, value: str) -> Case:
    """Something that `publish` has decided about the gate already."""
    edit = (ENVIRONMENTS, f"    environments: {{pypi-release: {{»{field}: {value}}}}}")
    what = "`publish` decides who approves here, and that release tags get in"
    return Case(f"{field} of a derived environment", SOUND, (edit,), what, REFINES)


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
    return Case(id_, text, (*edits, at), f"{what}pypi-release{why}", allowed)


def stuck(id_: str, *edits: Edit, what: str, allowed: str, text: str = SOUND) -> Case:
    """A release path that nobody can walk."""
    return Case(id_, text, edits, what, allowed)


def lost(id_: str, *edits: Edit, what: str, allowed: str, text: str = SOUND) -> Case:
    """A value that is written in two places, of which one would be lost."""
    return Case(id_, text, edits, what, allowed)


TOKENS = (
    "publish: [{python: app, approvers: [devs], auth: token, tokens: "
    "{pypi: {from: {config: a}}, testpypi: {from: {config: b}}}}]"
)
NPM_TOKEN = (
    "publish: [{npm: app, approvers: [devs], auth: token, "
    "tokens: {npm: {from: {config: a}, name: npm_key}}}]"
)

CASES = (
    # one person, one gate: prevent_self_review is passed by a run that a job's token starts
    alone("makers who approve", (MAKERS, "{created_by: [devs]}"), who="ana, ben"),
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
            SOUND,
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
    alone("one of several teams of makers", (MAKERS, "{created_by: [security, devs]}"), who=BOTH),
    alone(
        "makers of the repository's own entry",
        (MAKERS, "{created_by: [security], exclude_repositories: [app]}"),
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
        (MAKERS, "{created_by: [devs], prefix: sdk/v, scheme: calver}"),
        who="ana, ben",
    ),
    alone(
        "an administrator edits the repository's own tag protection",
        (MAKERS, "{created_by: [security], exclude_repositories: [app]}"),
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
    Case(
        "one gate of a second package",
        TWO,
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
        "two gates without tag protection",
        TWO,
        (
            ("tag_protection:\n  releases: {created_by: [security]}\n", ""),
            (PUBLISH, PUBLISH.replace("publish", "»publish")),
        ),
        "app requires two approvals, and everybody who may push could create its release tags",
        "tag_protection with created_by: [security], for app",
    ),
    Case(
        "a written gate whose reviewer makes the tags",
        SOUND,
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
    # a release path that nobody can walk
    stuck(
        "makers without people",
        (SECURITY, "  security: {}"),
        (MAKERS, "{created_by: [»security]}"),
        what="nobody is in `security`, so nobody could create a release tag",
        allowed="a team of people",
    ),
    stuck(
        "makers of two entries who share nobody",
        (PUBLISH, "    tag_protection: {own: {created_by: [ops]}}\n" + PUBLISH),
        (PUBLISH, PUBLISH.replace("publish", "»publish")),
        (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
        (ACCESS, "{devs: maintain, security: push, ops: push}"),
        what="nobody can release app: nobody may create a release tag; a tag has to pass "
        "repositories.app.tag_protection.own, tag_protection.releases, and nobody is in "
        "`created_by` of all of them",
        allowed="tag_protection with created_by: a team that may push",
    ),
    stuck(
        "two gates, of which the only person who starts a release opens the first",
        (ACCESS, "{devs: pull, security: push}"),
        ('code_owners: {"*": [devs]}', "code_owners: {}"),
        ("approvers: [sec", "»approvers: [sec"),
        what="nobody can release app: only ines may start a release, only ines may approve "
        "release-approval, and GitHub lets nobody approve a run that they started",
        allowed="an approver who starts no release",
        text=TWO,
    ),
    stuck(
        "a written gate without people",
        (SECURITY, SECURITY + "\n  ops: {}"),
        (ACCESS, "{devs: maintain, security: push, ops: pull}"),
        (ENVIRONMENTS, "    environments: {live: {»reviewers: {teams: [ops]}}}"),
        what="nobody is in `ops`, so nobody could approve",
        allowed="a team of people",
    ),
    # written twice, of which one would be lost
    lost(
        "a token of publish that is a secret too",
        ("publish: [{python: app, approvers: [devs]}]", TOKENS),
        (
            ENVIRONMENTS,
            "    environments: {pypi-release: {secrets: {»PYPI_API_TOKEN: {from: {config: c}}}}}",
        ),
        what="`publish.0.tokens.pypi` gives this secret its value too, and one of the two "
        "would be lost",
        allowed="one of them, or another `name` for the token in publish.0.tokens.pypi",
    ),
    lost(
        "the token for trials, of an environment with another name",
        (
            "publish: [{python: app, approvers: [devs]}]",
            TOKENS.replace("auth", "test_environment: trial, auth"),
        ),
        (
            ENVIRONMENTS,
            "    environments: {trial: {secrets: {»TEST_PYPI_API_TOKEN: {from: {config: c}}}}}",
        ),
        what="`publish.0.tokens.testpypi` gives this secret its value too, and one of the two "
        "would be lost",
        allowed="one of them, or another `name` for the token in publish.0.tokens.testpypi",
    ),
    lost(
        "a named npm token",
        ("publish: [{python: app, approvers: [devs]}]", NPM_TOKEN),
        (
            ENVIRONMENTS,
            "    environments: {npm-release: {secrets: {»NPM_KEY: {from: {config: c}}}}}",
        ),
        what="`publish.0.tokens.npm` gives this secret its value too, and one of the two would "
        "be lost",
        allowed="one of them, or another `name` for the token in publish.0.tokens.npm",
    ),
    lost(
        "protection that is pushed down and written",
        ("plan: enterprise", "plan: free"),
        ("visible_to: all", "visible_to: [app]"),
        ("  main: {}", "  main: {repositories: [app]}"),
        (MAKERS, "{created_by: [security], repositories: [app]}"),
        (PUBLISH, "    protection: {»main: {approvals: 1}}\n" + PUBLISH),
        what="the organization's protection has `main` too, and one would be lost",
        allowed="another name, or app in exclude_repositories there",
    ),
    lost(
        "tag protection that is pushed down and written",
        ("plan: enterprise", "plan: free"),
        ("visible_to: all", "visible_to: [app]"),
        ("  main: {}", "  main: {repositories: [app]}"),
        (MAKERS, "{created_by: [security], repositories: [app]}"),
        (PUBLISH, "    tag_protection: {»releases: {created_by: [security]}}\n" + PUBLISH),
        what="the organization's tag_protection has `releases` too, and one would be lost",
        allowed="another name, or app in exclude_repositories there",
    ),
    lost(
        "classic protection that is pushed down and written",
        ("  main: {}", "  main: {enforced_by: classic}"),
        (PUBLISH, "    protection: {»main: {approvals: 1}}\n" + PUBLISH),
        what="the organization's protection has `main` too, and one would be lost",
        allowed="another name, or app in exclude_repositories there",
    ),
    # one person, two gates
    shared("a member of both teams", (SECURITY, "  security: {members: [ines, Ben]}"), who="ben"),
    shared(
        "a maintainer of the other team",
        (SECURITY, "  security: {members: [ines], maintainers: [ana, ben]}"),
        who="ana, ben",
    ),
    shared(
        "a member of a nested team",
        (SECURITY, SECURITY + "\n  ops: {parent: devs, members: [ines]}"),
        who="ines",
    ),
    shared(
        "a member of a team two levels below",
        (
            SECURITY,
            SECURITY + "\n  ops: {parent: security}\n  night: {parent: ops, maintainers: [ana]}",
        ),
        who="ana",
    ),
    shared(
        "a team below the other one",
        (SECURITY, "  security: {members: [ines], parent: devs}"),
        (ACCESS, "{devs: maintain, security: maintain}"),
        who="ines",
    ),
    # nobody, one gate
    Case(
        "an approver team without people",
        SOUND,
        ((DEVS, "  devs: {}"), ("approvers: [devs", "»approvers: [devs")),
        "nobody is in `devs`, so nobody could approve",
        "a team of people",
    ),
    Case(
        "a second team without people",
        TWO,
        ((DEVS, "  devs: {}"), ("approvers: [sec", "»approvers: [sec")),
        "nobody is in `devs`, so nobody could approve",
        "a team of people",
    ),
    # who starts a release
    *(
        Case(
            f"a tag maker with {permission}",
            SOUND,
            ((ACCESS, f"{{devs: maintain, security: {permission}}}"), ("{created", "{»created")),
            "`security` cannot create a release tag of app: it may not push there",
            "access: {security: push} in app",
        )
        for permission in ("pull", "triage")
    ),
    Case(
        "a tag maker without access",
        SOUND,
        (
            (MAKERS, "{»created_by: [security, ops]}"),
            (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
        ),
        "`ops` cannot create a release tag of app: it may not push there",
        "access: {ops: push} in app",
    ),
    Case(
        "a tag maker of the repository's own entry without access",
        SOUND,
        (
            (PUBLISH, "    tag_protection: {own: {»created_by: [ops]}}\n" + PUBLISH),
            (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
        ),
        "`ops` cannot create a release tag of app: it may not push there",
        "access: {ops: push} in app",
    ),
    makers("the second team starts", (MAKERS, "{»created_by: [devs]}")),
    makers("the second team starts, too", (MAKERS, "{»created_by: [security, devs]}")),
    makers(
        "a third team starts, too",
        (MAKERS, "{»created_by: [security, ops]}"),
        (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
        (ACCESS, "{devs: maintain, security: push, ops: push}"),
    ),
    makers(
        "the second team starts by the repository's own entry",
        (PUBLISH, "    tag_protection: {own: {»created_by: [devs]}}\n" + PUBLISH),
    ),
    makers(
        "the second team starts by one entry of two",
        (MAKERS, MAKERS + "\n  more: {»created_by: [devs], repositories: ['a*']}"),
    ),
    # ways around
    override(".github/CODEOWNERS"),
    override(".github/dependabot.yml"),
    override(".github/workflows/ci.yml"),
    override(".github/workflows/release.yml"),
    Case(
        "two gates without the managed workflows",
        TWO,
        ((PUBLISH, "    »workflows: false\n" + PUBLISH),),
        "without the managed release workflow, no job waits for the first of the two approvals",
        "true, or one team in approvers",
    ),
    twice("reviewers", "{teams: [devs]}"),
    Case(
        "no reviewers of a derived environment",
        TWO,
        ((ENVIRONMENTS, "    environments: {release-approval: {»reviewers: {}}}"),),
        "`publish` decides who approves here, and that release tags get in",
        REFINES,
    ),
    twice("deploy_from", "{branches: [default]}"),
    Case(
        "another spelling of a derived environment",
        SOUND,
        ((ENVIRONMENTS, "    environments: {»TestPyPI: {}}"),),
        "GitHub takes `TestPyPI` and `testpypi`, which `publish` declares, for the same",
        "testpypi",
    ),
    # reviewers
    Case(
        "a reviewing team without access",
        SOUND,
        (
            (ENVIRONMENTS, "    environments: {x: {reviewers: {teams: [devs, »ops]}}}"),
            (SECURITY, SECURITY + "\n  ops: {members: [ana]}"),
        ),
        f"`ops` {NOT_A_READER}",
        "access: {ops: pull} or more",
    ),
    Case(
        "a reviewer whom no team lets in",
        SOUND,
        (
            (
                WEB,
                "  web: {access: {devs: pull}, environments: {x: {reviewers: {users: [»ines]}}}}",
            ),
        ),
        "this person cannot review, because no team with access has this member",
        "a member of a team in access",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_an_environment_that_would_not_hold_is_reported(case: Case, tmp_path: Path) -> None:
    """One mistake a case, at its place, with what is allowed instead (A4, R1)."""
    text, marked = places(replaced(*case.edits, text=case.text))
    (mistake,) = mistakes(written(tmp_path, text))
    assert [str(mistake.place)] == marked
    assert (mistake.what, mistake.allowed) == (case.what, case.allowed)


REFINED = """\
    environments:
      pypi-release:
        wait_timer: 5
        can_admins_bypass: true
        prevent_self_review: false
        secrets: {A: {from: {config: a}}}
        variables: {B: c}"""

SOUND_CASES: tuple[tuple[str, str, tuple[Edit, ...]], ...] = (
    ("tags of another form", SOUND, ((MAKERS, "{created_by: [security], prefix: w}"),)),
    ("two gates", TWO, ()),
    (
        "an approver team whose people are in a nested one",
        TWO,
        ((SECURITY, "  security: {}\n  ops: {parent: security, members: [ines]}"),),
    ),
    (
        "a common team above both",
        TWO,
        (
            (SECURITY, "  security: {members: [ines], parent: all}\n  all: {members: [zoe]}"),
            ("{members: [ana, ben]}", "{members: [ana, ben], parent: all}"),
        ),
    ),
    (
        "an entry of others that leaves the repository out",
        TWO,
        (
            (MAKERS, "{created_by: [devs], exclude_repositories: [app]}"),
            (PUBLISH, "    tag_protection: {own: {created_by: [security]}}\n" + PUBLISH),
        ),
    ),
    (
        "one gate, makers and approvers of one person each",
        SOUND,
        (("  devs: {members: [ana, ben]}", "  devs: {members: [ana]}"),),
    ),
    (
        "two gates, the first team of one person, and others who start",
        TWO,
        (),
    ),
    (
        "the same name where both rulesets hold",
        SOUND,
        ((PUBLISH, "    protection: {main: {approvals: 1}}\n" + PUBLISH),),
    ),
    (
        "an archived repository",
        SOUND,
        ((MAKERS, "{created_by: [devs]}"), (PUBLISH, "    archived: true\n" + PUBLISH)),
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
    ("one gate, several makers", SOUND, ((MAKERS, "{created_by: [security, ops]}"), OPS)),
    (
        "one gate, workflows of one's own",
        SOUND,
        (
            (
                PUBLISH,
                "    workflows: false\n"
                "    files: {.github/workflows/release.yml: {content: a}}\n" + PUBLISH,
            ),
        ),
    ),
    (
        "refinements",
        TWO,
        (
            (
                ENVIRONMENTS,
                REFINED,
            ),
        ),
    ),
    (
        "approvers of a nested team, which may read because its parent may",
        SOUND,
        (
            ("approvers: [devs]", "approvers: [night]"),
            (SECURITY, SECURITY + "\n  night: {members: [zoe], parent: devs}"),
        ),
    ),
    (
        "reviewers of a nested team, which may read because its parent may",
        SOUND,
        (
            (ENVIRONMENTS, "    environments: {x: {reviewers: {teams: [night]}}}"),
            (SECURITY, SECURITY + "\n  night: {members: [zoe], parent: devs}"),
        ),
    ),
    (
        "a reviewer who may read as any member",
        SOUND,
        (
            (
                "billing@acme.example",
                "billing@acme.example\n  default_repository_permission: read",
            ),
            (WEB, "  web: {environments: {x: {reviewers: {users: [ines]}}}}"),
        ),
    ),
    (
        "a reviewer of an internal repository",
        SOUND,
        ((WEB, "  web: {visibility: internal, environments: {x: {reviewers: {users: [zoe]}}}}"),),
    ),
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
    (
        "anybody reviews what is public",
        SOUND,
        ((ENVIRONMENTS, "    environments: {x: {reviewers: {users: [zoe]}}}"),),
    ),
    (
        "a reviewer of a nested team, in another spelling",
        SOUND,
        (
            (SECURITY, SECURITY + "\n  ops: {parent: devs, maintainers: [Zoe]}"),
            (WEB, "  web: {access: {devs: pull}, environments: {x: {reviewers: {users: [zoE]}}}}"),
        ),
    ),
    ("a tag maker of a repository without releases", SOUND, ((WEB, "  web: {access: {}}"),)),
)


@pytest.mark.parametrize(
    ("text", "edits"), [case[1:] for case in SOUND_CASES], ids=[case[0] for case in SOUND_CASES]
)
def test_a_gate_that_holds_is_no_mistake(
    text: str, edits: tuple[Edit, ...], tmp_path: Path
) -> None:
    """What is right is not refused."""
    assert mistakes(written(tmp_path, replaced(*edits, text=text))) == []


def test_gates_of_all_packages_are_looked_at(tmp_path: Path) -> None:
    """The npm package's approvers are held to the same, at their own place."""
    python = "[{python: app, approvers: [security, devs]}"
    text, marked = places(
        replaced(
            (
                f"{python}]",
                f"{python}, {{npm: app, »approvers: [security, ops]}}]",
            ),
            (SECURITY, SECURITY + "\n  ops: {members: [ines]}"),
            (ACCESS, "{devs: maintain, security: push, ops: pull}"),
            text=TWO,
        )
    )
    (mistake,) = mistakes(written(tmp_path, text))
    assert [str(mistake.place)] == marked
    assert "ines could give both" in mistake.what


def test_teams_that_are_nested_in_a_circle_are_reported_and_end(tmp_path: Path) -> None:
    """The circle is reported, and that everybody in it could give both approvals: nothing hangs."""
    text, marked = places(
        replaced(
            ("{members: [ana, ben]}", "{members: [ana, ben], »parent: security}"),
            (SECURITY, "  security: {members: [ines], parent: devs}"),
            ("approvers: [sec", "»approvers: [sec"),
            text=TWO,
        )
    )
    circle, key = mistakes(written(tmp_path, text))
    assert [str(circle.place), str(key.place)] == marked
    assert "in a circle" in circle.what
    assert "ana, ben, ines could give both" in key.what


TEAMS = ("a", "b", "c", "d", "e")


@given(st.dictionaries(st.sampled_from(TEAMS), st.sampled_from((*TEAMS, "gone"))))
@example({"a": "a"})
@example({"a": "b", "b": "a"})
@example({"a": "b", "b": "c", "c": "d", "d": "e"})
def test_members_are_those_of_all_teams_below(parents: dict[str, str]) -> None:
    """Whatever the nesting, circles too: a team's people are those of all teams below it."""
    config = OrganizationConfig.model_validate(
        {
            "organization": "acme",
            "plan": "team",
            "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
            "teams": {
                slug: {"members": [f"{slug.upper()}-1"], "maintainers": [f"{slug}-2"]}
                | ({"parent": parents[slug]} if slug in parents else {})
                for slug in TEAMS
            },
        }
    )
    people = resolved(config).people
    for team in TEAMS:
        expected = set()
        for slug in TEAMS:
            above = [slug]
            while (parent := parents.get(above[-1])) and parent not in above:
                above.append(parent)
            if team in above:
                expected |= {f"{slug}-1", f"{slug}-2"}
        assert people[team] == expected


@pytest.mark.parametrize(
    ("edits", "roles"),
    [
        ((), "write maintain admin"),
        (((ACCESS, "{devs: push, security: maintain}"),), "maintain admin"),
        (((ACCESS, "{devs: maintain, security: admin}"),), "admin"),
        (
            (
                (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
                (MAKERS, "{created_by: [security, ops]}"),
                (ACCESS, "{devs: maintain, security: maintain, ops: push}"),
            ),
            "write maintain admin",
        ),
        (
            (
                (SECURITY, "  security: {members: [ines], parent: all}\n  all: {}"),
                (ACCESS, "{devs: maintain, all: maintain}"),
            ),
            "maintain admin",
        ),
    ],
)
def test_makers_of_release_tags_may_start_the_release(
    edits: tuple[Edit, ...], roles: str, tmp_path: Path
) -> None:
    """The workflow's first step lets those start whom the declaration lets tag, and nobody below.

    With `push` they have GitHub's role `write`; before, the step took `maintain` and `admin` alone.
    """
    found = outcome(written(tmp_path, replaced(*edits)))
    assert isinstance(found, Declaration), found
    release = found.resolved.repositories["app"].derived_files[RELEASE_PATH]
    assert f'MAY_START: "{roles}"' in release

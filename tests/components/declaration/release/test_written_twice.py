"""What `publish` and protection decide is not written a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.release.cases import (
    CREATORS,
    ENVIRONMENTS,
    PUBLISH,
    TWO,
    Case,
    Edit,
    broken,
    in_two,
    is_sound,
    reported,
)
from tests.components.declaration.sound import SOUND

if TYPE_CHECKING:
    from pathlib import Path

REFINES = "approvers in publish; here wait_timer, secrets, variables"
PYTHON = "publish: [{python: app, approvers: [devs]}]"
TOKENS = (
    "publish: [{python: app, approvers: [devs], auth: token, tokens: "
    "{pypi: {from: {config: a}}, testpypi: {from: {config: b}}}}]"
)
NPM_TOKEN = (
    "publish: [{npm: app, approvers: [devs], auth: token, "
    "tokens: {npm: {from: {config: a}, name: npm_key}}}]"
)
REFINED = """\
    environments:
      pypi-release:
        wait_timer: 5
        can_admins_bypass: true
        prevent_self_review: false
        secrets: {A: {from: {config: a}}}
        variables: {B: c}"""


def override(path: str) -> Case:
    """A repository's own text for a file that Portcullis derives."""
    edit = (PUBLISH, f"    files: {{»{path}: {{content: a}}}}\n{PUBLISH}")
    what = "Portcullis writes this file itself, from the rest of the declaration"
    return Case(f"own {path}", (edit,), what, "another path")


def twice(field: str, value: str) -> Case:
    """Something that `publish` has decided about the gate already."""
    edit = (ENVIRONMENTS, f"    environments: {{pypi-release: {{»{field}: {value}}}}}")
    what = "`publish` decides who approves here, and that release tags get in"
    return Case(f"{field} of a derived environment", (edit,), what, REFINES)


def token(id_: str, publish: str, registry: str, environment: str, name: str) -> Case:
    """A token of `publish` that is a secret of its environment too."""
    field = f"publish.0.tokens.{registry}"
    secret = f"»{name}: {{from: {{config: c}}}}"
    return broken(
        id_,
        (PYTHON, publish),
        (ENVIRONMENTS, f"    environments: {{{environment}: {{secrets: {{{secret}}}}}}}"),
        what=f"`{field}` gives this secret its value too, and one of the two would be lost",
        allowed=f"one of them, or another `name` for the token in {field}",
    )


def pushed_down(section: str, name: str, own: str, *edits: Edit) -> Case:
    """Protection of the organization that the repository gets, and has under the same name."""
    kind = "classic" if len(edits) == 1 else "free"
    return broken(
        f"{section} that is pushed down and written, {kind}",
        *edits,
        (PUBLISH, f"    {section}: {{»{name}: {own}}}\n{PUBLISH}"),
        what=f"the organization's {section} has `{name}` too, and one would be lost",
        allowed="another name, or app in exclude_repositories there",
    )


ON_FREE = (
    ("plan: enterprise", "plan: free"),
    ("visible_to: all", "visible_to: [app]"),
    ("  main: {}", "  main: {repositories: [app]}"),
    (CREATORS, "{created_by: [security], repositories: [app]}"),
)

CASES = (
    token("a token of publish", TOKENS, "pypi", "pypi-release", "PYPI_API_TOKEN"),
    token(
        "the token for trials, of an environment with another name",
        TOKENS.replace("auth", "test_environment: trial, auth"),
        "testpypi",
        "trial",
        "TEST_PYPI_API_TOKEN",
    ),
    token("a named npm token", NPM_TOKEN, "npm", "npm-release", "NPM_KEY"),
    pushed_down("protection", "main", "{approvals: 1}", *ON_FREE),
    pushed_down("tag_protection", "releases", "{created_by: [security]}", *ON_FREE),
    pushed_down(
        "protection", "main", "{approvals: 1}", ("  main: {}", "  main: {enforced_by: classic}")
    ),
    override(".github/CODEOWNERS"),
    override(".github/dependabot.yml"),
    override(".github/workflows/ci.yml"),
    override(".github/workflows/release.yml"),
    twice("reviewers", "{teams: [devs]}"),
    in_two(
        "no reviewers of a derived environment",
        ((ENVIRONMENTS, "    environments: {release-approval: {»reviewers: {}}}"),),
        "`publish` decides who approves here, and that release tags get in",
        REFINES,
    ),
    twice("deploy_from", "{branches: [default]}"),
    Case(
        "another spelling of a derived environment",
        ((ENVIRONMENTS, "    environments: {»TestPyPI: {}}"),),
        "GitHub takes `TestPyPI` and `testpypi`, which `publish` declares, for the same",
        "testpypi",
    ),
)

SOUND_CASES: tuple[tuple[str, str, tuple[Edit, ...]], ...] = (
    (
        "the same name where both rulesets hold",
        SOUND,
        ((PUBLISH, "    protection: {main: {approvals: 1}}\n" + PUBLISH),),
    ),
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
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_is_written_twice_is_reported(case: Case, tmp_path: Path) -> None:
    """One mistake a case, at its place, with what is allowed instead (A4, R1)."""
    reported(case, tmp_path)


@pytest.mark.parametrize(
    ("text", "edits"), [case[1:] for case in SOUND_CASES], ids=[case[0] for case in SOUND_CASES]
)
def test_what_is_written_beside_it_is_no_mistake(
    text: str, edits: tuple[Edit, ...], tmp_path: Path
) -> None:
    """What is right is not refused."""
    assert is_sound(tmp_path, edits, text)

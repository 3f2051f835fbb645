"""`rollback.yml`: who starts it, what it needs, and what each of its jobs may do (A10)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

import pytest

from components.files.library import render, rollback_path
from components.files.workflow import FOLDER, Kind, WorkflowPlan
from tests.components.workflow_cases.scripts import fake, run, step
from tests.components.workflow_cases.variants import (
    RELEASES,
    TEMPLATES,
    VARIANTS,
    before,
    files,
    releases,
    steps,
)

if TYPE_CHECKING:
    from pathlib import Path

ROLLBACK_PATH = f"{FOLDER}rollback.yml"
OF_PACKAGES = [kind for kind in get_args(Kind) if kind != "github"]
CHOSEN = {name: plan for name, plan in RELEASES.items() if plan.chosen.rollback}
rollbacks = pytest.mark.parametrize("variant", CHOSEN.values(), ids=CHOSEN.keys())


def workflow(plan: WorkflowPlan) -> dict[str, Any]:
    """The rollback workflow of a plan with one release workflow."""
    (release,) = plan.releases
    return files(plan)[rollback_path(release)]


@pytest.mark.parametrize("kind", OF_PACKAGES)
def test_each_registry_has_its_way_back(kind: Kind) -> None:
    """Who adds an ecosystem writes workflows/KIND/rollback.yml, and includes it (A10)."""
    assert (TEMPLATES / kind / "rollback.yml").is_file()
    template = (TEMPLATES / "rollback.yml").read_text("utf-8")
    assert f'include "{kind}/rollback.yml"' in template
    assert f"rollback-{kind}-__id__" in template


@rollbacks
def test_every_package_is_taken_back_after_its_approval(variant: WorkflowPlan) -> None:
    """One job for each package, through its release environment, and one for GitHub's release.

    The record waits for all of them, and is written even where one failed (A10, R3, R12).
    """
    found = workflow(variant)
    jobs = found["jobs"]
    expected = {
        f"rollback-{package.ecosystem}-{package.id}": package.release_environment
        for package in variant.packages
        if package.ecosystem != "github"
    }
    expected["github-release"] = variant.packages[0].release_environment
    gated = {id_: job["environment"]["name"] for id_, job in jobs.items() if "environment" in job}
    assert gated == expected
    assert set(jobs) == {"security-validation", "record", *expected}
    assert all(before(found, id_) == {"security-validation"} for id_ in expected)
    assert before(found, "record") == {"security-validation", *expected}
    assert jobs["record"]["if"] == "${{ always() }}"


@rollbacks
def test_only_a_confirmed_start_with_a_reason_begins_it(variant: WorkflowPlan) -> None:
    """It never starts by itself; version, reason and the typed word are required (A10, R4)."""
    found = workflow(variant)
    assert set(found["on"]) == {"workflow_dispatch"}
    inputs = found["on"]["workflow_dispatch"]["inputs"]
    required = {name for name, each in inputs.items() if each.get("required")}
    assert required == {"version", "reason", "confirm"}
    assert not [name for name, each in inputs.items() if "default" in each]


@rollbacks
def test_a_token_reaches_only_the_step_that_uses_it(variant: WorkflowPlan) -> None:
    """The registry's token is in one step's environment; no job asks for an identity (R2, R9)."""
    using = ("npm", "cargo", "image")
    stored = {each.token_secret for each in variant.packages if each.ecosystem in using}
    found = workflow(variant)
    used = [
        value
        for _, each in steps(found)
        for value in each.get("env", {}).values()
        if "secrets." in value
    ]
    assert {value.split("secrets.")[1].split(" ")[0] for value in used} == stored - {None}
    text = render(variant)[rollback_path(variant.releases[0])]
    assert text.count("secrets.") == len(used)
    assert not [job for job in found["jobs"].values() if "id-token" in job["permissions"]]


@releases
def test_it_deletes_nothing(variant: WorkflowPlan) -> None:
    """A version that is gone breaks those who depend on it, and hides what happened (A10)."""
    for path, text in render(variant).items():
        if "rollback" in path:
            for command in ("unpublish", "--method DELETE", "release delete", "tag --delete"):
                assert command not in text


def test_it_is_left_out_where_it_is_not_wanted() -> None:
    """Without packages, or with `rollback: false`, there is no file; each series has its own."""
    assert ROLLBACK_PATH in render(VARIANTS["both"])
    assert ROLLBACK_PATH not in render(VARIANTS["no-rollback"])
    assert ROLLBACK_PATH not in render(VARIANTS["nothing-to-publish"])
    (release,) = VARIANTS["both"].releases
    second = release.model_copy(update={"path": f"{FOLDER}release-sdk.yml"})
    assert rollback_path(second) == f"{FOLDER}rollback-sdk.yml"


SOUND = {
    "GITHUB_REF": "refs/tags/v1.2.2",
    "VERSION": "1.2.3",
    "REPLACEMENT": "",
    "REASON": "It loses data.",
    "CONFIRM": "rollback",
}


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, ""),
        ({"REPLACEMENT": "1.2.4"}, ""),
        ({"GITHUB_REF": "refs/heads/main"}, "Not a release tag"),
        ({"GITHUB_REF": "refs/heads/v1.2.2"}, "Not a release tag"),
        ({"VERSION": "v1.2.3"}, "Not a version"),
        ({"VERSION": "1.2.3\nversion=6.6.6"}, "Not a version"),
        ({"VERSION": "$(touch owned)"}, "Not a version"),
        ({"REPLACEMENT": "latest"}, "Not a version"),
        ({"REPLACEMENT": "1.2.3"}, "The same version"),
        ({"REASON": ""}, "No reason"),
        ({"REASON": "x" * 201}, "No reason"),
        ({"REASON": "It loses data.\n::warning::x"}, "No reason"),
        ({"CONFIRM": "release"}, "Not confirmed"),
    ],
)
def test_inputs_are_checked_before_anything_happens(
    tmp_path: Path, changes: dict[str, str], title: str
) -> None:
    """What is accepted is one version, one line as the reason, and another version (A10, R4)."""
    output = tmp_path / "output"
    given = {**SOUND, **changes, "GITHUB_OUTPUT": str(output), "PREFIX": "v"}
    found = step("security-validation", "The inputs", ROLLBACK_PATH)
    done = run(found, tmp_path, **given)
    assert (done.returncode == 0) is (title == "")
    assert f"::error title={title}" in done.stdout or not title
    lines = output.read_text().splitlines() if output.exists() else []
    expected = ["tag=v1.2.3", "version=1.2.3", f"replacement={given['REPLACEMENT']}"]
    assert lines == ([] if title else expected)
    assert not (tmp_path / "owned").exists()


def test_packages_get_the_version_as_registries_write_it(tmp_path: Path) -> None:
    """The tag has a leading zero, and the package has none (A10)."""
    output = tmp_path / "output"
    given = {**SOUND, "GITHUB_REF": "refs/tags/@guild/all@2026.07.1", "VERSION": "2026.07.1"}
    found = step("security-validation", "The inputs", ROLLBACK_PATH, variant="calver")
    done = run(found, tmp_path, **given, GITHUB_OUTPUT=str(output))
    assert done.returncode == 0, done.stdout
    assert output.read_text().splitlines()[:2] == ["tag=@guild/all@2026.07.1", "version=2026.7.1"]


def test_a_version_that_was_not_tagged_is_refused(tmp_path: Path) -> None:
    """Each version is looked up, the replacement too, and an error is a refusal (A10, R4)."""
    fake(tmp_path, "gh", '#!/bin/sh\ncase "$3" in */v1.2.3) ;; *) exit 1;; esac\n')
    found = step("security-validation", "The versions", ROLLBACK_PATH)
    given = {"PREFIX": "v", "VERSION": "1.2.3", "GITHUB_REPOSITORY": "guild/aitbc"}
    assert run(found, tmp_path, **given).returncode == 0
    done = run(found, tmp_path, **given, REPLACEMENT="1.2.4")
    assert (done.returncode, "there is no tag v1.2.4" in done.stdout) == (1, True)


PYPI = ("python-oidc", "rollback-python-escai-framework", "PyPI")
CRATES = ("cargo-oidc", "rollback-cargo-riveter-core", "crates")


@pytest.mark.parametrize(
    ("where", "status", "answer", "passes"),
    [
        (PYPI, "200", {"urls": [{"yanked": True}]}, True),
        (PYPI, "404", {}, True),
        (PYPI, "200", {"urls": [{"yanked": True}, {"yanked": False}]}, False),
        (PYPI, "503", {}, False),
        (CRATES, "200", {"version": {"yanked": True}}, True),
        (CRATES, "404", {}, True),
        (CRATES, "200", {"version": {"yanked": False}}, False),
        (CRATES, "429", {}, False),
    ],
)
def test_a_registry_without_an_api_is_asked_whether_people_did_it(
    tmp_path: Path,
    where: tuple[str, str, str],
    status: str,
    answer: dict[str, Any],
    *,
    passes: bool,
) -> None:
    """It succeeds when the version is yanked or was never there, and only then (A10)."""
    variant, job, beginning = where
    (tmp_path / "answer").write_text(json.dumps(answer))
    fake(tmp_path, "curl", f"#!/bin/sh\ncp answer found.json\nprintf {status}\n")
    found = step(job, beginning, ROLLBACK_PATH, variant=variant)
    done = run(found, tmp_path, NAME="x", VERSION="1.2.3", PYPI="p", CRATES="c", AGENT="a")
    assert (done.returncode == 0) is passes, done.stdout


@pytest.mark.parametrize(
    ("deprecated", "latest", "replacement", "title"),
    [
        ("yes", "1.2.4", "1.2.4", ""),
        ("yes", "1.2.3", "", ""),
        ("", "1.2.4", "1.2.4", "Deprecate it as a maintainer"),
        ("yes", "1.2.3", "1.2.4", "Still the latest"),
    ],
)
def test_npm_without_a_token_says_what_a_maintainer_runs(
    tmp_path: Path, deprecated: str, latest: str, replacement: str, title: str
) -> None:
    """A trusted publisher cannot deprecate: the job fails until a maintainer did (A10)."""
    fake(
        tmp_path,
        "npm",
        f'#!/bin/sh\ncase "$4" in version) echo 1.2.3;; deprecated) echo {deprecated};;'
        f" *) echo {latest};; esac\n",
    )
    found = step("rollback-npm-guild-explorer-web", "npm", ROLLBACK_PATH, variant="npm-oidc-public")
    done = run(found, tmp_path, NAME="x", VERSION="1.2.3", REPLACEMENT=replacement)
    assert (done.returncode == 0) is (title == ""), done.stdout
    assert f"::error title={title}" in done.stdout or not title


@pytest.mark.parametrize("where", [("npm-oidc-public", "npm"), ("npm-token-public", "Deprecate")])
@pytest.mark.parametrize(
    ("answer", "title", "code"),
    [
        ("", "Not there", 0),
        ("echo 'npm error code E404' >&2; exit 1", "Not there", 0),
        ("echo 'npm error code ECONNRESET' >&2; exit 1", "No answer", 1),
    ],
)
def test_npm_that_does_not_answer_has_not_lost_the_version(
    tmp_path: Path, where: tuple[str, str], answer: str, title: str, code: int
) -> None:
    """A registry that cannot be reached is no registry without the version (A10)."""
    variant, beginning = where
    fake(tmp_path, "npm", f'#!/bin/sh\ncase "$1" in config) echo https://n/;; *) {answer};; esac\n')
    found = step("rollback-npm-guild-explorer-web", beginning, ROLLBACK_PATH, variant=variant)
    given = {"NAME": "x", "VERSION": "1.2.3", "REPLACEMENT": "", "REASON": "It is bad."}
    done = run(found, tmp_path, **given, NPM_CONFIG_USERCONFIG=str(tmp_path / "npmrc"))
    assert (done.returncode, f"title={title}" in done.stdout) == (code, True), done.stdout


@pytest.mark.parametrize(("said", "passes"), [('["bad"]', True), ("[]", False), ("null", False)])
def test_a_go_module_is_retracted_by_a_later_version(
    tmp_path: Path, said: str, *, passes: bool
) -> None:
    """The message has the line for go.mod (A10)."""
    fake(tmp_path, "go", f"#!/bin/sh\necho '{{\"Retracted\": {said}}}'\n")
    found = step("rollback-go-github-com-guild-riveter", "A later", ROLLBACK_PATH, variant="module")
    done = run(found, tmp_path, NAME="x", VERSION="1.2.3")
    assert (done.returncode == 0) is passes
    assert ("'retract v1.2.3 // the reason'" in done.stdout) is not passes


def test_a_release_that_github_does_not_have_is_no_failure(tmp_path: Path) -> None:
    """Other errors are one: nothing is marked then (A10)."""
    found = step("github-release", "It is", ROLLBACK_PATH)
    for said, code in (("release not found", 0), ("HTTP 502", 1)):
        fake(tmp_path, "gh", f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
        assert run(found, tmp_path, TAG="v1.2.3", REASON="x", REPLACEMENT="").returncode == code


def test_the_record_shows_no_markup_of_an_input(tmp_path: Path) -> None:
    """A refused input is recorded too, as plain text (R4, R12)."""
    summary = tmp_path / "summary"
    found = step("record", "Report", ROLLBACK_PATH)
    run(
        found,
        tmp_path,
        GITHUB_STEP_SUMMARY=str(summary),
        JOBS='{"a": {"result": "failure"}}',
        VERSION="<img src=x>",
        REASON="a\n# b | `c` [d](e)",
        REPLACEMENT="",
        GITHUB_TRIGGERING_ACTOR="kim",
        GITHUB_REF_NAME="v1.2.2",
    )
    text = summary.read_text()
    assert "Rollback of img src=x, started by kim on v1.2.2" in text
    assert "Reason: a# b  c d(e)" in text
    assert "| a | failure |" in text

"""The scripts that decide whether something passes, run as the runner would run them."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from components.files.workflow import CI_PATH, RELEASE_PATH, REQUIRED_CHECKS
from tests.components.workflow_cases.scripts import fake, git, run, step
from tests.components.workflow_cases.variants import (
    archive,
    files,
    java,
    npm,
    plan,
    program,
    python,
    steps,
)

if TYPE_CHECKING:
    from pathlib import Path

    from components.files.workflow import Package, WorkflowPlan


@pytest.mark.parametrize(
    ("role", "again", "allowed"),
    [
        ("maintain", "maintain", True),
        ("admin", "maintain", True),
        ("write", "write", False),
        ("read", "read", False),
        ("", "", False),
        ("*", "*", False),
        ("maintain admin", "admin", True),
        ("maintain", "write", False),
    ],
)
def test_only_maintainers_start_a_release(
    tmp_path: Path, role: str, again: str, *, allowed: bool
) -> None:
    """The people who start it and who run it again must have one of the plan's roles (R1)."""
    fake(
        tmp_path,
        "gh",
        '#!/bin/sh\ncase "$2" in */first/*) echo "$ROLE";; *) echo "$AGAIN";; esac\n',
    )
    done = run(
        step("security-validation", "The person"),
        tmp_path,
        GITHUB_ACTOR="first",
        GITHUB_TRIGGERING_ACTOR="second",
        GITHUB_REPOSITORY="guild/aitbc",
        ROLE=role,
        AGAIN=again,
    )
    assert (done.returncode == 0) is allowed


def test_a_person_whom_github_does_not_know_starts_nothing(tmp_path: Path) -> None:
    """An error of the API is a refusal (R1)."""
    fake(tmp_path, "gh", "#!/bin/sh\necho maintain\nexit 1\n")
    people = {"GITHUB_ACTOR": "a", "GITHUB_TRIGGERING_ACTOR": "a", "GITHUB_REPOSITORY": "guild/x"}
    assert run(step("security-validation", "The person"), tmp_path, **people).returncode != 0


@pytest.mark.parametrize(
    ("ref", "event", "version", "confirm", "allowed"),
    [
        ("refs/tags/v1.2.3", "push", "", "", True),
        ("refs/tags/v0.10.0", "push", "", "", True),
        ("refs/tags/v1.2.3", "workflow_dispatch", "1.2.3", "release", True),
        ("refs/tags/v01.2.3", "push", "", "", False),
        ("refs/tags/v1.2.3-rc.1", "push", "", "", False),
        ("refs/tags/v1.2", "push", "", "", False),
        ("refs/heads/main", "workflow_dispatch", "1.2.3", "release", False),
        ("refs/heads/v1.2.3", "workflow_dispatch", "1.2.3", "release", False),
        ("refs/tags/v1.2.3", "workflow_dispatch", "1.2.4", "release", False),
        ("refs/tags/v1.2.3", "workflow_dispatch", "*", "release", False),
        ("refs/tags/v1.2.3", "workflow_dispatch", "1.2.3", "yes", False),
        ("refs/tags/v1.2.3", "workflow_dispatch", "1.2.3", "", False),
        ("refs/tags/v1.2.3", "workflow_dispatch", "$(touch owned)", "`touch owned`", False),
    ],
)
def test_only_a_strict_version_is_released(
    tmp_path: Path, ref: str, event: str, version: str, confirm: str, *, allowed: bool
) -> None:
    """The ref is a strict tag; a manual start repeats it and says release (A1, A2, R4)."""
    output = tmp_path / "output"
    done = run(
        step("security-validation", "The tag is"),
        tmp_path,
        GITHUB_REF=ref,
        GITHUB_EVENT_NAME=event,
        GITHUB_OUTPUT=str(output),
        EXPECTED=version,
        CONFIRM=confirm,
    )
    assert (done.returncode == 0) is allowed
    said = output.read_text() if output.exists() else ""
    assert said == (f"version={ref.removeprefix('refs/tags/v')}\n" if allowed else "")
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("variant", "tag", "version"),
    [
        ("calver", "@guild/all@2026.07.1", "2026.7.1"),
        ("calver", "@guild/all@2026.10.0", "2026.10.0"),
        ("calver", "@guild/all@2026.7.01", None),
        ("calver", "v2026.7.1", None),
        ("pep440", "sdk/v1.2rc1", "1.2rc1"),
        ("pep440", "sdk/v1.2-rc1", None),
    ],
)
def test_the_version_of_another_scheme_is_that_of_the_packages(
    tmp_path: Path, variant: str, tag: str, version: str | None
) -> None:
    """The script reads prefix and scheme of the plan, and the version that a registry would show.

    A manual start repeats the version as it is in the tag.
    """
    output = tmp_path / "output"
    done = run(
        step("security-validation", "The tag is", variant=variant),
        tmp_path,
        GITHUB_REF=f"refs/tags/{tag}",
        GITHUB_EVENT_NAME="workflow_dispatch",
        GITHUB_OUTPUT=str(output),
        EXPECTED=tag.rpartition("@")[2].removeprefix("sdk/v"),
        CONFIRM="release",
    )
    assert (done.returncode == 0) is (version is not None), done.stdout + done.stderr
    assert not version or output.read_text() == f"version={version}\n"


@pytest.mark.parametrize("merged", [True, False])
def test_only_merged_commits_are_released(tmp_path: Path, *, merged: bool) -> None:
    """A tag on a commit that never reached the default branch releases nothing (R1)."""
    git(tmp_path, "init", "--initial-branch=work")
    git(tmp_path, "commit", "--allow-empty", "--message=first")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    if not merged:
        git(tmp_path, "commit", "--allow-empty", "--message=second")
        git(tmp_path, "tag", "main")  # a tag of the branch's name must not stand in for it
    done = run(step("security-validation", "The tagged commit"), tmp_path)
    assert (done.returncode == 0) is merged


@pytest.mark.parametrize(
    ("results", "passes"),
    [
        ("success", True),
        ("success success", True),
        ("success failure", False),
        ("failure success", False),
        ("skipped success", False),
        ("success cancelled", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("check", REQUIRED_CHECKS)
def test_a_required_check_passes_only_if_every_job_did(
    tmp_path: Path, check: str, results: str, *, passes: bool
) -> None:
    """Skipped, cancelled and missing results fail the check, as failures do (G7)."""
    done = run(step(check, "Every job", CI_PATH), tmp_path, RESULTS=results)
    assert (done.returncode == 0) is passes


def _answering(folder: Path, runs: list[dict[str, Any]], jobs: list[dict[str, Any]]) -> str:
    """What gh answers about runs of ci.yml, each like one of a merge, and about a run's jobs."""
    program_ = [program("git"), "-C", str(folder), "rev-parse", "HEAD"]
    commit = subprocess.run(program_, capture_output=True, text=True, check=True).stdout.strip()
    usual = {"event": "push", "head_branch": "main", "head_sha": commit, "run_number": 1}
    listed = [{"id": 7, **usual, **each} for each in runs]
    (folder / "runs.json").write_text(json.dumps({"workflow_runs": listed}))
    (folder / "jobs.json").write_text(json.dumps({"jobs": jobs}))
    return 'case "$*" in */runs/7/jobs*) cat jobs.json ;; *) cat runs.json ;; esac'


PASSED = [{"name": name, "conclusion": "success"} for name in REQUIRED_CHECKS]


@pytest.mark.parametrize(
    ("runs", "jobs", "passes"),
    [
        ([{}], PASSED, True),
        ([], PASSED, False),
        ([{"event": "pull_request"}], PASSED, False),
        ([{"event": "workflow_dispatch"}], PASSED, False),
        ([{"head_branch": "side"}], PASSED, False),
        ([{"head_sha": "0" * 40}], PASSED, False),
        # the newest run counts
        ([{"id": 6}, {"run_number": 2}], PASSED, True),
        ([{"id": 6, "run_number": 2}, {}], PASSED, False),
        ([{}], PASSED[:1], False),
        ([{}], [PASSED[0], PASSED[1] | {"conclusion": "failure"}], False),
        ([{}], [PASSED[0], PASSED[1] | {"conclusion": "skipped"}], False),
        ([{}], [PASSED[0], PASSED[1] | {"conclusion": None}], False),
        ([{}], [*PASSED, PASSED[1] | {"conclusion": "cancelled"}], False),
    ],
)
def test_checks_are_jobs_of_ci_as_it_was_merged(
    tmp_path: Path, runs: list[dict[str, Any]], jobs: list[dict[str, Any]], *, passes: bool
) -> None:
    """Only the newest run of ci.yml for the push to the default branch counts (R1)."""
    git(tmp_path, "init")
    git(tmp_path, "commit", "--allow-empty", "--message=first")
    other = 'case "$*" in */runs/6/jobs*) echo "{\\"jobs\\": []}"; exit ;; esac'
    fake(tmp_path, "gh", f"#!/bin/sh\n{other}\n{_answering(tmp_path, runs, jobs)}\n")
    demanded = step("security-validation", "The required checks")
    done = run(demanded, tmp_path, GITHUB_REPOSITORY="guild/rules")
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    assert ("title=A check is missing::the job " in done.stdout) is not passes


@pytest.mark.parametrize(
    "variant",
    [
        plan(archive()),
        plan(archive(), ecosystems=("github-actions",)),
        plan(archive(), ecosystems=("terraform",)),
        plan(archive(), ecosystems=("pip",)),
        plan(archive(), python()),
    ],
    ids=["alone", "audited", "untested", "tested", "beside a package"],
)
def test_a_release_waits_only_for_checks_that_ci_reports(
    tmp_path: Path, variant: WorkflowPlan
) -> None:
    """A repository without anything to test has no `ci`: its release demands none (R1)."""
    git(tmp_path, "init")
    git(tmp_path, "commit", "--allow-empty", "--message=first")
    workflows = files(variant)
    reported = workflows[CI_PATH]["jobs"] if CI_PATH in workflows else {}
    jobs = [{"name": name, "conclusion": "success"} for name in reported]
    fake(tmp_path, "gh", f"#!/bin/sh\n{_answering(tmp_path, [{}], jobs)}\n")
    job = [each for id_, each in steps(workflows[RELEASE_PATH]) if id_ == "security-validation"]
    demanding = [each for each in job if each.get("name", "").startswith("The required checks")]
    assert bool(demanding) is bool(variant.checks)
    for each in demanding:
        done = run(each, tmp_path, GITHUB_REPOSITORY="guild/rules")
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("results", "dry_run", "passes"),
    [
        ("success success", "", True),
        ("success success", "false", True),
        ("success skipped", "true", True),
        ("success skipped", "false", False),
        ("success skipped", "", False),
        ("failure skipped", "true", False),
        ("success cancelled", "true", False),
        ("", "", False),
    ],
)
def test_a_release_that_did_not_finish_is_reported_as_failed(
    tmp_path: Path, results: str, dry_run: str, *, passes: bool
) -> None:
    """Only a dry run may leave jobs out; whatever else did not succeed fails (A9, R11)."""
    done = run(
        step("notification", "Succeed only"),
        tmp_path,
        RESULTS=results,
        DRY_RUN=dry_run,
        GITHUB_REF_NAME="v1.2.3",
    )
    assert (done.returncode == 0) is passes


@pytest.mark.parametrize(
    ("variant", "tagged", "released", "passes"),
    [
        ("calver", "@guild/all@2026.7.1", "@guild/all@2026.07.1", False),
        ("calver", "@guild/all@2026.07.1", "@guild/all@2026.7.1", False),
        ("calver", "@guild/all@2026.7.1", "@guild/all@2026.7.1", True),
        ("calver", "@guild/all@2026.7.2", "@guild/all@2026.07.1", True),
        ("calver", "@guild/all@2026.1.0", "@guild/all@2026.10.0", True),
        ("pep440", "sdk/v1.2", "sdk/v1.2.0", False),
        ("pep440", "sdk/v1.2.0rc1", "sdk/v1.2rc1", False),
        ("pep440", "sdk/v1.2.0.post1", "sdk/v1.2.post1", False),
        ("pep440", "sdk/v1.2.0", "sdk/v1.2.0rc1", True),
        ("pep440", "sdk/v1.2", "sdk/v1.2.3", True),
        ("pep440", "sdk/v1.20", "sdk/v1.2", True),
        ("pep440", "v1.2.0", "sdk/v1.2", True),
    ],
)
def test_one_version_is_not_released_in_two_spellings(
    tmp_path: Path, variant: str, tagged: str, released: str, *, passes: bool
) -> None:
    """2026.7.1 and 2026.07.1, 1.2 and 1.2.0 are one version each: a second release stops (R10)."""
    commit = ("commit", "--allow-empty", "--message=first")
    for arguments in (("init",), commit, ("tag", tagged), ("tag", "--force", released)):
        git(tmp_path, *arguments)
    look = step("security-validation", "No other tag", variant=variant)
    done = run(look, tmp_path, GITHUB_REF=f"refs/tags/{released}")
    assert (done.returncode == 0) is passes, done.stdout + done.stderr


KEY, OTHER = "a" * 40, "b" * 40


def _found(**by_file: list[dict[str, object]]) -> str:
    return json.dumps({"results": {f"{name}.py": each for name, each in by_file.items()}})


def _secret(sha1: str, **more: object) -> dict[str, object]:
    return {"type": "AWS Access Key", "hashed_secret": sha1, "line_number": 3, **more}


@pytest.mark.parametrize(
    ("baseline", "found", "errors"),
    [
        (None, _found(), 0),
        (None, _found(a=[_secret(KEY)]), 1),
        (_found(), _found(a=[_secret(KEY)], b=[_secret(KEY), _secret(OTHER)]), 3),
        (_found(a=[_secret(KEY)]), _found(a=[_secret(KEY)]), 0),
        (_found(a=[_secret(KEY)]), _found(a=[_secret(KEY), _secret(OTHER)]), 1),
        (_found(a=[_secret(KEY)]), _found(b=[_secret(KEY)]), 1),
        (_found(a=[_secret(KEY, is_secret=False)]), _found(a=[_secret(KEY)]), 0),
        (_found(a=[_secret(KEY, is_secret=True)]), _found(a=[_secret(KEY)]), 1),
    ],
)
def test_a_secret_that_nobody_looked_at_is_refused(
    tmp_path: Path, baseline: str | None, found: str, errors: int
) -> None:
    """The baseline says what people looked at, in which file; the log has no hash (G4, G5)."""
    (tmp_path / "found").write_text(found)
    fake(
        tmp_path,
        "uvx",
        '#!/bin/sh\ncase "$*" in *--baseline*) cp found .secrets.baseline;; *) cat found;; esac\n',
    )
    if baseline is not None:
        (tmp_path / ".secrets.baseline").write_text(baseline)
    places = {name: str(tmp_path / f"{name.lower()}.json") for name in ("FOUND", "KNOWN")}
    done = run(step("secrets", "No file has a secret", CI_PATH), tmp_path, **places)
    assert (done.returncode == 0) is (errors == 0), done.stderr
    assert done.stdout.count("::error file=") == errors
    assert KEY not in done.stdout
    assert OTHER not in done.stdout


NOTIFIED = {
    "GITHUB_REPOSITORY": "guild/escai",
    "GITHUB_REF_NAME": "v1.2.3|x",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_RUN_ID": "7",
    "RESULT": "failure",
}


@pytest.mark.parametrize(
    ("answer", "pauses"), [("gh: Forbidden (HTTP 403)", 0), ("gh: Bad Gateway (HTTP 502)", 5)]
)
def test_an_issue_that_cannot_be_written_is_a_warning(
    tmp_path: Path, answer: str, pauses: int
) -> None:
    """A refusal is final, a failure is tried again, and neither fails the release (A9, R10)."""
    summary = tmp_path / "summary"
    fake(tmp_path, "gh", f'#!/bin/sh\necho "{answer}" >&2\nexit 1\n')
    fake(tmp_path, "sleep", '#!/bin/sh\necho "$1" >> pauses\n')
    done = run(
        step("issue", "Open an issue", variant="notified"),
        tmp_path,
        ISSUES="repos/guild/escai/issues",
        RUNNER_TEMP=str(tmp_path),
        GITHUB_STEP_SUMMARY=str(summary),
        **NOTIFIED,
    )
    assert done.returncode == 0
    assert "::warning title=Not notified::" in done.stdout
    assert "guild/escai v1.2.3?x is not completely released: https://" in summary.read_text()
    waited = (tmp_path / "pauses").read_text().split() if pauses else []
    assert len(waited) == pauses


def test_the_audit_trail_is_written_whatever_github_answers(tmp_path: Path) -> None:
    """Who approved may stay unknown; results and hashes are there, and no markup (R12, A8)."""
    summary = tmp_path / "summary"
    fake(tmp_path, "gh", "#!/bin/sh\nexit 1\n")
    values = NOTIFIED | {"GITHUB_ACTOR": "kim", "GITHUB_TRIGGERING_ACTOR": "zoe"}
    values |= {"GITHUB_EVENT_NAME": "push", "GITHUB_SHA": "0" * 40, "GITHUB_RUN_ATTEMPT": "2"}
    done = run(
        step("notification", "Write the audit trail"),
        tmp_path,
        GITHUB_STEP_SUMMARY=str(summary),
        HASHES="abc  python-x/x.whl",
        JOBS='{"build": {"result": "success"}}',
        **values,
    )
    assert done.returncode == 0, done.stderr
    lines = summary.read_text().splitlines()
    for line in (
        "## Release v1.2.3?x",
        "| started by | kim |",
        "| this attempt by | zoe |",
        "| (GitHub did not say) | | |",
        "| build | success |",
        "abc  python-x/x.whl",
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("packages", "built", "released"),
    [
        (
            (python(name="riveter"), archive(name="riveter")),
            ("python-riveter/riveter-1.2.3.tar.gz", "github-riveter/riveter-1.2.3.tar.gz"),
            ("python-riveter-riveter-1.2.3.tar.gz", "github-riveter-riveter-1.2.3.tar.gz"),
        ),
        (
            (python(name="riveter"), archive(name="Riveter")),
            ("python-riveter/riveter-1.2.3.tar.gz", "github-Riveter/Riveter-1.2.3.tar.gz"),
            ("python-riveter-riveter-1.2.3.tar.gz", "github-Riveter-Riveter-1.2.3.tar.gz"),
        ),
        (
            (java(name="io.a:core"), java(name="io.b:core", release_environment="b")),
            (
                "maven-io-a-core/core-1.2.3.jar",
                "maven-io-b-core/core-1.2.3.jar",
                "maven-io-b-core/core-1.2.3-tests.jar",
            ),
            (
                "maven-io-a-core-core-1.2.3.jar",
                "maven-io-b-core-core-1.2.3.jar",
                "core-1.2.3-tests.jar",
            ),
        ),
        (
            (python(name="riveter"), npm(name="riveter"), npm(name="welder")),
            (
                "python-riveter/riveter-1.2.3.tar.gz",
                "npm-riveter/package.tgz",
                "npm-welder/package.tgz",
            ),
            ("riveter-1.2.3.tar.gz", "npm-riveter-1.2.3.tgz", "npm-welder-1.2.3.tgz"),
        ),
    ],
    ids=["an archive", "an archive, but for case", "Java", "distinct"],
)
def test_no_file_of_a_release_overwrites_another(
    tmp_path: Path, packages: tuple[Package, ...], built: tuple[str, ...], released: tuple[str, ...]
) -> None:
    """Files of one name get distinct names, and SHA256SUMS lists each of them (R8)."""
    (tmp_path / "sboms").mkdir()
    (tmp_path / "signatures").mkdir()
    (tmp_path / "signatures" / "provenance.sigstore.json").write_text("signed")
    for path in built:
        file = tmp_path / "built" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    (gather,) = [
        each
        for id_, each in steps(files(plan(*packages))[RELEASE_PATH])
        if id_ == "github-release" and each.get("name", "").startswith("Gather")
    ]
    done = run(gather, tmp_path, VERSION="1.2.3")
    assert done.returncode == 0, done.stdout + done.stderr
    found = {path.name: path.read_text() for path in (tmp_path / "files").iterdir()}
    sums = found.pop("SHA256SUMS")
    assert found.pop("provenance.sigstore.json") == "signed"
    assert found == dict(zip(released, built, strict=True))
    assert sorted(line.split()[1] for line in sums.splitlines()) == sorted(released)


def test_a_release_with_two_files_of_one_name_stops(tmp_path: Path) -> None:
    """Where even the package's name makes no difference, nothing is lost silently (R8)."""
    for path in ("github-a/b.zip", "maven-x/b.zip", "maven-y/maven-x-b.zip"):
        file = tmp_path / "built" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    done = run(step("github-release", "Gather"), tmp_path, VERSION="1.2.3")
    assert done.returncode == 1
    assert "Two files of one name" in done.stdout

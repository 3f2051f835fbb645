"""The scripts in the workflow files, run as the runner would run them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from components.files.workflow import CI_PATH, RELEASE_PATH, REQUIRED_CHECKS
from tests.components.workflow_cases.variants import (
    VARIANTS,
    files,
    program,
    steps,
)

if TYPE_CHECKING:
    from pathlib import Path


def run(step: dict[str, Any], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A step's script as the runner starts it, with its literal values and the given ones."""
    literal = {k: v for k, v in step.get("env", {}).items() if "${{" not in v}
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [program("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={"PATH": path, "HOME": str(folder), **literal, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def step(job: str, beginning: str, path: str = RELEASE_PATH) -> dict[str, Any]:
    """One step of the fullest variant, by the beginning of its name."""
    workflow = files(VARIANTS["both-two-gates"])[path]
    (found,) = [
        s for id_, s in steps(workflow) if id_ == job and s.get("name", "").startswith(beginning)
    ]
    return found


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
    fake = tmp_path / "gh"
    fake.write_text('#!/bin/sh\ncase "$2" in */first/*) echo "$ROLE";; *) echo "$AGAIN";; esac\n')
    fake.chmod(0o755)
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
    fake = tmp_path / "gh"
    fake.write_text("#!/bin/sh\necho maintain\nexit 1\n")
    fake.chmod(0o755)
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
    (found,) = [
        s
        for _, s in steps(files(VARIANTS[variant])[RELEASE_PATH])
        if s.get("name", "").startswith("The tag is")
    ]
    output = tmp_path / "output"
    done = run(
        found,
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
    who = ("-c", "user.name=a", "-c", "user.email=a@guild.example", "-c", "commit.gpgsign=false")

    def git(*arguments: str) -> None:
        subprocess.run(
            [program("git"), "-C", tmp_path, *who, *arguments], check=True, capture_output=True
        )

    git("init", "--initial-branch=work")
    git("commit", "--allow-empty", "--message=first")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    if not merged:
        git("commit", "--allow-empty", "--message=second")
        git("tag", "main")  # a tag of the branch's name must not stand in for it
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


def archived(beginning: str, job: str = "github-release") -> dict[str, Any]:
    """A step of the variant that publishes an archive beside packages."""
    workflow = files(VARIANTS["archive-beside-packages"])[RELEASE_PATH]
    (found,) = [
        s for id_, s in steps(workflow) if id_ == job and s.get("name", "").startswith(beginning)
    ]
    return found


def test_the_archive_is_the_tagged_source_and_always_the_same(tmp_path: Path) -> None:
    """What git has at the tag, below a folder with the version; built twice, it is equal (R10)."""
    who = ("-c", "user.name=a", "-c", "user.email=a@guild.example", "-c", "commit.gpgsign=false")
    source = tmp_path / "source"
    source.mkdir()
    (source / "rule.yaml").write_text("a: b\n")
    for arguments in (("init",), ("add", "rule.yaml"), ("commit", "--message=first")):
        subprocess.run(
            [program("git"), "-C", source, *who, *arguments], check=True, capture_output=True
        )
    (source / "untracked.key").write_text("not for the archive\n")
    step_ = archived("Archive the source", "build")
    built = []
    for folder in ("one", "two"):
        done = run(step_, source, DIST=str(tmp_path / folder), VERSION="1.2.3")
        assert done.returncode == 0, done.stderr
        built.append((tmp_path / folder / "riveter-rules-1.2.3.tar.gz").read_bytes())
    assert built[0] == built[1]
    with tarfile.open(tmp_path / "one" / "riveter-rules-1.2.3.tar.gz") as archive:
        assert archive.getnames() == ["riveter-rules-1.2.3", "riveter-rules-1.2.3/rule.yaml"]


def test_the_release_has_every_file_by_a_name_of_its_own_and_checksums(tmp_path: Path) -> None:
    """Npm packages are all called package.tgz until they are files of one release (R10)."""
    for name in ("python-a/a-1.2.3.tar.gz", "npm-guild-web/package.tgz", "npm-cli/package.tgz"):
        file = tmp_path / "built" / name
        file.parent.mkdir(parents=True)
        file.write_text(name)
    done = run(archived("Gather"), tmp_path, VERSION="1.2.3")
    assert done.returncode == 0, done.stderr
    sums = (tmp_path / "files" / "SHA256SUMS").read_text()
    expected = ["a-1.2.3.tar.gz", "npm-cli-1.2.3.tgz", "npm-guild-web-1.2.3.tgz"]
    assert [line.split()[1] for line in sums.splitlines()] == expected
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == [
        "SHA256SUMS",
        *expected,
    ]


FAKE_GH = """\
#!/bin/sh
echo "$*" >> calls
case "$2" in
  view) [ -n "$STATE" ] && echo "$STATE" ;;
  download) printf '%s' "$SUMS" > published ;;
esac
"""


@pytest.mark.parametrize(
    ("state", "sums", "version", "last", "passes"),
    [
        ("", "", "1.2.3", "create v1.2.3", True),
        ("", "", "1.2.3rc1", "--prerelease", True),
        ("", "", "1.2.3.post1", "create v1.2.3", True),
        ("true", "", "1.2.3", "create v1.2.3", True),
        ("false", "same", "1.2.3", "download", True),
        ("false", "other", "1.2.3", "download", False),
    ],
)
def test_a_release_on_github_is_made_once(
    tmp_path: Path, state: str, sums: str, version: str, last: str, *, passes: bool
) -> None:
    """Run again, the job completes what was interrupted, and never replaces a release (R10)."""
    fake = tmp_path / "gh"
    fake.write_text(FAKE_GH)
    fake.chmod(0o755)
    (tmp_path / "SHA256SUMS").write_text("same")
    environment = {"STATE": state, "SUMS": sums, "VERSION": version, "GITHUB_REF_NAME": "v1.2.3"}
    done = run(archived("Create the release"), tmp_path, **environment)
    assert (done.returncode == 0) is passes, done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert last in calls[-1]
    assert ("--prerelease" in calls[-1]) is (version == "1.2.3rc1")
    assert any("delete" in call for call in calls) is (state == "true")


FAKE_CURL = """\
#!/bin/sh
echo "curl $*" >> calls
case "$*" in
  *audience=crates.io) cat >> sent; echo '{"value": "proof"}' ;;
  *trusted_publishing/tokens) cat >> sent; [ "$TRUST" = yes ] && echo '{"token": "short-lived"}' ;;
  *crates/riveter-core/1.2.3)
    if [ -f uploaded ]; then echo "{\\"version\\": {\\"checksum\\": \\"$THERE\\"}}"
    else echo "{\\"version\\": {\\"checksum\\": \\"$BEFORE\\"}}"; fi ;;
esac
"""
FAKE_CARGO = """\
#!/bin/sh
echo "cargo $*" >> calls
echo "$CARGO_REGISTRY_TOKEN" > uploaded
"""
CRATE = "what was built"
BUILT = hashlib.sha256(CRATE.encode()).hexdigest()


@pytest.mark.parametrize(
    ("variant", "trust", "before", "there", "used", "passes"),
    [
        ("cargo-oidc", "yes", "", BUILT, "short-lived", True),
        ("cargo-oidc", "no", "", BUILT, None, False),
        ("cargo-hybrid", "yes", "", BUILT, "short-lived", True),
        ("cargo-hybrid", "no", "", BUILT, "stored", True),
        ("cargo-token", "no", "", BUILT, "stored", True),
        ("cargo-oidc", "yes", BUILT, BUILT, None, True),
        ("cargo-oidc", "yes", "", "other", "short-lived", False),
    ],
)
def test_a_crate_is_published_with_the_declared_credential(
    tmp_path: Path,
    variant: str,
    *,
    trust: str,
    before: str,
    there: str,
    used: str | None,
    passes: bool,
) -> None:
    """OIDC first, then the token if there is one; what arrived has the checksum of what was built.

    No credential is an argument of a program. A version that is there already stays (E3, R9, R10).
    """
    for name, text in (("curl", FAKE_CURL), ("cargo", FAKE_CARGO)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "riveter-core-1.2.3.crate").write_text(CRATE)
    job = files(VARIANTS[variant])[RELEASE_PATH]["jobs"]["publish-cargo-riveter-core"]
    (publish,) = [each for each in job["steps"] if each.get("name") == "Publish"]
    done = run(
        publish,
        tmp_path,
        **{key: value for key, value in job["env"].items() if "${{" not in value},
        VERSION="1.2.3",
        MANIFEST="core/Cargo.toml",
        TARGET="target",
        AGENT="guild/riveter",
        STORED_TOKEN="stored",
        ACTIONS_ID_TOKEN_REQUEST_URL="https://actions.example/token?api-version=2.0",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN="request",
        TRUST=trust,
        BEFORE=before,
        THERE=there,
    )
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    uploaded = tmp_path / "uploaded"
    assert (uploaded.read_text().strip() if uploaded.exists() else None) == used
    calls = (tmp_path / "calls").read_text()
    assert not any(word in calls for word in ("proof", "short-lived", "stored", "bearer"))
    masked = {line for line in done.stdout.splitlines() if line.startswith("::add-mask::")}
    assert masked == ({f"::add-mask::{used}"} if used else set())


FAKE_GO = """\
#!/bin/sh
echo "$GOPROXY $*" >> calls
case "$1" in
  env) echo "https://proxy.example,direct" ;;
  list) echo "$MODULE" ;;
  mod) [ "$2" = download ] && echo "{\\"Zip\\": \\"$ZIP\\"}" ;;
esac
exit 0
"""


def zipped(path: Path, text: str) -> Path:
    """A module's zip with one file, compressed anew."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("github.com/guild/riveter@v1.2.3/main.go", text)
    return path


def go_step(job: str, beginning: str) -> dict[str, Any]:
    """A step of the variant with a Go module in a folder."""
    workflow = files(VARIANTS["module"])[RELEASE_PATH]
    (found,) = [
        s for id_, s in steps(workflow) if id_ == job and s.get("name", "").startswith(beginning)
    ]
    return found


@pytest.mark.parametrize(("there", "passes"), [("package main", True), ("package evil", False)])
def test_the_proxy_has_the_module_that_was_approved(
    tmp_path: Path, there: str, *, passes: bool
) -> None:
    """The files are compared, because zips of equal files may differ (R10)."""
    (tmp_path / "go").write_text(FAKE_GO)
    (tmp_path / "go").chmod(0o755)
    (tmp_path / "dist").mkdir()
    zipped(tmp_path / "dist" / "riveter-1.2.3.zip", "package main")
    proxy = zipped(tmp_path / "proxy.zip", there)
    step_ = go_step("publish-go-github-com-guild-riveter", "Ask the proxy")
    done = run(step_, tmp_path, VERSION="1.2.3", ZIP=str(proxy))
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    asked = "https://proxy.example mod download -json github.com/guild/riveter@v1.2.3"
    assert (tmp_path / "calls").read_text().splitlines()[-1] == asked


@pytest.mark.parametrize("module", ["github.com/guild/riveter", "github.com/guild/other"])
def test_the_module_that_is_built_is_the_declared_one(tmp_path: Path, module: str) -> None:
    """go.mod has the declared path; what approvers see is what git has at the tag."""
    (tmp_path / "go").write_text(FAKE_GO)
    (tmp_path / "go").chmod(0o755)
    source = zipped(tmp_path / "git.zip", "package main")
    done = run(
        go_step("build", "Build github.com"),
        tmp_path,
        DIST=str(tmp_path / "packages"),
        RUNNER_TEMP=str(tmp_path),
        MODULE=module,
        VERSION="1.2.3",
        ZIP=str(source),
    )
    right = module == "github.com/guild/riveter"
    assert (done.returncode == 0) is right, done.stdout + done.stderr
    made = sorted((tmp_path / "packages").glob("*")) if right else []
    assert [path.name for path in made] == ["github-com-guild-riveter-1.2.3.zip"] * right


REPOSITORY = "git+https://github.com/guild/aitbc.git"


@pytest.mark.parametrize(
    ("manifest", "error"),
    [
        ({"repository": {"type": "git", "url": REPOSITORY}}, None),
        ({"repository": "github:guild/aitbc"}, None),
        ({"repository": "guild/aitbc"}, None),
        ({"repository": "https://github.com/guild/aitbc"}, None),
        ({"repository": REPOSITORY, "version": "1.2.4"}, "Unexpected package"),
        ({"repository": REPOSITORY, "name": "other"}, "Unexpected package"),
        ({"repository": REPOSITORY, "private": True}, "Private package"),
        ({"repository": REPOSITORY, "private": False}, None),
        ({}, "Another repository"),
        ({"repository": {"type": "git"}}, "Another repository"),
        ({"repository": "https://github.com/guild/aitbc-fork"}, "Another repository"),
        ({"repository": "https://github.com/other/aitbc.git"}, "Another repository"),
        ({"repository": "https://evil.example/github.com/guild/aitbc"}, "Another repository"),
    ],
)
def test_what_npm_would_refuse_is_found_before_anything_is_published(
    tmp_path: Path, manifest: dict[str, Any], error: str | None
) -> None:
    """Name, version, private, and the repository that provenance is compared with (R10)."""
    whole = {"name": "@guild/explorer-web", "version": "1.2.3", **manifest}
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "package.json").write_text(json.dumps(whole))
    with tarfile.open(tmp_path / "package.tgz", "w:gz") as archive:
        archive.add(tmp_path / "package", "package")
    workflow = files(VARIANTS["npm-oidc-public"])[RELEASE_PATH]
    (found,) = [s for _, s in steps(workflow) if s.get("name", "").startswith("Check what npm")]
    done = run(
        found, tmp_path, DIST=str(tmp_path), VERSION="1.2.3", GITHUB_REPOSITORY="guild/aitbc"
    )
    assert (done.returncode == 0) is (error is None), done.stdout + done.stderr
    assert not error or f"::error title={error}::" in done.stdout


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
    who = ("-c", "user.name=a", "-c", "user.email=a@guild.example", "-c", "commit.gpgsign=false")
    commit = ("commit", "--allow-empty", "--message=first")
    for arguments in (("init",), commit, ("tag", tagged), ("tag", "--force", released)):
        subprocess.run(
            [program("git"), "-C", tmp_path, *who, *arguments], check=True, capture_output=True
        )
    workflow = files(VARIANTS[variant])[RELEASE_PATH]
    (found,) = [s for _, s in steps(workflow) if s.get("name", "").startswith("No other tag")]
    done = run(found, tmp_path, GITHUB_REF=f"refs/tags/{released}")
    assert (done.returncode == 0) is passes, done.stdout + done.stderr

"""The scripts that build and publish, run as the runner would run them."""

from __future__ import annotations

import base64
import hashlib
import json
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from components.files.workflow import RELEASE_PATH
from tests.components.workflow_cases.scripts import fake, git, run, step
from tests.components.workflow_cases.variants import (
    VARIANTS,
    files,
    load,
    module,
    npm,
    plan,
    program,
    release_text,
)
from tests.release.harness.tools import find_rustup_home

if TYPE_CHECKING:
    import subprocess


ARCHIVE = "archive-beside-packages"
"""The variant that publishes an archive beside packages."""


def test_the_archive_is_the_tagged_source_and_always_the_same(tmp_path: Path) -> None:
    """What git has at the tag, below a folder with the version; built twice, it is equal (R10)."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "rule.yaml").write_text("a: b\n")
    for arguments in (("init",), ("add", "rule.yaml"), ("commit", "--message=first")):
        git(source, *arguments)
    (source / "untracked.key").write_text("not for the archive\n")
    step_ = step("build", "Archive the source", variant=ARCHIVE)
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
    (tmp_path / "sboms").mkdir()
    (tmp_path / "sboms" / "python-a-1.2.3.cdx.json").write_text("{}")
    done = run(step("github-release", "Gather", variant=ARCHIVE), tmp_path, VERSION="1.2.3")
    assert done.returncode == 0, done.stderr
    sums = (tmp_path / "files" / "SHA256SUMS").read_text()
    expected = ["a-1.2.3.tar.gz", "npm-cli-1.2.3.tgz", "npm-guild-web-1.2.3.tgz"]
    expected.append("python-a-1.2.3.cdx.json")
    assert [line.split()[1] for line in sums.splitlines()] == expected
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == [
        "SHA256SUMS",
        *expected,
    ]


@pytest.mark.parametrize(
    ("path", "version", "passes"),
    [
        ("github.com/guild/riveter", "0.3.0", True),
        ("github.com/guild/riveter", "1.2.3", True),
        ("github.com/guild/riveter", "2.0.0", False),
        ("github.com/guild/riveter", "10.2.3", False),
        ("github.com/guild/riveter/v2", "2.0.0", True),
        ("github.com/guild/riveter/v2", "1.2.3", False),
        ("github.com/guild/riveter/v2", "20.2.3", False),
        ("gopkg.in/guild/riveter.v1", "1.2.3", True),
        ("gopkg.in/guild/riveter.v1", "0.2.3", False),
    ],
)
def test_a_module_is_released_in_the_major_version_of_its_path(
    tmp_path: Path, path: str, version: str, *, passes: bool
) -> None:
    """Go takes no other tag for the module: the build says so before anybody approves (R6)."""
    build = load(release_text(plan(module(name=path))))["jobs"]["build"]["steps"]
    (building,) = [each for each in build if each.get("name") == f"Build {path}"]
    fake(tmp_path, "go", f'#!/bin/sh\n[ $1 = mod ] && echo \'{{"Zip": "zip"}}\' || echo {path}\n')
    (tmp_path / "zip").touch()
    places = {"DIST": str(tmp_path / "dist"), "RUNNER_TEMP": str(tmp_path)}
    done = run(building, tmp_path, VERSION=version, **places)
    assert (done.returncode == 0) is passes, done.stderr
    refused = f"error title=Another major version::the path {path} is for versions "
    assert (refused in done.stdout) is not passes
    assert bool(list(tmp_path.glob("dist/*"))) is passes


CLI = "path = 'crates/cli'"


@pytest.mark.parametrize(
    ("dependency", "refused"),
    [
        (f"[dependencies]\nriveter-cli = {{ version = '1.2.3', {CLI} }}", True),
        (f"[dependencies]\nx = {{ package = 'riveter-cli', version = '1', {CLI} }}", True),
        (f"[build-dependencies]\nriveter-cli = {{ version = '1', {CLI} }}", True),
        (f"[target.'cfg(unix)'.dependencies]\nriveter-cli = {{ version = '1', {CLI} }}", True),
        (f"[dev-dependencies]\nriveter-cli = {{ version = '1', {CLI} }}", True),
        # cargo leaves it out of the package
        (f"[dev-dependencies]\nriveter-cli = {{ {CLI} }}", False),
        ("", False),
    ],
)
def test_rust_packages_are_listed_in_the_order_of_publication(
    tmp_path: Path, dependency: str, *, refused: bool
) -> None:
    """Crates.io takes no package before what it needs: the build says so, with the remedy (R10)."""
    for folder, name, more in ((".", "core", f"{dependency}\n"), ("crates/cli", "cli", "")):
        (tmp_path / folder / "src").mkdir(parents=True)
        (tmp_path / folder / "src/lib.rs").touch()
        text = f"[package]\nname = 'riveter-{name}'\nversion = '1.2.3'\n{more}"
        (tmp_path / folder / "Cargo.toml").write_text(text)
    fake(tmp_path, "rustup", "#!/bin/sh\n")
    fake(tmp_path, "cargo", FAKE_PACKING.replace("CARGO", program("cargo")))
    packages, target = tmp_path / "packages", tmp_path / "target"
    done = run(
        step("build", "Build the Rust packages", variant="cargo-workspace"),
        tmp_path,
        PACKAGES=str(packages),
        TARGET=str(target),
        VERSION="1.2.3",
        RUSTUP_TOOLCHAIN="",
        RUSTUP_HOME=str(find_rustup_home(Path(program("cargo")).parent)),
    )
    assert (done.returncode != 0) is refused, done.stderr
    said = "title=Order of packages::riveter-core needs riveter-cli: list riveter-cli before it"
    assert (said in done.stdout) is refused, done.stdout
    assert packages.exists() is not refused


FAKE_PACKING = """\
#!/bin/sh
[ "$1" = package ] || exec CARGO "$@"
mkdir -p target/package
touch target/package/riveter-core-1.2.3.crate target/package/riveter-cli-1.2.3.crate
"""


FAKE_GH = """\
#!/bin/sh
echo "$*" >> calls
case "$2" in
  view) [ -n "$STATE" ] || { echo "release not found" >&2; exit 1; }; echo "$STATE" ;;
  download) printf '%s' "$SUMS" > "$RUNNER_TEMP/published" ;;
  "$REFUSED") echo "HTTP 422: Cannot upload assets to an immutable release." >&2; exit 1 ;;
esac
"""
COMPLETED = ["view", "upload", "upload", "edit"]


@pytest.mark.parametrize(
    ("state", "sums", "version", "called", "passes"),
    [
        ("", "", "1.2.3", ["view", "create"], True),
        ("", "", "1.2.3rc1", ["view", "create"], True),
        ("", "", "1.2.3.post1", ["view", "create"], True),
        ("true,false", "", "1.2.3", COMPLETED, True),
        ("true,false", "", "1.2.3rc1", COMPLETED, True),
        ("true,true", "", "1.2.3", COMPLETED, True),
        ("false,false", "", "1.2.3", COMPLETED, True),
        ("false,true", "same", "1.2.3", ["view", "download"], True),
        ("false,true", "other", "1.2.3", ["view", "download"], False),
    ],
)
def test_a_release_on_github_is_made_once(
    tmp_path: Path, state: str, sums: str, version: str, called: list[str], *, passes: bool
) -> None:
    """Run again, the job completes what was interrupted, and never replaces a release (R10).

    A release or draft that a person made is completed too: its notes stay, and nothing is deleted.
    """
    done, calls = _make_release(tmp_path, STATE=state, SUMS=sums, VERSION=version)
    assert (done.returncode == 0) is passes, done.stderr
    assert [call.split()[1] for call in calls] == called
    assert ("--prerelease" in calls[-1]) is (version == "1.2.3rc1")
    if called == COMPLETED:
        files, sums_alone = (call.partition(" -- ")[2] for call in calls[1:3])
        assert (files, sums_alone) == ("riveter-1.2.3.tar.gz", "SHA256SUMS")
        assert "--draft=false" in calls[-1]


def test_a_release_that_takes_no_files_is_not_tried_again(tmp_path: Path) -> None:
    """GitHub adds nothing to an immutable release: the error names the way out."""
    done, calls = _make_release(tmp_path, STATE="false,false", REFUSED="upload", VERSION="1.2.3")
    assert done.returncode != 0
    assert len(calls) == len(["view", "upload"])
    assert "release a new version" in done.stdout


def _make_release(
    folder: Path, **environment: str
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the step that makes the release on GitHub; return its calls of `gh`, too."""
    fake(folder, "gh", FAKE_GH)
    fake(folder, "sleep", "#!/bin/sh\n")
    (folder / "temporary").mkdir()
    files = folder / "files"
    files.mkdir()
    (files / "SHA256SUMS").write_text("same")
    (files / "riveter-1.2.3.tar.gz").write_text("built")
    environment = {"GITHUB_REF_NAME": "v1.2.3", "RUNNER_TEMP": f"{folder}/temporary"} | environment
    made = step("github-release", "Create the release", variant=ARCHIVE)
    done = run({**made, "run": f"cd files\n{made['run']}"}, folder, **environment)
    return done, (files / "calls").read_text().splitlines()


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
    fake(tmp_path, "curl", FAKE_CURL)
    fake(tmp_path, "cargo", FAKE_CARGO)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "riveter-core-1.2.3.crate").write_text(CRATE)
    name = "publish-cargo-riveter-core"
    job = files(VARIANTS[variant])[RELEASE_PATH]["jobs"][name]
    done = run(
        step(name, "Publish", variant=variant),
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


@pytest.mark.parametrize(("there", "passes"), [("package main", True), ("package evil", False)])
def test_the_proxy_has_the_module_that_was_approved(
    tmp_path: Path, there: str, *, passes: bool
) -> None:
    """The files are compared, because zips of equal files may differ (R10)."""
    fake(tmp_path, "go", FAKE_GO)
    (tmp_path / "dist").mkdir()
    zipped(tmp_path / "dist" / "riveter-1.2.3.zip", "package main")
    proxy = zipped(tmp_path / "proxy.zip", there)
    ask = step("publish-go-github-com-guild-riveter", "Ask the proxy", variant="module")
    done = run(ask, tmp_path, VERSION="1.2.3", ZIP=str(proxy))
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    asked = "https://proxy.example mod download -json github.com/guild/riveter@v1.2.3"
    assert (tmp_path / "calls").read_text().splitlines()[-1] == asked


@pytest.mark.parametrize("module", ["github.com/guild/riveter", "github.com/guild/other"])
def test_the_module_that_is_built_is_the_declared_one(tmp_path: Path, module: str) -> None:
    """go.mod has the declared path; what approvers see is what git has at the tag."""
    fake(tmp_path, "go", FAKE_GO)
    source = zipped(tmp_path / "git.zip", "package main")
    done = run(
        step("build", "Build github.com", variant="module"),
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


FAKE_NPM = """\
#!/bin/bash
[ "$1" = stage ] && shift
case "$1" in
  config) echo "https://npm.example/" ;;
  view)
    [ -f shown ] && { cat shown; exit 0; }
    [ -f soon ] && mv soon shown
    exit 1 ;;
  publish)
    n="$(cat count 2> /dev/null || echo 0)"
    echo "$((n + 1))" > count
    answers=($ANSWERS)
    case "${answers[$n]}" in
      lost) echo "npm error code ECONNRESET"; exit 1 ;;
      other) echo "$SHOWN" > shown ;&
      staged) echo "npm error code E409"; exit 1 ;;
      id) echo "+ @guild/explorer-web@1.2.3 (staged with id 0f-1d)" ;;
      unknown) echo "npm error code ENEEDAUTH"; exit 1 ;;
      late) echo "$SHOWN" > soon ;&
      taken)
        echo "npm error code E403"
        echo "npm error 403 You cannot publish over the previously published versions: 1.2.3."
        exit 1 ;;
    esac ;;
esac
"""
BUILT_NPM = f"sha512-{base64.b64encode(hashlib.sha512().digest()).decode()}"
"""The integrity of an empty file."""


@pytest.mark.parametrize(
    ("variant", "answers", "shown", "title", "passes"),
    [
        ("npm-oidc-restricted", "lost taken", "", "warning title=Published, not compared", True),
        ("npm-oidc-restricted", "taken", "", "error title=Published before", False),
        ("npm-oidc-restricted", "unknown taken", "", "error title=Published before", False),
        ("npm-oidc-public", "lost late taken", BUILT_NPM, "notice title=Published before", True),
        ("npm-oidc-public", "late taken", "sha512-x", "error title=Another package", False),
        ("npm-oidc-public", "ok", "", "", True),
    ],
)
def test_npm_has_the_version_already(
    tmp_path: Path, variant: str, answers: str, shown: str, title: str, *, passes: bool
) -> None:
    """A restricted package is not shown to the job: a maintainer compares it (R10).

    After a lost answer, "previously published" means that the attempt arrived. In other cases,
    somebody else may have published the version, and the job fails with what to do.
    """
    variants = {"npm-oidc-public": VARIANTS["npm-oidc-public"]}
    variants["npm-oidc-restricted"] = plan(npm(access="restricted"))
    workflow = load(release_text(variants[variant]))
    job = next(id_ for id_ in workflow["jobs"] if id_.startswith("publish-npm"))
    (publish,) = [each for each in workflow["jobs"][job]["steps"] if each.get("name") == "Publish"]
    fake(tmp_path, "npm", FAKE_NPM)
    fake(tmp_path, "curl", "#!/bin/sh\nprintf 200\n")
    fake(tmp_path, "sleep", "#!/bin/sh\n")
    (tmp_path / "package.tgz").touch()
    values = {"VERSION": "1.2.3", "RUNNER_TEMP": str(tmp_path), "ANSWERS": answers, "SHOWN": shown}
    done = run(publish, tmp_path, **values)
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    assert f"::{title}" in done.stdout if title else "::" not in done.stdout
    assert "compares" not in done.stdout or BUILT_NPM in done.stdout


@pytest.mark.parametrize(
    ("answers", "shown", "output", "title", "passes"),
    [
        ("id", "", "stage=0f-1d", "", True),
        ("lost staged", "", "", "warning title=Staged before", True),
        ("staged", "", "", "warning title=Staged before", True),
        ("other", BUILT_NPM, "", "", True),
        ("other", "sha512-x", "", "error title=Another package", False),
    ],
)
def test_a_version_is_staged_once(
    tmp_path: Path, answers: str, shown: str, output: str, title: str, *, passes: bool
) -> None:
    """A trusted publisher cannot ask what is staged: a conflict is left to the maintainer (R10)."""
    publish = step("publish-npm-guild-explorer-web", "Publish", variant="npm-staged")
    fake(tmp_path, "npm", FAKE_NPM)
    fake(tmp_path, "curl", "#!/bin/sh\nprintf 200\n")
    fake(tmp_path, "sleep", "#!/bin/sh\n")
    (tmp_path / "package.tgz").touch()
    values = {"VERSION": "1.2.3", "RUNNER_TEMP": str(tmp_path), "ANSWERS": answers, "SHOWN": shown}
    values |= {"GITHUB_OUTPUT": f"{tmp_path}/output", "NPM_CONFIG_USERCONFIG": f"{tmp_path}/npmrc"}
    done = run(publish, tmp_path, **values)
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    assert f"::{title}" in done.stdout if title else "::" not in done.stdout
    written = (tmp_path / "output").read_text().splitlines()
    assert written == [f"integrity={BUILT_NPM}", *([output] if output else [])]


@pytest.mark.parametrize(
    ("manifest", "files", "passes"),
    [
        ({}, ["index.js"], True),
        ({"main": "lib", "types": "lib/index"}, ["lib/index.js", "lib/index.d.ts"], True),
        ({"main": "dist/index.js"}, ["index.js"], False),
        ({"bin": {"web": "cli.js"}}, ["index.js"], False),
        ({"bin": "cli.js"}, ["cli.js"], True),
        ({"exports": {".": {"import": "./a.mjs", "require": ["./a.cjs"]}}}, ["a.mjs"], False),
        ({"exports": {".": "./a.mjs", "./*": "./parts/*.js", "./in": None}}, ["a.mjs"], True),
        ({"exports": "./a"}, ["a.js"], False),
        ({"types": "index.d.ts"}, ["index.js"], False),
    ],
)
def test_an_npm_package_has_what_its_manifest_names(
    tmp_path: Path, manifest: dict[str, Any], files: list[str], *, passes: bool
) -> None:
    """Without a declared command: a file that was not packed is found before the approvals (R6)."""
    installed = tmp_path / "node_modules/@guild/explorer-web"
    for name in files:
        (installed / name).parent.mkdir(parents=True, exist_ok=True)
        (installed / name).touch()
    (installed / "package.json").write_text(json.dumps(manifest))
    test = step("smoke-test", "Smoke test", variant="npm-oidc-public")
    done = run(test, tmp_path, INSTALLED=str(tmp_path))
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    assert ("::error title=Smoke test failed::" in done.stdout) is not passes


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
    check = step("build", "Check what npm", variant="npm-oidc-public")
    done = run(
        check, tmp_path, DIST=str(tmp_path), VERSION="1.2.3", GITHUB_REPOSITORY="guild/aitbc"
    )
    assert (done.returncode == 0) is (error is None), done.stdout + done.stderr
    assert not error or f"::error title={error}::" in done.stdout

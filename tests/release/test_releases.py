"""From a pushed tag to the installed package, executed, with people who approve."""

from __future__ import annotations

import base64
import hashlib
import tarfile
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from components.names.registries import ADDRESSES
from components.publish.packages import MavenTokens
from tests.release import arrived, proof
from tests.release.harness import installing, projects
from tests.release.harness.organization import Visibility, canary, store
from tests.release.harness.proof import signing
from tests.release.harness.stage import Machine, Stage, stage
from tests.support.extent import EVERY, cases

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.harness.registries.publishers import TrustingRegistry

DRY_RUN = {"version": "1.2.3", "confirm": "release", "dry_run": "true"}
TOKENS = {
    "pypi": {"from": {"config": "pypiToken"}},
    "testpypi": {"from": {"config": "testPypiToken"}},
}


def _python(name: str, auth: str, approvers: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any YAML
    tokens = {} if auth == "oidc" else {"tokens": TOKENS}
    return {"python": name, "auth": auth, "approvers": approvers, **tokens, **more}


def _write_release(made: Stage, *, draft: bool) -> None:
    """Write a release of v1.2.3 with notes, as kim does in the browser."""
    body = {"tag_name": "v1.2.3", "name": "The third", "body": "By hand", "draft": draft}
    assert made.release.request("kim", "POST", "/releases", body)[0] == 201


def _notes_are_kept(made: Stage) -> None:
    """Check that there is one release, with the title and notes that kim wrote."""
    (release,) = made.release.request("kim", "GET", "/releases")[1]
    assert (release["name"], release["body"]) == ("The third", "By hand")


def test_python_by_trusted_publishing(machine: Machine, tmp_path: Path) -> None:
    """riveter: one approval, TestPyPI and then PyPI, no token anywhere (E2, E5, R1, R3).

    The wheel that people install is the wheel that was built, and approvers saw its hash. The
    summary is an audit trail, a message is sent, and an issue is opened and closed (A8, A9, R12).
    GitHub and the chat service fail once each (R10).
    """
    declared, files = [_python("riveter", "oidc", ["releasers"])], projects.python("riveter")
    notified = {"webhook": {"from": {"config": "x"}}, "issue": True}
    with stage(machine, tmp_path, "riveter", declared, files, notified=notified) as made:
        made.trust(made.testpypi, "riveter", "testpypi")
        made.trust(made.pypi, "riveter", "pypi-release")
        release = made.release
        assert release.tag("kim", "v1.2.3") == 201
        assert release.run() == {
            "security-validation": "success",
            "secrets-notification": "success",
            "build": "success",
            "smoke-test": "success",
            "test-python-riveter": "success",
            "trial": "success",
            "publish-python-riveter": "waiting",
            **dict.fromkeys(("verify", "github-release"), "queued"),
            **dict.fromkeys(("notification", "webhook", "issue"), "queued"),
        }
        assert (made.pypi.uploads, len(made.testpypi.uploads)) == ([], 2)
        # kim started it, lea and zoe are no approvers here
        assert [release.approve(login) for login in ("kim", "lea", "zoe")] == [403, 403, 403]
        made.hooks.down_for = 1
        for path in ("releases", "issues"):
            release.world.fault(method="POST", path=f"/repos/*/*/{path}", status=502, count=1)
        assert release.approve("ana") == 200
        assert set(release.run().values()) == {"success"}
        jobs = ("github-release", "webhook", "issue")
        assert [len(release.result(key).pauses) for key in jobs] == [1, 1, 1]
        built, lists = arrived.built(made, "python-riveter"), arrived.built(made, "sboms")
        assert made.pypi.files() == made.testpypi.files() == built
        assert sorted(built) == ["riveter-1.2.3-py3-none-any.whl", "riveter-1.2.3.tar.gz"]
        assert list(lists) == ["python-riveter-1.2.3.cdx.json"]
        assert arrived.released(made) == {**built, **lists}
        commit = release.request("zoe", "GET", "/commits/v1.2.3")[1]["sha"]
        trail = release.result("notification").summary
        for line in (
            "## Release v1.2.3",
            "| started by | kim |",
            f"| commit | {commit} |",
            "| pypi-release | approved | ana |",
            "| publish-python-riveter | success |",
            *(f"{digest}  python-riveter/{name}" for name, digest in built.items()),
        ):
            assert line in trail.splitlines()
        (message,) = made.hooks.messages
        assert message.startswith("guild/riveter v1.2.3 is released: https://github.com/guild/")
        (issue,) = release.request("zoe", "GET", "/issues?state=all")[1]
        assert (issue["title"], issue["body"]) == ("Release v1.2.3", message)
        assert (issue["state"], issue["user"]["login"]) == ("closed", "github-actions[bot]")
        summary = release.result("build").summary
        assert all(each in summary for each in built.values())
        said = installing.python(machine.tools, made.front, tmp_path, "riveter==1.2.3")
        assert said == "riveter 1.2.3 runs"
        arrived.nothing_leaked(made)


def test_python_with_a_token_to_fall_back_on(machine: Machine, tmp_path: Path) -> None:
    """escai: hybrid; TestPyPI trusts the workflow, PyPI does not yet: the token (E2, E3).

    A person has made the release on GitHub with the tag: it gets the files, and keeps its notes. A
    dry run afterwards tries what it builds, and finds the same files at both indexes (R10, R11).
    """
    declared = [_python("escai-framework", "hybrid", ["leads", "releasers"])]
    files = projects.python("escai-framework")
    with stage(machine, tmp_path, "escai", declared, files) as made:
        made.trust(made.testpypi, "escai-framework", "testpypi")
        made.pypi.tokens[canary("pypi-release", "PYPI_API_TOKEN")] = {"escai-framework"}
        release = made.release
        assert release.tag("kim", "v1.2.3") == 201
        _write_release(made, draft=False)
        assert release.run()["approval"] == "waiting"
        assert [release.approve(login) for login in ("ana", "lea")] == [403, 200]
        assert release.run()["publish-python-escai-framework"] == "waiting"
        assert [release.approve(login) for login in ("lea", "ana")] == [403, 200]
        assert set(release.run().values()) == {"success"}
        assert made.pypi.refusals == ["invalid-publisher"]
        assert made.testpypi.refusals == []
        steps = release.result("publish-python-escai-framework").steps
        assert steps["Publish with the token"] == "success"
        built = arrived.built(made, "python-escai-framework")
        assert made.pypi.files() == built
        assert arrived.released(made) == {**built, **arrived.built(made, "sboms")}
        _notes_are_kept(made)
        requirement = "escai-framework==1.2.3"
        said = installing.python(machine.tools, made.front, tmp_path, requirement)
        assert said == "escai-framework 1.2.3 runs"
        if EVERY:
            assert release.dispatch("kim", "v1.2.3", **DRY_RUN) == 204
            states = release.run()
            assert {key for key, state in states.items() if state == "success"} == {
                *("security-validation", "secrets-python-escai-framework", "build", "smoke-test"),
                "notification",
            }
            assert set(states.values()) == {"success", "skipped"}
        arrived.nothing_leaked(made)


def _down(registry: TrustingRegistry, requests: int) -> None:
    registry.down_for = requests


def _let_publish(made: Stage, auth: str, name: str, npm_name: str) -> None:
    """Let the registries take a Python and an npm package: of the workflow, or with tokens."""
    if auth == "oidc":
        made.trust(made.testpypi, name, "testpypi")
        made.trust(made.pypi, name, "pypi-release")
        made.trust(made.npm, npm_name, "npm-release")
    else:
        made.testpypi.tokens[canary("testpypi", "TEST_PYPI_API_TOKEN")] = {name}
        made.pypi.tokens[canary("pypi-release", "PYPI_API_TOKEN")] = {name}
        made.npm.tokens[canary("npm-release", "NPM_TOKEN")] = {npm_name}


@pytest.mark.parametrize("auth", cases(["oidc"], "token"))
def test_python_and_npm_with_two_approvals(machine: Machine, tmp_path: Path, auth: str) -> None:
    """aitbc: both packages of a repository, each behind two approvals (E2, E3, A4, R10).

    npm takes a first version only with a token, which the build says. Then npm is down for three
    requests, and takes the package in the end; only its answer is lost. Nothing is signed before
    the approvals, and what does not verify is not announced (G6).
    """
    name, npm_name = "agent-sdk", f"@guild/explorer-{auth}"
    npm: dict[str, Any] = {"npm": npm_name, "auth": auth, "directory": "web"}
    npm["approvers"] = ["leads", "releasers"]
    if auth == "token":
        npm["tokens"] = {"npm": {"from": {"config": "npmToken"}}}
    sdk = _python(name, auth, ["leads", "releasers"], directory="sdk")
    files = {**projects.python(name, "sdk"), **projects.npm(npm_name, "web", "aitbc")}
    visibility: Visibility = "public" if auth == "oidc" else "private"
    with stage(machine, tmp_path, "aitbc", [sdk, npm], files, visibility=visibility) as made:
        _let_publish(made, auth, name, npm_name)
        release = made.release
        assert release.tag("kim", "v1.2.3") == 201
        if auth == "oidc":
            assert release.run()["build"] == "failure"
            first = f"error: First version: npm has no package {npm_name}"
            assert first in release.result("build").text
            made.npm.add(npm_name, "1.0.0")
            assert release.again("kim") == 201
        assert release.run()["approval"] == "waiting"
        assert release.approve("lea") == 200
        states = release.run()
        assert [each for each in states.values() if each == "waiting"] == ["waiting"] * 2
        assert (made.npm.published, made.pypi.uploads) == ([], [])
        assert made.sigstore.stored == []
        npm_job = next(key for key in states if key.startswith("publish-npm-"))
        release.before[npm_job] = lambda: _down(made.npm, 3)
        made.npm.answers_lost = 1
        assert release.approve("ana") == 200
        if auth == "oidc":
            proof.stops_what_differs(made, name)
        assert set(release.run().values()) == {"success"}, release.result(npm_job).text
        assert len(release.result(npm_job).pauses) == 1
        assert made.npm.published == [npm_name]
        assert list(made.npm.provenance) == ([f"{npm_name}@1.2.3"] if auth == "oidc" else [])
        # where the files come from, and what each package is made of
        assert len(made.sigstore.stored) == (3 if auth == "oidc" else 0)
        assert arrived.released(made).keys() >= made.pypi.files().keys()
        own = npm_name.replace("@", "%40")
        assert arrived.listed(machine, made) == [f"pkg:npm/{own}@1.2.3", f"pkg:pypi/{name}@1.2.3"]
        assert made.npm.refusals == made.pypi.refusals == made.testpypi.refusals == []
        said = installing.npm(made.front, tmp_path, f"{npm_name}@1.2.3")
        assert said == f"{npm_name} 1.2.3 runs"
        said = installing.python(machine.tools, made.front, tmp_path, f"{name}==1.2.3")
        assert said == f"{name} 1.2.3 runs"
        arrived.nothing_leaked(made)


@pytest.mark.parametrize("lost", cases([0], 1))
def test_an_npm_package_is_staged(machine: Machine, tmp_path: Path, lost: int) -> None:
    """hammer: npm shows nothing until a maintainer approves it; then the release goes on (E2).

    The publisher may stage and not publish. Nothing is signed, and nothing is announced before. If
    npm's answer is lost, the version is staged once all the same (R10).
    """
    name = f"@guild/hammer-{lost}"
    declared = [{"npm": name, "staged": True, "approvers": ["releasers"]}]
    files = projects.npm(name, repository="hammer")
    with stage(machine, tmp_path, "hammer", declared, files, visibility="public") as made:
        made.npm.add(name, "1.0.0")
        made.npm.only_stages.add(name)
        made.npm.answers_lost = lost
        made.trust(made.npm, name, "npm-release")
        release = made.release
        assert release.tag("kim", "v1.2.3") == 201
        job = next(key for key in release.run() if key.startswith("publish-npm-"))
        assert release.approve("ana") == 200
        states = release.run()
        waits = job.replace("publish", "approval")
        assert (states[job], states[waits], states["attest"]) == ("success", "failure", "skipped")
        assert "error: Approve it at npm: " in release.result(waits).text
        assert len(release.result(waits).pauses) == 5
        assert ("warning: Staged before: " in release.result(job).text) is bool(lost)
        identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{name}@1.2.3")
        assert (f"npm stage approve {identifier}\n" in release.result(waits).text) is not bool(lost)
        assert (list(made.npm.staged), made.npm.published) == ([f"{name}@1.2.3"], [])
        made.npm.approve(name, "1.2.3")
        assert release.again("kim") == 201
        assert set(release.run().values()) == {"success"}
        said = installing.npm(made.front, tmp_path, f"{name}@1.2.3")
        assert said == f"{name} 1.2.3 runs"
        arrived.nothing_leaked(made)


@pytest.mark.parametrize("auth", cases(["oidc"], "hybrid", "token"))
def test_a_rust_package(machine: Machine, tmp_path: Path, auth: str) -> None:
    """riveter-core: packed again in the publish job, compared with what was built (E2, E3, R10).

    crates.io is down when the job asks for its token, and at the first upload. A person has written
    a draft of the release on GitHub: it gets the files, and keeps its notes.
    """
    name, token = "riveter-core", canary("crates-release", "CARGO_REGISTRY_TOKEN")
    declared: dict[str, Any] = {"cargo": name, "auth": auth, "approvers": ["leads", "releasers"]}
    if auth != "oidc":
        declared["tokens"] = {"crates": {"from": {"config": "cratesToken"}}}
    with stage(machine, tmp_path, "core", [declared], projects.cargo(name)) as made:
        if auth == "oidc":
            made.trust(made.crates, name, "crates-release")
            made.crates.packages[name, "1.0.0"] = b"x"
        else:
            made.crates.tokens[token] = {name}
        release = made.release
        assert release.tag("kim", "v1.2.3") == 201
        _write_release(made, draft=True)
        assert release.run()["approval"] == "waiting"
        assert release.approve("lea") == 200
        assert release.run()[f"publish-cargo-{name}"] == "waiting"
        made.crates.down_for, made.crates.uploads_down = 3, 1
        assert release.approve("ana") == 200
        assert set(release.run().values()) == {"success"}, release.result(f"publish-cargo-{name}")
        # one for the upload, and one where the job asks for a token first
        pauses = 1 if auth == "token" else 2
        assert len(release.result(f"publish-cargo-{name}").pauses) == pauses
        files = arrived.built(made, f"cargo-{name}")
        assert arrived.released(made) == {**files, **arrived.built(made, "sboms")}
        _notes_are_kept(made)
        (built,) = files.values()
        assert hashlib.sha256(made.crates.packages[name, "1.2.3"]).hexdigest() == built
        assert arrived.listed(machine, made) == [f"pkg:cargo/{name}@1.2.3"]
        said = installing.cargo(machine.tools, made.front, tmp_path, name, "1.2.3")
        assert said == f"{name} 1.2.3 runs"
        arrived.nothing_leaked(made)


def test_a_rust_workspace(machine: Machine, tmp_path: Path) -> None:
    """riveter-core, then riveter-cli, which needs it: the order of the list (E2, R10).

    The build packs both, though crates.io has neither in this version. The release stops between
    the two; run again, it continues there, and waits until the index offers the first.
    """
    library, program = "riveter-core", "riveter-cli"
    declared = [{"cargo": name, "approvers": ["releasers"]} for name in (library, program)]
    files = projects.workspace(library, program)
    with stage(machine, tmp_path, "riveter", declared, files) as made:
        for name in (library, program):
            made.trust(made.crates, name, f"crates-release-{name}")
            made.crates.packages[name, "1.0.0"] = b"x"
        release = made.release
        jobs = [f"publish-cargo-{name}" for name in (library, program)]
        assert release.tag("kim", "v1.2.3") == 201
        states = release.run()
        assert [states[job] for job in jobs] == ["waiting", "queued"]
        built = {
            **arrived.built(made, f"cargo-{library}"),
            **arrived.built(made, f"cargo-{program}"),
        }

        # the first is there; the second is refused until its publisher is registered
        trusted = made.crates.registered.pop()
        assert release.approve("ana") == 200
        states = release.run()
        assert [states[job] for job in jobs] == ["success", "waiting"], release.result(jobs[0])
        assert release.approve("ana") == 200
        states = release.run()
        assert [states[job] for job in jobs] == ["success", "failure"]
        assert (program, "1.2.3") not in made.crates.packages

        made.crates.registered.append(trusted)
        assert release.again("kim") == 201
        states = release.run()
        assert [states[job] for job in jobs] == ["success", "waiting"]
        made.crates.hidden_for = 2
        assert release.approve("ana") == 200
        assert set(release.run().values()) == {"success"}, release.result(jobs[1]).text
        published = [made.crates.packages[name, "1.2.3"] for name in (library, program)]
        assert [hashlib.sha256(each).hexdigest() for each in published] == list(built.values())
        assert len(release.result(jobs[1]).pauses) == 1
        said = installing.cargo(machine.tools, made.front, tmp_path, program, "1.2.3")
        assert said == f"{program} 1.2.3 runs"
        arrived.nothing_leaked(made)


@pytest.mark.parametrize("visibility", cases(["private"], "public"))
def test_an_archive_alone(machine: Machine, tmp_path: Path, visibility: Visibility) -> None:
    """riveter-rules: no registry; the release on GitHub waits for the approval (E2, R9, R10).

    There is nothing to test, so no check is waited for. A public repository signs the archive.
    """
    declared = [{"github": "riveter-rules", "directory": "rules", "approvers": ["releasers"]}]
    files = {"rules/rule.yaml": "a: b\n", "README.md": "# Rules\n"}
    with stage(machine, tmp_path, "rules", declared, files, visibility=visibility) as made:
        release, waits = made.release, "attest" if visibility == "public" else "github-release"
        assert release.tag("kim", "v1.2.3") == 201
        assert release.run()[waits] == "waiting"
        assert release.request("kim", "GET", "/releases")[1] == []
        assert [release.approve(login) for login in ("kim", "zoe", "ana")] == [403, 403, 200]
        assert set(release.run().values()) == {"success"}, release.result(waits).text
        built = arrived.built(made, "github-riveter-rules")
        assert list(built) == ["riveter-rules-1.2.3.tar.gz"]
        assert arrived.released(made) == built
        (archive,) = arrived.built_files(made, "github-riveter-rules")
        with tarfile.open(archive) as opened:
            inside = [each.name for each in opened if each.isfile()]
            assert inside == ["riveter-rules-1.2.3/rules/rule.yaml"]
        assert len(made.sigstore.stored) == (visibility == "public")
        arrived.nothing_leaked(made)


def test_a_java_package(machine: Machine, tmp_path: Path) -> None:
    """portal-core: built without secrets, signed and uploaded after the approval (E3, R9, R10).

    The signatures are those of the declared key; neither it nor its passphrase nor the token is in
    a log. The list of components is made by the real plugin.
    """
    name = "io.github.guild:portal-core"
    tokens = {each: {"from": {"config": each}} for each in MavenTokens.model_fields}
    declared = {"maven": name, "approvers": ["releasers"], "tokens": tokens}
    passphrase = canary("maven-release", "MAVEN_GPG_PASSPHRASE")
    token = canary("maven-release", "MAVEN_CENTRAL_TOKEN")
    with (
        signing.key(passphrase) as key,
        stage(machine, tmp_path, "core", [declared], projects.maven(name)) as made,
    ):
        made.central.tokens[token] = {"io.github.guild"}
        made.central.keyring = key.keyring
        place = "/repos/guild/core/environments/maven-release"
        with made.release.world.client() as api:
            store(api, place, "MAVEN_GPG_KEY", key.private)
        release, job = made.release, "publish-maven-io-github-guild-portal-core"
        assert release.tag("kim", "v1.2.3") == 201
        assert release.run()[job] == "waiting"
        assert (release.approve("ana"), made.central.bundles) == (200, {})
        assert set(release.run().values()) == {"success"}, release.result(job)
        assert made.central.refusals == []

        built = arrived.built(made, "maven-io-github-guild-portal-core")
        stem = "portal-core-1.2.3"
        assert sorted(built) == [
            *(f"{stem}-javadoc.jar", f"{stem}-sources.jar", f"{stem}.jar", f"{stem}.pom"),
        ]
        assert arrived.released(made) == {**built, **arrived.built(made, "sboms")}
        listed = "pkg:maven/io.github.guild/portal-core@1.2.3?type=jar"
        assert arrived.listed(machine, made) == [listed]
        folder = "io/github/guild/portal-core/1.2.3"
        uploaded = {file: made.central.files[f"{folder}/{file}"] for file in built}
        assert {file: hashlib.sha256(data).hexdigest() for file, data in uploaded.items()} == built
        address = f"{ADDRESSES['maven']}/{folder}/{stem}.jar"
        said = installing.maven(machine.tools, made.front, tmp_path, address)
        assert said == "portal-core 1.2.3 runs"
        lines = [line for line in key.private.splitlines() if len(line) > 40]
        hidden = [*lines, base64.b64encode(token.encode()).decode()]
        assert not [done.key for done in release.done for each in hidden if each in done.text]
        arrived.nothing_leaked(made)

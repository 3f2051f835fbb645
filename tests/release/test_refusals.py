"""Releases that must not happen, and one that is interrupted: each executed once."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.release import proof
from tests.release.harness import projects
from tests.release.harness.stage import Machine, Stage, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PUBLISH = "publish-python-riveter"
KEY = "AKIA" + "Q3" * 8
"""It looks like a key of AWS, and is none."""


@pytest.fixture(scope="module")
def made(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Releases of riveter; TestPyPI trusts the workflow, PyPI another environment of it."""
    declared = [{"python": "riveter", "auth": "oidc", "approvers": ["releasers"]}]
    folder = tmp_path_factory.mktemp("refusals")
    with stage(machine, folder, "riveter", declared, projects.python("riveter")) as found:
        found.trust(found.testpypi, "riveter", "testpypi")
        found.trust(found.pypi, "riveter", "another-environment")
        yield found
        assert found.front.refused == []


def _commit(made: Stage, path: str, text: str, branch: str = "main") -> str:
    """Write a file as the owner; return the commit."""
    old = made.release.request("olga", "GET", f"/contents/{path}?ref={branch}")[1]
    content = base64.b64encode(text.encode()).decode()
    body = {"message": f"Write {path}", "content": content, "branch": branch}
    body |= {"sha": old["sha"]} if "sha" in old else {}
    answer = made.release.request("olga", "PUT", f"/contents/{path}", body)[1]
    found: str = answer["commit"]["sha"]
    return found


def _refused(made: Stage, key: str, title: str) -> None:
    """Check that the newest release stopped at a job, says why, and published nothing."""
    before = (list(made.pypi.uploads), list(made.testpypi.uploads))
    states = made.release.run()
    assert states[key] == "failure"
    assert f"error: {title}: " in made.release.result(key).text
    after = ("smoke-test", "test-python-riveter", "trial", PUBLISH, "github-release")
    stopped = {states[each] for each in after[after.index(key) + 1 if key in after else 0 :]}
    assert stopped == {"skipped"}
    assert states["notification"] == "failure"
    assert "error: Not released: " in made.release.result("notification").text
    assert (made.pypi.uploads, made.testpypi.uploads) == before


def test_a_person_without_the_role(made: Stage) -> None:
    """Zoe may write and push the tag, and releases nothing (R1)."""
    assert made.release.tag("zoe", "v3.0.0") == 201
    _refused(made, "security-validation", "Not allowed to release")


def test_a_person_without_the_role_runs_it_again(made: Stage) -> None:
    """Where the validation itself failed, it checks who runs it again as well (A1, R1)."""
    assert made.release.tag("kim", "v03.1.0") == 201
    _refused(made, "security-validation", "Not a release tag")
    assert made.release.again("zoe") == 201
    _refused(made, "security-validation", "Not allowed to release")
    assert "zoe has the role 'write'" in made.release.result("security-validation").text


def test_a_commit_that_was_not_merged(made: Stage) -> None:
    """A tag on a branch's commit is refused, though its checks passed (R1)."""
    tip = made.release.request("kim", "GET", "/commits/main")[1]["sha"]
    made.release.request("kim", "POST", "/git/refs", {"ref": "refs/heads/side", "sha": tip})
    sha = _commit(made, "side.txt", "x", "side")
    assert made.release.tag("kim", "v3.2.0", sha) == 201
    _refused(made, "security-validation", "Not on the default branch")


def test_a_red_check(made: Stage) -> None:
    """The tests failed on the tagged commit (R1)."""
    made.release.world.plan("guild/riveter", "ci", "failure")
    _commit(made, "red.txt", "x")
    made.release.world.plan("guild/riveter", "ci", "success")
    assert made.release.tag("kim", "v3.3.0") == 201
    _refused(made, "security-validation", "A check is missing")
    _commit(made, "green.txt", "x")


FORGING = """\
on: {push: {branches: [forging]}}
permissions: {checks: write}
jobs: {forge: {runs-on: ubuntu-24.04, steps: [{run: "true"}]}}
"""
"""A workflow on a branch, whose token may report checks."""


def test_a_check_that_a_branch_forged(made: Stage) -> None:
    """A workflow on a branch reports `ci` and `security-ci` for a commit that CI never saw (R1).

    The App that reports them is GitHub Actions, as for the real ones.
    """
    release, world = made.release, made.release.world
    path, message = "/contents/unseen.txt", {"message": "Unseen [skip ci]", "content": "eA=="}
    commit = release.request("olga", "PUT", path, message)[1]["commit"]["sha"]
    world.plan(release.repository, "forge", "hold")
    release.request("zoe", "POST", "/git/refs", {"ref": "refs/heads/forging", "sha": commit})
    _commit(made, ".github/workflows/forge.yml", FORGING, "forging")
    (job,) = world.jobs(repository=release.repository, key="forge", status="in_progress")
    bearer = {"Authorization": f"Bearer {world.job(job['id'])['github_token']}"}
    with httpx.Client(base_url=world.rest_url, headers=bearer) as api:
        for name in ("ci", "security-ci"):
            report = {"name": name, "head_sha": commit, "conclusion": "success"}
            answer = api.post(f"/repos/{release.repository}/check-runs", json=report)
            assert (answer.status_code, answer.json()["app"]["slug"]) == (201, "github-actions")
    # the message of the commit stops what the tag would start, and not a start by hand
    assert release.tag("kim", "v3.5.0", commit) == 201
    assert release.dispatch("kim", "v3.5.0", version="3.5.0", confirm="release") == 204
    _refused(made, "security-validation", "A check is missing")
    _commit(made, "seen.txt", "x")


@pytest.mark.parametrize(
    ("inputs", "title"),
    [
        ({"version": "1.2.4", "confirm": "release"}, "Another version"),
        ({"version": "1.2.3", "confirm": "yes"}, "Not confirmed"),
    ],
)
def test_a_manual_start_that_does_not_fit(made: Stage, inputs: dict[str, str], title: str) -> None:
    """The version and the word have to be typed (A2)."""
    made.release.tag("zoe", "v1.2.3")
    assert made.release.dispatch("kim", "refs/tags/v1.2.3", **inputs) == 204
    _refused(made, "security-validation", title)


def test_another_version_than_the_tag_s(made: Stage) -> None:
    """The project still says 1.2.3 (R6)."""
    assert made.release.tag("kim", "v3.4.0") == 201
    _refused(made, "build", "Unexpected file")


def test_a_package_that_cannot_be_imported(made: Stage) -> None:
    """It is installed as it was built and tried, before anybody is asked (R6)."""
    working = projects.python("riveter")["src/riveter/__init__.py"]
    _settings(made, "import not_there\n", "__init__")
    assert made.release.dispatch("kim", "v1.2.3", version="1.2.3", confirm="release") == 204
    _refused(made, "smoke-test", "Smoke test failed")
    _settings(made, working, "__init__")


def test_a_secret_in_the_package(made: Stage) -> None:
    """The scan of what was built finds it; the log has its location and not the secret (A6)."""
    _settings(made, f'"""Settings."""\n\nKEY = "{KEY}"\n')
    assert made.release.dispatch("kim", "v1.2.3", version="1.2.3", confirm="release") == 204
    _refused(made, "build", "Secret in a package")
    assert "riveter/settings.py, line 3" in made.release.result("build").text
    assert KEY not in made.release.result("build").text


def _settings(made: Stage, text: str, module: str = "settings") -> None:
    """Put the tag v1.2.3 on a commit whose package has this module; zoe's push is refused."""
    tip = _commit(made, f"src/riveter/{module}.py", text)
    if made.release.tag("zoe", "v1.2.3", tip) != 201:
        moved = {"sha": tip, "force": True}
        assert made.release.request("zoe", "PATCH", "/git/refs/tags/v1.2.3", moved)[0] == 200
    assert made.release.run()["security-validation"] == "failure"


def test_a_dry_run(made: Stage) -> None:
    """All is validated, built, installed and tried, TestPyPI answers; nobody is asked (R11)."""
    _settings(made, '"""Settings."""\n')
    inputs = {"version": "1.2.3", "confirm": "release", "dry_run": "true"}
    assert made.release.dispatch("kim", "v1.2.3", **inputs) == 204
    assert made.release.run() == {
        "security-validation": "success",
        "build": "success",
        "smoke-test": "success",
        "test-python-riveter": "success",
        "trial": "skipped",
        PUBLISH: "skipped",
        "verify": "skipped",
        "github-release": "skipped",
        "notification": "success",
    }
    assert "notice: Dry run: " in made.release.result("notification").text
    trial = made.release.result("test-python-riveter").steps
    assert trial["Wait until TestPyPI answers"] == "success"
    assert "Publish as a trusted publisher" not in trial
    assert made.pypi.uploads == made.testpypi.uploads == []


@contextmanager
def _replaced_files(made: Stage) -> Iterator[list[str]]:
    """Change one file of the newest run's artifact, add one, and take one away: their names."""
    newest = max(made.release.place.artifacts.glob("[0-9]*"), key=lambda run: int(run.name))
    folder = newest / "python-riveter"
    before = {file: file.read_bytes() for file in folder.iterdir()}
    (wheel,), (archive,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    added = folder / "another-1.2.3-py3-none-any.whl"
    wheel.write_bytes(before[wheel] + b"x")
    archive.unlink()
    added.write_bytes(b"x")
    yield [wheel.name, archive.name, added.name]
    added.unlink()
    for file, content in before.items():
        file.write_bytes(content)


def _another_file_is_there(made: Stage) -> None:
    """Check that what TestPyPI got is installed from there as it was built, or nobody is asked."""
    wheel = made.testpypi.folder / "riveter-1.2.3-py3-none-any.whl"
    change_back: list[Callable[[], None]] = []
    made.release.before["trial"] = lambda: change_back.append(proof.changed(wheel))
    assert made.release.again("kim") == 201
    states = made.release.run()
    assert (states["trial"], states[PUBLISH]) == ("failure", "skipped")
    assert "error: Not installed: riveter 1.2.3" in made.release.result("trial").text
    made.release.before.clear()
    change_back.pop()()


def test_registries_that_fail_and_a_release_that_is_run_again(made: Stage) -> None:
    """TestPyPI is down, files are replaced, PyPI refuses the job, then fails (E2, R1, R3, R10).

    Only people who may release run it again, though the validation has succeeded. What could not be
    tried is not published, and nobody is asked. A file with another hash than approvers saw stops
    the release, and so does one at TestPyPI. Each attempt at PyPI needs an approval of its own, and
    what arrives is what was built at first.
    """
    _settings(made, '"""Settings."""\n')
    release = made.release
    inputs = {"version": "1.2.3", "confirm": "release", "dry_run": "false"}
    trial_is_down = {"test-python-riveter": lambda: setattr(made.testpypi, "down_after", 0)}
    release.before.update(trial_is_down)
    assert release.dispatch("kim", "v1.2.3", **inputs) == 204
    states = release.run()
    release.before.clear()
    assert states["test-python-riveter"] == states["notification"] == "failure"
    assert states[PUBLISH] == states["github-release"] == "skipped"
    tried = release.result("test-python-riveter")
    assert "error: Registry down: TestPyPI does not answer (HTTP 503)" in tried.text
    waits = (5, 10, 20, 40, 80)
    assert len(tried.pauses) == len(waits)
    for pause, wait in zip(tried.pauses, waits, strict=True):
        assert wait <= pause < 2 * wait

    made.testpypi.down_after = None
    assert release.again("zoe") == 201
    assert release.run()["test-python-riveter"] == "failure"
    tried = release.result("test-python-riveter")
    assert "error: Not allowed to release: zoe has the role 'write' here" in tried.text
    assert made.testpypi.uploads == []

    with _replaced_files(made) as replaced:
        assert release.again("kim") == 201
        assert release.run()["test-python-riveter"] == "failure"
        for name in replaced:
            refused = f"error: Not as approved: python-riveter/{name} is not what was built"
            assert refused in release.result("test-python-riveter").text
        assert made.testpypi.uploads == []

    made.testpypi.down_for = 2
    _another_file_is_there(made)
    assert len(release.result("test-python-riveter").pauses) == 2
    assert release.again("kim") == 201
    assert release.run()[PUBLISH] == "waiting"
    assert (release.approve("ana"), release.run()[PUBLISH]) == (200, "failure")
    assert "invalid-publisher" in release.result(PUBLISH).text
    assert release.states()["notification"] == "failure"

    made.trust(made.pypi, "riveter", "pypi-release")
    made.pypi.down_after = 1
    assert release.again("kim") == 201
    assert release.run()[PUBLISH] == "waiting"
    assert (release.approve("ana"), release.run()[PUBLISH]) == (200, "failure")
    assert len(made.pypi.uploads) == 1

    made.pypi.down_after = None
    assert release.again("kim") == 201
    assert release.run()[PUBLISH] == "waiting"
    assert release.approve("ana") == 200
    assert set(release.run().values()) == {"success"}
    assert made.pypi.files() == made.testpypi.files()
    assert len(made.pypi.uploads) == 2


def test_a_version_that_pypi_has_with_other_files(made: Stage) -> None:
    """PyPI never takes a file name twice: the release stops before anybody is asked (R10)."""
    other = made.pypi.folder / "riveter-1.2.3-py2-none-any.whl"
    other.write_bytes(b"x")
    inputs = {"version": "1.2.3", "confirm": "release"}
    assert made.release.dispatch("kim", "v1.2.3", **inputs) == 204
    _refused(made, "build", "Another package")
    said = f"riveter 1.2.3 with other files than those that were built ({other.name})"
    assert f"https://pypi.org has {said}" in made.release.result("build").text
    other.unlink()

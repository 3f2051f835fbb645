"""A change after which fewer people suffice is shown first, and refused without an exemption."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.pulumi_pack.engine_call import reach_before

from portcullis.check.findings import Configuration
from portcullis.reach.answers import numbers_of
from portcullis.reach.comparison import VARIABLE, Change, changes, for_the_pack
from portcullis.reach.state import resources
from tests.portcullis.check.projects import command, project
from tests.reach import small_worlds as small

if TYPE_CHECKING:
    from pathlib import Path

NO_REVIEWERS: tuple[str, object] = ("repositories.app.environments.pypi-release.reviewers", {})
TO_ONE = "publish app/pypi-release: 2 people -> 1 person"


def committed(folder: Path, *changed: tuple[str, object]) -> Path:
    """A project in a git repository, with one commit of the organization's file; that file."""
    file = project(folder, *changed)
    commit(folder)
    return file


def commit(folder: Path) -> None:
    """Make a git repository of a folder, with one commit."""
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "all"]):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)  # noqa: S607 - the user's git


def test_a_number_that_falls_comes_first_and_is_refused(tmp_path: Path) -> None:
    """The first line is the number that falls; the finding names the way that is new."""
    committed(tmp_path)
    done = command(str(project(tmp_path, NO_REVIEWERS)), "--since", "HEAD")
    assert done.exit_code == 1
    assert done.output.startswith(f"reach      {TO_ONE}\n")
    assert "mandatory  RP006  RepositoryEnvironment app/pypi-release" in done.output
    assert f"{TO_ONE}: ines: create tag" in done.output


def test_a_comment_on_a_pull_request_begins_with_the_numbers(tmp_path: Path) -> None:
    """Markdown has a table of the numbers before that of the findings."""
    committed(tmp_path)
    file = str(project(tmp_path, NO_REVIEWERS))
    lines = command(file, "--since", "HEAD", "--format", "markdown").output.splitlines()
    assert lines[2:5] == [
        "| goal | before the change | after it |",
        "|---|---|---|",
        "| publish app/pypi-release | 2 people | **1 person** |",
    ]


@pytest.mark.parametrize("form", ["github", "html"])
def test_other_formats_have_the_numbers_too(tmp_path: Path, form: str) -> None:
    """Annotations and the page say the same."""
    committed(tmp_path)
    output = command(
        str(project(tmp_path, NO_REVIEWERS)), "--since", "HEAD", "--format", form
    ).output
    assert "publish app/pypi-release: 2 people -" in output


def test_an_exemption_accepts_it(tmp_path: Path) -> None:
    """With an exemption, reason and date in it, the number is still shown, and not refused."""
    committed(tmp_path)
    exemption = {
        "rule": "RP006",
        "resource": "repositories.app",
        "reason": "the second reviewer starts in May",
        "expires": (datetime.now(UTC).date() + timedelta(days=30)).isoformat(),
    }
    done = command(
        str(project(tmp_path, NO_REVIEWERS, ("exemptions", [exemption]))), "--since", "HEAD"
    )
    assert done.output.startswith(f"reach      {TO_ONE}\n")
    assert "mandatory  RP006" not in done.output


def test_a_number_that_rises_is_shown_and_accepted(tmp_path: Path) -> None:
    """More people than before are no finding."""
    committed(tmp_path, NO_REVIEWERS)
    done = command(str(project(tmp_path)), "--since", "HEAD", "--format", "json")
    assert done.exit_code == 0
    assert {"goal": "publish app/pypi-release", "before": 1, "after": 2} in json.loads(done.output)[
        "reach"
    ]


def test_nothing_is_compared_with_a_commit_without_the_file(tmp_path: Path) -> None:
    """An organization that is new has no number before."""
    (tmp_path / "README").write_text("it", encoding="utf-8")
    commit(tmp_path)
    done = command(str(project(tmp_path)), "--since", "HEAD")
    assert (done.exit_code, done.output) == (0, "policies   portcullis: no findings\n")


@pytest.mark.parametrize("commit", ["nothing", "--output=x", ""])
def test_a_wrong_commit_ends_with_2(tmp_path: Path, commit: str) -> None:
    """A commit that is not there is named, with what is allowed; git's options are no commits."""
    file = committed(tmp_path)
    done = command(str(file), f"--since={commit}")
    assert done.exit_code == 2
    assert f"--since {commit}" in done.stderr
    assert "allowed: a branch, tag or commit of this clone" in done.stderr
    assert not (tmp_path / "x").exists()


def test_a_commit_with_mistakes_ends_with_2(tmp_path: Path) -> None:
    """What was wrong before cannot be compared with: the mistakes are named."""
    committed(tmp_path, ("plan", "gold"))
    done = command(str(project(tmp_path)), "--since", "HEAD")
    assert done.exit_code == 2
    assert "has mistakes there" in done.stderr
    assert "plan" in done.stderr


def stored(items: list[Any]) -> dict[str, Any]:
    """The resources as a state has them after a deployment: teams have ids, and refer by them."""
    ids = {
        item.urn: str(number)
        for number, item in enumerate(items, 100)
        if item.type == "github:index/team:Team"
    }

    def known(value: object, made_from: tuple[str, ...]) -> object:
        if value is UNKNOWN:
            return int(ids[made_from[0]])
        if isinstance(value, list):
            return [known(each, made_from) for each in value]
        if isinstance(value, dict):
            return {key: known(each, made_from) for key, each in value.items()}
        return value

    return {
        "deployment": {
            "resources": [
                {
                    "urn": item.urn,
                    "type": item.type,
                    "id": ids.get(item.urn, item.name),
                    "provider": "urn:pulumi:x::y::pulumi:providers:github::default::1",
                    "inputs": {
                        name: known(value, item.depends.get(name, ()))
                        for name, value in item.inputs.items()
                    },
                    "outputs": {},
                    "propertyDependencies": {
                        name: list(urns) for name, urns in item.depends.items()
                    },
                }
                for item in items
            ]
        }
    }


@pytest.mark.parametrize("gates", list(small.one_by_one()), ids=str)
def test_a_state_has_the_numbers_of_the_program_that_made_it(gates: small.Gates) -> None:
    """Ids that GitHub gave meanwhile change no number, so an update without a change shows none."""
    declared = small.resources(gates)
    assert numbers_of(resources(stored(declared)), Configuration()) == numbers_of(
        declared, Configuration()
    )


def test_secrets_of_a_state_are_unknown() -> None:
    """What the engine marks is not read; what is to be deleted is not there."""
    marked = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "x": "y"}
    one = {"urn": "urn:pulumi:a::b::c:d:E::f", "type": "c:d:E", "inputs": {"value": [marked]}}
    found = resources({"deployment": {"resources": [one, {**one, "delete": True}]}})
    assert [(each.name, each.inputs) for each in found] == [("f", {"value": [UNKNOWN]})]
    assert resources({"deployment": None}) == []


def test_what_falls_comes_before_what_rises() -> None:
    """Goals that are new or gone are left out; nobody is the strongest."""
    before = {"rises": 1, "falls": 2, "same": 2, "gone": 1, "opens": None, "closes": 3}
    after = {"rises": 2, "falls": 1, "same": 2, "new": 1, "opens": 4, "closes": None}
    assert list(map(str, changes(before, after))) == [
        "falls: 2 people -> 1 person",
        "opens: nobody -> 4 people",
        "rises: 1 person -> 2 people",
        "closes: 3 people -> nobody",
    ]
    assert Change("a", 1, 0).falls


@pytest.mark.parametrize(
    ("text", "read"),
    [("", None), ('{"a": 1}', {"a": 1}), ("{", "{"), ("null", "null"), ("[" * 100_000, ...)],
)
def test_the_pack_reads_the_numbers(
    monkeypatch: pytest.MonkeyPatch, text: str, read: object
) -> None:
    """The pack reads what `portcullis` passes; what is no JSON is kept, and so refused."""
    monkeypatch.setenv(VARIABLE, text)
    assert reach_before() == (text if read is ... else read)
    assert for_the_pack({"a": None}) == {VARIABLE: '{"a": null}'}

"""`portcullis reach`: its options, its answers and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from portcullis.cli import app
from tests.portcullis.check.projects import project

ROOT = Path(__file__).resolve().parents[3]
GUILD = str(ROOT / "orgs/guild.yaml")


@cache
def reach(*arguments: str) -> tuple[int, str, str]:
    """Run the command; return exit code, output and errors."""
    done = CliRunner().invoke(app, ["reach", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def test_it_names_the_smallest_sets_and_their_steps() -> None:
    """A package has its number, then each smallest set with its steps in order."""
    code, output, _ = reach(GUILD, "--package", "riveter", "--ways", "1")
    assert code == 0
    assert output == (
        "publish riveter (riveter/pypi-release): 2 people\n"
        "  ana and ines\n"
        "    1. ana: create tag v0.0.0 (ruleset release tags, bypass of release-managers)\n"
        "    2. ines: approve at pypi-release\n"
        "  (3 more)\n"
        "\n"
        "could take protections away first, and not counted: owners (not declared)\n"
    )


def test_it_names_who_could_change_the_settings() -> None:
    """Owners and administrators are not counted: the last line names those who are declared."""
    insecure = str(ROOT / "orgs/insecure.yaml")
    last = reach(insecure)[1].splitlines()[-1]
    assert last.endswith(": owners (not declared); administrators of tool (ana, ben)")
    found = json.loads(reach(insecure, "--format", "json")[1])["administrators"]
    assert found == [
        {"repository": None, "names": []},
        {"repository": "tool", "names": ["ana", "ben"]},
    ]


def test_every_package_is_answered() -> None:
    """Without `--package`, each declared package has its answer."""
    _, output, _ = reach(GUILD)
    for package in ("escai-framework", "riveter", "agent-sdk", "explorer-web"):
        assert f"publish {package} (" in output


@pytest.mark.parametrize("name", ["Riveter", "riveter/pypi-release", "RIVETER/PyPI-release"])
def test_a_package_has_several_names(name: str) -> None:
    """A package is found by its name, its repository, or repository and environment."""
    assert reach(GUILD, "--package", name)[1].startswith("publish riveter (")


def test_an_unknown_package_is_named_with_the_known_ones() -> None:
    """A wrong `--package` ends with 2; the message lists what there is."""
    code, output, errors = reach(GUILD, "--package", "rivet")
    assert (code, output) == (2, "")
    assert "--package rivet: guild publishes no such package; allowed: aegis/production" in errors
    assert "riveter" in errors


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ("secret", "read the secret escai/pypi-release/PYPI_API_TOKEN: 2 people"),
        ("all", "move tag v0.0.0 of riveter: nobody"),
        ("all", "change the workflow files of riveter: 1 person"),
    ],
)
def test_other_goals_are_answered(goal: str, words: str) -> None:
    """`--goal` asks who reads a secret, moves a tag, or changes the workflows."""
    assert f"\n{words}\n" in f"\n{reach(GUILD, '--goal', goal)[1]}"


def test_json_has_all_sets() -> None:
    """JSON has every set with kinds and names, whatever `--ways` says."""
    _, output, _ = reach(GUILD, "--package", "riveter", "--format", "json", "--ways", "1")
    answer = json.loads(output)
    assert (answer["version"], answer["organization"]) == (1, "guild")
    [goal] = answer["goals"]
    assert (goal["kind"], goal["packages"], goal["fewest"]) == ("package", ["riveter"], 2)
    assert [[actor["name"] for actor in way["actors"]] for way in goal["ways"]] == [
        ["ana", "ines"],
        ["ana", "tom"],
        ["ben", "ines"],
        ["ben", "tom"],
    ]


def test_pictures_are_drawn_without_other_programs() -> None:
    """SVG is well-formed and has the steps; Mermaid is a flowchart."""
    _, drawn, _ = reach(GUILD, "--package", "riveter", "--format", "svg")
    texts = "".join(ET.fromstring(drawn).itertext())  # noqa: S314 - our own picture
    assert "ines: approve at pypi-release" in texts
    _, chart, _ = reach(GUILD, "--package", "riveter", "--format", "mermaid")
    assert chart.startswith("flowchart TB\n")


def test_output_is_the_same_each_time() -> None:
    """Two processes print the same bytes, whatever the order of Python's sets."""
    arguments = ("--package", "riveter", "--format", "svg")
    here = reach(GUILD, *arguments)[1]
    again = subprocess.run(
        [sys.executable, "-m", "portcullis", "reach", GUILD, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout == here


def test_mistakes_in_the_file_end_with_1(tmp_path: Path) -> None:
    """A file with mistakes gets all of them, and no answer."""
    code, output, errors = reach(str(project(tmp_path, ("plan", "gold"), ("teams.x.y", 1))))
    assert (code, output) == (1, "")
    assert "plan" in errors
    assert "teams.x.y" in errors


@pytest.mark.parametrize(
    "arguments", [["orgs/nothing.yaml"], [GUILD, "--ways", "0"], [GUILD, "--goal", "fame"]]
)
def test_wrong_use_ends_with_2(arguments: list[str]) -> None:
    """A missing file and wrong options end with 2, in words."""
    code, output, errors = reach(*arguments)
    assert (code, output) == (2, "")
    assert errors


def test_nothing_to_publish_is_said(tmp_path: Path) -> None:
    """An organization that publishes nothing gets a sentence, not silence."""
    file = project(tmp_path, ("repositories.app.environments", {}))
    assert reach(str(file)) == (
        0,
        "acme: the file declares nothing of this kind; `--goal all` shows what it declares\n",
        "",
    )


def test_the_page_shows_what_the_command_prints() -> None:
    """The transcript and the picture of docs/reach.md are the command's own."""
    page = (ROOT / "docs/reach.md").read_text(encoding="utf-8")
    assert reach(GUILD, "--package", "riveter", "--ways", "1")[1] in page
    picture = (ROOT / "docs/pictures/reach.svg").read_text(encoding="utf-8")
    assert reach(GUILD, "--package", "agent-sdk", "--format", "svg")[1] == picture

"""`portcullis report`: its page, its JSON, and what it refuses."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selenium.webdriver.common.by import By
from typer.testing import CliRunner

from portcullis.check.organization import subject
from portcullis.cli import app
from portcullis.report.facts import facts
from portcullis.report.known import offline
from portcullis.report.output.page import SECTIONS
from tests.portcullis.check.projects import CANARY, project
from tests.portcullis.report.test_history import git
from tests.sandbox.pages.browser import chromium

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[3]
GUILD = str(ROOT / "orgs/guild.yaml")
INSECURE = str(ROOT / "orgs/insecure.yaml")
HOSTILE = "<script>document.title='taken'</script>\"'\u202e accepted"


@cache
def report(*arguments: str) -> tuple[int, str, str]:
    """Run the command; return exit code, output and errors."""
    done = CliRunner().invoke(app, ["report", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def packages(file: str) -> list[dict[str, Any]]:
    """The packages of a report's JSON."""
    found: list[dict[str, Any]] = json.loads(report(file, "--format", "json")[1])["packages"]
    return found


def exempted(folder: Path) -> str:
    """The file of a project whose exemption's reason is markup."""
    exemption = {
        "rule": "BR012",
        "resource": "repositories.app",
        "reason": HOSTILE,
        "expires": "2027-01-31",
    }
    return str(project(folder, ("exemptions", [exemption])))


def test_the_page_shows_every_package(tmp_path: Path) -> None:
    """E8: in a browser each package has its heading, number and path, and nothing fails."""
    page = tmp_path / "report.html"
    assert report(GUILD, "--output", str(page))[0] == 0
    with chromium() as browser:
        browser.get(page.as_uri())
        headings = [each.text for each in browser.find_elements(By.CSS_SELECTOR, "section h3")]
        paths = browser.find_elements(By.CSS_SELECTOR, "section ol.path[aria-label]")
        log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert headings == [f"{each['name']}: {each['summary']}" for each in packages(GUILD)]
    assert len(paths) == len(headings) > 1
    assert log == []


def test_one_person_alone_is_marked_in_words() -> None:
    """E8: where one person suffices the page says so, not by colour alone."""
    weak = [each for each in packages(INSECURE) if each["broken"]]
    assert weak
    assert report(INSECURE)[1].count(">Broken: ") == len(weak)


def test_sound_packages_are_not_marked() -> None:
    """E8: where two people are needed nothing is called broken."""
    assert all(each["fewest"] == 2 for each in packages(GUILD))
    assert ">Broken: " not in report(GUILD)[1]


def test_two_approvals_are_two_gates() -> None:
    """E8, A4: the path of a package has its gates in their order, each with who approves."""
    package = next(each for each in packages(GUILD) if "agent-sdk" in str(each["name"]))
    titles = [each["title"] for each in package["path"]]
    assert titles == [
        *("Release tag", "Reviewed change"),
        *("Environment release-approval", "Environment pypi-release"),
        *("Credential", "Registry"),
    ]
    assert "security-team (ines, tom)" in package["path"][2]["lines"][0]


def test_what_is_wrong_stands_at_its_own_stage() -> None:
    """E8: a finding on one environment does not break the path through another one."""
    pypi, npm = packages(INSECURE)
    wrong = [" ".join(each["path"][-1]["broken"]) for each in (pypi, npm)]
    assert ["RP001" in each for each in wrong] == [True, False]
    gates = [" ".join(each["path"][2]["broken"]) for each in (pypi, npm)]
    assert ["EN001" in each for each in gates] == [True, False]


def test_publishers_to_register_are_listed() -> None:
    """E2, E8: each trusted publisher has what a person enters at the registry."""
    listed = json.loads(report(GUILD, "--format", "json")[1])["publishers"]
    (riveter,) = [
        each for each in listed if (each["registry"], each["package"]) == ("PyPI", "riveter")
    ]
    assert (riveter["workflow"], riveter["environment"]) == ("release.yml", "pypi-release")


def test_the_format_follows_the_ending(tmp_path: Path) -> None:
    """E8: `--output report.md` is Markdown, and `report.json` is JSON, without `--format`."""
    for name, start in (("report.md", "# Release path of guild"), ("report.json", "{\n")):
        assert report(GUILD, "--output", str(tmp_path / name))[0] == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_markdown_has_every_section() -> None:
    """E8: Markdown has the sections of the page, and every answer of the checklists."""
    written = report(GUILD, "--format", "markdown")[1]
    found = json.loads(report(GUILD, "--format", "json")[1])
    assert [line[3:] for line in written.split("\n") if line.startswith("## ")] == [
        *SECTIONS.values()
    ]
    answers = [each for one in found["checklists"] for each in one["answers"]]
    assert sum(line.endswith(" |") for line in written.split("\n")) > len(answers) > 30


def test_a_reason_cannot_be_markup(tmp_path: Path) -> None:
    """E8: a reason with markup, quotes and a mark of direction is text and nothing else."""
    page = report(exempted(tmp_path))[1]
    assert "accepted" in page
    assert "<script" not in page
    assert "\u202e" not in page


def test_exemptions_are_facts(tmp_path: Path) -> None:
    """E8: the JSON has each exemption with its date and its reason."""
    found = json.loads(report(exempted(tmp_path), "--format", "json")[1])
    (exemption,) = found["exemptions"]
    assert exemption["expires"] == "2027-01-31"
    assert exemption["reason"] == HOSTILE


def test_an_exemption_holds_until_the_end_of_its_day(tmp_path: Path) -> None:
    """E8: on its last day an exemption still counts, on the next one it has expired."""
    what = subject(Path(exempted(tmp_path)), None)
    for today, expired in ((date(2027, 1, 31), False), (date(2027, 2, 1), True)):
        exemptions = facts(offline(what, (), today)).exemptions
        assert [each.expired for each in exemptions] == [expired]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """E8: a folder that is not there is named, without a traceback."""
    code, _, said = report(GUILD, "--output", str(tmp_path / "none/report.html"))
    assert code == 1
    assert "nothing was written" in said


def test_what_cannot_be_written_is_refused_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E8: nobody waits for GitHub to learn that the folder is not theirs."""
    monkeypatch.setattr("portcullis.check.organization.subject", None)
    monkeypatch.setattr("os.access", lambda path, _: path != tmp_path)
    code, _, said = report(GUILD, "--output", str(tmp_path / "report.html"))
    assert code == 1
    assert said.startswith(f"{tmp_path / 'report.html'} cannot be written by this user")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """E8: an output that is a folder is refused in words."""
    code, _, said = report(GUILD, "--output", str(tmp_path))
    assert code == 1
    assert "nothing was written" in said


def test_answers_are_dated_by_git(tmp_path: Path) -> None:
    """E8: an answer says since when it holds, by the commits of the lines that it rests on."""
    file = project(tmp_path)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "x", day="2026-03-04")
    checklists = json.loads(report(str(file), "--format", "json")[1])["checklists"]
    answers = {each["id"]: each for one in checklists for each in one["answers"]}
    for item, state in (("OSPS-AC-03.01", "met"), ("E8.9", "not met")):
        assert answers[item]["state"] == state
        assert (answers[item]["since"], answers[item]["since_from"]) == ("2026-03-04", "git")


def test_no_value_of_a_secret_is_in_it(tmp_path: Path) -> None:
    """E8: a value that was typed into the stack's configuration appears in no format."""
    file = project(tmp_path)
    (tmp_path / "Pulumi.dev.yaml").write_text(
        f"config:\n  portcullis:organization: acme\n  portcullis:token: {CANARY}\n",
        encoding="utf-8",
    )
    for form in ("html", "json", "markdown"):
        code, written, said = report(str(file), "--stack", "dev", "--format", form)
        assert code == 0
        assert CANARY not in written + said


def test_github_is_asked_for_a_stack_only() -> None:
    """E8: `--live` with a file is refused, and says what is allowed: credentials are a stack's."""
    code, _, said = report(GUILD, "--live")
    assert code == 2
    assert "allowed: without FILE" in said


def test_without_github_nothing_is_claimed_about_it() -> None:
    """E8: offline, drift and undeclared things are not called none."""
    written = report(GUILD, "--format", "markdown")[1]
    assert written.count("Not known: GitHub was not asked.") == 2

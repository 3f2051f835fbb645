"""`portcullis report`: its page, its JSON, and what it refuses."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

from selenium.webdriver.common.by import By
from typer.testing import CliRunner

from portcullis.check.organization import subject
from portcullis.cli import app
from portcullis.report.facts import gather
from tests.portcullis.check.projects import CANARY, project
from tests.sandbox.pages.browser import chromium

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


def packages(file: str) -> list[dict[str, object]]:
    """The packages of a report's JSON."""
    found: list[dict[str, object]] = json.loads(report(file, "--format", "json")[1])["packages"]
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
    """E8: in a browser each package has its heading, number and drawing, and nothing fails."""
    page = tmp_path / "report.html"
    assert report(GUILD, "--output", str(page))[0] == 0
    with chromium() as browser:
        browser.get(page.as_uri())
        headings = [each.text for each in browser.find_elements(By.TAG_NAME, "h3")]
        drawings = browser.find_elements(By.CSS_SELECTOR, "section svg[role=img][aria-label]")
        log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert headings == [each["name"] for each in packages(GUILD)]
    assert len(drawings) == len(headings) > 1
    assert log == []


def test_one_person_alone_is_marked_in_words() -> None:
    """E8: where one person suffices the page says so, not by colour alone."""
    weak = [each for each in packages(INSECURE) if each["broken"]]
    assert weak
    assert report(INSECURE)[1].count("<strong>Broken:</strong>") == len(weak)


def test_sound_packages_are_not_marked() -> None:
    """E8: where two people are needed nothing is called broken."""
    assert all(each["fewest"] == 2 for each in packages(GUILD))
    assert "<strong>Broken:</strong>" not in report(GUILD)[1]


def test_a_reason_cannot_be_markup(tmp_path: Path) -> None:
    """E8: a reason with markup, quotes and a mark of direction is text and nothing else."""
    page = report(exempted(tmp_path))[1]
    assert "accepted" in page
    assert "<script" not in page
    assert "\u202e" not in page


def test_exemptions_are_facts(tmp_path: Path) -> None:
    """E8: the JSON has each exemption with its date and its reason."""
    facts = json.loads(report(exempted(tmp_path), "--format", "json")[1])
    (exemption,) = facts["exemptions"]
    assert exemption["expires"] == "2027-01-31"
    assert exemption["reason"] == HOSTILE


def test_an_exemption_holds_until_the_end_of_its_day(tmp_path: Path) -> None:
    """E8: on its last day an exemption still counts, on the next one it has expired."""
    what = subject(Path(exempted(tmp_path)), None)
    for today, expired in ((date(2027, 1, 31), False), (date(2027, 2, 1), True)):
        assert [each.expired for each in gather(what, (), today)[0].exemptions] == [expired]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """E8: a folder that is not there is named, without a traceback."""
    code, _, said = report(GUILD, "--output", str(tmp_path / "none/report.html"))
    assert code == 1
    assert "nothing was written" in said


def test_no_value_of_a_secret_is_in_it(tmp_path: Path) -> None:
    """E8: a value that was typed into the stack's configuration appears in neither format."""
    file = project(tmp_path)
    (tmp_path / "Pulumi.dev.yaml").write_text(
        f"config:\n  portcullis:organization: acme\n  portcullis:token: {CANARY}\n",
        encoding="utf-8",
    )
    for form in ("html", "json"):
        code, written, said = report(str(file), "--stack", "dev", "--format", form)
        assert code == 0
        assert CANARY not in written + said

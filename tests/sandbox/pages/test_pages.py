"""The pages show how things stand, no value of a secret, and change nothing but by a decision."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import (
    presence_of_element_located,
    staleness_of,
)
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.sandbox.attempts.path import REPO, SEED, TOKEN, Path
from tests.sandbox.pages.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from tests.support.sandbox import Sandbox

PATIENCE_SECONDS = 30
_numbers = itertools.count(1)


@pytest.fixture
def path(sandbox: Sandbox) -> Iterator[Path]:
    """A release that waits for ria, in a world of its own."""
    made = Path(sandbox.world(f"pages{next(_numbers)}", SEED))
    made.only_refs(("tag", "v*"))
    made.reviewers(
        "ria",
        "rolf",
        prevent_self_review=True,
        can_admins_bypass=False,
        deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
    )
    made.secret("/orgs/guild/actions/secrets", "MIRROR", visibility="all")
    made.ref("ria", "tags/v1.0")
    yield made
    made.close()


def _waiting(path: Path) -> str:
    """Return the address of the run that waits."""
    run = path.world.jobs(status="waiting")[-1]["run"]
    return f"{path.world.base_url}guild/sophia/actions/runs/{run}"


def _get(address: str) -> str:
    answer = httpx.get(address)
    assert answer.status_code == 200
    assert TOKEN not in answer.text
    return answer.text


def test_every_page_says_that_it_is_a_sandbox_and_shows_no_secret(path: Path) -> None:
    """All pages: the banner, the names of secrets, never a value (S4, C2)."""
    base = path.world.base_url
    for page in ("", "guild", "guild/sophia", "-/journal"):
        assert "This is a sandbox" in _get(f"{base}{page}")
    assert "PYPI_TOKEN" in _get(f"{base}guild/sophia")
    assert "MIRROR" in _get(f"{base}guild")
    assert _waiting(path).removeprefix(path.world.sandbox.url) in _get(base)


def test_an_environment_is_reported_in_words(path: Path) -> None:
    """Who reviews, what may deploy, whether one may approve one's own (R4)."""
    text = re.sub(r"<[^>]+>|\s+", " ", _get(f"{path.world.base_url}guild/sophia"))
    assert re.search(r"pypi-release +tag v\* +ria +rolf +no +no +none +PYPI_TOKEN", text)


def test_what_people_wrote_cannot_run(path: Path) -> None:
    """Names are escaped, and the page may load nothing but its own style (S4)."""
    path.as_("olga").patch("/orgs/guild", json={"name": "<script>alert(1)</script>"})
    answer = httpx.get(f"{path.world.base_url}guild")
    assert "<script>" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")


def test_looking_changes_nothing(path: Path) -> None:
    """No GET writes, and no page but a run's takes a POST (C2)."""
    before = path.world.state()
    for page in ("", "guild", "guild/sophia", "-/journal?method=PUT&page=2"):
        _get(f"{path.world.base_url}{page}")
    _get(_waiting(path))
    assert path.world.state() == before
    assert httpx.post(f"{path.world.base_url}guild").status_code == 405
    assert httpx.put(f"{path.world.base_url}guild").status_code == 405


def _form(path: Path, **more: str) -> dict[str, str]:
    text = _get(_waiting(path))
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', text))
    return {**fields, "actor": "ria", "state": "approved", "comment": "", **more}


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({"Origin": "https://evil.example"}, {}),
        ({"Origin": "null"}, {}),
        ({"Sec-Fetch-Site": "cross-site"}, {}),
        ({"Host": "evil.example"}, {}),
        ({}, {"token": "0" * 64}),
    ],
)
def test_another_site_decides_nothing(
    path: Path, headers: dict[str, str], more: dict[str, str]
) -> None:
    """A form from elsewhere, or without this page's token, is refused (C2)."""
    form = _form(path, **more)
    assert httpx.post(_waiting(path), data=form, headers=headers).status_code == 403
    assert not path.leaked()


def test_what_is_not_there(sandbox: Sandbox, path: Path) -> None:
    """404 in words, for a browser."""
    for page in ("nowhere", f"{path.world.name}/nobody", f"{path.world.name}/guild/nothing"):
        answer = httpx.get(f"{sandbox.url}/{page}", headers={"Accept": "text/html"})
        assert (answer.status_code, "There is no" in answer.text) == (404, True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    """A browser for all of these tests."""
    with chromium() as running:
        yield running


def _decide(browser: Chrome, login: str, button: str) -> str:
    Select(browser.find_element(By.NAME, "actor")).select_by_value(login)
    pressed = browser.find_element(By.XPATH, f"//button[.='{button}']")
    pressed.click()
    # the click may return before the next page is there
    patience = WebDriverWait(browser, PATIENCE_SECONDS)
    patience.until(staleness_of(pressed))
    notice = (By.CSS_SELECTOR, "[role=status]")
    return str(patience.until(presence_of_element_located(notice)).text)


def _complaints(browser: Chrome) -> list[Any]:
    """Return what the browser complained of: scripts, styles, policy."""
    entries = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry for entry in entries if "favicon" not in entry["message"]]


def test_a_person_approves_in_the_browser(path: Path, browser: Chrome) -> None:
    """From the world's page to the run; who may not hears why; a reviewer lets it go on (R4)."""
    browser.get(path.world.base_url)
    browser.find_element(By.PARTIAL_LINK_TEXT, "release #").click()
    assert "not a required reviewer" in _decide(browser, "carl", "Approve")
    assert "self-review is prevented" in _decide(browser, "ria", "Approve")
    assert not path.leaked()
    assert _decide(browser, "rolf", "Approve") == "rolf approved the deployment."
    assert path.leaked()
    assert "rolf" in browser.find_element(By.TAG_NAME, "main").text
    assert _complaints(browser) == []
    actors = [e["actor"] for e in path.world.journal(method="POST", status=200)]
    assert actors[-1] == "rolf"


def test_a_rejection_in_the_browser(path: Path, browser: Chrome) -> None:
    """Rejected, the job has failed (R4)."""
    browser.get(_waiting(path))
    assert _decide(browser, "rolf", "Reject") == "rolf rejected the deployment."
    assert "failure" in browser.find_element(By.CSS_SELECTOR, ".status").text


@pytest.mark.parametrize("page", ["", "guild", "guild/sophia", "-/journal", "run"])
def test_pages_fit_a_telephone(path: Path, browser: Chrome, page: str) -> None:
    """At 390 pixels nothing runs out at the side; headings are in order; fields have labels."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True},
    )
    browser.get(_waiting(path) if page == "run" else f"{path.world.base_url}{page}")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    levels = browser.execute_script(
        "return [...document.querySelectorAll('h1,h2,h3')].map(each => +each.tagName[1])"
    )
    assert levels[0] == 1
    assert all(after - before <= 2 for before, after in itertools.pairwise(levels))
    unnamed = browser.execute_script(
        "return document.querySelectorAll("
        "'input:not([type=hidden]):not(label input), select:not(label select)').length"
    )
    assert unnamed == 0
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert _complaints(browser) == []


def test_the_journal_is_narrowed(path: Path) -> None:
    """By who, what and answer (C2)."""
    text = _get(f"{path.world.base_url}-/journal?actor=ria&method=POST")
    assert f"{REPO}/git/refs" in text
    assert "1 requests" in text

"""The page of the report in a real browser, on paper, and with hostile text."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from portcullis.report.output import markdown, page
from tests.portcullis.report import pdf
from tests.portcullis.report.made import full
from tests.sandbox.pages.browser import chromium
from tests.support.extent import EVERY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

HOSTILE = "<img src=x onerror=alert(1)><script>document.title='taken'</script>\"'&\u202e`|"
LONG = "a-repository-with-a-rather-long-name/an-environment-with-a-long-name-too"
A4 = 680
"""The width of A4 between the margins, in the browser's pixels: 180 mm."""
PHONE = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
CONTRAST = """
const found = [];
const channels = (text) => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
  .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (node) => {
  for (let each = node; each; each = each.parentElement) {
    const colour = channels(getComputedStyle(each).backgroundColor);
    if (colour.length < 4 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim()) continue;
  const [a, b] = [light(channels(getComputedStyle(node).color)), light(behind(node))];
  found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.textContent]);
}
return found;
"""
"""Each text with its contrast, as https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio defines it."""
WIDER = """
return [...document.querySelectorAll("body *")]
  .filter((node) => !node.closest(".skip, [role=region]"))
  .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
  .map((node) => node.outerHTML.slice(0, 80));
"""
NAMELESS = """
return [...document.querySelectorAll("a, ol.path, [role=region], table, th, nav")]
  .filter((node) => !(node.getAttribute("aria-label") || node.textContent).trim()).length;
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A browser that shows the full report."""
    file: Path = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(page.text(full(LONG)), encoding="utf-8")
    with chromium() as running:
        running.get(file.as_uri())
        yield running


def media(browser: Chrome, **how: Any) -> None:  # noqa: ANN401 - as the protocol has it
    """Show the page as on another medium."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", how)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(browser: Chrome, scheme: str) -> None:
    """E8: every text has a contrast of at least 4.5 to 1, in a light and in a dark browser."""
    media(browser, features=[{"name": "prefers-color-scheme", "value": scheme}])
    found = browser.execute_script(CONTRAST)
    assert len(found) > 50
    assert [each for each in found if each[0] < 4.5] == []


def test_printed_text_has_contrast(browser: Chrome) -> None:
    """E8: on paper, every text has a contrast of at least 4.5 to 1, from a dark browser too."""
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    media(browser, media="print", features=dark)
    assert [each for each in browser.execute_script(CONTRAST) if each[0] < 4.5] == []
    media(browser)


def test_the_keyboard_reaches_everything(browser: Chrome) -> None:
    """E8: the first key leads past the links, and each table that may scroll takes the focus."""
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the content"
    wanted = browser.find_elements(By.CSS_SELECTOR, "a, [tabindex='0']")
    reached = []
    for _ in wanted:
        reached.append(browser.switch_to.active_element)
        browser.switch_to.active_element.send_keys(Keys.TAB)
    assert reached == wanted


def test_what_is_drawn_is_text(browser: Chrome) -> None:
    """E8: a path is a list, its stages have headings, and a broken one says so in words."""
    path = browser.find_element(By.CSS_SELECTOR, "ol.path[aria-label]")
    stages = path.find_elements(By.TAG_NAME, "li")
    broken = path.find_elements(By.CSS_SELECTOR, "li.broken")
    assert stages
    assert len(broken) == len(path.find_elements(By.TAG_NAME, "h4"))
    assert all("Broken" in each.text for each in broken)
    assert browser.execute_script(NAMELESS) == 0


def test_headings_are_in_order(browser: Chrome) -> None:
    """E8: one heading of the first level, and no level is left out below it."""
    levels = [
        int(each.tag_name[1]) for each in browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3, h4")
    ]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_nothing_is_wider_than_a_phone(browser: Chrome) -> None:
    """E8: on a narrow screen only tables scroll sideways, each within itself."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    assert browser.execute_script(WIDER) == []
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_nothing_is_wider_than_paper(browser: Chrome) -> None:
    """E8: on a page of A4 everything fits between the margins, tables as well."""
    media(browser, media="print")
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**PHONE, "width": A4})
    too_wide = browser.execute_script(WIDER.replace(".skip, [role=region]", ".skip, nav"))
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    media(browser)
    assert too_wide == []


def test_it_is_printed_whole(tmp_path: Path) -> None:
    """E8: the text of the page can be read out of its PDF: nothing is cut off or drawn only."""
    file = tmp_path / "report.html"
    file.write_text(page.text(full(LONG)), encoding="utf-8")
    with chromium() as browser:
        browser.get(file.as_uri())
        printed = base64.b64decode(browser.print_page())
        shown = browser.execute_script("return document.querySelector('main').innerText")
        log = browser.get_log("browser")  # type: ignore[no-untyped-call] # selenium leaves it untyped
    assert log == []
    assert pdf.pages(printed) >= 1
    squeezed = re.sub(r"\s", "", pdf.text(printed))
    missing = [word for word in shown.split() if word not in squeezed]
    assert missing == []


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    """E8: markup in every name and reason runs nothing, loads nothing and changes nothing."""
    file = tmp_path / "report.html"
    file.write_text(page.text(full(HOSTILE)), encoding="utf-8")
    with chromium() as browser:
        browser.get(file.as_uri())
        assert browser.title.startswith("Release path of <img")
        assert browser.find_elements(By.CSS_SELECTOR, "img, script, link, iframe") == []
        log = browser.get_log("browser")  # type: ignore[no-untyped-call] # selenium leaves it untyped
    assert log == []


class Elements(HTMLParser):
    """The elements of a page, in order, with the names of their attributes."""

    def __init__(self, text: str) -> None:
        """Parse a page."""
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, tuple(name for name, _ in attrs)))


PLAIN = Elements(page.text(full("x"))).found


@settings(deadline=None, max_examples=200 if EVERY else 25)
@given(text=st.text(min_size=1).filter(str.strip) | st.just(HOSTILE))
def test_no_text_makes_an_element(text: str) -> None:
    """E8: whatever people write, the page has the same elements and attributes."""
    written = page.text(full(text))
    assert Elements(written).found == PLAIN
    assert all(each.isprintable() or each == "\n" for each in written)


def _cells(text: str) -> list[int]:
    """How many cells each row of a table has."""
    return [line.count("|") for line in text.split("\n") if line.startswith("| ")]


LINES = markdown.text(full("x")).count("\n")
CELLS = _cells(markdown.text(full("x")))


@settings(deadline=None, max_examples=200 if EVERY else 25)
@given(text=st.text(min_size=1) | st.just(HOSTILE))
def test_no_text_makes_markdown(text: str) -> None:
    """E8: whatever people write makes no line, no cell, no element and no mention in Markdown."""
    written = markdown.text(full(text))
    assert written.count("\n") == LINES
    tags = re.findall(r"<[^>]*>", written)
    assert set(tags) <= {"<br>", "<code>", "</code>"}
    assert _cells(written) == CELLS
    assert not re.search(r"@\w", written)

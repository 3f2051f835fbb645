"""Take the picture of docs/report.md again: `python -m tests.portcullis.report.screenshot`."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from selenium.webdriver.common.by import By

from portcullis.check.organization import Subject
from portcullis.report.facts import facts
from portcullis.report.known import offline
from portcullis.report.output import page
from tests.sandbox.pages.browser import chromium

ROOT = Path(__file__).parents[3]
PICTURE = ROOT / "docs/pictures/report.png"


def main() -> None:
    """Take a picture of the last path of the insecure organization."""
    found = facts(offline(Subject(ROOT, "insecure"), (), date(2026, 12, 1)))
    with tempfile.TemporaryDirectory() as folder, chromium(1280, 1800) as browser:
        file = Path(folder) / "report.html"
        file.write_text(page.text(found), encoding="utf-8")
        browser.get(file.as_uri())
        section = browser.find_elements(By.CSS_SELECTOR, "section")[-1]
        browser.execute_script("arguments[0].scrollIntoView()", section)
        PICTURE.write_bytes(section.screenshot_as_png)


if __name__ == "__main__":
    main()

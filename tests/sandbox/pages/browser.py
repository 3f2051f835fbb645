"""A headless Chromium, as people would see the pages with."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)
PACKAGES = ("chromium", "chromium-driver")


def programs() -> tuple[str, str]:
    """Return where Chromium and its driver are; on Debian they are installed if need be.

    Raises:
        RuntimeError: They are not there, and cannot be installed; says what to do.
    """
    installer = shutil.which("apt-get")
    if shutil.which("chromedriver") is None and installer is not None and os.geteuid() == 0:
        for command in (["update"], ["install", "-y", *PACKAGES]):
            subprocess.run([installer, "-q", *command], check=False, capture_output=True)
    driver = shutil.which("chromedriver")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if driver is None or browser is None:
        raise RuntimeError(
            "the pages are tested in Chromium: install chromium and chromedriver "
            f"(Debian: apt-get install {' '.join(PACKAGES)})"
        )
    return browser, driver


@contextmanager
def chromium(width: int = 1100, height: int = 900) -> Iterator[Chrome]:
    """A browser with a profile of its own; it is ended at the end."""
    browser, driver = programs()
    options = ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with tempfile.TemporaryDirectory() as profile:
        options.add_argument(f"--user-data-dir={profile}")
        options.add_argument(f"--window-size={width},{height}")
        running = Chrome(options, ChromeService(driver))
        try:
            yield running
        finally:
            running.quit()

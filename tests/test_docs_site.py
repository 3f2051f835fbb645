"""The documentation as a website: built offline, without a broken link, and self-contained."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_LOADED = re.compile(
    r"<(?:script|img|iframe)\b[^>]*\bsrc=\"?([^\"> ]+)|<link\b[^>]*\bhref=\"?([^\"> ]+)"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; building is strict, so that a broken link or anchor fails it."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        # a proxy that does not exist: a request to the network would fail
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "https_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_on_the_site(site: Path) -> None:
    """Each page of docs/ is built, and the README is the first page."""
    pages = [path.relative_to(ROOT / "docs") for path in ROOT.glob("docs/**/*.md")]
    assert [page for page in pages if not (site / page.with_suffix(".html")).is_file()] == []
    assert "The file you write" in (site / "index.html").read_text(encoding="utf-8")
    assert not list(site.rglob("*.py"))


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    """Scripts, styles, fonts and pictures come with the site, so it works offline."""
    loaded = {
        next(filter(None, found))
        for page in site.rglob("*.html")
        for found in _LOADED.findall(page.read_text(encoding="utf-8"))
    }
    assert loaded
    assert {address for address in loaded if re.match(r"(?:https?:)?//", address)} == set()


def test_links_to_source_files_become_paths(site: Path) -> None:
    """The site has no link to a file that only the repository has."""
    concepts = (site / "concepts.html").read_text(encoding="utf-8")
    assert "<code>components/stack.py</code>" in concepts
    assert 'href="../' not in concepts

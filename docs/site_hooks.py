"""Hooks of the documentation site: pages from outside docs/, and links to source files.

MkDocs knows only the pages below docs/. These hooks add the README and a few others, and change
the links of every page to match: a link to a page leads there, a link to a source file becomes its
path.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

OUTSIDE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "policy/README.md": "policy-pack.md",
}
"""Pages outside of docs/, by path in the project, and what they are called on the site."""

_SOURCES = {on_site: path for path, on_site in OUTSIDE.items()}
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(
    r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>(?!https?:|#)[^)#\s]+)(?P<anchor>#[^)\s]+)?\)"
)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages outside of docs/."""
    root = Path(config.docs_dir).parent
    for path, on_site in OUTSIDE.items():
        content = (root / path).read_text(encoding="utf-8")
        files.append(File.generated(config, on_site, content=content))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the page with links as they are on the site."""
    del config, files
    on_site = page.file.src_uri
    path = _SOURCES.get(on_site, f"docs/{on_site}")

    def changed(link: re.Match[str]) -> str:
        text, anchor = link["text"], link["anchor"] or ""
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link["target"]))
        if target not in OUTSIDE and not target.startswith("docs/"):
            name = posixpath.basename(target)
            return f"`{target}`" if text in (name, target) else f"{text} (`{target}`)"
        to = OUTSIDE.get(target) or target.removeprefix("docs/")
        return f"[{text}]({posixpath.relpath(to, posixpath.dirname(on_site) or '.')}{anchor})"

    pieces, end = [], 0
    for block in _FENCED.finditer(markdown):
        pieces += [_LINK.sub(changed, markdown[end : block.start()]), block[0]]
        end = block.end()
    return "".join([*pieces, _LINK.sub(changed, markdown[end:])])

"""Take the pictures of docs/pull-requests.md: `python -m tests.portcullis.comment.screenshot`.

Both comments are of real previews. GitHub's own rendering of Markdown is not here: markdown-it
renders CommonMark with HTML, and the styles are ours.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from selenium.webdriver.common.by import By

from portcullis.comment.body import text
from portcullis.plan.document import read
from tests.bench.__main__ import seed
from tests.bench.organization import fleet
from tests.end_to_end.conftest import make_small
from tests.sandbox.pages.browser import chromium
from tests.support.project import Project
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from portcullis.plan.document import Plan

PICTURES = Path(__file__).parents[3] / "docs/pictures"
PAGE = """\
<!DOCTYPE html><meta charset="utf-8"><style>
body {{ font: 14px/1.5 sans-serif; color: #1f2328; width: 860px; margin: 0; padding: 16px;
  box-sizing: border-box; background: white }}
code {{ background: #818b981f; border-radius: 6px; padding: 0.2em 0.4em; font-size: 85% }}
h3 {{ font-size: 1.25em }} h4 {{ font-size: 1em }} ul {{ padding-left: 2em }}
</style><body>{body}</body>
"""
REPOSITORIES = 36
"""Of a first preview with about 300 changes."""


def three(sandbox: Sandbox, folder: Path) -> Plan:
    """The plan of three changes, one of which lowers what is required."""
    project = make_small(sandbox, folder, "picture")
    project.make()
    project.edit("{teams: [makers], users: [ana]}", "{teams: [makers]}")
    project.edit("COLOUR: green", "COLOUR: blue")
    project.edit("description: A tool", "description: The tool")
    return previewed(project)


def three_hundred(sandbox: Sandbox, folder: Path) -> Plan:
    """The plan of a first preview."""
    project = Project(folder / "fleet", sandbox.world("fleet", seed()))
    project.write(fleet(REPOSITORIES))
    project.create({"deployKey": "a-value-for-the-picture"})
    return previewed(project)


def previewed(project: Project) -> Plan:
    """The plan that a preview writes."""
    project.environment["GITHUB_SHA"] = "1f" * 20
    project.portcullis("preview", "--json", "plan.json")
    return read(project.folder / "plan.json")


def main() -> None:
    """Take both pictures."""
    with Sandbox(judged=False) as sandbox, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plans = {3: three(sandbox, folder), 300: three_hundred(sandbox, folder)}
        for count, plan in plans.items():
            page = folder / f"{count}.html"
            html = MarkdownIt("commonmark").render(text(plan))
            page.write_text(PAGE.format(body=html), encoding="utf-8")
            with chromium(880, 900) as browser:
                browser.get(page.as_uri())
                body = browser.find_element(By.TAG_NAME, "body")
                (PICTURES / f"comment-{count}.png").write_bytes(body.screenshot_as_png)


if __name__ == "__main__":
    main()

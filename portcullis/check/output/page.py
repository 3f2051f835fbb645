"""For a browser: one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

import inspect
from html import escape
from typing import TYPE_CHECKING

from portcullis.check.report import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.check.report import Report

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Portcullis: {title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem;
  padding: 0 1rem; color: #1f2328; background: #fff; }}
article {{ border-left: 4px solid #9a6700; padding: 0 1rem; margin: 1.5rem 0; }}
article.mandatory, article.mistake {{ border-color: #cf222e; }}
h2 {{ font-size: 1.1rem; margin: 0; }}
p {{ margin: .3rem 0; }}
.where {{ font-family: ui-monospace, monospace; overflow-wrap: anywhere; color: #59636e; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #f0f6fc; background: #0d1117; }} .where {{ color: #9198a1; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{summary}</p>
"""


def text(report: Report) -> str:
    """Return the report as a page."""
    head = _HEAD.format(title=escape(report.file), summary=escape(report.summary))
    return "\n".join([head + "\n".join(_articles(report)), "</body>", "</html>", ""])


def _articles(report: Report) -> Iterator[str]:
    for change in report.changes:
        kind = "mandatory" if change.falls else "notice"
        yield _article(kind, "who suffices", [str(change)], report.file)
    for mistake in report.mistakes:
        allowed = f"allowed: {mistake.allowed}" if mistake.allowed else ""
        where = f"{mistake.place}  {mistake.path}"
        yield _article("mistake", "mistake", [mistake.what, allowed], where)
    for finding in report.findings:
        rule = finding.rule
        at = place(report, finding)
        reason = " ".join(inspect.cleandoc(rule.__doc__ or "").split())
        words = [*finding.details, f"Fix: {finding.fix}", reason]
        heading = f"{rule.id} {rule.title} ({rule.severity.value}, {finding.level})"
        yield _article(finding.level, heading, words, f"{at}  {finding.location.dotted}")
    for notice in report.notices:
        yield _article("notice", "notice", [notice], report.file)


def _article(kind: str, heading: str, words: list[str], where: str) -> str:
    paragraphs = "\n".join(f"<p>{escape(each)}</p>" for each in words if each)
    return (
        f'<article class="{escape(kind)}">\n<h2>{escape(heading)}</h2>\n'
        f'<p class="where">{escape(where)}</p>\n{paragraphs}\n</article>'
    )

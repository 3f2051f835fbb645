"""The report as one HTML page that loads nothing and runs nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from components.names.printable import printable
from portcullis.report.output.template import MACROS, PAGE, STYLE

if TYPE_CHECKING:
    from jinja2 import Template

    from portcullis.report.model import Facts

WAYS = 3
"""Sets that are described of each package; the JSON has all."""

SECTIONS = {
    "packages": "Who can publish",
    "drift": "Drift",
    "undeclared": "Undeclared on GitHub",
    "secrets": "Secrets",
    "people": "Second factor",
    "publishers": "Publishers to register",
    "exemptions": "Exemptions",
    "checklists": "Checklists",
}
"""Headings by their anchors, in the order of the page."""


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["shown"] = printable
    return environment.from_string(MACROS + PAGE)


def text(facts: Facts) -> str:
    """Return the page."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return _template().render(
        facts=facts,
        broken=sum(each.broken for each in facts.packages),
        sections=SECTIONS,
        style=Markup(STYLE),  # noqa: S704 - ours
        style_hash=f"sha256-{digest}",
        ways=WAYS,
    )

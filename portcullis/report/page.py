"""The report as one HTML page that loads nothing and runs nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from components.names.printable import printable
from portcullis.reach.output import svg

if TYPE_CHECKING:
    from portcullis.reach.report import Report
    from portcullis.report.facts import Facts

_WAYS = 3
"""Sets that are drawn and described of each package; the JSON has all."""

_TEMPLATE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Release path of {{ facts.organization }}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: auto; padding: 1rem; }
.drawing { overflow-x: auto; }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
.broken { border-left: .5rem solid #cf222e; padding-left: 1rem; }
@media print { svg { max-width: 100%; height: auto; } section { break-inside: auto; } }
</style>
</head>
<body>
<a href="#main">Skip to the content</a>
<header><h1>Release path of {{ facts.organization }}</h1>
<p>Made on {{ facts.date }} from the organization's file. GitHub was not asked.</p></header>
<main id="main">
<h2>Who can publish</h2>
{% for package, drawing in packages %}
<section{% if package.broken %} class="broken"{% endif %}>
<h3>{{ package.name|safe_text }}</h3>
<p>{% if package.broken %}<strong>Broken:</strong> {% endif %}{{ package.summary|safe_text }}</p>
<div class="drawing" tabindex="0" role="region"
 aria-label="Drawing of {{ package.name|safe_text }}">
{{ drawing }}</div>
<h4>In words</h4>
{% for way in package.ways[:ways] %}
<p>{{ way.actors|join(" and ")|safe_text or "anybody" }}</p>
<ol>{% for step in way.steps %}<li>{{ step|safe_text }}</li>{% endfor %}</ol>
{% endfor %}
</section>
{% else %}<p>No environment publishes.</p>
{% endfor %}
<h2>Exemptions</h2>
{% if facts.exemptions %}<table>
<caption>Findings that are accepted, the next to expire first</caption>
<thead><tr><th scope="col">Expires</th><th scope="col">Rule</th><th scope="col">Resource</th>
<th scope="col">Reason</th></tr></thead>
<tbody>{% for each in facts.exemptions %}
<tr><td>{{ each.expires }}{% if each.expired %} (expired){% endif %}</td><td>{{ each.rule }}</td>
<td>{{ each.resource|safe_text }}</td><td>{{ each.reason|safe_text }}</td></tr>{% endfor %}
</tbody></table>
{% else %}<p>None is declared.</p>
{% endif %}
</main>
</body>
</html>
"""


def text(facts: Facts, answers: Report) -> str:
    """Return the page.

    Args:
        facts: What it says.
        answers: Those of the facts' packages, in the same order: what is drawn.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["safe_text"] = printable
    drawings = [
        Markup(svg.text(replace(answers, goals=(goal,)), _WAYS))  # noqa: S704 - svg.py escapes
        for goal in answers.goals
    ]
    packages = list(zip(facts.packages, drawings, strict=True))
    return environment.from_string(_TEMPLATE).render(facts=facts, packages=packages, ways=_WAYS)

"""The template of the page. It loads nothing and runs nothing."""

STYLE = """\
:root { color-scheme: light dark; --text: #1f2328; --page: #fff; --soft: #f6f8fa;
  --line: #59636e; --red: #b3261e; --pink: #fff1f0; --green: #116329; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --text: #f0f6fc; --page: #0d1117; --soft: #151b23;
  --line: #9198a1; --red: #ff9492; --pink: #3c1413; --green: #7ee787; --link: #79c0ff; } }
@media print { :root { color-scheme: light; --text: #000; --page: #fff; --soft: #fff;
  --line: #444; --red: #9a1b13; --pink: #fff; --green: #0b4a1e; --link: #000; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 80rem; margin: auto; padding: 1rem;
  color: var(--text); background: var(--page); overflow-wrap: anywhere; }
a { color: var(--link); } a:focus-visible, [tabindex]:focus-visible, summary:focus-visible {
  outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding: .25rem 0; }
td, th { text-align: left; vertical-align: top; padding: .25rem .5rem;
  border-top: 1px solid var(--line); }
td ul { margin: 0; padding-left: 1rem; }
.package { border: 1px solid var(--line); border-radius: .5rem; padding: 0 1rem 1rem;
  margin: 1rem 0; }
.package.broken { border: 2px solid var(--red); }
.path { display: flex; flex-wrap: wrap; gap: 1rem 2rem; list-style: none; padding: 0; }
.path > li { position: relative; flex: 1 1 11rem; border: 2px solid var(--line);
  border-radius: .5rem; padding: .5rem .75rem; background: var(--soft); }
.path > li:not(:last-child)::after { content: "\\2192" / ""; position: absolute;
  right: -1.6rem; top: .5rem; color: var(--text); }
.path > li.broken { border-color: var(--red); background: var(--pink); }
.path h4 { margin: 0; } .path ul { margin: .25rem 0 0; padding-left: 1.1rem; }
.bad { color: var(--red); font-weight: bold; } .good { color: var(--green); }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } nav, .skip { display: none; }
  .table { overflow: visible; } tr, .path > li { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; } thead { display: table-header-group; } }
@page { margin: 15mm; }
"""

MACROS = """\
{% macro listed(entries) %}
{% if entries|length == 1 %}{{ entries[0]|shown }}{% elif entries %}<ul>
{% for each in entries %}<li>{{ each|shown }}</li>{% endfor %}</ul>{% endif %}
{% endmacro %}
{% macro marked(state) %}
{% if state == "met" %}<span class="good">\u2713 met</span>
{% elif state == "not met" %}<span class="bad">\u2717 not met</span>
{% else %}? {{ state }}{% endif %}
{% endmacro %}
{% macro table(name, caption, heads) %}
<div class="table" tabindex="0" role="region" aria-label="{{ name|shown }}"><table>
<caption>{{ caption|shown }}</caption>
<thead><tr>{% for each in heads %}<th scope="col">{{ each }}</th>{% endfor %}</tr></thead>
<tbody>{{ caller() }}</tbody></table></div>
{% endmacro %}
{% macro changes(name, caption, entries) %}
{% call table(name, caption, ["What", "Thing", "Differences", "Changed"]) %}
{% for each in entries %}
<tr><td>{% if each.dangerous %}<span class="bad">dangerous</span>, {% endif %}{{ each.what }}
{%- if each.known %}, known{% endif %}</td>
<th scope="row">{{ each.noun|shown }} {{ each.name|shown }}</th><td>{{ listed(each.lines) }}</td>
<td>{{ (each.changed_by or "")|shown }} {{ each.changed_at.date() if each.changed_at }}</td></tr>
{% endfor %}
{% endcall %}
{% endmacro %}
"""

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src '{{ style_hash }}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Release path of {{ facts.organization|shown }}</title>
<style>{{ style }}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><h1>Release path of {{ facts.organization|shown }}</h1>
<p>Made on {{ facts.date }}
{% if facts.live %}from the organization's file, and from what GitHub has.
{% else %}from the organization's file. GitHub was not asked.{% endif %}</p>
<p>{{ broken }} of {{ facts.packages|length }} paths are broken.
{% for each in facts.checklists %}{{ each.title|shown }}: {{ each.count("met") }} met,
{{ each.count("not met") }} not met, {{ each.count("cannot be known") }} cannot be known.
{% endfor %}</p>
<nav aria-label="Sections"><ul>
{% for id, words in sections.items() %}<li><a href="#{{ id }}">{{ words }}</a></li>{% endfor %}
</ul></nav></header>
<main id="main">
<h2 id="packages">{{ sections.packages }}</h2>
{% for package in facts.packages %}
<section class="package{% if package.broken %} broken{% endif %}">
<h3>{{ package.name|shown }}: {{ package.summary|shown }}</h3>
{% if package.broken %}<p class="bad">Broken: {{ package.broken_stages|shown }}</p>{% endif %}
{% if package.path %}<ol class="path" aria-label="Path of {{ package.name|shown }}">
{% for stage in package.path %}<li{% if stage.broken %} class="broken"{% endif %}>
<h4>{{ stage.title|shown }}</h4>
{% if stage.broken %}<p class="bad">\u2717 Broken</p>{% endif %}
<ul>{% for each in stage.lines %}<li>{{ each|shown }}</li>{% endfor %}
{% for each in stage.broken %}<li class="bad">{{ each|shown }}</li>{% endfor %}</ul></li>
{% endfor %}</ol>{% endif %}
{% if package.ways %}<h4>Who suffices</h4>{% endif %}
{% for way in package.ways[:ways] %}
<p>{{ way.actors|join(" and ")|shown or "anybody" }}</p>
<ol>{% for step in way.steps %}<li>{{ step|shown }}</li>{% endfor %}</ol>
{% endfor %}
{% if package.ways|length > ways %}
<p>{{ package.ways|length - ways }} other sets are in the JSON.</p>{% endif %}
</section>
{% else %}<p>No environment publishes.</p>
{% endfor %}
<h2 id="drift">{{ sections.drift }}</h2>
{% if not facts.live %}<p>Not known: GitHub was not asked.</p>
{% elif facts.drift %}
{{ changes(sections.drift, "GitHub differs from the declaration", facts.drift) }}
{% else %}<p>GitHub is as it is declared.</p>{% endif %}
{% if facts.not_read %}<p>Not read:</p>{{ listed(facts.not_read) }}{% endif %}
<h2 id="undeclared">{{ sections.undeclared }}</h2>
{% if not facts.live %}<p>Not known: GitHub was not asked.</p>
{% elif facts.undeclared %}
{{ changes(sections.undeclared, "It exists on GitHub, and nobody declares it", facts.undeclared) }}
{% else %}<p>Nothing.</p>{% endif %}
<h2 id="secrets">{{ sections.secrets }}</h2>
{% if facts.secrets %}
{% call table(sections.secrets, "The oldest first; values are nowhere",
 ["Secret", "Where", "Age in days", "Due", "Used by", "Remarks"]) %}
{% for each in facts.secrets %}
<tr><th scope="row">{{ each.name|shown }}</th>
<td>{{ each.target|shown }} ({{ each.stores|join(", ") }})</td>
<td>{% if each.age_days is none %}not known
{% else %}{{ each.age_days }} (by {{ each.dated_by }}){% endif %}</td>
<td>{% if each.overdue_days %}<span class="bad">overdue since {{ each.due }}</span>
{% elif each.due %}{{ each.due }}
{% elif each.rotate_every_days %}every {{ each.rotate_every_days }} days
{% else %}no period{% endif %}</td>
<td>{{ listed(each.used_by) if each.used_by else "no workflow" }}</td>
<td>{% if not each.declared %}<span class="bad">not declared</span>{% endif %}
{% if each.missing_in %}
<span class="bad">not on GitHub: {{ each.missing_in|join(", ") }}</span>{% endif %}</td></tr>
{% endfor %}
{% endcall %}
{% else %}<p>None.</p>{% endif %}
<h2 id="people">{{ sections.people }}</h2>
<p>{% if facts.two_factor is none %}Not known whether members need a second factor.
{% elif facts.two_factor %}Members need a second factor.
{% else %}<span class="bad">Members need no second factor.</span>{% endif %}</p>
<h2 id="publishers">{{ sections.publishers }}</h2>
{% if facts.publishers %}
{% call table(sections.publishers, "What a person enters at each registry",
 ["Registry", "Package", "Owner", "Repository", "Workflow", "Environment", "Besides"]) %}
{% for each in facts.publishers %}
<tr><td>{{ each.registry|shown }}</td><th scope="row">{{ each.package|shown }}</th>
<td>{{ each.owner|shown }}</td><td>{{ each.repository|shown }}</td>
<td>{{ each.workflow|shown }}</td><td>{{ each.environment|shown }}</td>
<td>{{ listed([each.before_first_release, each.also]|select|list) }}</td></tr>
{% endfor %}
{% endcall %}
{% else %}<p>None.</p>{% endif %}
<h2 id="exemptions">{{ sections.exemptions }}</h2>
{% if facts.exemptions %}
{% call table(sections.exemptions, "Findings that are accepted, the next to expire first",
 ["Expires", "Rule", "Resource", "Reason"]) %}
{% for each in facts.exemptions %}
<tr><td>{{ each.expires }}{% if each.expired %} <span class="bad">(expired)</span>{% endif %}</td>
<th scope="row">{{ each.rule|shown }}</th><td>{{ each.resource|shown }}</td>
<td>{{ each.reason|shown }}</td></tr>
{% endfor %}
{% endcall %}
{% else %}<p>None is declared.</p>{% endif %}
<h2 id="checklists">{{ sections.checklists }}</h2>
{% for checklist in facts.checklists %}
<h3>{{ checklist.title|shown }}</h3>
{% call table(checklist.title, checklist.about,
 ["Item", "Answer", "Evidence", "At least since"]) %}
{% for each in checklist.answers %}
<tr><th scope="row">{{ each.id|shown }}<br>{{ each.item|shown }}</th>
<td>{{ marked(each.state) }}</td>
<td><ul>{% for piece in each.evidence %}<li>{{ piece.words|shown }}
{%- if piece.where %} ({{ piece.where|shown }}){% endif %}</li>{% endfor %}</ul></td>
<td>{% if each.since %}{{ each.since }} ({{ each.since_from }})
{% else %}not known{% endif %}</td></tr>
{% endfor %}
{% endcall %}
{% endfor %}
</main>
</body>
</html>
"""

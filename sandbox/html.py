"""Pages for people, made on the server, read-only: what an organization looks like by now."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from sandbox.http import Response
from sandbox.permissions import team_permission
from sandbox.rulesets import rulesets_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.records import Record
    from sandbox.world import World
    from sandbox.worlds import Sandbox

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:0 1rem 3rem}
.banner{background:#8a4b00;color:#fff;margin:0 -1rem 1.5rem;padding:.5rem 1rem}
h2{border-bottom:1px solid #999;margin-top:2.5rem}table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}
code{background:#8882;padding:0 .25rem}dt{font-weight:600}dd{margin:0 0 .4rem 1.2rem}
@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}a{color:#8cf}}
"""


def _page(title: str, *body: str, status: int = 200) -> Response:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>"
        '<p class="banner" role="note"><strong>This is a sandbox</strong>, not github.com: nothing '
        "here reaches any real organization.</p>"
        f"<main><h1>{escape(title)}</h1>{''.join(body)}</main></body></html>"
    )
    return Response(status, text.encode(), dict(_HEADERS))


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; cells are HTML already."""
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    if not lines:
        return "<p>none</p>"
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    """Return a list of facts; what they say is HTML already."""
    lines = "".join(f"<dt>{escape(term)}</dt><dd>{text}</dd>" for term, text in facts)
    return f"<dl>{lines}</dl>" if lines else "<p>none</p>"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"<code>{escape(name)}</code>" for name in names) or "none"


def _link(*parts: str, text: str) -> str:
    return f'<a href="/{"/".join(quote(part, safe="") for part in parts)}">{escape(text)}</a>'


def answer(sandbox: Sandbox, method: str, name: str, rest: str) -> Response:
    """Answer with the page of the sandbox, a world, an organization or a repository."""
    if method not in ("GET", "HEAD"):
        return _page("Pages can only be read", status=405)
    if not name:
        return _all_worlds(sandbox)
    world = sandbox.worlds.get(unquote(name))
    if world is None:
        return _page(f"There is no world {unquote(name)!r}", _link(text="all worlds"), status=404)
    return _world(world, rest)


def _world(world: World, rest: str) -> Response:
    parts = [unquote(part) for part in rest.split("/") if part]
    if not parts:
        rows = [[_link(world.name, o.name, text=o.name)] for o in world.all("organization")]
        return _page(f"World {world.name}", _table(["organization"], rows))
    org = world.find("organization", parts[0])
    if org is not None and len(parts) == 1:
        return _organization(world, org)
    found = None if org is None else world.find("repository", parts[1], org.id)
    if org is None or found is None:
        return _page(f"There is no {'/'.join(parts[:2])}", status=404)
    return _repository(world, org, found)


def _all_worlds(sandbox: Sandbox) -> Response:
    rows = []
    for world in sandbox.worlds.values():
        orgs = (_link(world.name, org.name, text=org.name) for org in world.all("organization"))
        rows.append([_link(world.name, text=world.name), ", ".join(orgs)])
    return _page("GitHub sandbox", _table(["world", "organizations"], rows))


def _organization(world: World, org: Record) -> Response:
    workflow = world.document(org.id, "workflow", {"default_workflow_permissions": "read"})
    actions = world.document(org.id, "actions", {"allowed_actions": "all"})
    facts = [
        ("plan", escape(org["plan"])),
        ("members' permission on repositories", escape(org["default_repository_permission"])),
        ("members may create", escape(org["members_allowed_repository_creation_type"])),
        ("allowed actions", escape(str(actions["allowed_actions"]))),
        ("workflow token", escape(workflow["default_workflow_permissions"])),
        ("secrets", _names(s.name for s in world.all("actions_secret", org.id))),
        ("Dependabot secrets", _names(s.name for s in world.all("dependabot_secret", org.id))),
        ("variables", _names(v.name for v in world.all("variable", org.id))),
    ]
    repositories = [
        (
            _link(world.name, org.name, repository.name, text=repository.name),
            escape(repository["visibility"]) + (" (archived)" if repository["archived"] else ""),
            _names(each.name for each in rulesets_of(world, repository)),
            _names(each.name for each in world.all("environment", repository.id)),
        )
        for repository in sorted(world.all("repository", org.id), key=lambda r: r.name.lower())
    ]
    teams = [
        (escape(team["name"]), _names(_people(world, "team_member", team.id)))
        for team in world.all("team", org.id)
    ]
    return _page(
        org["name"] or org.name,
        _facts(facts),
        "<h2>Repositories</h2>",
        _table(["repository", "visibility", "rulesets", "environments"], repositories),
        "<h2>Rulesets</h2>",
        _rulesets(world.all("ruleset", org.id)),
        "<h2>Teams</h2>",
        _table(["team", "members"], teams),
        "<h2>Members</h2>",
        f"<p>{_names(_people(world, 'member', org.id))}</p>",
    )


def _people(world: World, kind: str, parent: int) -> list[str]:
    found = []
    for member in world.all(kind, parent):
        user = world.get("user", int(member.name))
        if user is not None:
            found.append(f"{user.name} ({member['role']})")
    return found


def _rulesets(rulesets: list[Record]) -> str:
    rows = []
    for ruleset in rulesets:
        condition = (ruleset["conditions"] or {}).get("ref_name") or {}
        actors = (f"{a['actor_type']} {a['actor_id'] or ''}" for a in ruleset["bypass_actors"])
        rows.append(
            (
                escape(ruleset.name),
                escape(f"{ruleset['enforcement']}, {ruleset['target']}"),
                _names(condition.get("include", [])),
                _names(map(_rule, ruleset["rules"])),
                _names(actors),
            )
        )
    return _table(["ruleset", "enforcement", "refs", "rules", "bypassed by"], rows)


def _rule(rule: dict[str, Any]) -> str:
    parameters = rule.get("parameters", {})
    if rule["type"] == "pull_request":
        return f"pull_request ({parameters['required_approving_review_count']} approvals)"
    if rule["type"] == "required_status_checks":
        contexts = (each["context"] for each in parameters["required_status_checks"])
        return f"required_status_checks ({', '.join(contexts)})"
    return str(rule["type"])


def _repository(world: World, org: Record, repository: Record) -> Response:
    facts = [
        ("organization", _link(world.name, org.name, text=org.name)),
        ("visibility", escape(repository["visibility"])),
        ("default branch", f"<code>{escape(repository['default_branch'])}</code>"),
        ("topics", _names(repository["topics"])),
        ("vulnerability alerts", "on" if repository["vulnerability_alerts"] else "off"),
        (
            "security features",
            _names(name for name, on in repository["security"].items() if on),
        ),
        ("secrets", _names(s.name for s in world.all("actions_secret", repository.id))),
        (
            "Dependabot secrets",
            _names(s.name for s in world.all("dependabot_secret", repository.id)),
        ),
        ("variables", _names(v.name for v in world.all("variable", repository.id))),
    ]
    access = [
        (escape(team.name), escape(found))
        for team in world.all("team", org.id)
        if (found := team_permission(world, team, repository)) != "none"
    ]
    classic = [
        (f"<code>{escape(rule.name)}</code>", _names(k for k, v in rule.data.items() if v is True))
        for rule in world.all("branch_protection", repository.id)
    ]
    head = next(
        (
            world.find("commit", ref["sha"], repository.id)
            for ref in world.all("ref", repository.id)
            if ref.name == f"refs/heads/{repository['default_branch']}"
        ),
        None,
    )
    return _page(
        f"{org.name}/{repository.name}",
        _facts(facts),
        "<h2>Rulesets</h2>",
        _rulesets(rulesets_of(world, repository)),
        "<h2>Classic branch protection</h2>",
        _table(["pattern", "switched on"], classic),
        "<h2>Environments</h2>",
        _environments(world, repository),
        "<h2>Teams</h2>",
        _table(["team", "permission"], access),
        "<h2>Files on the default branch</h2>",
        f"<p>{_names(sorted(head['files']) if head is not None else [])}</p>",
    )


def _environments(world: World, repository: Record) -> str:
    rows = []
    for environment in world.all("environment", repository.id):
        reviewers = []
        for each in environment["reviewers"]:
            record = world.get(each["type"].lower(), each["id"])
            reviewers.append(record.name if record is not None else "?")
        policies = world.all("deployment_policy", environment.id)
        policy = environment["deployment_branch_policy"]
        refs = "every ref"
        if policy is not None:
            refs = "protected branches"
            if policy["custom_branch_policies"]:
                refs = _names(each.name.replace(":", " ", 1) for each in policies)
        notes = [
            "no self-review" if environment["prevent_self_review"] else "",
            "administrators bypass" if environment["can_admins_bypass"] else "",
            f"waits {environment['wait_timer']} min" if environment["wait_timer"] else "",
        ]
        rows.append(
            (
                escape(environment.name),
                _names(reviewers),
                refs,
                escape(", ".join(note for note in notes if note)),
                _names(each.name for each in world.all("actions_secret", environment.id)),
            )
        )
    return _table(["environment", "reviewers", "may deploy", "rules", "secrets"], rows)

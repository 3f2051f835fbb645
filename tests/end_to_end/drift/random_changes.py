"""Random changes through GitHub's API, each with what drift has to name for it.

What has to be found comes from GitHub's own answers before and after a change, not from the reader.
"""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hypothesis import strategies as st

from portcullis.live.resource import camel
from tests.end_to_end.drift.changes import ENVIRONMENT, ORG, TOOL
from tests.sandbox.sealing import seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.end_to_end.drift.changes import Found
    from tests.support.sandbox import World


@dataclass(frozen=True)
class Edit:
    """A change; two of the same place would undo each other."""

    place: str
    text: str
    """For people: what it does."""
    make: Callable[[World], set[Found]]

    def __repr__(self) -> str:
        """Return what it does, for the examples that hypothesis prints."""
        return f"{self.place}: {self.text}"


def _ask(world: World, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
    answer = world.request(method, path, body)
    assert answer["status"] < 300, (method, path, body, answer)
    return answer["body"]


def _fields(
    kind: str, name: str, before: dict[str, Any], after: dict[str, Any], declared: Iterable[str]
) -> set[Found]:
    """Return the declared fields of GitHub's answer that differ."""
    return {
        ("changed", kind, name, camel(field))
        for field in declared
        if _sorted(before.get(field)) != _sorted(after.get(field))
    }


def _sorted(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    return value


def _patched(
    kind: str, name: str, path: str, body: dict[str, Any], declared: Iterable[str]
) -> Callable[[World], set[Found]]:
    def make(world: World) -> set[Found]:
        before = _ask(world, "GET", path)
        _ask(world, "PATCH", path, body)
        return _fields(kind, name, before, _ask(world, "GET", path), declared)

    return make


def _new(
    method: str,
    path: str,
    body: Mapping[str, object],
    kind: str,
    name: str,
) -> Callable[[World], set[Found]]:
    def make(world: World) -> set[Found]:
        _ask(world, method, path, body)
        return {("undeclared", kind, name)}

    return make


WORDS = st.text(string.ascii_letters + string.digits + " .,:-_()äé漢", min_size=1, max_size=30)
VALUES = WORDS.map(str.strip).filter(bool) | st.sampled_from(["007", "7", "true", "null", "1e3"])
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,12}", fullmatch=True).map(lambda each: f"NEW_{each}")
SLUGS = st.from_regex(r"new-[a-z0-9]{1,10}", fullmatch=True)
FREE = st.from_regex(r"new [A-Za-z0-9/:. ()#%?-]{0,12}[A-Za-z0-9]", fullmatch=True)

_SETTINGS = (
    "members_can_create_repositories", "members_can_create_pages", "has_organization_projects",
    "members_can_fork_private_repositories",
    "secret_scanning_enabled_for_new_repositories", "has_repository_projects",
    "dependabot_alerts_enabled_for_new_repositories",
)  # fmt: skip
_DECLARED_SETTINGS = (
    "members_can_create_repositories", "members_can_create_public_repositories",
    "members_can_create_private_repositories", "members_can_create_pages",
    "members_can_create_public_pages", "members_can_create_private_pages",
    "has_organization_projects", "members_can_fork_private_repositories",
    "secret_scanning_enabled_for_new_repositories",
    "has_repository_projects", "dependabot_alerts_enabled_for_new_repositories",
)  # fmt: skip
_SWITCHES = (
    "has_issues", "has_wiki", "has_projects", "has_discussions", "allow_merge_commit",
    "allow_squash_merge", "allow_rebase_merge", "allow_auto_merge", "allow_update_branch",
    "delete_branch_on_merge", "is_template",
)  # fmt: skip


@st.composite
def _setting(draw: st.DrawFn) -> Edit:
    body = draw(st.dictionaries(st.sampled_from(_SETTINGS), st.booleans(), min_size=1, max_size=4))
    make = _patched("OrganizationSettings", "acme", ORG, body, _DECLARED_SETTINGS)
    return Edit("settings", str(body), make)


@st.composite
def _repository(draw: st.DrawFn) -> Edit:
    switches = st.dictionaries(st.sampled_from(_SWITCHES), st.booleans(), max_size=4)
    body: dict[str, Any] = draw(switches)
    if draw(st.booleans()):
        body["description"] = draw(VALUES)
    # GitHub refuses a repository without a way to merge
    merges = {name: True for name in ("allow_squash_merge",) if body.get(name) is False}
    body |= merges
    # nobody declares whether it is a template: that is no drift
    declared = {*_SWITCHES, "description"} - {"is_template"}
    make = _patched("Repository", "tool", TOOL, body, declared)
    return Edit("repository", str(body), make)


@st.composite
def _variable(draw: st.DrawFn) -> Edit:
    value = draw(VALUES)
    base, kind, name, variable, old = draw(
        st.sampled_from(
            [
                (f"{ORG}/actions", "ActionsOrganizationVariable", "REGION", "REGION", "north"),
                (f"{TOOL}/actions", "ActionsVariable", "tool/COLOUR", "COLOUR", "green"),
                (
                    f"{ENVIRONMENT}/staging",
                    "ActionsEnvironmentVariable",
                    "tool/staging/TIER",
                    "TIER",
                    "staging",
                ),
            ]
        )
    )

    def make(world: World) -> set[Found]:
        _ask(world, "PATCH", f"{base}/variables/{variable}", {"value": value})
        return {("changed", kind, name, "value")} if value != old else set()

    return Edit(f"variable {name}", repr(value), make)


@st.composite
def _new_variable(draw: st.DrawFn) -> Edit:
    name, value = draw(NAMES), draw(VALUES)
    base, kind, start, more = draw(
        st.sampled_from(
            [
                (f"{ORG}/actions", "ActionsOrganizationVariable", "", {"visibility": "private"}),
                (f"{TOOL}/actions", "ActionsVariable", "tool/", {}),
                (f"{ENVIRONMENT}/staging", "ActionsEnvironmentVariable", "tool/staging/", {}),
            ]
        )
    )
    body = {"name": name, "value": value, **more}
    make = _new("POST", f"{base}/variables", body, kind, f"{start}{name}")
    return Edit(f"{kind} {name}", repr(value), make)


@st.composite
def _new_secret(draw: st.DrawFn) -> Edit:
    name, store = draw(NAMES), draw(st.sampled_from(["Actions", "Dependabot", "Codespaces"]))
    where = draw(st.sampled_from(["org", "repository", "environment"]))
    bases = {
        "org": (f"{ORG}/{store.lower()}", f"{store}OrganizationSecret", f"{store.lower()}/"),
        "repository": (f"{TOOL}/{store.lower()}", f"{store}Secret", f"tool/{store.lower()}/"),
        "environment": (f"{ENVIRONMENT}/staging", "ActionsEnvironmentSecret", "tool/staging/"),
    }
    base, kind, start = bases[where]
    more = {"visibility": draw(st.sampled_from(["all", "private"]))} if where == "org" else {}

    def make(world: World) -> set[Found]:
        key = _ask(world, "GET", f"{base}/secrets/public-key")
        _ask(world, "PUT", f"{base}/secrets/{name}", {**seal(key, "x"), **more})
        return {("undeclared", kind, f"{start}{name}")}

    return Edit(f"{kind} {name}", store, make)


_DELETED: dict[str, Found] = {
    f"{TOOL}/actions/secrets/SCAN_TOKEN": ("missing", "ActionsSecret", "tool/actions/SCAN_TOKEN"),
    f"{TOOL}/dependabot/secrets/SCAN_TOKEN": (
        ("missing", "DependabotSecret", "tool/dependabot/SCAN_TOKEN")
    ),
    f"{ORG}/actions/secrets/SHARED_TOKEN": (
        ("missing", "ActionsOrganizationSecret", "actions/SHARED_TOKEN")
    ),
    f"{TOOL}/automated-security-fixes": (
        ("changed", "RepositoryDependabotSecurityUpdates", "tool", "enabled")
    ),
    f"{ORG}/teams/releasers/repos/acme/tool": ("missing", "TeamRepository", "tool/releasers"),
}


@st.composite
def _deleted(draw: st.DrawFn) -> Edit:
    path, found = draw(st.sampled_from(sorted(_DELETED.items())))

    def make(world: World) -> set[Found]:
        _ask(world, "DELETE", path)
        return {found}

    return Edit(f"deleted {path}", "DELETE", make)


@st.composite
def _new_team(draw: st.DrawFn) -> Edit:
    name = draw(FREE)

    def make(world: World) -> set[Found]:
        slug = _ask(world, "POST", f"{ORG}/teams", {"name": name})["slug"]
        return {("undeclared", "Team", slug)}

    return Edit("new team", name, make)


_MEMBERS = {
    "releasers": {"ana": "member", "ben": "member"},
    "makers": {"kim": "member", "lea": "maintainer"},
    "apprentices": {"kim": "member"},
}
"""As they are declared."""


@st.composite
def _member(draw: st.DrawFn) -> Edit:
    team = draw(st.sampled_from(sorted(_MEMBERS)))
    login = draw(st.sampled_from(["ana", "ben", "kim", "lea", "zoe"]))
    role = draw(st.sampled_from(["member", "maintainer", None]))
    found: set[Found] = set()
    if role != _MEMBERS[team].get(login):
        alone = role is None and len(_MEMBERS[team]) == 1
        found = {
            ("missing", "TeamMembers", team)
            if alone
            else ("changed", "TeamMembers", team, "members")
        }

    def make(world: World) -> set[Found]:
        path = f"{ORG}/teams/{team}/memberships/{login}"
        if role:
            _ask(world, "PUT", path, {"role": role})
        else:
            world.request("DELETE", path)  # 404 for one who is no member
        return found

    return Edit(f"members of {team}", f"{login} {role}", make)


@st.composite
def _access(draw: st.DrawFn) -> Edit:
    team, old = draw(st.sampled_from([("releasers", "push"), ("makers", "maintain")]))
    permission = draw(st.sampled_from(["pull", "triage", "push", "maintain", "admin"]))
    found: set[Found] = {("changed", "TeamRepository", f"tool/{team}", "permission")}

    def make(world: World) -> set[Found]:
        path = f"{ORG}/teams/{team}/repos/acme/tool"
        _ask(world, "PUT", path, {"permission": permission})
        return found if permission != old else set()

    place = f"deleted {ORG}/teams/{team}/repos/acme/tool"
    return Edit(place, permission, make)


@st.composite
def _collaborator(draw: st.DrawFn) -> Edit:
    login = draw(st.sampled_from(["ana", "ben", "kim", "lea", "zoe", "mallory"]))
    permission = draw(st.sampled_from(["pull", "triage", "push", "maintain", "admin"]))
    path, name = f"{TOOL}/collaborators/{login}", f"tool/{login}"
    make = _new("PUT", path, {"permission": permission}, "RepositoryCollaborator", name)
    return Edit(path, permission, make)


_RULES = {
    "deletion": {"type": "deletion"},
    "creation": {"type": "creation"},
    "non_fast_forward": {"type": "non_fast_forward"},
    "required_signatures": {"type": "required_signatures"},
    "required_linear_history": {"type": "required_linear_history"},
}
_REFS = st.sampled_from(
    ["~ALL", "~DEFAULT_BRANCH", "refs/heads/main", "refs/heads/x/**", "refs/heads/*/y"]
)
_ACTORS: list[dict[str, Any]] = [
    {"actor_type": "OrganizationAdmin", "bypass_mode": "always"},
    {"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "pull_request"},
    {"actor_type": "RepositoryRole", "actor_id": 2, "bypass_mode": "always"},
    {"actor_type": "DeployKey", "bypass_mode": "always"},
]
_RULESET_FIELDS = ("enforcement", "bypass_actors", "conditions", "rules")


@st.composite
def _ruleset(draw: st.DrawFn) -> Edit:
    base, name, kind, shown = draw(
        st.sampled_from(
            [
                (ORG, "main", "OrganizationRuleset", "main"),
                (ORG, "releases (immutable)", "OrganizationRuleset", "releases (immutable)"),
                (TOOL, "release branches", "RepositoryRuleset", "tool/release branches"),
            ]
        )
    )
    body: dict[str, Any] = {}
    if draw(st.booleans()):
        body["enforcement"] = draw(st.sampled_from(["active", "disabled"]))
    if draw(st.booleans()):
        body["bypass_actors"] = draw(st.lists(st.sampled_from(_ACTORS), unique_by=str, max_size=3))
    include = draw(st.none() | st.lists(_REFS, min_size=1, max_size=3, unique=True))
    kept = draw(st.none() | st.integers(0, 3))
    added = draw(st.none() | st.sampled_from(sorted(_RULES)))

    def make(world: World) -> set[Found]:
        listed = _ask(world, "GET", f"{base}/rulesets?per_page=100")
        number = next(each["id"] for each in listed if each["name"] == name)
        path = f"{base}/rulesets/{number}"
        before = _ask(world, "GET", path)
        new = dict(body)
        if include is not None:
            new["conditions"] = {
                **before["conditions"],
                "ref_name": {"include": _refs(include, before["target"]), "exclude": []},
            }
        if kept is not None or added is not None:
            rules = {each["type"]: each for each in before["rules"]}
            if kept is not None:
                rules = dict(list(rules.items())[: kept + 1])
            new["rules"] = [*({**rules, added: _RULES[added]} if added else rules).values()]
        _ask(world, "PUT", path, new)
        return _fields(kind, shown, before, _ask(world, "GET", path), _RULESET_FIELDS)

    return Edit(f"ruleset {shown}", f"{body} {include} {kept} {added}", make)


def _refs(branches: list[str], target: str) -> list[str]:
    if target == "branch":
        return branches
    tags = [each.replace("/heads/", "/tags/") for each in branches if each != "~DEFAULT_BRANCH"]
    return tags or ["~ALL"]


@st.composite
def _new_ruleset(draw: st.DrawFn) -> Edit:
    name, rules = draw(FREE), draw(st.lists(st.sampled_from(sorted(_RULES)), unique=True))
    target = draw(st.sampled_from(["branch", "tag"]))
    refs = _refs(draw(st.lists(_REFS, min_size=1, unique=True)), target)
    body = {
        "name": name,
        "target": target,
        "enforcement": draw(st.sampled_from(["active", "disabled"])),
        "conditions": {"ref_name": {"include": refs, "exclude": []}},
        "rules": [_RULES[each] for each in rules],
    }
    make = _new("POST", f"{TOOL}/rulesets", body, "RepositoryRuleset", f"tool/{name}")
    return Edit("new ruleset", str(body), make)


@st.composite
def _staging(draw: st.DrawFn) -> Edit:
    teams = draw(st.lists(st.sampled_from(["makers", "releasers"]), unique=True))
    people = draw(st.lists(st.sampled_from(["ana", "ben", "lea"]), unique=True))
    body = {
        "wait_timer": draw(st.sampled_from([0, 5, 30])),
        # GitHub refuses it without reviewers
        "prevent_self_review": bool(teams or people) and draw(st.booleans()),
        "can_admins_bypass": draw(st.booleans()),
        "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
    }

    def make(world: World) -> set[Found]:
        path = f"{ENVIRONMENT}/staging"
        before = _gate(_ask(world, "GET", path))
        given = [("Team", f"{ORG}/teams/{each}") for each in teams]
        given += [("User", f"/users/{each}") for each in people]
        reviewers = [{"type": kind, "id": _ask(world, "GET", at)["id"]} for kind, at in given]
        _ask(world, "PUT", path, {**body, "reviewers": reviewers})
        after = _gate(_ask(world, "GET", path))
        return _fields("RepositoryEnvironment", "tool/staging", before, after, before)

    return Edit("staging", f"{teams} {people} {body}", make)


def _gate(environment: dict[str, Any]) -> dict[str, Any]:
    rules = {each["type"]: each for each in environment["protection_rules"]}
    required = rules.get("required_reviewers", {})
    return {
        "wait_timer": rules.get("wait_timer", {}).get("wait_timer", 0),
        "reviewers": [
            (each["type"], each["reviewer"]["id"]) for each in required.get("reviewers", ())
        ],
        "prevent_self_review": required.get("prevent_self_review", False),
        "can_admins_bypass": environment["can_admins_bypass"],
    }


@st.composite
def _new_environment(draw: st.DrawFn) -> Edit:
    name = draw(FREE.filter(lambda each: not each.endswith(" ")))
    path = f"{ENVIRONMENT}/{quote(name, safe='')}"
    body = {"wait_timer": draw(st.integers(0, 40))}
    make = _new("PUT", path, body, "RepositoryEnvironment", f"tool/{name}")
    return Edit("new environment", name, make)


@st.composite
def _policy(draw: st.DrawFn) -> Edit:
    kind = draw(st.sampled_from(["branch", "tag"]))
    pattern = draw(st.from_regex(r"new[a-z]{1,6}(/\*|\*)?", fullmatch=True))
    path = f"{ENVIRONMENT}/pypi-release/deployment-branch-policies"
    name = f"tool/pypi-release/{kind}/{pattern}"
    body = {"name": pattern, "type": kind}
    make = _new("POST", path, body, "RepositoryEnvironmentDeploymentPolicy", name)
    return Edit("policy", name, make)


@st.composite
def _topics(draw: st.DrawFn) -> Edit:
    topics = draw(st.lists(st.sampled_from(["python", "rust", "cli", "web"]), unique=True))

    def make(world: World) -> set[Found]:
        _ask(world, "PUT", f"{TOOL}/topics", {"names": topics})
        return {("changed", "Repository", "tool", "topics")} if topics != ["python"] else set()

    return Edit("topics", str(topics), make)


@st.composite
def _new_repository(draw: st.DrawFn) -> Edit:
    name = draw(st.from_regex(r"[A-Za-z0-9._-]{0,8}new[A-Za-z0-9._-]{0,4}x", fullmatch=True))
    body = {"name": name, "private": draw(st.booleans()), "auto_init": draw(st.booleans())}
    return Edit("repository", name, _new("POST", f"{ORG}/repos", body, "Repository", name))


@st.composite
def _hook(draw: st.DrawFn) -> Edit:
    host = draw(SLUGS)
    base, kind, start = draw(
        st.sampled_from([(ORG, "OrganizationWebhook", ""), (TOOL, "RepositoryWebhook", "tool/")])
    )
    url = f"https://{host}.example/hook"
    body = {"name": "web", "config": {"url": f"{url}?token=x"}}
    return Edit(f"{kind} {host}", url, _new("POST", f"{base}/hooks", body, kind, f"{start}{url}"))


_SAFE = st.one_of(
    _setting(), _repository(), _variable(), _new_variable(), _new_secret(), _deleted(),
    _new_team(), _member(), _access(), _collaborator(), _ruleset(), _new_ruleset(), _staging(),
    _new_environment(), _policy(), _topics(), _new_repository(), _hook(),
)  # fmt: skip
EDITS = st.lists(_SAFE, min_size=1, max_size=8, unique_by=lambda each: each.place.casefold())
"""Some changes that leave each other alone."""

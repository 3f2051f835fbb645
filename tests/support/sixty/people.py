"""People: members, owners, outside collaborators, teams, and what each may do where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.sixty.script import ORG

if TYPE_CHECKING:
    from tests.support.sixty.script import Script

OWNERS = ["olga", "otto"]
MEMBERS = [
    "otto", "ada", "bruno", "clara", "dmitri", "elif", "femi", "greta", "hugo", "ines", "jonas",
    "kofi", "lin", "mei", "nadia", "Pavel-K", "quinn", "rosa", "sven", "tariq",
]  # fmt: skip
OUTSIDE = ["uma-extern", "viktor-extern", "wanda-extern", "xiao-extern", "yara-extern"]
INVITED = ["zara", "bob-invited"]
"""Zara is invited to the organization, Bob to a repository; neither has answered."""

TEAMS: list[dict[str, Any]] = [
    {"name": "Engineering", "description": "Everybody who writes code", "privacy": "closed"},
    {"name": "Rust", "parent": "engineering", "privacy": "closed"},
    {"name": "Go", "parent": "engineering", "privacy": "closed"},
    {"name": "Platform Team", "parent": "engineering", "description": "Ünïcode & infrastructure"},
    {"name": "SRE on-call", "parent": "platform-team", "notification": "notifications_disabled"},
    {"name": "Web", "parent": "engineering"},
    {"name": "Data", "description": ""},
    {"name": "docs", "description": "Writers"},
    {"name": "Release Managers", "description": "They publish"},
    {"name": "Security", "privacy": "secret", "description": "Handles reports"},
    {"name": "acquisition", "privacy": "secret", "notification": "notifications_disabled"},
    {"name": "alumni", "description": "Nobody is left"},
]

MEMBERS_OF: dict[str, dict[str, str]] = {
    "engineering": {"ada": "maintainer", "bruno": "member"},
    "rust": {"clara": "maintainer", "dmitri": "member", "elif": "member"},
    "go": {"femi": "maintainer", "greta": "member", "Pavel-K": "member"},
    "platform-team": {"hugo": "maintainer", "ines": "member", "otto": "member"},
    "sre-on-call": {"ines": "member", "jonas": "member", "olga": "maintainer"},
    "web": {"kofi": "maintainer", "lin": "maintainer", "mei": "member"},
    "data": {"nadia": "member"},
    "docs": {"quinn": "member", "rosa": "maintainer"},
    "release-managers": {"ada": "member", "clara": "member", "kofi": "member"},
    "security": {"sven": "maintainer", "hugo": "member"},
    "acquisition": {"otto": "maintainer"},
}

GRANTS: dict[str, dict[str, str]] = {
    "engineering": {"hyperion": "pull", "handbook": "push", "docs.orbit.example": "triage"},
    "rust": {
        "hyperion": "push", "hyperion-macros": "push", "tokio-orbit": "maintain",
        "wasm-runtime": "push", "crates-index": "admin",
    },
    "go": {"orbitctl": "push", "k8s-operator": "maintain", "Go.Toolkit": "push"},
    "platform-team": {"infra-live": "admin", "terraform-modules": "maintain", ".github": "admin"},
    "sre-on-call": {"infra-live": "push", "runbooks": "push"},
    "web": {
        "web-app": "push", "npm-ui": "push", "npm-icons": "push", "npm-eslint-config": "maintain",
    },
    "data": {"python-monorepo": "push", "ml_models": "maintain", "etl": "push"},
    "docs": {"docs.orbit.example": "maintain", "handbook": "maintain"},
    "release-managers": {
        "hyperion": "maintain", "homebrew-tap": "release-manager", "orbitctl": "maintain",
    },
    "security": {"hyperion": "triage", "security-advisories-private": "admin"},
    "acquisition": {"project-x": "admin"},
}  # fmt: skip
"""Permissions of teams, by repository. One is a custom role; some differ from the parent team's."""

COLLABORATORS: dict[str, dict[str, str]] = {
    "hyperion": {
        "uma-extern": "pull",
        "viktor-extern": "triage",
        "sven": "maintain",
    },
    "homebrew-tap": {"rosa": "release-manager"},
    "orbitctl": {"wanda-extern": "push"},
    "web-app": {"xiao-extern": "maintain"},
    "etl": {"yara-extern": "admin", "uma-extern": "push"},
    "ml_models": {"tariq": "admin"},
    "handbook": {"quinn": "pull"},
}
"""Outside collaborators with each role, and members who were given access of their own."""


def join(script: Script) -> None:
    """Invite people; all but some accept."""
    for login in MEMBERS:
        role = "admin" if login in OWNERS else "member"
        script.put(f"/orgs/{ORG}/memberships/{login}", {"role": role})
        script.ask("PATCH", f"/user/memberships/orgs/{ORG}", {"state": "active"}, login)
    script.put(f"/orgs/{ORG}/memberships/{INVITED[0]}", {"role": "member"})
    for team in TEAMS:
        _team(script, team)
    for slug, members in MEMBERS_OF.items():
        for login, role in members.items():
            script.put(f"/orgs/{ORG}/teams/{slug}/memberships/{login}", {"role": role})
    # the creator of a team is in it: olga leaves all but one
    for slug in MEMBERS_OF.keys() | {"alumni"}:
        listed = script.get(f"/orgs/{ORG}/teams/{slug}/members?per_page=100")
        if any(each["login"] == "olga" for each in listed) and slug != "sre-on-call":
            script.ask("DELETE", f"/orgs/{ORG}/teams/{slug}/memberships/olga")


_FIELDS = {
    "name": "name",
    "description": "description",
    "privacy": "privacy",
    "notification": "notification_setting",
}


def _team(script: Script, team: dict[str, Any]) -> None:
    body = {field: team[name] for name, field in _FIELDS.items() if name in team}
    if "parent" in team:
        body["parent_team_id"] = script.team(team["parent"])
    script.post(f"/orgs/{ORG}/teams", body)


def grant(script: Script) -> None:
    """Give teams and people their access; outside collaborators accept their invitations."""
    for slug, grants in GRANTS.items():
        for name, permission in grants.items():
            script.put(f"/orgs/{ORG}/teams/{slug}/repos/{ORG}/{name}", {"permission": permission})
    for name, people in COLLABORATORS.items():
        for login, permission in people.items():
            invited = script.put(
                f"/repos/{ORG}/{name}/collaborators/{login}", {"permission": permission}
            )
            if invited:
                path = f"/user/repository_invitations/{invited['id']}"
                script.ask("PATCH", path, None, login)
    script.put(f"/repos/{ORG}/web-app/collaborators/{INVITED[1]}", {"permission": "push"})

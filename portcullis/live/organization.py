"""The organization itself: its settings, people, Apps, secrets, and what Actions may do.

Source: https://docs.github.com/rest/orgs/orgs
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portcullis.live import rulesets
from portcullis.live.asking import PAGE, TooHeavy, Unread
from portcullis.live.pages import TOO_HEAVY, pages, present
from portcullis.live.people import invitations, roles, teams
from portcullis.live.repository_lists import webhook
from portcullis.live.resource import Gap, LiveResource, camel, camels, updated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from portcullis.live.asking import Asking

_SETTINGS = (
    "name", "description", "company", "blog", "email", "location", "billing_email",
    "default_repository_permission", "members_can_create_repositories",
    "members_can_create_public_repositories", "members_can_create_private_repositories",
    "members_can_create_internal_repositories", "members_can_create_pages",
    "members_can_create_public_pages", "members_can_create_private_pages",
    "members_can_fork_private_repositories", "web_commit_signoff_required",
    "has_organization_projects", "has_repository_projects",
    "advanced_security_enabled_for_new_repositories",
    "dependabot_alerts_enabled_for_new_repositories",
    "dependabot_security_updates_enabled_for_new_repositories",
    "dependency_graph_enabled_for_new_repositories",
    "secret_scanning_enabled_for_new_repositories",
    "secret_scanning_push_protection_enabled_for_new_repositories",
)  # fmt: skip
"""Fields of `GET /orgs/{org}` that the provider declares. GitHub leaves out what it hides."""

_PEOPLE = """
    query($login: String!, $after: String, $size: Int!) { organization(login: $login) {
      membersWithRole(first: $size, after: $after) {
        pageInfo { hasNextPage endCursor } edges { role node { login databaseId } }
      }
    } }
"""
_TEAMS = f"""
    query($login: String!, $after: String, $size: Int!) {{ organization(login: $login) {{
      teams(first: $size, after: $after) {{
        pageInfo {{ hasNextPage endCursor }} nodes {{ id {teams.FIELDS} }}
      }}
    }} }}
"""
_TEAM = (
    "query($id: ID!, $after: String, $size: Int!) {{ node(id: $id) {{ ... on Team {{ {} }} }} }}"
)
_RULESETS = f"""
    query($login: String!, $after: String, $size: Int!) {{ organization(login: $login) {{
      rulesets(first: $size, after: $after) {{
        pageInfo {{ hasNextPage endCursor }} nodes {{ {rulesets.FIELDS} }}
      }}
    }} }}
"""


@dataclass(frozen=True)
class _List:
    """A list of the organization in GraphQL."""

    name: str
    document: str
    most: int
    """The size of a page."""
    what: str
    """For people."""
    kinds: tuple[str, ...]
    permission: str
    """What reads it."""


_TEAM_KINDS = ("Team", "TeamMembers", "TeamRepository")
_PEOPLE_LIST = _List(
    "membersWithRole", _PEOPLE, PAGE, "members of the organization", ("Membership",), "members=read"
)
_TEAMS_LIST = _List("teams", _TEAMS, 50, "teams", _TEAM_KINDS, "members=read")
_RULESETS_LIST = _List(
    "rulesets",
    _RULESETS,
    50,
    "rulesets of the organization",
    ("OrganizationRuleset",),
    "organization_administration=write",
)


@dataclass
class Found:
    """What was read of the organization."""

    resources: list[LiveResource] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    people: dict[str, int] = field(default_factory=dict)
    owners: set[str] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)
    teams: dict[str, int] = field(default_factory=dict)
    plan: str = ""
    two_factor: bool | None = None

    def note(self, what: str, kinds: tuple[str, ...], answer: Unread) -> None:
        """Note what could not be read."""
        self.gaps.append(Gap(what, kinds, None, answer))

    def take(self, read: tuple[list[LiveResource], list[Gap]]) -> None:
        """Take what was read, and what could not be."""
        self.resources += read[0]
        self.gaps += read[1]

    def hides(self, kind: str) -> bool:
        """Say whether things of a kind are known to be hidden."""
        return any(kind in gap.kinds for gap in self.gaps)


def owners(asking: Asking, organization: str) -> set[str]:
    """Return the lower-case logins of the owners; none where GitHub hides them."""
    found = Found()
    _people(asking, organization, found)
    return found.owners


def read(
    asking: Asking,
    organization: str,
    settings: Mapping[str, Any],
    number: Callable[[str], int | None],
) -> Found:
    """Return what the organization has itself.

    Args:
        asking: A conversation with its GitHub.
        organization: Its login.
        settings: GitHub's answer about it.
        number: Returns a repository's numeric id by its id in GraphQL.
    """
    found = Found()
    _settings(asking, organization, settings, found)
    _actions(asking, organization, found)
    _people(asking, organization, found)
    nodes = list(_all(asking, organization, _TEAMS_LIST, found))
    for team in nodes:
        _complete(asking, team, found)
        found.teams[team["slug"]] = team["databaseId"]
        for edge in team["members"]["edges"]:
            found.people[edge["node"]["login"].lower()] = edge["node"]["databaseId"]
    invited, unread = invitations.of_organization(asking, organization, nodes)
    found.take((invited, unread))
    found.invited = {each.name.lower() for each in invited}
    found.take(roles.of_organization(asking, organization))
    if found.plan in _WITH_ROLES:
        known = bool(found.plan)
        found.take(roles.of_repositories(asking, organization, nodes, planned=known))
    found.resources += teams.resources(nodes)
    for node in _all(asking, organization, _RULESETS_LIST, found):
        if (node["source"] or {}).get("__typename") == "Organization":
            found.resources.append(_ruleset(asking, organization, node, number, found))
    _lists(asking, organization, found)
    return found


def _settings(asking: Asking, organization: str, answer: Mapping[str, Any], found: Found) -> None:
    found.plan = (answer.get("plan") or {}).get("name") or ""
    found.two_factor = answer.get("two_factor_requirement_enabled")
    shown = {name: answer[name] for name in _SETTINGS if name in answer}
    if "default_repository_permission" not in answer:  # owners see it, on every plan
        why = Unread(403, "organization_administration=read")
        found.note("most settings of the organization", (), why)
        if asking.access.app is None:
            found.note("secret teams", _TEAM_KINDS, Unread(403, "members=read"))
    unread = {
        camel(name): Unread(403, "administration=read") for name in _SETTINGS if name not in answer
    }
    found.resources.append(
        LiveResource(
            "OrganizationSettings",
            organization,
            str(answer["id"]),
            {camel(field): value for field, value in shown.items()},
            unread,
        )
    )


def _actions(asking: Asking, organization: str, found: Found) -> None:
    base = f"/orgs/{organization}/actions/permissions"
    answer = asking.get(base)
    unread = {}
    if isinstance(answer, Unread):
        found.note("permissions of Actions", ("ActionsOrganizationPermissions",), answer)
    else:
        inputs = {
            "enabledRepositories": answer["enabled_repositories"],
            "allowedActions": answer.get("allowed_actions"),
            "shaPinningRequired": answer.get("sha_pinning_required", False),
        }
        if answer.get("allowed_actions") == "selected":
            chosen = asking.get(f"{base}/selected-actions")
            if isinstance(chosen, Unread):
                found.note("allowed actions of the organization", (), chosen)
                unread["allowedActionsConfig"] = chosen
            else:
                inputs["allowedActionsConfig"] = {
                    "githubOwnedAllowed": chosen["github_owned_allowed"],
                    "verifiedAllowed": chosen["verified_allowed"],
                    "patternsAlloweds": chosen["patterns_allowed"],
                }
        if answer["enabled_repositories"] == "selected":
            chosen = asking.listed(f"{base}/repositories", "repositories")
            if isinstance(chosen, Unread):
                found.note("repositories with Actions", (), chosen)
                unread["enabledRepositoriesConfig"] = chosen
            else:
                ids = [each["id"] for each in chosen]
                inputs["enabledRepositoriesConfig"] = {"repositoryIds": ids}
        found.resources.append(
            LiveResource(
                "ActionsOrganizationPermissions", organization, organization, inputs, unread
            )
        )
    kind = "ActionsOrganizationWorkflowPermissions"
    answer = asking.get(f"{base}/workflow")
    if isinstance(answer, Unread):
        found.note("permissions of workflows", (kind,), answer)
    else:
        inputs = {"organizationSlug": organization, **camels(answer)}
        found.resources.append(LiveResource(kind, organization, organization, inputs))


def _people(asking: Asking, organization: str, found: Found) -> None:
    edges = list(_all(asking, organization, _PEOPLE_LIST, found))
    if not edges and not found.hides("Membership"):
        # every organization has an owner: to strangers GitHub shows empty lists
        why = Unread(403, _PEOPLE_LIST.permission)
        found.note("members and teams", (*_PEOPLE_LIST.kinds, *_TEAM_KINDS), why)
    for edge in edges:
        login, owner = edge["node"]["login"], edge["role"] == "ADMIN"
        found.people[login.lower()] = edge["node"]["databaseId"]
        if owner:
            found.owners.add(login.lower())
        inputs = {"username": login, "role": "admin" if owner else "member"}
        found.resources.append(LiveResource("Membership", login, f"{organization}:{login}", inputs))


def _all(
    asking: Asking, organization: str, wanted: _List, found: Found
) -> Iterator[dict[str, Any]]:
    """Yield all entries of a list of the organization; note what GitHub does not show."""

    def ask(after: str | None, size: int) -> Mapping[str, Any] | None:
        variables = {"login": organization, "after": after, "size": size}
        return _field(asking.query(wanted.document, variables)["organization"], wanted.name)

    why = Unread(403, wanted.permission)
    try:
        for page in pages(ask, wanted.most):
            if page is None:
                found.note(wanted.what, wanted.kinds, why)
                return
            entries = page["edges"] if "edges" in page else page["nodes"]
            shown = present(entries)
            if len(shown) < len(entries or ()):
                found.note(f"some {wanted.what}", wanted.kinds, why)
            yield from map(dict, shown)
    except TooHeavy:
        found.note(wanted.what, wanted.kinds, TOO_HEAVY)


_WITH_ROLES = frozenset({"", "enterprise"})
"""Plans that have custom repository roles; GitHub shows the plan to owners only."""


def _field(node: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
    return node and node[name]


def _complete(asking: Asking, team: dict[str, Any], found: Found) -> None:
    """Read the rest of a team's long lists, and leave out entries that GitHub hides."""
    for name, fields, kind in (
        ("members", teams.MEMBERS, "TeamMembers"),
        ("repositories", teams.REPOSITORIES, "TeamRepository"),
    ):
        start, edges = team[name], list((team[name] or {}).get("edges") or ())
        what = f"{name} of team {team['slug']}"
        why = None if start else Unread(403, "members=read")
        if start and start["pageInfo"]["hasNextPage"]:
            why = _rest(asking, team, name, fields, edges)
        shown = present(edges)
        if len(shown) < len(edges):
            why = Unread(403, "members=read, metadata=read")
        if why:
            found.note(what, (kind,), why)
        team[name] = {"edges": shown}


def _rest(
    asking: Asking, team: Mapping[str, Any], name: str, fields: str, edges: list[Any]
) -> Unread | None:
    """Add the rest of a team's list to ``edges``; return why it could not be read."""
    start = team[name]["pageInfo"]["endCursor"]

    def ask(after: str | None, size: int) -> Mapping[str, Any] | None:
        variables = {"id": team["id"], "after": after or start, "size": size}
        return _field(asking.query(_TEAM.format(fields), variables)["node"], name)

    try:
        for page in pages(ask, PAGE):
            if page is None:
                return Unread(403, "members=read")
            edges += page["edges"]
    except TooHeavy:
        return TOO_HEAVY
    return None


def _ruleset(
    asking: Asking,
    organization: str,
    node: Mapping[str, Any],
    number: Callable[[str], int | None],
    found: Found,
) -> LiveResource:
    if not rulesets.is_whole(node):
        answer = asking.get(f"/orgs/{organization}/rulesets/{node['databaseId']}")
        if not isinstance(answer, Unread):
            return rulesets.of_rest(answer, None)
        found.note(f"bypass of ruleset {node['name']}", (), answer)
        return rulesets.of_graphql(node, None, number, answer)
    return rulesets.of_graphql(node, None, number)


_LISTS = {
    "ActionsOrganizationSecret": ("actions/secrets", "secrets", "Actions secrets"),
    "DependabotOrganizationSecret": ("dependabot/secrets", "secrets", "Dependabot secrets"),
    "CodespacesOrganizationSecret": ("codespaces/secrets", "secrets", "Codespaces secrets"),
    "ActionsOrganizationVariable": ("actions/variables", "variables", "variables"),
    "OrganizationWebhook": ("hooks", "", "webhooks"),
    "AppInstallation": ("installations", "installations", "installed Apps"),
    "Runner": ("actions/runners", "runners", "runners"),
    "ActionsRunnerGroup": ("actions/runner-groups", "runner_groups", "runner groups"),
}
"""REST's lists of the organization."""


_RUNNER_GROUP = (
    "name", "visibility", "allows_public_repositories", "restricted_to_workflows",
    "selected_workflows",
)  # fmt: skip


def _lists(asking: Asking, organization: str, found: Found) -> None:
    base = f"/orgs/{organization}"
    for kind, (path, key, what) in _LISTS.items():
        items = asking.listed(f"{base}/{path}", key)
        if isinstance(items, Unread):
            found.note(f"{what} of the organization", (kind,), items)
            continue
        for item in items:
            if item.get("default") and kind == "ActionsRunnerGroup":
                continue  # every organization has this one
            found.resources.append(_item(asking, f"{base}/{path}", kind, item, found))


def _item(
    asking: Asking, path: str, kind: str, item: Mapping[str, Any], found: Found
) -> LiveResource:
    if kind == "OrganizationWebhook":
        inputs = webhook(item)
        return LiveResource(kind, inputs["address"], str(item["id"]), inputs)
    if kind == "AppInstallation":
        inputs = {
            "appId": item["app_id"],
            "appSlug": item.get("app_slug"),
            "permissions": item.get("permissions"),
            "repositorySelection": item.get("repository_selection"),
        }
        return LiveResource(kind, str(item.get("app_slug")), str(item["id"]), inputs)
    if kind == "Runner":
        labels = [each["name"] for each in item.get("labels") or ()]
        inputs = {"name": item["name"], "labels": labels}
        return LiveResource(kind, item["name"], str(item["id"]), inputs)
    if kind == "ActionsRunnerGroup":
        inputs = {camel(field): item.get(field) for field in _RUNNER_GROUP}
        return LiveResource(kind, item["name"], str(item["id"]), inputs)
    name, seen = item["name"], item["visibility"]
    inputs, unread = {"visibility": seen}, {}
    if seen == "selected":
        chosen = asking.listed(f"{path}/{name}/repositories", "repositories")
        if isinstance(chosen, Unread):
            found.note(f"repositories that see {name}", (), chosen)
            unread["selectedRepositoryIds"] = chosen
        else:
            inputs["selectedRepositoryIds"] = [each["id"] for each in chosen]
    if kind == "ActionsOrganizationVariable":
        inputs |= {"variableName": name, "value": item["value"]}
        return LiveResource(kind, name, name, inputs, unread)
    store = path.rpartition("/")[0].rpartition("/")[2]
    given = {"secretName": name, **inputs}
    return LiveResource(kind, f"{store}/{name}", name, given, unread, updated=updated(item))

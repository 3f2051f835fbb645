"""Repositories: a hundred in one GraphQL request, and REST's lists of what GraphQL lacks.

Source: https://docs.github.com/graphql/reference/objects#repository
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portcullis.live import classic, deploy_keys, environments, repository_lists, rulesets
from portcullis.live.asking import PAGE, TooHeavy, Unread
from portcullis.live.kinds import KINDS
from portcullis.live.pages import TOO_HEAVY, pages, present
from portcullis.live.people.teams import PERMISSIONS
from portcullis.live.resource import Gap, LiveRepository, LiveResource, camel

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from portcullis.live.asking import Asking

_NESTED = {
    "collaborators": (
        100,
        ", affiliation: DIRECT",
        """edges { permission node { login databaseId }
                   permissionSources { roleName source { __typename } } }""",
    ),
    "rulesets": (20, ", includeParents: false", f"nodes {{ {rulesets.FIELDS} }}"),
    "branchProtectionRules": (20, "", f"nodes {{ {classic.FIELDS} }}"),
    "deployKeys": (50, "", "nodes { title key readOnly }"),
    "repositoryTopics": (20, "", "nodes { topic { name } }"),
}
"""Lists of a repository: the size of a page, other arguments, and what is asked of an entry."""

_HIDDEN = {
    "collaborators": "RepositoryCollaborator",
    "rulesets": "RepositoryRuleset",
    "branchProtectionRules": "BranchProtection",
    "deployKeys": "RepositoryDeployKey",
}
"""Lists that GitHub shows to administrators only, and the kinds of what is in them."""

_WORDS = {
    "collaborators": "collaborators",
    "rulesets": "rulesets",
    "branchProtectionRules": "classic protection",
    "deployKeys": "deploy keys",
}
_ADMINISTRATION = Unread(403, "administration=read")
_UPDATES = "RepositoryDependabotSecurityUpdates"


def _list(name: str, first: str | int) -> str:
    _, arguments, entry = _NESTED[name]
    return f"{name}(first: {first}{arguments}) {{ pageInfo {{ hasNextPage endCursor }} {entry} }}"


QUERY = f"""
    query($login: String!, $after: String, $size: Int!) {{ organization(login: $login) {{
      repositories(first: $size, after: $after, orderBy: {{field: NAME, direction: ASC}}) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{
          id databaseId name description homepageUrl visibility isArchived isTemplate
          viewerCanAdminister
          hasIssuesEnabled hasWikiEnabled hasProjectsEnabled hasDiscussionsEnabled
          hasVulnerabilityAlertsEnabled
          mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed autoMergeAllowed
          allowUpdateBranch deleteBranchOnMerge webCommitSignoffRequired forkingAllowed
          mergeCommitTitle mergeCommitMessage squashMergeCommitTitle squashMergeCommitMessage
          defaultBranchRef {{ name }}
          environments(first: 0) {{ totalCount }}
          object(expression: "HEAD:.github/workflows") {{
            ... on Tree {{ entries {{ name type }} }}
          }}
          {" ".join(_list(name, size) for name, (size, _, _) in _NESTED.items())}
        }}
      }}
    }} }}
"""
"""Everything that GraphQL has of a page of repositories."""


NAMES = """
    query($login: String!, $after: String) { organization(login: $login) {
      repositories(first: 1, after: $after, orderBy: {field: NAME, direction: ASC}) {
        pageInfo { hasNextPage endCursor } nodes { name }
      }
    } }
"""
"""The name of one repository alone."""


def following(name: str) -> str:
    """Return the query for more entries of a list of one repository."""
    fields = _list(name, "$size, after: $after")
    return f"""query($id: ID!, $after: String, $size: Int!) {{
        node(id: $id) {{ ... on Repository {{ {fields} }} }}
    }}"""


_FIELDS = {
    "hasIssuesEnabled": "hasIssues",
    "hasWikiEnabled": "hasWiki",
    "hasProjectsEnabled": "hasProjects",
    "hasDiscussionsEnabled": "hasDiscussions",
    "mergeCommitAllowed": "allowMergeCommit",
    "squashMergeAllowed": "allowSquashMerge",
    "rebaseMergeAllowed": "allowRebaseMerge",
    "autoMergeAllowed": "allowAutoMerge",
    "allowUpdateBranch": "allowUpdateBranch",
    "deleteBranchOnMerge": "deleteBranchOnMerge",
    "webCommitSignoffRequired": "webCommitSignoffRequired",
    "forkingAllowed": "allowForking",
    "isTemplate": "isTemplate",
    "isArchived": "archived",
    "mergeCommitTitle": "mergeCommitTitle",
    "mergeCommitMessage": "mergeCommitMessage",
    "squashMergeCommitTitle": "squashMergeCommitTitle",
    "squashMergeCommitMessage": "squashMergeCommitMessage",
}
"""GraphQL's fields, and the provider's names of them."""


@dataclass
class Repositories:
    """What was read of an organization's repositories."""

    asking: Asking
    organization: str
    opening: Collection[str] = ()
    """The lower-case names of archived repositories that are read like others."""
    known: dict[str, LiveRepository] = field(default_factory=dict)
    resources: list[LiveResource] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    people: dict[str, int] = field(default_factory=dict)
    """Numeric ids of collaborators, by lower-case login."""
    _numbers: dict[str, int] = field(default_factory=dict)
    _keys: dict[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    _no_security: Unread | None = None
    """Why the security settings of all repositories could not be read."""

    def number(self, node: str) -> int | None:
        """Return a repository's numeric id by its id in GraphQL."""
        return self._numbers.get(node)

    def read(self) -> None:
        """Read all repositories, and everything that lies in them."""
        nodes = list(self._pages())
        for node in nodes:
            branch = (node["defaultBranchRef"] or {}).get("name", "")
            self.known[node["name"]] = LiveRepository(
                node["name"], node["databaseId"], node["id"], branch, node["isArchived"]
            )
            self._numbers[node["id"]] = node["databaseId"]
        security = self._security()
        self._note_hidden(security)
        for node in nodes:
            self._take(node, security.get(node["name"]))
        open_ = [
            node
            for node in nodes
            if not node["isArchived"] or node["name"].casefold() in self.opening
        ]
        for resources, gaps in self.asking.each(self._lists, open_):
            self.resources += resources
            self.gaps += gaps
        for resources in self.asking.each(self._deploy_keys, self._keys.items()):
            self.resources += resources

    def _pages(self) -> Iterator[Mapping[str, Any]]:
        """Yield all repositories that GraphQL shows; note the others."""
        for page in pages(self._page, PAGE, self._skip):
            if page is None:
                why = Unread(403, "metadata=read")
                self.gaps.append(Gap("repositories", tuple(KINDS), None, why))
                return
            yield from present(page["nodes"])

    def _page(self, after: str | None, size: int) -> Mapping[str, Any] | None:
        return self._asked(QUERY, after, size=size)

    def _asked(self, document: str, after: str | None, **more: int) -> Mapping[str, Any] | None:
        variables = {"login": self.organization, "after": after, **more}
        found = self.asking.query(document, variables)["organization"]
        page: Mapping[str, Any] | None = found and found["repositories"]
        return page

    def _skip(self, after: str | None) -> Mapping[str, Any] | None:
        """Note a repository that is too much for GitHub, and go on behind it."""
        page = self._asked(NAMES, after)
        for each in present(page["nodes"] if page else None):
            name = each["name"]
            self.gaps.append(Gap(f"repository {name}", tuple(KINDS), name, TOO_HEAVY))
        return page and {**page, "nodes": []}

    def _security(self) -> dict[str, Mapping[str, Any] | None]:
        """Return REST's `security_and_analysis` by repository: GraphQL has none of it."""
        listed = self.asking.listed(f"/orgs/{self.organization}/repos?type=all")
        if isinstance(listed, Unread):
            what, kinds = "security settings of repositories", (_UPDATES,)
            self.gaps.append(Gap(what, kinds, None, listed))
            self._no_security = listed
            return {}
        return {each["name"]: each.get("security_and_analysis") for each in listed}

    def _note_hidden(self, listed: Iterable[str]) -> None:
        """Note repositories that REST lists, and of which GraphQL shows nothing.

        GraphQL leaves out a whole repository where credentials may not read a field that is never
        null, such as its environments.
        """
        noted = {gap.repository for gap in self.gaps}
        for name in listed:
            if name not in self.known and name not in noted:
                why = Unread(403, "administration=read, environments=read")
                self.gaps.append(Gap(f"repository {name}", tuple(KINDS), name, why))

    def _lists(self, node: Mapping[str, Any]) -> tuple[list[LiveResource], list[Gap]]:
        """Return what only REST has of a repository."""
        name = node["name"]
        found, gaps = repository_lists.read(self.asking, self.organization, name)
        # most repositories have no environment: GraphQL has counted them
        if node["environments"] is None or node["environments"]["totalCount"]:
            more, unread = environments.read(self.asking, self.organization, name)
            found, gaps = [*found, *more], [*gaps, *unread]
        return found, gaps

    def _deploy_keys(self, keys: tuple[str, Sequence[Mapping[str, Any]]]) -> list[LiveResource]:
        return deploy_keys.read(self.asking, self.organization, *keys)

    def _take(self, node: Mapping[str, Any], security: Mapping[str, Any] | None) -> None:
        """Take what GraphQL says about a repository."""
        repository = self.known[node["name"]]
        read = {name: self._whole(node, name) for name in _NESTED}
        lists = {name: present(entries) for name, (entries, _) in read.items()}
        topics = [each["topic"]["name"] for each in lists["repositoryTopics"]]
        if lists["deployKeys"]:
            self._keys[repository.name] = lists["deployKeys"]
        start = len(self.resources)
        self.resources += [
            *_repository(node, topics, security, self._no_security or _ADMINISTRATION),
            *map(self._collaborator(repository), filter(_direct, lists["collaborators"])),
            *(self._ruleset(each, repository) for each in lists["rulesets"]),
            *(classic.of_graphql(each, repository) for each in lists["branchProtectionRules"]),
            *_workflow_files(node),
        ]
        for name, kind in _HIDDEN.items():
            # who does not administer a repository gets empty lists of keys and classic rules
            why = read[name][1]
            if why is None and not (lists[name] or node["viewerCanAdminister"]):
                why = _ADMINISTRATION
            if why:
                what = f"{_WORDS[name]} of {repository.name}"
                self.gaps.append(Gap(what, (kind,), repository.name, why))
        for each in self.resources[start:]:
            if each.kind == "BranchProtection" and each.unread:
                what = f"all of classic protection {each.name}"
                self.gaps.append(Gap(what, (), repository.name, classic.TOO_MANY))
        if security is None and not (repository.archived or self._no_security):
            what = f"security settings of {repository.name}"
            self.gaps.append(Gap(what, (_UPDATES,), repository.name, _ADMINISTRATION))

    def _whole(
        self, node: Mapping[str, Any], name: str
    ) -> tuple[list[Mapping[str, Any] | None], Unread | None]:
        """Return the entries of a list of a repository, and why some are not among them."""
        connection = node[name]
        if connection is None:
            return [], _ADMINISTRATION
        key = "edges" if "edges" in connection else "nodes"
        entries = list(connection[key] or ())
        start = connection["pageInfo"]["endCursor"]

        def ask(after: str | None, size: int) -> Mapping[str, Any] | None:
            variables = {"id": node["id"], "after": after or start, "size": size}
            found = self.asking.query(following(name), variables)["node"]
            page: Mapping[str, Any] | None = found and found[name]
            return page

        try:
            for page in pages(ask, _NESTED[name][0]) if _has_more(connection) else ():
                entries += (page and page[key]) or [None]
        except TooHeavy:
            return entries, TOO_HEAVY
        hidden = len(present(entries)) < len(entries)
        return entries, _ADMINISTRATION if hidden else None

    def _collaborator(self, repository: LiveRepository) -> Callable[[Any], LiveResource]:
        def resource(edge: Mapping[str, Any]) -> LiveResource:
            login = edge["node"]["login"]
            self.people[login.lower()] = edge["node"]["databaseId"]
            name, ident = f"{repository.name}/{login}", f"{repository.name}:{login}"
            inputs = {
                "repository": repository.name,
                "username": login,
                "permission": _direct(edge),
            }
            return LiveResource("RepositoryCollaborator", name, ident, inputs)

        return resource

    def _ruleset(self, node: Mapping[str, Any], repository: LiveRepository) -> LiveResource:
        if not rulesets.is_whole(node):
            path = f"/repos/{self.organization}/{repository.name}/rulesets/{node['databaseId']}"
            answer = self.asking.get(path)
            if not isinstance(answer, Unread):
                return rulesets.of_rest(answer, repository.name)
            what = f"bypass of ruleset {node['name']} of {repository.name}"
            self.gaps.append(Gap(what, (), repository.name, answer))
            return rulesets.of_graphql(node, repository.name, self.number, answer)
        return rulesets.of_graphql(node, repository.name, self.number)


def _has_more(connection: Mapping[str, Any]) -> bool:
    return bool(connection["pageInfo"]["hasNextPage"])


def _direct(edge: Mapping[str, Any]) -> str | None:
    """Return the permission that a person was given in the repository itself; None without one."""
    sources = edge["permissionSources"]
    if sources is not None:
        own = [
            each
            for each in present(sources)
            if (each["source"] or {}).get("__typename") == "Repository"
        ]
        if not own:
            return None
        if role := own[0].get("roleName"):
            return PERMISSIONS.get(str(role).upper(), str(role))
    return PERMISSIONS[edge["permission"]]


def _repository(
    node: Mapping[str, Any],
    topics: list[str],
    security: Mapping[str, Any] | None,
    why: Unread,
) -> Iterator[LiveResource]:
    """Yield a repository, and the settings that are resources of their own."""
    name = node["name"]
    inputs: dict[str, Any] = {
        "name": name,
        "description": node["description"] or "",
        "homepageUrl": node["homepageUrl"] or "",
        "visibility": node["visibility"].lower(),
        "topics": topics,
        **{ours: node[theirs] for theirs, ours in _FIELDS.items() if node[theirs] is not None},
    }
    unread = {}
    if security is None:
        unread["securityAndAnalysis"] = why
    else:
        inputs["securityAndAnalysis"] = {camel(key): value for key, value in security.items()}
    yield LiveResource("Repository", name, name, inputs, unread, str(node["databaseId"]))
    # archiving turns these off, and the update that opens the repository turns them on again
    alerts = {"repository": name, "enabled": node["hasVulnerabilityAlertsEnabled"]}
    yield LiveResource("RepositoryVulnerabilityAlerts", name, name, alerts)
    if updates := (security or {}).get("dependabot_security_updates"):
        given = {"repository": name, "enabled": updates["status"] == "enabled"}
        yield LiveResource(_UPDATES, name, name, given)
    if node["isArchived"]:
        return
    if branch := node["defaultBranchRef"]:
        given = {"repository": name, "branch": branch["name"]}
        yield LiveResource("BranchDefault", name, name, given)


def _workflow_files(node: Mapping[str, Any]) -> Iterator[LiveResource]:
    for entry in present((node["object"] or {}).get("entries")):
        if entry["type"] == "blob" and entry["name"].endswith((".yml", ".yaml")):
            name, path = node["name"], f".github/workflows/{entry['name']}"
            inputs = {"repository": name, "file": path}
            yield LiveResource("RepositoryFile", f"{name}/{path}", f"{name}:{path}", inputs)

"""List what lies beside adopted resources and is neither declared nor removed.

Portcullis owns who may approve, deploy and push, so that `extras` are removed. Secrets, variables,
rulesets and environments that are not declared stay as they are: somebody may need them. They are
listed by name, because a person has to decide about each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis.adopt.completion import ENVIRONMENT, REPOSITORY
from portcullis.adopt.import_ids import listed
from portcullis.pulumi_runs.events import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from githubkit import GitHub

    from portcullis.pulumi_runs.events import Planned

REMEDY = "declare them to manage them, or delete them on GitHub; make up leaves them as they are"
"""What to do about all of them."""


@dataclass(frozen=True)
class _List:
    """One of GitHub's lists of things that could be declared."""

    noun: str
    path: str
    """Below the organization, the repository or the environment."""
    key: str
    """The field of the answer that holds the items; empty where the answer is the list."""
    type: str
    """The type of the resources that declare such things, without the package."""
    name: str
    """The input that holds the thing's name."""


_OF_ORGANIZATION = (
    _List("ruleset", "rulesets", "", "OrganizationRuleset", "name"),
    _List(
        "variable",
        "actions/variables",
        "variables",
        "ActionsOrganizationVariable",
        "variableName",
    ),
    _List(
        "Actions secret", "actions/secrets", "secrets", "ActionsOrganizationSecret", "secretName"
    ),
    _List(
        "Dependabot secret",
        "dependabot/secrets",
        "secrets",
        "DependabotOrganizationSecret",
        "secretName",
    ),
)
_OF_REPOSITORY = (
    _List("environment", "environments", "environments", "RepositoryEnvironment", "environment"),
    _List("ruleset", "rulesets", "", "RepositoryRuleset", "name"),
    _List("variable", "actions/variables", "variables", "ActionsVariable", "variableName"),
    _List("Actions secret", "actions/secrets", "secrets", "ActionsSecret", "secretName"),
    _List("Dependabot secret", "dependabot/secrets", "secrets", "DependabotSecret", "secretName"),
)
_OF_ENVIRONMENT = (
    _List("variable", "variables", "variables", "ActionsEnvironmentVariable", "variableName"),
    _List("secret", "secrets", "secrets", "ActionsEnvironmentSecret", "secretName"),
)


def unmanaged(
    client: GitHub[Any],
    organization: str,
    planned: Mapping[str, Planned],
    found: Mapping[str, str],
) -> Iterator[str]:
    """Yield what exists in the things that were adopted and is not declared, a line a place.

    Args:
        client: A client of the organization's GitHub.
        organization: Its login.
        planned: URN to resource, of everything that the preview would create.
        found: URN to import id, of those that are adopted.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    rulesets = {number.rpartition(":")[2] for urn, number in found.items() if "Ruleset::" in urn}
    look = _Look(client, planned, rulesets)
    if any(each.type == ROOT for each in planned.values()):
        yield from look.into(organization, f"/orgs/{organization}", _OF_ORGANIZATION, {})
    for urn in found:
        inputs, kind = planned[urn].inputs, planned[urn].type
        if kind == REPOSITORY and not inputs.get("archived"):
            name = inputs["name"]
            path, where = f"/repos/{organization}/{name}", {"repository": name}
            yield from look.into(name, path, _OF_REPOSITORY, where)
        elif kind == ENVIRONMENT:
            where = {name: inputs[name] for name in ("repository", "environment")}
            name = "/".join(where.values())
            path = f"/repos/{organization}/{where['repository']}/environments/"
            path += quote(where["environment"], safe="")
            yield from look.into(name, path, _OF_ENVIRONMENT, where)


@dataclass(frozen=True)
class _Look:
    """What is asked, and what is known to be declared."""

    client: GitHub[Any]
    planned: Mapping[str, Planned]
    rulesets: Collection[str]
    """The ids of rulesets that are adopted, some of them under another name."""

    def into(
        self, place: str, path: str, lists: Iterable[_List], where: Mapping[str, str]
    ) -> Iterator[str]:
        """Yield a line with what one place has beyond the declaration."""
        found = [name for each in lists for name in self._names(path, each, where)]
        if found:
            yield f"{place}: {', '.join(found)}"

    def _names(self, path: str, wanted: _List, where: Mapping[str, str]) -> Iterator[str]:
        from githubkit.exception import RequestFailed  # noqa: PLC0415 - slow, and only needed here

        try:
            live = listed(self.client, f"{path}/{wanted.path}", wanted.key)
        except RequestFailed as error:
            if error.response.status_code != 403:  # noqa: PLR2004 - HTTP's own number
                raise
            yield f"{wanted.noun}s (this token may not list them)"
            return
        declared = {
            str(each.inputs.get(wanted.name)).upper()
            for each in self.planned.values()
            if each.type.rpartition(":")[2] == wanted.type
            and all(each.inputs.get(name) == value for name, value in where.items())
        }
        own = "Organization" if path.startswith("/orgs/") else "Repository"
        for item in live:
            here = item.get("source_type", own) == own  # or a ruleset of an owner
            known = wanted.noun == "ruleset" and str(item["id"]) in self.rulesets
            if here and not known and item["name"].upper() not in declared:
                yield f"{wanted.noun} {item['name']}"

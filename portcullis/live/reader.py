"""Read a whole organization.

Requests: a few GraphQL pages of a hundred repositories, REST's lists of the organization, and
those of each repository, with ETags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.live import organization
from portcullis.live.asking import Unread
from portcullis.live.repositories import Repositories
from portcullis.live.resource import Gap, Live, LiveResource
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from portcullis.live.asking import Asking

_UNAUTHORIZED, _NOT_FOUND = 401, 404


class NoOrganization(UserError):  # noqa: N818 - says what is missing
    """GitHub has no organization of this login, or does not show it."""


def read(asking: Asking, name: str, opening: Collection[str] = ()) -> Live:
    """Return the organization ``name`` as it is on GitHub, without the texts of files.

    Args:
        asking: A conversation with its GitHub.
        name: Its login.
        opening: The names of archived repositories that are read like others.

    Raises:
        UserError: There is no such organization, or GitHub does not show it.
        githubkit.exception.GitHubException: GitHub cannot be reached.
    """
    settings = _require(asking, name)
    found = Repositories(asking, name, {each.casefold() for each in opening})
    found.read()
    whole = organization.read(asking, name, settings, found.number)
    live = Live(
        name,
        [*whole.resources, *found.resources],
        [*whole.gaps, *found.gaps],
        {**found.people, **whole.people},
        whole.owners,
        whole.invited,
        whole.teams,
        found.known,
        whole.plan,
        whole.two_factor,
    )
    _properties(asking, live)
    return live


def _require(asking: Asking, name: str) -> Mapping[str, Any]:
    """Return GitHub's answer about the organization; refuse what is none, before all else."""
    answer = asking.get(f"/orgs/{name}")
    if not isinstance(answer, Unread):
        shown: Mapping[str, Any] = answer
        return shown
    if answer.status == _UNAUTHORIZED:
        raise UserError(
            f"{asking.access.base_url} refuses the credentials (401); "
            "check that the token is right and has not expired"
        )
    if answer.status != _NOT_FOUND:
        raise UserError(f"the organization {name} could not be read: {answer}")
    account = asking.get(f"/users/{name}")
    if isinstance(account, Unread) or account.get("type") != "User":
        raise NoOrganization(
            f"{asking.access.base_url} has no organization {name} that these credentials may see; "
            "check its login, and that the token or the App belongs to it"
        )
    raise UserError(
        f"{name} is a personal account; Portcullis manages organizations: "
        "personal accounts have neither teams nor rulesets for many repositories"
    )


def _properties(asking: Asking, live: Live) -> None:
    """Read custom properties: their schema, and the values of all repositories in one list."""
    base = f"/orgs/{live.organization}/properties"
    schema = asking.listed(f"{base}/schema")
    values = asking.listed(f"{base}/values") if schema else []
    unread = [each for each in (schema, values) if isinstance(each, Unread)]
    if isinstance(schema, Unread) or isinstance(values, Unread):
        kinds = ("OrganizationCustomProperties", "RepositoryCustomProperty")
        live.gaps.append(Gap("custom properties", kinds, None, unread[0]))
        return
    types, defaults = {}, {}
    for each in schema:
        name = each["property_name"]
        types[name], defaults[name] = each["value_type"], each.get("default_value")
        inputs = {
            "propertyName": name,
            "valueType": each["value_type"],
            "required": each.get("required") or False,
            "description": each.get("description") or "",
            "defaultValue": each.get("default_value"),
            "allowedValues": each.get("allowed_values") or [],
            "valuesEditableBy": each.get("values_editable_by"),
        }
        live.resources.append(LiveResource("OrganizationCustomProperties", name, name, inputs))
    for each in values:
        for given in each["properties"]:
            name, value = given["property_name"], given["value"]
            if value is None:
                continue
            repository = each["repository_name"]
            inputs = {
                "repository": repository,
                "propertyName": name,
                "propertyType": types.get(name),
                "propertyValues": value if isinstance(value, list) else [value],
                "byDefault": value == defaults.get(name),
            }
            ident = f"{live.organization}:{repository}:{name}"
            live.resources.append(
                LiveResource("RepositoryCustomProperty", f"{repository}/{name}", ident, inputs)
            )

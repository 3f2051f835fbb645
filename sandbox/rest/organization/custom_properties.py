"""Custom properties: an organization's schema, repositories' values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.access.permissions import full_name, org_role, owner, visible_repositories
from sandbox.api import fields
from sandbox.api.errors import forbidden, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.world.kinds.documents import DOCUMENT
from sandbox.world.kinds.repositories import PROPERTY, REPOSITORY, Property, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_SCHEMA = "/orgs/{org}/properties/schema"
_VALUES = "/repos/{owner}/{repo}/properties/values"
_FIELDS: dict[str, fields.Kind] = {
    "value_type!": ("string", "single_select", "multi_select", "true_false", "url"),
    "required": "boolean",
    "default_value?": "any",
    "description?": "text",
    "allowed_values?": "texts",
    "values_editable_by?": ("org_actors", "org_and_repo_actors"),
}


_NAME = re.compile(r"[A-Za-z0-9_#$-]{1,75}")
_VALUE = re.compile(r"[ !#-~]{1,75}")
"""Printable ASCII without double quotes.

Source: https://docs.github.com/organizations/managing-organization-settings/managing-custom-properties-for-repositories-in-your-organization
"""
_MOST_VALUES = 200
"""Values that a property may allow."""
_MOST_PROPERTIES = 100
"""Properties of an organization."""


def _shape(call: Call, prop: Record[Property]) -> dict[str, Any]:
    return {
        "property_name": prop.name,
        "url": f"{call.api}/orgs/{call.org.name}/properties/schema/{prop.name}",
        "source_type": "organization",
        "value_type": prop.data["value_type"],
        "required": prop.data["required"],
        "default_value": prop.data["default_value"],
        "description": prop.data["description"],
        "allowed_values": prop.data["allowed_values"],
        "values_editable_by": prop.data["values_editable_by"],
        "require_explicit_values": False,
    }


def _find(call: Call) -> Record[Property]:
    found = call.world.find(PROPERTY, call.parameters["custom_property_name"], call.org.id)
    if found is None:
        raise not_found()
    return found


def _set(call: Call, name: str, body: dict[str, Any]) -> Record[Property]:
    found = fields.checked(body, _FIELDS)
    if not _NAME.fullmatch(name):
        raise invalid(f"Property name {name!r} is invalid")
    _check_allowed(found.get("allowed_values") or [])
    select = found["value_type"] in ("single_select", "multi_select")
    allowed = found.get("allowed_values") or None
    default = found.get("default_value")
    if default in ("", []):
        default = None
    data = Property(
        value_type=found["value_type"],
        required=found.get("required", False),
        default_value=default,
        description=found.get("description"),
        allowed_values=allowed if select else None,
        values_editable_by=found.get("values_editable_by") or "org_actors",
    )
    if select and not allowed:
        raise invalid("Allowed values must be given for select properties")
    if data["required"] and default is None:
        raise invalid("Default value must be present if the property is required")
    prop = call.world.find(PROPERTY, name, call.org.id)
    if default is not None:
        _check(name, data, default)
    if prop is None:
        if call.world.count(PROPERTY, call.org.id) >= _MOST_PROPERTIES:
            raise invalid(f"An organization can have no more than {_MOST_PROPERTIES} properties")
        return call.world.make(PROPERTY, call.org.id, name, data)
    return call.world.change(prop, **data)


def _check_allowed(values: list[str]) -> None:
    if len(values) > _MOST_VALUES:
        raise invalid(f"No more than {_MOST_VALUES} allowed values can be given")
    wrong = [value for value in values if not _VALUE.fullmatch(value)]
    if wrong:
        raise invalid(f"Allowed values are invalid: {wrong}")


def _check(name: str, prop: Property, value: Any) -> None:  # noqa: ANN401 - any JSON
    kind = prop["value_type"]
    many = isinstance(value, list)
    values = value if many else [value]
    if many != (kind == "multi_select") or not all(isinstance(each, str) for each in values):
        raise invalid(f"Invalid value for property '{name}': {value!r}")
    allowed = ["true", "false"] if kind == "true_false" else prop["allowed_values"]
    for each in values:
        if allowed is not None and each not in allowed:
            raise invalid(f"Value '{each}' is not allowed for property '{name}'")
        if kind == "string" and not _VALUE.fullmatch(each):
            raise invalid(f"Invalid value for property '{name}': {each!r}")
        if kind == "url" and not _absolute(each):
            raise invalid(f"Invalid value for property '{name}': URL must be absolute")


def _absolute(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


@ROUTES.get(_SCHEMA, needs="org:member")
def list_schema(call: Call) -> Response:
    """Return the properties of an organization."""
    return Response(200, [_shape(call, each) for each in call.world.all(PROPERTY, call.org.id)])


@ROUTES.patch(_SCHEMA, needs="org:admin")
def set_many(call: Call) -> Response:
    """Create or change several properties."""
    made = []
    for each in fields.body(call, **{"properties!": "list"})["properties"]:
        name = fields.checked(each, {"property_name!": "text"})["property_name"]
        made.append(_shape(call, _set(call, name, each)))
    return Response(200, made)


@ROUTES.get(_SCHEMA + "/{custom_property_name}", needs="org:member")
def get(call: Call) -> Response:
    """Return a property."""
    return Response(200, _shape(call, _find(call)))


@ROUTES.put(_SCHEMA + "/{custom_property_name}", needs="org:admin")
def put(call: Call) -> Response:
    """Create or change a property."""
    prop = _set(call, call.parameters["custom_property_name"], call.json())
    return Response(200, _shape(call, prop))


@ROUTES.delete(_SCHEMA + "/{custom_property_name}", needs="org:admin")
def delete(call: Call) -> Response:
    """Delete a property, with its values everywhere."""
    prop = _find(call)
    for repository in call.world.all(REPOSITORY, call.org.id):
        document = call.world.find(DOCUMENT, "properties", repository.id)
        if document is not None and document.data.get(prop.name) is not None:
            call.world.change(document, **{prop.name: None})
    call.world.remove(prop)
    return NO_CONTENT


def _values(call: Call, repository: Record[Repository]) -> list[dict[str, Any]]:
    own = call.world.document(repository.id, "properties", {})
    found = []
    for prop in call.world.all(PROPERTY, repository.parent):
        value = own.get(prop.name)
        if value is None and prop.data["required"]:
            value = prop.data["default_value"]
        if value is not None or prop.name in own:
            found.append({"property_name": prop.name, "value": value})
    return found


def _write(call: Call, repository: Record[Repository], wanted: list[Any]) -> None:
    values = {}
    for each in wanted:
        pair = fields.checked(each, {"property_name!": "text", "value?": "any"})
        prop = call.world.find(PROPERTY, pair["property_name"], repository.parent)
        if prop is None:
            raise invalid(f"Property {pair['property_name']} is not defined")
        value = pair.get("value")
        if value is not None:
            _check(prop.name, prop.data, value)
        values[prop.name] = value
    call.world.set_document(repository.id, "properties", **values)


@ROUTES.get(_VALUES, needs="repo:read")
def get_values(call: Call) -> Response:
    """Return a repository's values."""
    shown = [each for each in _values(call, call.repository) if each["value"] is not None]
    return Response(200, shown)


@ROUTES.patch(_VALUES, needs="repo:admin")
def set_values(call: Call) -> Response:
    """Change a repository's values; null takes one away.

    Some properties only the organization's owners may set: it is by them that its rulesets select.
    """
    wanted = fields.body(call, **{"properties!": "list"})["properties"]
    owns = _owns(call)
    for each in wanted:
        name = each.get("property_name") if isinstance(each, dict) else None
        prop = call.world.find(PROPERTY, str(name), call.repository.parent)
        if prop is not None and prop.data["values_editable_by"] == "org_actors" and not owns:
            raise forbidden(f"Only organization owners may set the property {prop.name}.")
    _write(call, call.repository, wanted)
    return NO_CONTENT


def _owns(call: Call) -> bool:
    if call.actor.installation is not None:
        given = call.actor.permissions
        return given is None or given.get("organization_custom_properties") in ("write", "admin")
    account = owner(call.world, call.repository)
    return org_role(call.world, account, call.actor.id) == "admin"


@ROUTES.get("/orgs/{org}/properties/values", needs="org:member")
def list_values(call: Call) -> Response:
    """Return the values of all repositories."""
    found = visible_repositories(call.world, call.org, call.actor)
    return page(
        call,
        found,
        lambda repository: {
            "repository_id": repository.id,
            "repository_name": repository.name,
            "repository_full_name": full_name(call.world, repository),
            "properties": _values(call, repository),
        },
    )


@ROUTES.patch("/orgs/{org}/properties/values", needs="org:admin")
def set_values_of_many(call: Call) -> Response:
    """Change the values of several repositories."""
    found = fields.body(call, **{"repository_names!": "texts", "properties!": "list"})
    for name in found["repository_names"]:
        repository = call.world.find(REPOSITORY, name, call.org.id)
        if repository is None:
            raise not_found()
        _write(call, repository, found["properties"])
    return NO_CONTENT

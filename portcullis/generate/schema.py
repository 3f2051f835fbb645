"""The JSON Schema of an organization's file, for editors."""

from __future__ import annotations

import json

from components.organization import OrganizationConfig
from components.repository import RepositoryConfig

PATH = "orgs/portcullis.schema.json"
"""Beside the files that it is for, relative to the project's folder."""
REPOSITORY_PATH = "orgs/repository.schema.json"


def schema_text() -> str:
    """Return the schema of `orgs/<name>.yaml`, as the models have it."""
    schema = OrganizationConfig.model_json_schema(mode="validation")
    return _text(schema, "A GitHub organization, as Portcullis declares it")


def repository_schema_text() -> str:
    """Return the schema of `orgs/<name>/repositories/<repository>.yaml`."""
    return _text(RepositoryConfig.model_json_schema(), "A repository, as Portcullis declares it")


def _text(schema: dict[str, object], title: str) -> str:
    draft = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps({"$schema": draft, **schema, "title": title}, indent=2) + "\n"

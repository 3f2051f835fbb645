"""The JSON Schema of an organization's file, for editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic.json_schema import GenerateJsonSchema

from components.base import meanings
from components.organization import OrganizationConfig
from components.repository import RepositoryConfig

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core.core_schema import ModelSchema

PATH = "orgs/portcullis.schema.json"
"""Beside the files that it is for, relative to the project's folder."""
REPOSITORY_PATH = "orgs/repository.schema.json"


def schema_text() -> str:
    """Return the schema of `orgs/<name>.yaml`, as the models have it."""
    return _text(OrganizationConfig, "A GitHub organization, as Portcullis declares it")


def repository_schema_text() -> str:
    """Return the schema of `orgs/<name>/repositories/<repository>.yaml`."""
    return _text(RepositoryConfig, "A repository, as Portcullis declares it")


def _text(model: type[BaseModel], title: str) -> str:
    schema = model.model_json_schema(schema_generator=_WithMeanings)
    draft = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps({"$schema": draft, **schema, "title": title}, indent=2) + "\n"


class _WithMeanings(GenerateJsonSchema):
    """Pydantic's generator, with the meaning of each field."""

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """Return the schema of a model."""
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        fields = found.get("properties", {})
        for name, meaning in meanings(model).items():
            if meaning:
                fields[model.model_fields[name].alias or name]["description"] = meaning
        return found

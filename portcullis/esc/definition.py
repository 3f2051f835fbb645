"""The definition of an ESC environment: read, changed and written without losing what is there.

Definitions come with secrets as ciphertext and go back with the same ciphertext: values that are
set in ESC are neither seen nor changed.

Source: https://www.pulumi.com/docs/esc/reference/
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from portcullis.esc.connection import EscError, in_words

if TYPE_CHECKING:
    from pulumi_esc_sdk.esc_client import EscClient

_WIDTH = 2**31  # values are never folded


@dataclass(frozen=True, order=True)
class Name:
    """An environment's name: `project/name` in an organization."""

    organization: str
    project: str
    name: str

    def __str__(self) -> str:
        """Return it as people and `pulumi env` write it."""
        return f"{self.project}/{self.name}"


@dataclass
class Definition:
    """An environment's definition, and the revision that it is from."""

    environment: Name
    data: CommentedMap
    etag: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What stands under `values`, made where it is missing."""
        return _mapping(self.data, "values")

    @property
    def imports(self) -> list[str]:
        """The names of what it imports."""
        return [
            each if isinstance(each, str) else next(iter(each), "")
            for each in self.data.get("imports") or []
        ]

    def set_secret(self, key: str, value: str) -> None:
        """Put a secret's plaintext at the dotted path ``key``; ESC encrypts it when it is written.

        ESC takes `${` in a secret for a reference, and refuses it: such a value goes as Base64.

        Raises:
            EscError: what stands there comes from elsewhere, or is a group of values: it would be
                lost.
        """
        *outer, last = key.split(".")
        into = self.values
        for name in outer:
            if into.get(name) is not None and not _is_group(into[name]):
                raise self._elsewhere(key, f"{name} is no group of values")
            into = _mapping(into, name)
        if _is_group(into.get(last)):
            raise self._elsewhere(key, "it is a group of values")
        if kind(into.get(last)) in {"opened", "reference"}:
            raise self._elsewhere(key, "the value comes from elsewhere")
        text = base64.b64encode(value.encode()).decode() if "${" in value else value
        secret: object = {"fn::secret": DoubleQuotedScalarString(text)}
        into[last] = {"fn::fromBase64": secret} if "${" in value else secret

    def _elsewhere(self, key: str, why: str) -> EscError:
        return EscError(
            f"ESC: {self.environment}: {key} is not written, {why}: "
            f"see `pulumi env get {self.environment}`, and write where the value stands"
        )


def empty(environment: Name) -> Definition:
    """Return the definition of an environment that is not there yet."""
    return Definition(environment, CommentedMap())


def _mapping(parent: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the mapping under ``key``, made where there is none; what is no mapping makes way."""
    if not isinstance(parent.get(key), dict):
        parent[key] = CommentedMap()
    found: dict[str, Any] = parent[key]
    return found


def _is_group(value: object) -> bool:
    """Return whether this is a mapping of names to values, and no function of ESC's."""
    return isinstance(value, dict) and not any(str(name).startswith("fn::") for name in value)


def kind(value: object) -> str:
    """Return how ESC has a value: `secret`, `opened` from elsewhere, `reference`, or `plain`.

    A mapping is as its least protected value.
    """
    if isinstance(value, dict):
        names = [str(name) for name in value]
        if len(names) == 1 and names[0].startswith("fn::"):
            name = names[0].removeprefix("fn::")
            if name == "secret":
                return "secret"
            if name.partition("::")[0] in {"open", "rotate"}:
                return "opened"
            return kind(value[names[0]])
        kinds = {kind(each) for each in value.values()}
        return next((each for each in _WEAKEST_FIRST if each in kinds), "plain")
    return "reference" if isinstance(value, str) and "${" in value else "plain"


_WEAKEST_FIRST = ("plain", "reference", "opened", "secret")


def read(client: EscClient, environment: Name) -> Definition:
    """Return the newest definition, with secrets as ciphertext.

    Raises:
        EscError: it is not there, or may not be read.
    """
    with in_words(str(environment)):
        answer = client.esc_api.get_environment_with_http_info(
            environment.organization, environment.project, environment.name
        )
    headers = {name.lower(): value for name, value in (answer.headers or {}).items()}
    try:
        data = _yaml().load((answer.raw_data or b"").decode())
    except (YAMLError, UnicodeDecodeError):
        raise EscError(f"ESC: {environment}: its definition is not YAML") from None
    data = data if isinstance(data, CommentedMap) else CommentedMap()
    return Definition(environment, data, headers.get("etag", ""))


def write(client: EscClient, definition: Definition) -> str:
    """Write a definition, unless the environment was changed since it was read.

    Returns:
        The number of the revision that this made.

    Raises:
        EscError: it may not be written, has mistakes, or was changed meanwhile (status 409).
    """
    at = definition.environment
    text = io.StringIO()
    _yaml().dump(definition.data, text)
    with in_words(str(at)):
        answer = client.esc_api.update_environment_yaml_with_http_info(
            at.organization,
            at.project,
            at.name,
            text.getvalue(),
            _headers={"ETag": definition.etag} if definition.etag else None,
        )
    headers = {name.lower(): value for name, value in (answer.headers or {}).items()}
    return str(headers.get("pulumi-esc-revision", ""))


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.width = _WIDTH
    yaml.allow_unicode = False  # ESC's reader of YAML knows fewer characters than ours
    yaml.preserve_quotes = True
    return yaml

"""Read and write settings on GitHub, with the client that the rest of Portcullis uses.

The client waits for rate limits, and tries again after GitHub's own errors. ETags would save
nothing: a run reads each setting once, and writes need no answer.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from components.github_access import GitHubAccess, get_json
from github_settings.inputs import camel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from githubkit import GitHub

    from github_settings.table import Setting

_PAGE = 100
_NOT_FOUND = 404


class RefusedError(Exception):
    """GitHub did not do it; the text says what, and what GitHub says."""


class Conversation:
    """What one provider asks of GitHub."""

    def __init__(self, access: GitHubAccess, owner: str) -> None:
        """Take the address, the credentials and the organization's login."""
        self._access = access
        self.owner = owner

    @cached_property
    def _client(self) -> GitHub[Any]:
        return self._access.client()

    def read(self, setting: Setting, repository: str) -> dict[str, Any] | None:
        """Return a setting's fields by their names in Pulumi; None where its owner is gone."""
        path = self._path(setting, repository)
        answer = self._get(setting, path)
        if setting.is_switch:
            if answer is None and self._get(setting, path.rpartition("/")[0]) is None:
                return None
            return {camel(setting.fields[0].name): bool(answer and answer["enabled"])}
        if answer is None:
            return None
        found: dict[str, Any] = {}
        for field in setting.fields:
            if field.only_with and answer.get(field.only_with[0]) != field.only_with[1]:
                continue
            if field.read_from:
                below, key = field.read_from
                found[camel(field.name)] = self._ids(setting, f"{path}/{below}", key)
            else:
                found[camel(field.name)] = answer.get(field.name)
        return found

    def write(self, setting: Setting, repository: str, body: Mapping[str, Any]) -> None:
        """Set all fields, by GitHub's names."""
        path = self._path(setting, repository)
        if setting.is_switch:
            self._send(setting, "PUT" if body[setting.fields[0].name] else "DELETE", path, None)
        else:
            self._send(setting, "PUT", path, body)

    def reset(self, setting: Setting, repository: str) -> None:
        """Set what GitHub has by default, where the table says so and the owner still exists."""
        if setting.on_delete is not None and self.read(setting, repository) is not None:
            self.write(setting, repository, setting.on_delete)

    def _path(self, setting: Setting, repository: str) -> str:
        return setting.path.format(
            owner=quote(self.owner, safe=""), repository=quote(repository, safe="")
        )

    def _ids(self, setting: Setting, path: str, key: str) -> list[int]:
        ids: list[int] = []
        page = 1
        while True:
            answer = self._get(setting, f"{path}?per_page={_PAGE}&page={page}")
            listed = answer[key] if answer else []
            ids += [each["id"] for each in listed]
            if len(listed) < _PAGE:
                return sorted(ids)
            page += 1

    def _get(self, setting: Setting, path: str) -> Any:  # noqa: ANN401 - any JSON
        from githubkit.exception import GitHubException  # noqa: PLC0415 - costs 0.2 s, not always needed

        try:
            return get_json(self._client, path)
        except GitHubException as error:
            raise RefusedError(_words(setting, "GET", path, error)) from None

    def _send(
        self, setting: Setting, method: str, path: str, body: Mapping[str, Any] | None
    ) -> None:
        from githubkit.exception import GitHubException  # noqa: PLC0415 - as above

        try:
            self._client.request(method, path, json=body)
        except GitHubException as error:
            raise RefusedError(_words(setting, method, path, error)) from None


def _words(setting: Setting, method: str, path: str, error: Exception) -> str:
    """Return what GitHub refused and why: the resource, its fields, and the missing permission."""
    from githubkit.exception import RequestFailed  # noqa: PLC0415 - as above

    fields = ", ".join(camel(field.name) for field in setting.fields)
    what = f"{setting.type} ({fields}): {method} {path}"
    if not isinstance(error, RequestFailed):
        return f"{what}: GitHub cannot be reached ({type(error).__name__})"
    response = error.response
    try:
        said = json.loads(response.text)
        message, details = said.get("message", ""), said.get("errors")
    except (ValueError, AttributeError):
        message, details = "", None
    text = f"{what}: GitHub answered {response.status_code}: {message}".rstrip(": ")
    if details:
        text += f" ({json.dumps(details)})"
    permission = response.headers.get("X-Accepted-GitHub-Permissions")
    if permission and response.status_code in {403, _NOT_FOUND}:
        text += f"; it takes the permission {permission}"
    return f"{text}. GitHub's documentation: {setting.source}"

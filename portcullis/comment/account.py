"""The account whose token writes to a repository: what it wrote is found by its author."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portcullis.adopt.import_ids import listed
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from githubkit import GitHub


@dataclass(frozen=True)
class Account:
    """An App or a person, by its token."""

    client: GitHub[Any]
    failure: str
    """What to tell people when GitHub refuses, such as ``no comment was written``."""
    needs: str
    """What it takes, such as ``the App needs the permission `pull_requests: write```."""
    place: str
    """What may be missing, such as ``pull request``."""

    def login(self) -> str:
        """Return who this is; GraphQL says it of Apps and people alike.

        Raises:
            UserError: GitHub does not say it.
        """
        found = self.ask_graphql("{viewer {login}}")
        login = (found.get("viewer") or {}).get("login")
        if not isinstance(login, str):
            raise UserError(f"{self.failure}: GitHub does not say whose token this is")
        return login

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Return GitHub's answer to one request.

        Raises:
            UserError: The account may not, or GitHub does not answer.
        """
        with self._errors():
            return json.loads(self.client.request(method, path, json=body).text)

    def ask_graphql(self, query: str, variables: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Return the data of GitHub's answer to a query.

        Raises:
            UserError: The account may not, or GitHub does not answer.
        """
        with self._errors():
            return self.client.graphql(query, dict(variables or {}))

    def listed(self, path: str) -> list[Any]:
        """Return all items of a list.

        Raises:
            UserError: The account may not, or GitHub does not answer.
        """
        with self._errors():
            return list(listed(self.client, path))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Tell in words why GitHub was asked in vain.

        Raises:
            UserError: It refuses, or does not answer.
        """
        from githubkit.exception import (  # noqa: PLC0415 - slow to import
            GitHubException,
            GraphQLFailed,
            RequestFailed,
        )

        try:
            yield
        except RequestFailed as error:
            status = error.response.status_code
            says = {
                401: "the token is wrong or has expired: make a new one",
                403: f"{self.needs} (403)",
                404: f"there is no such {self.place}, or the token does not see it; {self.needs}",
                410: "issues are switched off in this repository (410)",
            }.get(status, f"GitHub answers {status}")
            raise UserError(f"{self.failure}: {says}") from None
        except GraphQLFailed as error:
            raise UserError(f"{self.failure}: GitHub answers: {error}; {self.needs}") from None
        except GitHubException as error:
            raise UserError(f"{self.failure}: GitHub cannot be reached: {error}") from None


def is_ours(written: Any, login: str, marker: str) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a comment or an issue is an account's, and begins with a marker."""
    author = (written.get("user") or {}).get("login")
    return bool(author == login and begins_with(written, marker))


def begins_with(written: Any, marker: str) -> bool:  # noqa: ANN401 - any JSON
    """Say whether the first line of a comment or an issue is a marker."""
    return str(written.get("body") or "").partition("\n")[0].strip() == marker

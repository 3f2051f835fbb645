"""Refusals, in GitHub's format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOCUMENTATION_URL = "https://docs.github.com/rest"


class GitHubError(Exception):
    """A request that is refused; becomes the response.

    Attributes:
        status: The HTTP status code.
        message: GitHub's `message`.
        errors: GitHub's `errors`, the single mistakes of a 422; None leaves the field out.
        headers: Further response headers.
        url: Where the thing has moved to, for a redirect.
        operation: The operation that was asked for, once it is known; for the journal.
    """

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Mapping[str, Any] | str] | None = None,
        headers: Mapping[str, str] | None = None,
        documentation_url: str = DOCUMENTATION_URL,
    ) -> None:
        """Describe the refusal."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})
        self.documentation_url = documentation_url
        self.url: str | None = None
        self.operation: str | None = None

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        body: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            body["errors"] = list(self.errors)
        if self.url is not None:
            body["url"] = self.url
        body["documentation_url"] = self.documentation_url
        body["status"] = str(self.status)
        return body


def not_found() -> GitHubError:
    """Return the answer for something that does not exist, or that the caller may not see."""
    return GitHubError(404, "Not Found")


def forbidden(message: str) -> GitHubError:
    """Return the answer to a caller who may see a resource, but lacks the permission."""
    return GitHubError(403, message)


def conflict(message: str) -> GitHubError:
    """Return the answer when the resource's state does not allow the request."""
    return GitHubError(409, message)


def invalid(message: str, *errors: Mapping[str, Any] | str) -> GitHubError:
    """Return a 422 with a message of its own."""
    return GitHubError(422, message, errors or None)


def failed(resource: str, field: str, code: str, message: str | None = None) -> GitHubError:
    """Return GitHub's usual 422, "Validation Failed", for one field.

    Args:
        resource: The resource's name, such as `Repository`.
        field: The field that is wrong.
        code: GitHub's code: `already_exists`, `invalid`, `missing_field`, `custom`.
        message: What is wrong, for the code `custom`.
    """
    error: dict[str, Any] = {"resource": resource, "code": code, "field": field}
    if message is not None:
        error["message"] = message
    return GitHubError(422, "Validation Failed", [error])

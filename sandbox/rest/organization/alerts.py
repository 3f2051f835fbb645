"""Open alerts of an organization's repositories: none, for nothing is scanned here.

Sources:
    https://docs.github.com/rest/secret-scanning/secret-scanning
    https://docs.github.com/rest/dependabot/alerts
    https://docs.github.com/rest/code-scanning/code-scanning
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.pages import page
from sandbox.api.routing import Routes

if TYPE_CHECKING:
    from sandbox.api.http import Call, Response

ROUTES = Routes()


@ROUTES.get("/orgs/{org}/secret-scanning/alerts", needs="org:admin")
def list_secret_scanning(call: Call) -> Response:
    """Return the secrets that were found: none."""
    return page(call, [], lambda alert: alert)


@ROUTES.get("/orgs/{org}/dependabot/alerts", needs="org:admin")
def list_dependabot(call: Call) -> Response:
    """Return the vulnerable dependencies: none."""
    return page(call, [], lambda alert: alert)


@ROUTES.get("/orgs/{org}/code-scanning/alerts", needs="org:admin")
def list_code_scanning(call: Call) -> Response:
    """Return what was found in code: nothing."""
    return page(call, [], lambda alert: alert)

"""Rate limits, and GitHub's information about itself.

Source: https://docs.github.com/rest/rate-limit/rate-limit and https://docs.github.com/rest/meta/meta
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api import limits
from sandbox.api.http import Response
from sandbox.api.routing import Routes

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()
_ADDRESSED = (
    "actions",
    "actions_macos",
    "api",
    "codespaces",
    "copilot",
    "git",
    "github_enterprise_importer",
    "hooks",
    "importer",
    "packages",
    "pages",
    "web",
)


@ROUTES.get("/rate_limit", needs="user")
def get(call: Call) -> Response:
    """Return what is left of each resource; asking costs nothing."""
    found = limits.all_states(call.world, call.actor)
    return Response(200, {"resources": found, "rate": found["core"]})


@ROUTES.get("/meta", needs="user")
def get_meta(call: Call) -> Response:  # noqa: ARG001 - handlers take the call
    """Return what kind of GitHub this is, with the reserved addresses of RFC 5737 and 3849."""
    return Response(
        200,
        {
            "verifiable_password_authentication": False,
            "installed_version": "sandbox",
            **{name: ["192.0.2.0/24", "2001:db8::/32"] for name in _ADDRESSED},
        },
    )


_PATHS = {
    "current_user_url": "/user",
    "authorizations_url": "/authorizations",
    "code_search_url": "/search/code?q={query}{&page,per_page,sort,order}",
    "commit_search_url": "/search/commits?q={query}{&page,per_page,sort,order}",
    "emails_url": "/user/emails",
    "emojis_url": "/emojis",
    "events_url": "/events",
    "feeds_url": "/feeds",
    "followers_url": "/user/followers",
    "following_url": "/user/following{/target}",
    "gists_url": "/gists{/gist_id}",
    "issue_search_url": "/search/issues?q={query}{&page,per_page,sort,order}",
    "issues_url": "/issues",
    "keys_url": "/user/keys",
    "label_search_url": "/search/labels?q={query}&repository_id={repository_id}{&page,per_page}",
    "notifications_url": "/notifications",
    "organization_url": "/orgs/{org}",
    "organization_repositories_url": "/orgs/{org}/repos{?type,page,per_page,sort}",
    "organization_teams_url": "/orgs/{org}/teams",
    "public_gists_url": "/gists/public",
    "rate_limit_url": "/rate_limit",
    "repository_url": "/repos/{owner}/{repo}",
    "repository_search_url": "/search/repositories?q={query}{&page,per_page,sort,order}",
    "current_user_repositories_url": "/user/repos{?type,page,per_page,sort}",
    "starred_url": "/user/starred{/owner}{/repo}",
    "starred_gists_url": "/gists/starred",
    "topic_search_url": "/search/topics?q={query}{&page,per_page}",
    "user_url": "/users/{user}",
    "user_organizations_url": "/user/orgs",
    "user_repositories_url": "/users/{user}/repos{?type,page,per_page,sort}",
    "user_search_url": "/search/users?q={query}{&page,per_page,sort,order}",
}
"""GitHub's list of addresses: it names them all, also those that the sandbox does not have."""


@ROUTES.get("/", needs="user")
def get_root(call: Call) -> Response:
    """Return the addresses of the API."""
    page = "current_user_authorizations_html_url"
    found = {page: f"{call.host}/settings/connections/applications{{/client_id}}"}
    return Response(200, found | {name: f"{call.api}{path}" for name, path in _PATHS.items()})

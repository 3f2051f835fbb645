"""Repositories: create, read, change, rename, delete; topics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import org_role
from sandbox.access.permissions import owner as owner_of
from sandbox.api import fields, lengths
from sandbox.api.errors import GitHubError, failed, forbidden, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.enforcement import renames
from sandbox.git import objects
from sandbox.repositories import defaults
from sandbox.runs import oidc
from sandbox.shapes.repositories import FEATURES, MERGE_SETTINGS, full_repository
from sandbox.shapes.teams import simple_with_parent
from sandbox.world import plans
from sandbox.world.kinds.people import TEAM, TEAM_REPOSITORY
from sandbox.world.kinds.repositories import REDIRECT, REPOSITORY, Redirect, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.accounts import Account
    from sandbox.world.records import Record

ROUTES = Routes()

NAME_LIMIT = 100
"""Characters in a repository's name."""
TOPIC_LIMIT = 20
"""Topics of a repository."""
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_TOPIC_RULE = (
    "Topics must start with a lowercase letter or number, consist of 50 characters or less, and "
    "can include hyphens."
)
_SETTINGS: dict[str, fields.Kind] = {
    "name": "text",
    "description?": "text",
    "homepage?": "text",
    "private": "boolean",
    "visibility": ("public", "private", "internal"),
    "allow_forking": "boolean",
    **{name: "boolean" for name, value in FEATURES.items() if value in (True, False)},
    **{name: "boolean" for name, value in MERGE_SETTINGS.items() if value in (True, False)},
    "squash_merge_commit_title": ("PR_TITLE", "COMMIT_OR_PR_TITLE"),
    "squash_merge_commit_message": ("PR_BODY", "COMMIT_MESSAGES", "BLANK"),
    "merge_commit_title": ("PR_TITLE", "MERGE_MESSAGE"),
    "merge_commit_message": ("PR_BODY", "PR_TITLE", "BLANK"),
}
# GitHub computes these
for _name in ("has_pages", "archived"):
    del _SETTINGS[_name]
_MESSAGES = {
    "squash_merge": {
        ("PR_TITLE", "PR_BODY"),
        ("PR_TITLE", "BLANK"),
        ("PR_TITLE", "COMMIT_MESSAGES"),
        ("COMMIT_OR_PR_TITLE", "COMMIT_MESSAGES"),
    },
    "merge": {("PR_TITLE", "PR_BODY"), ("PR_TITLE", "BLANK"), ("MERGE_MESSAGE", "PR_TITLE")},
}
"""Titles and messages that go together, by method."""
_SECURITY = (
    "advanced_security",
    "secret_scanning",
    "secret_scanning_push_protection",
    "dependabot_security_updates",
    "secret_scanning_non_provider_patterns",
    "secret_scanning_validity_checks",
)


def _checked_name(
    call: Call, account: Account, wanted: str, but: Record[Repository] | None = None
) -> str:
    name = defaults.repository_name(wanted)
    reserved = name in ("", ".", "..") or name.lower().endswith((".git", ".wiki"))
    if reserved or len(name) > NAME_LIMIT:
        raise failed("Repository", "name", "custom", "name is not a valid repository name")
    taken = call.world.find(REPOSITORY, name, account.id)
    if taken is not None and (but is None or taken.id != but.id):
        raise GitHubError(
            422,
            "Repository creation failed." if but is None else "Validation Failed",
            [
                {
                    "resource": "Repository",
                    "code": "custom",
                    "field": "name",
                    "message": "name already exists on this account",
                }
            ],
        )
    return name


def _checked_merges(settings: dict[str, Any]) -> None:
    methods = ("allow_squash_merge", "allow_merge_commit", "allow_rebase_merge")
    if not any(settings[method] for method in methods):
        raise failed(
            "Repository",
            "merge_commit_allowed",
            "custom",
            "Sorry, you need to allow at least one merge strategy.",
        )


def _check_projects(
    account: Account, found: dict[str, Any], repository: Record[Repository] | None = None
) -> None:
    """Refuse to turn projects on where the organization has disabled them."""
    if repository is not None and repository.data["has_projects"]:
        return
    if found.get("has_projects") and account.data.get("has_repository_projects") is False:
        raise invalid("Projects are disabled in this organization.")


def _check_messages(found: dict[str, Any], after: dict[str, Any], *, new: bool) -> None:
    """Refuse titles and messages of a merge method that is off, or that do not go together."""
    for method, switch in (("squash_merge", "allow_squash_merge"), ("merge", "allow_merge_commit")):
        names = (f"{method}_commit_title", f"{method}_commit_message")
        sent = [name for name in names if name in found]
        label = method.replace("_", " ")
        # a new repository keeps them for later: otterdog sends them so
        if sent and not new and not after[switch]:
            raise failed(
                "Repository",
                sent[0],
                "custom",
                f"Sorry, you need to allow the {label} strategy in order to set the default "
                f"{label} commit message.",
            )
        if sent and (after[names[0]], after[names[1]]) not in _MESSAGES[method]:
            raise failed(
                "Repository",
                sent[0],
                "custom",
                f"Sorry, this combination of default {label} commit title and message is not "
                "allowed.",
            )


def _visibility(found: dict[str, Any]) -> str | None:
    """Return the visibility that was asked for and take both of its fields out of the body."""
    private = found.pop("private", None)
    visibility: str | None = found.pop("visibility", None)
    if visibility is None and private is not None:
        return "private" if private else "public"
    return visibility


def _create(call: Call, account: Account) -> Response:
    found = fields.body(
        call,
        **{**_SETTINGS, "name!": "text"},
        auto_init="boolean",
        gitignore_template="text",
        license_template="text",
    )
    name = _checked_name(call, account, found.pop("name"))
    lengths.check("Repository", found)
    visibility = _visibility(found) or "public"
    if visibility == "internal":
        plans.check_internal(account)
    init = found.pop("auto_init", False)
    ignore, licence = found.pop("gitignore_template", ""), found.pop("license_template", "")
    _check_projects(account, found)
    _checked_merges({**MERGE_SETTINGS, **found})
    _check_messages(found, {**MERGE_SETTINGS, **found}, new=True)
    repository = defaults.add_repository(call.world, account, name, visibility=visibility, **found)
    files = {}
    if init or ignore or licence:
        title = f"# {name}\n"
        text = repository.data["description"]
        files["README.md"] = (f"{title}{text}\n" if text else title).encode()
    if ignore:
        files[".gitignore"] = f"# {ignore}\n".encode()
    if licence:
        files["LICENSE"] = f"{licence}\n".encode()
        spdx = {"mit": "MIT", "apache-2.0": "Apache-2.0"}.get(licence, licence.upper())
        repository = call.world.change(
            repository,
            license={
                "key": licence,
                "name": spdx,
                "spdx_id": spdx,
                "url": None,
                "node_id": "",
            },
        )
    if files and call.actor.user is not None:
        defaults.first_commit(call.world, repository, call.actor.user, files)
    url = f"{call.api}/repos/{account.name}/{name}"
    return Response(201, full_repository(call, repository), {"Location": url})


@ROUTES.post("/orgs/{org}/repos", needs="org:member")
def create_in_org(call: Call) -> Response:
    """Create a repository in an organization."""
    role = org_role(call.world, call.org, call.actor.id)
    if role == "member":
        visibility = _visibility(dict(call.json())) or "public"
        if not call.org.field(f"members_can_create_{visibility}_repositories"):
            raise forbidden("You need admin access to the organization before adding a repository.")
    return _create(call, call.org)


@ROUTES.post("/user/repos", needs="user")
def create_for_user(call: Call) -> Response:
    """Create a repository of the caller's own."""
    if call.actor.user is None:
        raise not_found()
    return _create(call, call.actor.user)


@ROUTES.post("/repos/{owner}/{repo}/generate", needs="repo:read")
def create_from_template(call: Call) -> Response:
    """Create a repository from a template."""
    if not call.repository.data["is_template"]:
        raise not_found()
    found = fields.body(
        call,
        **{"name!": "text", "owner": "text", "description?": "text"},
        private="boolean",
        include_all_branches="boolean",
    )
    account = call.world.account(found["owner"]) if "owner" in found else call.actor.user
    if account is None or (
        account.id != call.actor.id
        and (account.kind != "organization" or not org_role(call.world, account, call.actor.id))
    ):
        raise not_found()
    name = _checked_name(call, account, found["name"])
    lengths.check("Repository", found)
    repository = defaults.add_repository(
        call.world,
        account,
        name,
        visibility="private" if found.get("private") else "public",
        description=found.get("description"),
        template=call.repository.id,
        default_branch=call.repository.data["default_branch"],
    )
    head = objects.resolve(call.world, call.repository, call.repository.data["default_branch"])
    if head is not None and call.actor.user is not None:
        contents = {
            path: objects.read_blob(call.world, call.repository, sha) or b""
            for path, sha in head.data["files"].items()
        }
        defaults.first_commit(call.world, repository, call.actor.user, contents)
    return Response(201, full_repository(call, repository))


@ROUTES.get("/repos/{owner}/{repo}", needs="repo:read")
def get(call: Call) -> Response:
    """Return a repository."""
    return Response(200, full_repository(call, call.repository))


@ROUTES.patch("/repos/{owner}/{repo}", needs="repo:admin")
def update(call: Call) -> Response:
    """Change a repository; fields that are left out stay."""
    repository = call.repository
    account = owner_of(call.world, repository)
    found = fields.body(
        call,
        **_SETTINGS,
        archived="boolean",
        default_branch="text",
        **{"security_and_analysis?": "object"},
    )
    if "web_commit_signoff_required" in found and account.data.get("web_commit_signoff_required"):
        # whatever the value: terraform-provider-github #2077, #2763
        raise invalid("Commit signoff is enforced by the organization and cannot be disabled")
    if repository.data["archived"] and found.get("archived", True):
        raise forbidden("Repository was archived so is read-only.")
    name = _checked_name(call, account, found.pop("name", repository.name), repository)
    lengths.check("Repository", found)
    # among other fields the same visibility passes: the provider archives in that way
    alone = found.keys() == {"visibility"}
    visibility = _visibility(found)
    if alone and visibility == repository.data["visibility"]:
        raise invalid(f"Visibility is already {visibility}.")
    if visibility == "internal":
        plans.check_internal(account)
    if visibility is not None:
        found["visibility"] = visibility
    branch = found.get("default_branch", repository.data["default_branch"])
    if (
        branch != repository.data["default_branch"]
        and objects.find_ref(call.world, repository, f"refs/heads/{branch}") is None
    ):
        raise failed(
            "Repository",
            "default_branch",
            "custom",
            f"The branch {branch} was not found. Please push that ref first or create it via the "
            "Git Data API.",
        )
    renames.check_repository(call, name, branch)
    _check_projects(account, found, repository)
    _checked_merges({**repository.data, **found})
    _check_messages(found, {**repository.data, **found}, new=False)
    found["security"] = _security(
        call, account, visibility, found.pop("security_and_analysis", None) or {}
    )
    if name != repository.name:
        call.world.make(
            REDIRECT, 0, f"{account.id}/{repository.name}", Redirect(repository=repository.id)
        )
        oidc.renamed(call.world, repository)
        taken = call.world.find(REDIRECT, f"{account.id}/{name}")
        if taken is not None:
            call.world.remove(taken)
    if found.get("archived"):
        # archiving ends Dependabot's alerts and updates: docs.github.com, "About archiving"
        found["vulnerability_alerts"] = False
        found["security"] = {
            **found.get("security", repository.data["security"]),
            "dependabot_security_updates": False,
        }
    call.world.change(repository, name, **found)
    call.refresh()
    return Response(200, full_repository(call, call.repository))


def _security(
    call: Call, account: Account, visibility: str | None, wanted: dict[str, Any]
) -> dict[str, bool]:
    """Return the security features after a change: GitHub switches off what it does not offer."""
    repository = call.repository
    after = visibility or repository.data["visibility"]
    security = {
        feature: on and plans.offers(account, after, feature)
        for feature, on in repository.data["security"].items()
    }
    asked = set()
    for feature in _SECURITY:
        setting = wanted.get(feature)
        if not isinstance(setting, dict) or setting.get("status") not in ("enabled", "disabled"):
            continue
        on = setting["status"] == "enabled"
        if feature == "advanced_security" and after == "public" and on:
            raise invalid("Advanced security is always available for public repos.")
        # what the repository is before this request counts: the new visibility comes last
        if on and not plans.offers(account, repository.data["visibility"], feature):
            title = feature.replace("_", " ").capitalize()
            raise invalid(f"{title} is not available for this repository.")
        security[feature] = on
        asked |= {feature} if on else set()
    if security["secret_scanning_push_protection"] and not security["secret_scanning"]:
        if "secret_scanning_push_protection" in asked:
            raise invalid("Secret scanning must be enabled to enable push protection.")
        security["secret_scanning_push_protection"] = False
    return security


@ROUTES.delete("/repos/{owner}/{repo}", needs="repo:admin")
def delete(call: Call) -> Response:
    """Delete a repository with everything in it."""
    repository = call.repository
    account = owner_of(call.world, repository)
    for team in call.world.all(TEAM, account.id):
        grant = call.world.find(TEAM_REPOSITORY, str(repository.id), team.id)
        if grant is not None:
            call.world.remove(grant)
    for redirect in call.world.all(REDIRECT):
        if redirect.data["repository"] == repository.id:
            call.world.remove(redirect)
    call.world.remove(repository)
    return NO_CONTENT


@ROUTES.get("/repos/{owner}/{repo}/topics", needs="repo:read")
def get_topics(call: Call) -> Response:
    """Return the topics."""
    return Response(200, {"names": call.repository.data["topics"]})


@ROUTES.put("/repos/{owner}/{repo}/topics", needs="repo:admin")
def replace_topics(call: Call) -> Response:
    """Replace the topics."""
    names = [name.lower() for name in fields.body(call, **{"names!": "texts"})["names"]]
    for name in names:
        if not _TOPIC.fullmatch(name):
            raise GitHubError(422, "Validation Failed", [_TOPIC_RULE])
    if len(names) > TOPIC_LIMIT:
        raise GitHubError(
            422,
            "Validation Failed",
            [f"A repository cannot have more than {TOPIC_LIMIT} topics."],
        )
    call.world.change(call.repository, topics=sorted(set(names)))
    return Response(200, {"names": sorted(set(names))})


@ROUTES.get("/repos/{owner}/{repo}/teams", needs="repo:read")
def list_teams(call: Call) -> Response:
    """Return the teams that have a permission on the repository."""
    account = owner_of(call.world, call.repository)
    found = [
        (team, grant)
        for team in call.world.all(TEAM, account.id)
        if (grant := call.world.find(TEAM_REPOSITORY, str(call.repository.id), team.id))
    ]
    return page(
        call, found, lambda pair: simple_with_parent(call, pair[0], pair[1].data["permission"])
    )


@ROUTES.get("/repos/{owner}/{repo}/languages", needs="repo:read")
def list_languages(call: Call) -> Response:  # noqa: ARG001 - handlers take the call
    """Return the languages: nothing is measured here."""
    return Response(200, {})

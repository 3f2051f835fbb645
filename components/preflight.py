"""What is asked of GitHub before anything is changed.

The questions hang on resources as hooks that run before a create, at preview already, so a run
that creates nothing asks nothing. All of them are answered by one query.

Source: https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pulumi

from components.files import committing
from components.files.library import CODEQL_PATH
from components.github_access import get_json
from components.names import default_branch
from components.names.renames import not_managed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from components.files.committing import Committer, Guard
    from components.github_access import GitHubAccess
    from components.origin import Origin

NAMES_A_QUERY = 200
"""Names asked for by one GraphQL query: GitHub allows 500,000 nodes, and each name is one."""


ADOPTING = "PORTCULLIS_ADOPTING"
"""A variable of the run that takes existing things in: they are not refused then."""


class PreflightError(Exception):
    """GitHub is not as the declaration takes for granted; the text says what to do."""


@dataclass(frozen=True)
class Names:
    """All names that the declaration mentions."""

    repositories: Sequence[str] = ()
    teams: Sequence[str] = ()
    users: Sequence[str] = ()


@dataclass
class Preflight:
    """The hooks of a stack, and the one look at GitHub behind them."""

    organization: str
    access: GitHubAccess
    names: Names
    guards: Mapping[str, Sequence[Guard]] = field(default_factory=dict)
    """By repository, what guards the branch to which managed files are committed."""
    old_names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By kind and declared name, the old name of what got another one."""
    _origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    _branches: dict[str, tuple[str, Origin]] = field(default_factory=dict)
    """The default branch that is declared for a repository, and where."""
    _unnamed_branches: set[str] = field(default_factory=set)
    """The repositories that do not name their default branch."""
    _default_branches_seen: dict[str, str | None] = field(default_factory=dict)

    def new_repository(
        self, name: str, origin: Origin, *, names_branch: bool
    ) -> pulumi.ResourceHookBinding:
        """Refuse to create a repository that exists already; make a private one public in time.

        Where the YAML does not name the default branch, GitHub's name for it has to be `main`.
        """
        self._origins["repository", name] = origin
        if not names_branch:
            self._unnamed_branches.add(name)
        return pulumi.ResourceHookBinding(
            before_create=[self._must_be_new_repository],
            before_update=[self._public_first],
        )

    def same_branch(self, name: str, branch: str, origin: Origin) -> pulumi.ResourceHookBinding:
        """Refuse environments and files for ``branch`` where another branch is the default."""
        self._branches[name] = (branch, origin)
        hook = self._must_be_default
        return pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])

    def renamed_branch(self, name: str, origin: Origin) -> pulumi.ResourceHookBinding:
        """Refuse to rename the default branch where GitHub would refuse it."""
        self._origins["repository", name] = origin
        hook = self._must_be_renamable
        return pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])

    def default_branches(self, names: Iterable[str]) -> dict[str, str]:
        """Return GitHub's default branches of those repositories that exist and have one.

        Raises:
            PreflightError: GitHub cannot be asked.
        """
        names = list(names)
        known = self._default_branches if names else {}
        found = {name: known.get(name.lower()) or self._of_old_name(name) for name in names}
        return {name: branch for name, branch in found.items() if branch}

    def _of_old_name(self, name: str) -> str | None:
        """Return the default branch of a repository that has yet to be renamed."""
        old = self.old_names.get(("repository", name))
        return self._default_branches.get(old.lower()) if old else None

    def new_team(self, slug: str, origin: Origin) -> pulumi.ResourceHookBinding:
        """Refuse to create a team that exists already."""
        self._origins["team", slug] = origin
        return pulumi.ResourceHookBinding(before_create=[self._must_be_new_team])

    def managed_file(
        self, repository: str, *, scanned: Origin | None = None
    ) -> pulumi.ResourceHookBinding:
        """Refuse a commit that the protection of the branch would stop, or to another branch.

        ``scanned`` is where the repository is declared if it has a CodeQL workflow, which GitHub's
        default setup must not run beside.
        """
        hooks: list[pulumi.ResourceHook | pulumi.ResourceHookFunction] = []
        if scanned:
            self._origins["repository", repository] = scanned
            hooks.append(self._must_not_be_scanned)
        if repository in self._branches:
            hooks.append(self._must_be_default)
        if self.guards.get(repository):
            hooks.append(self._must_be_let_through)
        return pulumi.ResourceHookBinding(before_create=hooks, before_update=hooks)

    def known_users(self, _origin: Origin) -> pulumi.ResourceHookBinding:
        """Refuse members whom GitHub does not know."""
        hook = self._must_be_known_users
        return pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])

    def full_settings(self) -> pulumi.ResourceHookBinding:
        """Make GitHub's settings the declared ones before the provider "creates" them.

        Its create drops every setting that is false (terraform-provider-github #3493).
        """
        hook = pulumi.ResourceHook("organization settings", self._send_settings)
        return pulumi.ResourceHookBinding(before_create=[hook])

    def user_ids(self, logins: Sequence[str]) -> dict[str, int]:
        """Return the numeric ids of ``logins``, by lower-case login.

        Raises:
            PreflightError: GitHub does not know one of them.
        """
        if not logins:
            return {}
        self._check_users(logins)
        return {login.lower(): self._found["user", login.lower()] for login in logins}

    @cached_property
    def _must_be_new_repository(self) -> pulumi.ResourceHook:
        def check(args: pulumi.ResourceHookArgs) -> None:
            self._check_new("repository", args.name)
            self._check_not_archived(args.name, args.new_inputs or {})
            if args.name in self._unnamed_branches and ADOPTING not in os.environ:
                # None where the token may not see it
                branch = self.on_github.get("default_repository_branch")
                wrong = default_branch.first(args.name, self.organization, branch)
                self._refuse(self._origins["repository", args.name], wrong)

        return _hook("new repository", check)

    @cached_property
    def _public_first(self) -> pulumi.ResourceHook:
        return pulumi.ResourceHook("public first", self._make_public)

    @cached_property
    def _must_be_new_team(self) -> pulumi.ResourceHook:
        def check(args: pulumi.ResourceHookArgs) -> None:
            self._check_new("team", args.name)

        return _hook("new team", check)

    @cached_property
    def _must_be_let_through(self) -> pulumi.ResourceHook:
        def check(args: pulumi.ResourceHookArgs) -> None:
            self._check_committer(args.name.partition("/")[0])

        return _hook("managed file", check)

    @cached_property
    def _must_not_be_scanned(self) -> pulumi.ResourceHook:
        def check(args: pulumi.ResourceHookArgs) -> None:
            repository, _, path = args.name.partition("/")
            if path == CODEQL_PATH and self._has_default_setup(repository):
                raise PreflightError(
                    f"{self._origins['repository', repository]}: GitHub's default setup of CodeQL "
                    f"is on in {self.organization}/{repository}, and GitHub refuses the results "
                    "of a workflow beside it; nothing was changed. Fix: switch the default setup "
                    "off (Settings, Advanced Security), or take codeql out of workflows"
                )

        return _hook("default setup", check)

    @cached_property
    def _must_be_known_users(self) -> pulumi.ResourceHook:
        def check(args: pulumi.ResourceHookArgs) -> None:
            members = (args.new_inputs or {}).get("members") or []
            self._check_users([str(member["username"]) for member in members])

        return _hook("known users", check)

    @cached_property
    def _must_be_default(self) -> pulumi.ResourceHook:
        def check(args: pulumi.ResourceHookArgs) -> None:
            name = str((args.new_inputs or {}).get("repository"))
            branch, origin = self._branches.get(name, ("", None))
            if origin and ADOPTING not in os.environ and name.lower() in self._default_branches:
                live = self._default_branches[name.lower()]
                self._refuse(origin, default_branch.difference(name, branch, live))

        return _hook("default branch", check)

    @cached_property
    def _must_be_renamable(self) -> pulumi.ResourceHook:
        def check(args: pulumi.ResourceHookArgs) -> None:
            inputs = args.new_inputs or {}
            name, branch = str(inputs.get("repository")), str(inputs.get("branch"))
            known = self._default_branches
            if ADOPTING in os.environ or known.get(name.lower(), "") in ("", branch):
                return
            live = known[name.lower()]
            wrong = default_branch.difference(name, branch, live)
            if live is not None:
                wrong = default_branch.occupied(name, branch, live)
                wrong = wrong if self._has_branch(name, branch) else None
            self._refuse(self._origins["repository", name], wrong)

        return _hook("renamed branch", check)

    @cached_property
    def on_github(self) -> Mapping[str, Any]:
        """The organization, as GitHub has it."""
        client = self.access.client()  # its parts hold it weakly
        with asking():
            found: dict[str, Any] = client.request("GET", f"/orgs/{self.organization}").json()
        return found

    def _has_branch(self, name: str, branch: str) -> bool:
        from githubkit.exception import RequestFailed  # noqa: PLC0415 - as in `_ask`

        path = f"/repos/{self.organization}/{name}/git/ref/heads/{branch}"
        try:
            self.access.client().request("GET", path)
        except RequestFailed as failed:
            if failed.response.status_code != 404:  # noqa: PLR2004 - HTTP's own number
                raise
            return False
        return True

    def _has_default_setup(self, name: str) -> bool:
        """Return whether GitHub scans the repository by itself; False where it does not show it."""
        from githubkit.exception import RequestFailed  # noqa: PLC0415 - as in `_ask`

        path = f"/repos/{self.organization}/{name}/code-scanning/default-setup"
        with asking():
            try:
                found = get_json(self.access.client(), path)
            except RequestFailed as failed:
                if failed.response.status_code != 403:  # noqa: PLR2004 - HTTP's own number
                    raise
                return False
        return bool(found) and found["state"] == "configured"

    def _refuse(self, origin: Origin, wrong: default_branch.Wrong | None) -> None:
        if wrong:
            raise PreflightError(f"{origin}: {wrong.what}; nothing was changed. Fix: {wrong.fix}")

    def _check_new(self, kind: str, name: str) -> None:
        if ADOPTING not in os.environ and (kind, name.lower()) in self._found:
            raise PreflightError(
                f"{self._origins[kind, name]}: the {kind} {self.organization}/{name} exists "
                "already and is not in this stack's state; nothing was changed. "
                "To manage it from here: make adopt"
            )
        old = self.old_names.get((kind, name))
        if ADOPTING not in os.environ and old and (kind, old.lower()) in self._found:
            what, fix = not_managed(self.organization, old)
            raise PreflightError(
                f"{self._origins[kind, name]}: {what}; nothing was changed. Fix: {fix}"
            )

    def _check_not_archived(self, name: str, inputs: Mapping[str, Any]) -> None:
        if inputs.get("archived") is True and ADOPTING not in os.environ:
            raise PreflightError(
                f"{self._origins['repository', name]}: there is no repository "
                f"{self.organization}/{name}, and GitHub cannot create an archived one; nothing "
                "was changed. Take the repository out, or write archived: false, and true once "
                "it exists"
            )

    def _check_committer(self, repository: str) -> None:
        if ADOPTING in os.environ:
            return
        for guard in self.guards[repository]:
            if guard.stops(self._committer):
                where = f"{self.organization}/{repository}"
                raise PreflightError(committing.refusal(where, self._committer, guard))

    @cached_property
    def _committer(self) -> Committer:
        """Whom GitHub takes this run for."""
        with asking():
            return committing.committer(self.access)

    def _check_users(self, logins: Sequence[str]) -> None:
        unknown = sorted({f"`{x}`" for x in logins if ("user", x.lower()) not in self._found})
        if unknown:
            raise PreflightError(
                f"GitHub knows no user {', '.join(unknown)}; nothing was changed. "
                "Correct the login where the team or the reviewers are declared"
            )

    def _make_public(self, args: pulumi.ResourceHookArgs) -> None:
        """Make a repository public before the provider changes anything else about it.

        The provider sends the visibility last, and secret scanning before it, which GitHub refuses
        for a private repository without a licence.
        """
        old, new = args.old_outputs or {}, args.new_inputs or {}
        if new.get("visibility") != "public" or old.get("visibility") in (None, "public"):
            return
        path = f"/repos/{self.organization}/{old['name']}"
        with asking():
            client = self.access.client()
            # GitHub refuses the visibility that a repository has already
            if client.request("GET", path).json()["visibility"] != "public":
                client.request("PATCH", path, json={"visibility": "public"})

    def _send_settings(self, args: pulumi.ResourceHookArgs) -> None:
        settings = {_snake(key): value for key, value in (args.new_inputs or {}).items()}
        body = {key: value for key, value in settings.items() if not key.startswith("__")}
        with asking():
            self.access.client().request("PATCH", f"/orgs/{self.organization}", json=body)

    @property
    def _default_branches(self) -> Mapping[str, str | None]:
        """Return the default branches of the repositories that exist; None for an empty one."""
        return self._default_branches_seen if self._found is not None else {}

    @cached_property
    def _found(self) -> Mapping[tuple[str, str], int]:
        """Numeric ids of everything that exists, by kind and lower-case name."""
        asked = [
            *(("repository", name) for name in self.names.repositories),
            *(("team", slug) for slug in self.names.teams),
            *(("user", login) for login in self.names.users),
            *((kind, old) for (kind, _), old in self.old_names.items()),
        ]
        client = self.access.client()
        found: dict[tuple[str, str], int] = {}
        for start in range(0, len(asked), NAMES_A_QUERY):
            batch = asked[start : start + NAMES_A_QUERY]
            for (kind, name), number in zip(batch, self._ask(client, batch), strict=True):
                if number is not None:
                    found[kind, name.lower()] = number
        return found

    def _ask(self, client: Any, batch: list[tuple[str, str]]) -> list[int | None]:  # noqa: ANN401 - githubkit is imported only when needed
        from githubkit.exception import GraphQLFailed  # noqa: PLC0415 - as above

        owner = json.dumps(self.organization)
        fields = {
            "repository": (
                # an old name that GitHub redirects is free again
                f"repository(owner: {owner}, followRenames: false, name: %s) "
                "{ databaseId defaultBranchRef { name } }"
            ),
            "team": f"organization(login: {owner}) {{ team(slug: %s) {{ databaseId }} }}",
            "user": "user(login: %s) { databaseId }",
        }
        query = " ".join(
            f"n{i}: {fields[kind] % json.dumps(name)}" for i, (kind, name) in enumerate(batch)
        )
        try:
            with asking():
                data: dict[str, Any] = client.graphql(f"query {{ {query} }}")
        except GraphQLFailed as failed:
            errors = failed.response.errors or []
            others = sorted({error.message for error in errors if error.type != "NOT_FOUND"})
            if others or failed.response.data is None:
                raise PreflightError(f"GitHub could not be asked: {'; '.join(others)}") from failed
            data = failed.response.data
        nodes = [data.get(f"n{i}") for i in range(len(batch))]
        for (_, name), node in zip(batch, nodes, strict=True):
            if node and "defaultBranchRef" in node:
                branch = node["defaultBranchRef"]
                self._default_branches_seen[name.lower()] = branch["name"] if branch else None
        return [_number(node) for node in nodes]


@contextmanager
def asking() -> Iterator[None]:
    """Turn what goes wrong on the way into words; no header, and so no token, is in them."""
    from githubkit.exception import RequestError, RequestFailed  # noqa: PLC0415 - as in `_ask`

    try:
        yield
    except RequestFailed as failed:
        status = failed.response.status_code
        hint = _HINTS.get(status, "try again later")
        raise PreflightError(f"GitHub answered {status}; nothing was changed: {hint}") from None
    except RequestError as error:
        kind = type(error.exc).__name__
        raise PreflightError(f"GitHub could not be reached ({kind}); nothing was changed") from None


_HINTS = {
    401: "the token is wrong or expired, or the key is not the App's (docs/own-organization.md)",
    403: "the token or the App lacks a permission (docs/own-organization.md lists them)",
    404: "there is no such organization, or the token or the App may not see it",
    422: "the organization's settings or its enterprise's policies do not allow it",
}


def _hook(name: str, check: Any) -> pulumi.ResourceHook:  # noqa: ANN401 - pulumi's callback type
    return pulumi.ResourceHook(name, check, opts=pulumi.ResourceHookOptions(on_dry_run=True))


def _number(node: dict[str, Any] | None) -> int | None:
    """Return the id in an answer: of the node, or of the team inside an organization."""
    if node and "team" in node:
        node = node["team"]
    return node["databaseId"] if node else None


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)

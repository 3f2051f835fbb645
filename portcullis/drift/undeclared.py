"""What exists on GitHub and nobody declared: which of it is worth a person's look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.live.jobs import subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from components.organization import ResolvedOrganization
    from portcullis.live.compare import Drift
    from portcullis.live.resource import Live

TAKEN_BACK = frozenset({"RepositoryEnvironmentDeploymentPolicy", "TeamMembers", "TeamRepository"})
"""Kinds that an update removes below declared things: Portcullis owns who may deploy and push."""

_TEMPLATES = frozenset({subjects.ORGANIZATION, subjects.REPOSITORY})
_BELOW_ENVIRONMENTS = frozenset(
    {
        "RepositoryEnvironmentDeploymentPolicy",
        "ActionsEnvironmentSecret",
        "ActionsEnvironmentVariable",
    }
)


def worth_showing(
    found: Iterable[Drift], resolved: ResolvedOrganization, live: Live
) -> Iterator[Drift]:
    """Yield what differs, without what follows from something else that is shown.

    What lies in a repository, an environment or a team that nobody declared comes with it; and
    people in declared teams, and the App that Portcullis runs as, are declared.
    """
    repositories = {
        name.casefold() for name, each in resolved.repositories.items() if not each.config.archived
    }
    environments = {
        (name.casefold(), environment.casefold())
        for name, each in resolved.repositories.items()
        for environment in each.environments
    }
    teams = {slug.casefold() for slug in resolved.config.teams}
    slugs = {number: slug for slug, number in live.teams.items()}
    people = {
        *(login for team in resolved.people.values() for login in team),
        *(login.lower() for login in resolved.reviewers),
    }
    automation = resolved.config.automation
    files = {
        (name.casefold(), path)
        for name, each in resolved.repositories.items()
        for path in (*each.files, *each.added_files)
    }
    for each in found:
        if each.what != "undeclared" or each.live is None:
            yield each
            continue
        inputs, kind = each.live.inputs, each.kind
        repository = str(inputs.get("repository", "")).casefold()
        if kind == "BranchProtection":
            repository = each.name.partition("/")[0].casefold()
        if repository and repository not in repositories:
            continue
        environment = (repository, str(inputs.get("environment", "")).casefold())
        hidden = (
            (kind in _BELOW_ENVIRONMENTS and environment not in environments)
            or (kind == "TeamMembers" and each.name.casefold() not in teams)
            or (kind == "Membership" and _is_declared(inputs["username"], inputs["role"], people))
            or (
                kind == "AppInstallation"
                and automation is not None
                and inputs["appId"] == automation.app_id
            )
            or (kind in _TEMPLATES and not subjects.is_customized(each.live))
            or (kind == "RepositoryFile" and (repository, inputs["file"]) in files)
            # nobody gave it: every repository has the default of a required property
            or bool(inputs.get("byDefault"))
        )
        if kind == "TeamRepository":
            hidden = slugs.get(int(inputs["teamId"]), "").casefold() not in teams and not repository
        if not hidden:
            yield each


def _is_declared(login: str, role: str, people: set[str]) -> bool:
    """Say whether a member is known from a team. An owner is not: nobody declares those yet."""
    return role == "member" and login.lower() in people

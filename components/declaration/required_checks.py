"""Checks that a ruleset requires and no workflow makes: they block every pull request for good."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING

from components.declaration.guards import protections
from components.files import workflow
from components.files.workflow import REQUIRED_CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository

MOST_LISTED = 20
"""How many repositories a notice names."""


def check(organization: ResolvedOrganization) -> Iterator[Problem]:
    """Check that the managed workflows make what is required of them.

    Names that nobody here knows are left to the repositories: other workflows and Apps report
    checks too.
    """
    missing: defaultdict[tuple[Segments, str], list[str]] = defaultdict(list)
    for name, where, required, made in _required(organization):
        if made is not None and required not in made:
            if required in REQUIRED_CHECKS:
                missing[where, required].append(name)
            elif near := get_close_matches(required.lower(), REQUIRED_CHECKS, n=1, cutoff=0.8):
                what = f"no managed workflow makes this check; did you mean `{near[0]}`?"
                yield where, what, ", ".join(REQUIRED_CHECKS)
    for (where, required), names in missing.items():
        repositories = ", ".join(names)
        what = (
            f"nothing would ever report `{required}` in {repositories}, so that no pull request "
            "could be merged: the managed workflow has no tests for these ecosystems yet"
        )
        allowed = (
            f"exclude_repositories: [{repositories}], or workflows: false there, with a workflow "
            f"of the repository's own that reports `{required}`"
        )
        yield where, what, allowed


def notices(organization: ResolvedOrganization) -> Iterator[str]:
    """Yield what people should know about checks, and what is no mistake: one line each."""
    untested = {
        name: repository.workflows.untested
        for name, repository in organization.repositories.items()
        if repository.workflows and repository.workflows.untested
    }
    if untested:
        yield (
            f"no managed workflow tests these ecosystems yet ({_listed(untested)}). "
            "`ci` does not cover them; a repository with nothing else to test gets no `ci` and no "
            "`security-ci`. To keep a repository's own workflow files: workflows: false"
        )
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for name, _, required, made in _required(organization):
        managed = organization.repositories[name].workflows is not None
        new = required not in waiting.get(name, ())
        if made is None and managed and new and required in REQUIRED_CHECKS:
            waiting[name].append(required)
    if waiting:
        yield (
            f"required checks that no managed workflow makes ({_listed(waiting)}). "
            "Pull requests wait for them for good, unless a workflow of the repository's own "
            "reports them; if one does, write workflows: false there"
        )


def _listed(by_repository: Mapping[str, Iterable[str]]) -> str:
    """Return ``web: cargo, docker; api: maven``; of many repositories the first."""
    lines = [f"{name}: {', '.join(each)}" for name, each in by_repository.items()]
    more = len(lines) - MOST_LISTED
    return "; ".join(lines[:MOST_LISTED]) + (f"; and {more} more" if more > 0 else "")


def _required(
    organization: ResolvedOrganization,
) -> Iterator[tuple[str, Segments, str, tuple[str, ...] | None]]:
    """Yield each required check: (repository, where it is declared, check, what is made there).

    What is made is None where Portcullis keeps no workflow that could make it, or the repository
    has workflows of its own.
    """
    for name, repository in organization.repositories.items():
        made = _made(repository)
        for each in protections(repository, organization):
            if each.config.enforcement == "active":
                where = (*each.origin.path, "required_checks")
                for index, required in enumerate(each.config.required_checks):
                    yield name, (*where, index), required, made


def _made(repository: ResolvedRepository) -> tuple[str, ...] | None:
    plan = repository.workflows
    own = any(path.startswith(workflow.FOLDER) for path in repository.config.files)
    if plan is None or own or not (plan.ecosystems or plan.packages):
        return None
    return plan.checks

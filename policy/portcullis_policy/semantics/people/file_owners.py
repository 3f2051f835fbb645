"""Code owners: whose approval a change of the default branch needs, by the files that it touches.

GitHub asks the owners of the last line that matches a file. It ignores an owner without write
access, a team that cannot see the repository, and a secret team. Whatever the stack does not show
counts as a file without owners. Source:
https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.code_owners import (
    PLACES,
    Line,
    deciding,
    examples,
    guarded_paths,
    in_force,
)
from portcullis_policy.semantics.people.access import (
    access_is_declared,
    with_permission,
    without_write,
)
from portcullis_policy.semantics.people.groups import LOGIN, TEAM, People, union
from portcullis_policy.semantics.people.teams import Directory
from portcullis_policy.semantics.protection import Protection

_TEAM = re.compile(r"@[^/]+/(.+)")
_ANY_FILES = ("any", "any/any", "any.py")


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose approval changes need, each by some file that they may touch.

    Attributes:
        anything: the owners of files, one group of them for each choice of a file; none: there are
            files without owners.
        workflows: the same of workflow files.
        lists: the same of CODEOWNERS itself, after whose change workflow files have no owners;
            None: it has no owners.
    """

    anything: tuple[People, ...] = ()
    workflows: tuple[People, ...] = ()
    lists: tuple[People | None, ...] = ()


def owned(stack: Stack, repository: str, protections: Sequence[Protection]) -> Owned:
    """Return whose approval a change of a repository's default branch needs.

    Args:
        stack: all resources.
        repository: its name, in lower case.
        protections: those of the repository.
    """
    asked = any(
        each.requires_pull_request and each.rules["requireCodeOwnerReview"] is True
        for each in protections
    )
    known = in_force(stack).get(repository) if asked else None
    if known is None or not access_is_declared(stack, repository):
        return Owned()
    item, lines = known
    place = str(item.facts.text("file")).lstrip("/")
    by_line = {line: _owners(stack, repository, line) for line in lines}

    def of(paths: Sequence[str]) -> tuple[People | None, ...]:
        last = [deciding(lines, path) for path in paths]
        return tuple(dict.fromkeys(None if line is None else by_line[line] for line in last))

    workflows = of(guarded_paths(lines, ()))
    anything = of([*_ANY_FILES, *(path for line in lines for path in examples(line))])
    return Owned(
        _all_owned(anything),
        _all_owned(workflows),
        of(PLACES[: PLACES.index(place) + 1]),
    )


def _all_owned(groups: Sequence[People | None]) -> tuple[People, ...]:
    """Return the groups; none if there is a file without owners."""
    found = tuple(each for each in groups if each is not None)
    return found if len(found) == len(groups) else ()


def _owners(stack: Stack, repository: str, line: Line) -> People | None:
    """Return the owners that a line names; None if nobody, or anybody, may be one."""
    found = [_owner(stack, repository, name.lower()) for name in line.owners]
    known = [each for each in found if each is not None]
    people = union(known)
    return people if len(known) == len(found) and people.known else None


def _owner(stack: Stack, repository: str, name: str) -> People | None:
    """Return who an owner is: nobody if GitHub ignores them, None if the stack does not tell."""
    writers = with_permission(stack, repository, gh.WRITE_ROLE).known
    team = _TEAM.fullmatch(name)
    if team is not None:
        directory = stack.once(Directory)
        urn = directory.urn_of(team[1])
        if urn is None:
            return None
        if (TEAM, urn) not in writers or urn in stack.once(_secret_teams):
            return People()
        return People(directory.people(urn).known & writers)
    person = (LOGIN, name.removeprefix("@"))
    if not name.startswith("@"):
        return None
    if person in writers:
        return People(frozenset({person}))
    return People() if person in without_write(stack, repository).known else None


def _secret_teams(stack: Stack) -> frozenset[str]:
    """Return the teams that are secret; so they are where nothing else is declared."""
    return frozenset(_secret(stack))


def _secret(stack: Stack) -> Iterator[str]:
    for team in stack.of(gh.TEAM):
        privacy = team.facts.text("privacy")
        if privacy in (None, "secret", UNKNOWN):
            yield team.urn

"""Guards against deletions: many at once, all of a kind, and what a release depends on."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from portcullis.guards.managed import GATES
from portcullis.guards.stop import Stop
from portcullis.preview.names import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portcullis.guards.managed import Managed

SHARE = 0.1
"""The share of what is on GitHub that an update may delete."""

FEW = 3
"""So many deletions are never too large a share: a tenth of a tiny stack is less than one."""

_SEVERAL = 2
"""The last one of a kind may go: it is most often the only one that there was."""


def many(
    gone: Sequence[Managed], before: Mapping[str, Managed], share: float = SHARE
) -> Iterator[Stop]:
    """Stop an update that deletes more than a share of what the stack has on GitHub.

    Secrets are left out of both: their values still exist in their sources, and there is a
    question of its own before all of them are deleted.

    Args:
        gone: What the update takes away.
        before: What is on GitHub now.
        share: Between 0 and 1.
    """
    counted = [each for each in gone if not each.is_secret]
    total = sum(not each.is_secret for each in before.values())
    if len(counted) > max(FEW, share * total):
        names = ", ".join(each.title for each in counted)
        yield Stop(
            "share of deletions",
            f"{len(counted)} of {total} resources are deleted, more than {share:.0%}: {names}",
            f"delete {len(counted)} of {total} resources",
        )


def all_of_a_kind(gone: Sequence[Managed], before: Mapping[str, Managed]) -> Iterator[Stop]:
    """Stop an update that deletes every resource of a kind, if there are several."""
    total = Counter(each.kind for each in before.values())
    by_kind: defaultdict[str, list[Managed]] = defaultdict(list)
    for each in gone:
        by_kind[each.kind].append(each)
    for kind, of_kind in sorted(by_kind.items()):
        if len(of_kind) == total[kind] >= _SEVERAL and not of_kind[0].is_secret:
            names = ", ".join(each.title for each in of_kind)
            what = f"all {total[kind]} {kind} are deleted: {names}"
            yield Stop("all of a kind", what, f"delete all {kind}")


def of_the_release_path(gone: Sequence[Managed], before: Mapping[str, Managed]) -> Iterator[Stop]:
    """Stop an update that deletes what a release depends on.

    That is a release environment, a ruleset or classic branch protection, and a team whose members
    approve in an environment.
    """
    reviewing = _reviewing_teams(before)
    slugs = {
        each.path
        for each in before.values()
        if each.kind == "Team" and number_of(each.id) in reviewing
    }
    for each in gone:
        if each.kind == "RepositoryEnvironment" and each.component.get("release"):
            guard = "release environment"
        elif each.kind in GATES:
            guard = "ruleset"
        elif each.kind in {"Team", "TeamMembers"} and each.path in slugs:
            guard = "team with reviewers"
        else:
            continue
        yield Stop(guard, f"{each.title} is deleted", f"delete {each.path}")


def _reviewing_teams(before: Mapping[str, Managed]) -> set[int | None]:
    """Return the numeric ids of the teams that approve in an environment."""
    return {
        number_of(team)
        for each in before.values()
        if each.kind == "RepositoryEnvironment"
        for block in each.inputs.get("reviewers") or []
        for team in block.get("teams") or []
    } - {None}

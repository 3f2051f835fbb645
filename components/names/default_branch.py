"""The default branch of a repository: declared, compared with GitHub's, or kept as GitHub has it.

Environments and rulesets name it. If they named another branch, anybody who may create branches
could deploy from it.
"""

from __future__ import annotations

from typing import NamedTuple

FIRST_BRANCH = "main"
"""The default branch that Portcullis gives a new repository."""
KEEP = "keep"
"""What to declare for the default branch that a repository has on GitHub."""


class Wrong(NamedTuple):
    """A default branch that is not as declared."""

    what: str
    fix: str


def difference(name: str, declared: str, live: str | None) -> Wrong | None:
    """Return what is wrong with a default branch; None where nothing is.

    Args:
        name: The repository.
        declared: The branch that environments and rulesets name.
        live: GitHub's default branch; None for an empty repository.
    """
    if live is None:
        return Wrong(
            f"{name} is empty on GitHub: Portcullis cannot commit to it, and anybody could create "
            f"`{declared}`, which its environments admit",
            f"push a first commit to `{declared}`, such as a README",
        )
    if live == declared:
        return None
    return Wrong(
        f"the default branch of {name} on GitHub is `{live}`, but environments and "
        f"rulesets are for `{declared}`, which anybody could create",
        f"`default_branch: {live}`, or `default_branch: {KEEP}` for whatever GitHub has; to "
        f"rename the branch on GitHub, `default_branch: {declared}`",
    )


def first(name: str, organization: str, live: str | None) -> Wrong | None:
    """Return what is wrong where a new repository would get another default branch than `main`.

    Args:
        name: The repository, which does not name its default branch.
        organization: The login of the organization.
        live: What the organization calls default branches; None where the token may not see it.
    """
    if live in {None, FIRST_BRANCH}:
        return None
    return Wrong(
        f"a new repository of {organization} gets the default branch `{live}`, but the "
        f"environments and rulesets of {name} are for `{FIRST_BRANCH}`",
        f"`default_branch: {FIRST_BRANCH}` renames the branch of the new repository; "
        f"`default_branch: {live}` keeps it; or change the repository default branch in the "
        "organization's settings on GitHub",
    )


def occupied(name: str, declared: str, live: str) -> Wrong:
    """Return what is wrong where a branch of the wanted name exists beside the default branch."""
    return Wrong(
        f"{name} has a branch `{declared}` beside its default branch `{live}`, so GitHub cannot "
        "rename that one",
        f"make `{declared}` the default branch in the repository's settings, or delete it, or "
        f"declare `default_branch: {live}`",
    )

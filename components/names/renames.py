"""Things that got another name: the same resource for Pulumi, under an alias of its old name.

GitHub redirects the old name of a repository, and Pulumi keeps it as the resource's id. So only the
command line carries a rename out: see `portcullis/renames`.

Source: https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/
"""

from __future__ import annotations

import json
import os
from typing import Literal

import pulumi

Kind = Literal["repositories", "teams"]

NOTED = "PORTCULLIS_RENAMED"
"""Renames that the command line found by id: JSON, section to new name to old name."""

_NAMES_IN_CHILDREN = {"repositories": "repository", "teams": "team_slug"}
"""The argument by which children name what they lie in."""


def not_managed(organization: str, old: str) -> tuple[str, str]:
    """Return what is wrong where the old name is that of something not managed, and the fix."""
    return (
        f"{organization}/{old} exists on GitHub and is not managed yet, so it cannot be renamed",
        "run `make adopt` first, which takes it into the state; the next `make up` renames it",
    )


def both_exist(organization: str, name: str, old: str) -> tuple[str, str]:
    """Return what is wrong where both names exist and neither is managed, and the fix."""
    what = f"{organization}/{old} and {organization}/{name} both exist on GitHub, and neither is"
    return (
        f"{what} managed yet",
        (
            f"to manage `{name}`, remove renamed_from and run `make adopt`; to rename `{old}`, "
            f"rename or delete `{name}` on GitHub first"
        ),
    )


def old_name(kind: Kind, name: str, renamed_from: str | None) -> str | None:
    """Return what ``name`` was called before, as declared or as found on GitHub."""
    noted: dict[str, dict[str, str]] = json.loads(os.environ.get(NOTED, "{}"))
    return noted.get(kind, {}).get(name) or renamed_from


def with_alias(
    opts: pulumi.ResourceOptions | None, old: str | None, *, below: str = ""
) -> pulumi.ResourceOptions | None:
    """Return ``opts`` with an alias for the name ``old``; Pulumi derives those of the children.

    Args:
        opts: The options of the component.
        old: Its old name; None where it has none.
        below: The repository that it lies in, which is part of its resource's name.
    """
    if old is None:
        return opts
    alias = pulumi.Alias(name=f"{below}/{old}" if below else old)
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[alias]))


def renamed(
    opts: pulumi.ResourceOptions | None, kind: Kind, name: str, renamed_from: str | None
) -> pulumi.ResourceOptions | None:
    """Return ``opts`` of a component whose name on GitHub is part of its children.

    The children keep the name that the state has for them, until the command line writes the new
    one into it. Otherwise the provider would replace some of them, and delete the old ones by
    GitHub's redirect: they are the same.
    """
    old = old_name(kind, name, renamed_from)
    opts = with_alias(opts, old)
    if old is None:
        return opts
    argument = _NAMES_IN_CHILDREN[kind]

    def keep(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if argument not in args.props:
            return None
        kept = pulumi.ResourceOptions(ignore_changes=[argument])
        return pulumi.ResourceTransformationResult(
            args.props, pulumi.ResourceOptions.merge(args.opts, kept)
        )

    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(transformations=[keep]))

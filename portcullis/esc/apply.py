"""ESC becomes what the files under `esc/` say; nothing is deleted that nobody named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.esc import definition
from portcullis.esc.connection import EscError, in_words
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulumi_esc_sdk.esc_client import EscClient

    from portcullis.esc.compare import Difference

_MISSING = 404


def apply(
    client: EscClient, differences: Sequence[Difference], report: Callable[[str], None]
) -> None:
    """Make what is missing and change what differs; values that are set in ESC stay.

    Raises:
        EscError: ESC refused one; those before it are done, and the next run goes on.
    """
    for each in differences:
        name = each.target.environment
        if each.is_new:
            with in_words(f"{name} (to be made)"):
                client.create_environment(name.organization, name.project, name.name)
        if each.target.data:
            if not each.changes:
                continue
            definition.write(client, each.target)
        if each.changes:
            report(f"{name}: {', '.join(each.changes)}")


def deletion(named: str, organization: str) -> tuple[definition.Name, str]:
    """Return environment and key of `<project>/<name>:<KEY>`; without a key all of it.

    Raises:
        UserError: it is not named like that.
    """
    where, separator, key = named.partition(":")
    project, slash, name = where.partition("/")
    if not (project and slash and name) or bool(separator) != bool(key):
        raise UserError("--delete: allowed: <project>/<environment>, or with :<KEY> behind it")
    return definition.Name(organization, project, name), key


def delete(client: EscClient, at: definition.Name, key: str) -> None:
    """Delete an environment, or one of its keys.

    Raises:
        EscError: it is not there (404), or may not be deleted.
    """
    if not key:
        with in_words(str(at)):
            client.delete_environment(at.organization, at.project, at.name)
        return
    found = definition.read(client, at)
    if key not in found.values:
        raise EscError(f"ESC: {at} has no {key}", _MISSING)
    del found.values[key]
    definition.write(client, found)

"""One organization, checked offline: its declaration, the stack's configuration, the findings."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from components.declaration import Declaration, load
from components.declaration.load import FOLDER
from components.github_access import DOTCOM
from components.secrets.config import CHANGED
from portcullis.check.findings import Configuration, configuration, judge
from portcullis.check.program import declared
from portcullis.project import StackSettings, UserError, project_root

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from portcullis_policy.diagnostic import Diagnostic
    from portcullis_policy.release_path.numbers import Numbers

    from portcullis.check.program import Exists
    from portcullis.check.recorder import Registered

_OFFLINE_STACK = "offline"
_YAML = frozenset({".yaml", ".yml"})


@dataclass(frozen=True)
class Subject:
    """What is checked."""

    root: Path
    """The project's folder."""
    name: str
    """Of the declaration below `orgs/`."""
    stack: StackSettings | None = None
    """Whose configuration counts; None: no stack's."""


def subject(file: Path | None, stack: str | None) -> Subject:
    """Find out what to check.

    Args:
        file: `orgs/<name>.yaml`, the folder `orgs/<name>`, or a file in it; None: the stack's.
        stack: the stack's name; `dev` where neither is given.

    Raises:
        UserError: there is no such file below a folder `orgs`, or no such stack.
    """
    if file is None:
        settings = StackSettings(stack or "dev", project_root())
        if not settings.organization:
            raise UserError(f"Pulumi.{settings.name}.yaml names no portcullis:organization")
        return Subject(settings.root, settings.organization, settings)
    whole = file.resolve()
    for path in (whole, *whole.parents):
        if path.parent.name == FOLDER and (path.suffix in _YAML or path.is_dir()):
            if not path.exists():
                raise UserError(f"{file}: there is no such file")
            root = path.parent.parent
            return Subject(root, path.stem, StackSettings(stack, root) if stack else None)
    if not whole.exists():
        raise UserError(f"{file}: there is no such file")
    raise UserError(
        f"{file} is not in a folder named {FOLDER}, where the files of organizations have to be; "
        f"move it to {FOLDER}/{whole.name} in the project's folder, then: portcullis check "
        f"{FOLDER}/{whole.name}"
    )


def configured_for(what: Subject, policy_files: Sequence[Path]) -> Configuration:
    """Return the policy's configuration that counts.

    Raises:
        UserError: with all that is wrong in it.
    """
    return configuration(_plain(what), policy_files)


def check(
    what: Subject, policy_files: Sequence[Path] = (), before: Numbers | None = None
) -> tuple[Declaration, list[Diagnostic]]:
    """Check an organization; nothing is read but files of the project, nothing is sent anywhere.

    Args:
        what: the organization, and the stack whose configuration counts.
        policy_files: policy config files.
        before: how many had to act together before the change; None: nothing is compared.

    Raises:
        DeclarationError: with all mistakes in the declaration.
        UserError: with all mistakes in the policy's configuration.
    """
    configured = configured_for(what, policy_files)
    declaration, registered = recorded(what)
    return declaration, judge(registered, configured, what.root, before)


def recorded(what: Subject) -> tuple[Declaration, list[Registered]]:
    """Return an organization's declaration, and the resources that the stack's program declares.

    Raises:
        DeclarationError: with all mistakes in the declaration.
    """
    declaration = load(what.name, what.root)
    return declaration, recorded_of(declaration, what)


def recorded_of(
    declaration: Declaration, what: Subject, exists: Exists | None = None
) -> list[Registered]:
    """Return the resources that the stack's program declares for an organization.

    Args:
        declaration: The organization.
        what: Where it is declared, and the stack whose configuration counts.
        exists: What exists on GitHub; None: nothing is known of it.
    """
    base_url = os.environ.get("GITHUB_BASE_URL") or _plain(what).get("github:baseUrl") or DOTCOM
    return declared(
        declaration,
        what.root,
        stack=what.stack.name if what.stack else _OFFLINE_STACK,
        base_url=base_url.rstrip("/") + "/",
        changed=_changed(what.stack.config.get(f"portcullis:{CHANGED}") if what.stack else None),
        exists=exists,
    )


def _plain(what: Subject) -> dict[str, str]:
    """Return the stack's configuration as the engine passes it, without what is encrypted."""
    config = what.stack.config if what.stack else {}
    return {
        key: value if isinstance(value, str) else json.dumps(value, default=str)
        for key, value in config.items()
        if not (isinstance(value, dict) and "secure" in value)
    }


def _changed(noted: object) -> dict[str, datetime]:
    """Return when values of the stack's config were set, as `secrets rotate` noted it."""
    found = {}
    for key, day in noted.items() if isinstance(noted, dict) else ():
        try:
            found[str(key)] = datetime.fromisoformat(str(day)).replace(tzinfo=UTC)
        except ValueError:
            continue
    return found

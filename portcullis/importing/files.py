"""The files of an imported organization, written as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.declaration.load import FOLDER
from components.origin import Origin
from portcullis.importing.text import yaml
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAIN = "organization.yaml"
REPOSITORIES = "repositories"
NOT_IMPORTED = "not-imported.md"

_SCHEMA = "# yaml-language-server: $schema={}.schema.json\n"


def origins(organization: str, repositories: Iterable[str]) -> dict[str, Origin]:
    """Return where an imported organization and its repositories are declared."""
    folder = f"{FOLDER}/{organization}"
    own = {
        name: Origin(f"{folder}/{REPOSITORIES}/{name}.yaml", ("repositories", name))
        for name in repositories
        if has_file(name)
    }
    return {"": Origin(f"{folder}/{MAIN}"), **own}


def has_file(repository: str) -> bool:
    """Say whether a repository has a file of its own: load() skips hidden ones."""
    return not repository.startswith(".")


def texts(data: Mapping[str, Any], not_imported: str) -> dict[str, str]:
    """Return the files of the folder, by path in it.

    Args:
        data: The organization as the YAML has it.
        not_imported: The text about what was left out.
    """
    repositories = data.get("repositories") or {}
    inline = {name: each for name, each in repositories.items() if not has_file(name)}
    main = {name: value for name, value in data.items() if name != "repositories"}
    exemptions = main.pop("exemptions", None)
    main |= {"repositories": inline} if inline else {}
    main |= {"exemptions": exemptions} if exemptions else {}
    found = {MAIN: _SCHEMA.format("../portcullis") + yaml(main), NOT_IMPORTED: not_imported}
    for name, each in repositories.items():
        if has_file(name):
            found[f"{REPOSITORIES}/{name}.yaml"] = repository_text(each)
    return found


def repository_text(data: Mapping[str, Any]) -> str:
    """Return the file of a repository."""
    return _SCHEMA.format("../../repository") + (yaml(data) if data else "{}\n")


def target(root: Path, organization: str) -> Path | None:
    """Return what declares an organization already: a folder, or a file; None without one."""
    folder = root / FOLDER / organization
    for path in (folder, folder.with_name(f"{organization}.yaml")):
        if path.exists():
            return path
    return None


def write(root: Path, organization: str, files: Mapping[str, str]) -> None:
    """Write the folder of an organization: all of it appears at once.

    Raises:
        UserError: It cannot be written, or somebody else has written it meanwhile.
    """
    folder = root / FOLDER / organization
    try:
        folder.parent.mkdir(exist_ok=True)
        _sweep(folder)
        # hidden: load() does not take it for an organization
        work = Path(tempfile.mkdtemp(prefix=_prefix(folder), dir=folder.parent))
        for name, text in files.items():
            path = work / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
        work.chmod(0o755)
        work.rename(folder)  # refused where the folder exists and is not empty
    except OSError as error:
        raise UserError(f"{FOLDER}/{organization} cannot be written: {error.strerror}") from None


def replace(path: Path, text: str) -> None:
    """Write one file: readers see the old text or the new one."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode())
    Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
    Path(name).replace(path)


def _prefix(folder: Path) -> str:
    return f".{folder.name}.import-"


def _sweep(folder: Path) -> None:
    """Remove what imports left behind that were killed."""
    for left in folder.parent.glob(f"{_prefix(folder)}*"):
        shutil.rmtree(left, ignore_errors=True)

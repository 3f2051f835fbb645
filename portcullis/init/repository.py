"""The files of a configuration repository."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from components.files.workflow import FOLDER, render_template
from portcullis.init.wheel import DISTRIBUTION
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portcullis.init.wheel import Wheel

PROGRAM = Path(__file__).resolve().parents[2]
"""The folder that has Portcullis' own folders: the repository, or the installed package."""

WORKFLOWS = ("pull-request.yml", "deploy.yml", "scheduled.yml")
"""The workflow files; their templates are in `workflows/configuration`."""

ONCE = {
    "README.md": "README.md",
    "Pulumi.yaml": "Pulumi.yaml",
    "__main__.py": "__main__.py",
    "policy/PulumiPolicy.yaml": "PulumiPolicy.yaml",
    "policy/__main__.py": "policy_main.py",
    ".gitignore": "gitignore",
    ".github/CODEOWNERS": "CODEOWNERS",
    ".github/dependabot.yml": "dependabot.yml",
}
"""Paths in the repository, and their templates."""

EACH = {
    "Pulumi.{}.yaml": "stack.yaml",
    "Pulumi.{}-practice.yaml": "practice.yaml",
    "orgs/{}.yaml": "organization.yaml",
}
"""The same for each organization; `{}` is its name."""

BACKENDS = {
    "https://": "pulumi",
    "s3://": "aws",
    "gs://": "google",
    "azblob://": "azure",
    "file://": "file",
}
"""How addresses of Pulumi's state begin, and how the workflows log in there."""

_LOGIN = re.compile(r"(?=.{1,39}\Z)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
"""Source: GitHub's form for a new organization: single hyphens, none at an end."""


def files(organizations: Sequence[str], backend: str, wheel: Wheel) -> dict[str, str]:
    """Return the files of a configuration repository: text by path.

    Args:
        organizations: their logins on GitHub; the first one is the README's example.
        backend: address of Pulumi's state; empty: `pulumi login` decides, and the workflows use
            Pulumi Cloud.
        wheel: the wheel that the repository pins.

    Raises:
        UserError: a name or the backend is not possible; the text has all mistakes.
    """
    if mistakes := [*_mistaken_names(organizations), *_mistaken_backend(backend)]:
        raise UserError("nothing was written:\n" + "\n".join(f"  {each}" for each in mistakes))
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=False,  # noqa: S701 - YAML, Python and Markdown; names are checked above
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )

    def text(template: str, **values: object) -> str:
        return pages.get_template(f"{template}.jinja").render(values)

    common = {"names": organizations, "backend": backend, "version": wheel.version}
    made = {path: text(of, **common, wheel=wheel.file) for path, of in ONCE.items()}
    for name in organizations:
        for path, of in EACH.items():
            target = path.format(name)
            stack = target.removeprefix("Pulumi.").removesuffix(".yaml")
            made[target] = text(of, name=name, stack=stack)
    login = next((of for begin, of in BACKENDS.items() if backend.startswith(begin)), "pulumi")
    for name in WORKFLOWS:
        made[f"{FOLDER}{name}"] = render_template(f"configuration/{name}", backend=login)
    pins = (PROGRAM / "requirements.txt").read_text(encoding="utf-8")
    own = f"{DISTRIBUTION}=={wheel.version} \\\n    --hash=sha256:{wheel.sha256}\n"
    return {**made, "requirements.txt": own + pins}


def write(made: Mapping[str, str], directory: Path) -> None:
    """Write the files below ``directory``; overwrite none.

    Raises:
        UserError: files are there already (the text names all of them), or cannot be written.
    """
    there = [path for path in made if os.path.lexists(directory / path)]
    if there:
        raise UserError("nothing was written; these files exist:\n  " + "\n  ".join(there))
    try:
        for path, text in made.items():
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise UserError(f"{error.filename} cannot be written: {error.strerror}") from None


def _mistaken_names(organizations: Sequence[str]) -> list[str]:
    lowered = [name.lower() for name in organizations]
    return [
        *(
            f"{name!r}: GitHub allows letters, digits and single hyphens between them, 39 at most"
            for name in organizations
            if not _LOGIN.fullmatch(name)
        ),
        *(f"{name}: named twice" for name in sorted(set(lowered)) if lowered.count(name) > 1),
        *(
            f"{name}-practice: the practice stack of {name} has this name"
            for name in lowered
            if f"{name}-practice" in lowered
        ),
    ]


def _mistaken_backend(backend: str) -> list[str]:
    if not backend or backend.startswith(tuple(BACKENDS)):
        return []
    return [f"--backend: allowed: an address that begins with {', '.join(BACKENDS)}"]

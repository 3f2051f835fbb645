"""Standard files: those that every repository should have, and that people may write themselves.

Nothing that people wrote in them is lost: a file of theirs stays, and lines are only added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from components.base import Config, TeamSlug, matching
from components.files import secrets_baseline
from components.files.workflow import tool

if TYPE_CHECKING:
    from collections.abc import Mapping

SECURITY_POLICY = "SECURITY.md"
_FORMATS = ("", ".md", ".markdown", ".rst", ".txt", ".adoc", ".asciidoc", ".org", ".html")
SECURITY_POLICIES = tuple(
    f"{folder}SECURITY{ending}" for folder in ("", ".github/", "docs/") for ending in _FORMATS
)
"""Where people write a security policy; GitHub shows the one with the ending `.md`.

Source: https://docs.github.com/code-security/getting-started/adding-a-security-policy-to-your-repository
"""
PRE_COMMIT, BASELINE, GITIGNORE = ".pre-commit-config.yaml", ".secrets.baseline", ".gitignore"
WORKFLOW_FOLDER = "/.github/"
"""The pattern in CODEOWNERS for workflow files, and for CODEOWNERS itself."""

MARK = "Portcullis keeps this file."
"""What the first line of a file says that is Portcullis's own."""
_TAKE_OVER = f"{MARK} Remove this line to keep it yourselves."

SECRET_FILES = (
    ".env",
    ".env.*",
    "!.env.example",
    ".secrets/",
    ".pypirc",
    "config/secrets.yaml",
    "*.pem",
    "*.key",
)
"""Files that hold secrets, as lines of `.gitignore`."""

Contact = Annotated[
    str,
    matching(
        r"|[^@\s<>()\[\]]+@[^@\s<>()\[\]]+|https://[^\s<>()\[\]]+",
        'allowed: an e-mail address, an address with https://, or "" for no SECURITY.md',
    ),
]
IgnoredPattern = Annotated[
    str,
    matching(
        r"[^\s#\x00-\x1f\x7f-\x9f](?:[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?",
        "allowed: one line of .gitignore, no comment, without blanks around it",
    ),
]


class StandardFilesConfig(Config):
    """Files that every repository should have; a repository's own fields win over these."""

    security_contact: Contact | None = None
    """Where people report a vulnerability: `SECURITY.md` names it, unless people wrote one."""
    workflow_owners: list[TeamSlug] | None = None
    """The teams that own `/.github/` in CODEOWNERS: workflow files, and CODEOWNERS itself."""
    pre_commit: bool | None = None
    """Keep `.pre-commit-config.yaml` with detect-secrets, unless people wrote one, and create
    `.secrets.baseline`, once."""
    ignore_secret_files: bool | None = None
    """Add the usual files with secrets to `.gitignore`, such as `.env`."""
    ignored_files: list[IgnoredPattern] | None = None
    """Lines that are added to `.gitignore` besides."""


How = Literal["unless written", "once", "lines"]


@dataclass(frozen=True)
class AddedFile:
    """A file that is added to what people wrote, and replaces none of it."""

    content: str
    how: How
    """Unless people wrote one; once, and never again; or only the lines that are missing."""
    places: tuple[str, ...] = ()
    """The paths at which a file of people's counts as well, in any case."""

    def counts(self, path: str) -> bool:
        """Return whether a file at ``path`` is one that people wrote for the same purpose."""
        return path.casefold() in {place.casefold() for place in self.places}


def effective(
    organization: StandardFilesConfig, repository: StandardFilesConfig
) -> StandardFilesConfig:
    """Return what holds for a repository."""
    own = {name: value for name, value in repository if value is not None}
    return organization.model_copy(update=own)


def added_files(standard: StandardFilesConfig) -> dict[str, AddedFile]:
    """Return the files by path, without CODEOWNERS, which is whole."""
    found = {}
    if standard.security_contact:
        text = _security_policy(standard.security_contact)
        found[SECURITY_POLICY] = AddedFile(text, "unless written", SECURITY_POLICIES)
    if standard.pre_commit:
        places = (PRE_COMMIT, ".pre-commit-config.yml")
        found[PRE_COMMIT] = AddedFile(_pre_commit(), "unless written", places)
        found[BASELINE] = AddedFile(secrets_baseline.render(), "once")
    lines = [*(SECRET_FILES if standard.ignore_secret_files else ())]
    lines += [line for line in standard.ignored_files or () if line not in lines]
    if lines:
        found[GITIGNORE] = AddedFile("".join(f"{line}\n" for line in lines), "lines")
    return found


def with_workflow_owners(
    owners: Mapping[str, list[str]], standard: StandardFilesConfig
) -> dict[str, list[str]]:
    """Return the code owners; those of workflow files are last, so that no pattern overrides them.

    Source: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    if not standard.workflow_owners:
        return dict(owners)
    others = {pattern: each for pattern, each in owners.items() if pattern != WORKFLOW_FOLDER}
    return {**others, WORKFLOW_FOLDER: standard.workflow_owners}


def _security_policy(contact: str) -> str:
    where = f"<{contact}>" if "://" in contact else f"[{contact}](mailto:{contact})"
    return f"""\
<!-- {_TAKE_OVER} -->
# Security policy

Please report a vulnerability to {where}, not in a public issue.
Say which version is affected and how to reproduce it.
Do not send real credentials or personal data.
"""


def _pre_commit() -> str:
    return f"""\
# {_TAKE_OVER}
# Install once: pre-commit install. Findings that are no secrets: detect-secrets audit {BASELINE}
repos:
  - repo: local
    hooks:
      - id: detect-secrets
        name: detect-secrets
        language: python
        additional_dependencies: ["detect-secrets=={tool("detect_secrets")}"]
        entry: detect-secrets-hook --baseline {BASELINE}
"""


def where_owners(
    repository: tuple[str | int, ...], own: StandardFilesConfig
) -> tuple[str | int, ...]:
    """Return where a repository's owners of workflow files are declared: there, or for all."""
    start = () if own.workflow_owners is None else repository
    return (*start, "standard_files", "workflow_owners")

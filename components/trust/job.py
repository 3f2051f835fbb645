"""The workflow job that an outside system trusts: one environment, one workflow file, its refs.

AWS and Vault get the same facts from here, so that the environment, the job and the trust agree.

Source: https://docs.github.com/actions/reference/security/oidc
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.files.workflow import FOLDER
from components.names.ref_patterns import WILDCARDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_SET = re.compile(r"\[!?[^\]]+\]")
_FOLDERS = re.compile(r"(?<=/)(?:\*\*/)+")
"""Any number of folders in an fnmatch pattern, which may be none: `a/**/b` matches `a/b`."""


@dataclass(frozen=True)
class TrustedJob:
    """A job of a workflow file in an environment, on the refs that the environment admits."""

    organization: str
    repository: str
    environment: str
    workflow: str
    """The workflow file's name, such as `deploy.yml`."""
    branches: tuple[str, ...] = ()
    """Names or fnmatch patterns; `default` is replaced by the branch's name."""
    tags: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """Return the repository with its owner, such as `guild/escai`."""
        return f"{self.organization}/{self.repository}"

    @property
    def workflow_refs(self) -> list[str]:
        """Return the values that the claim `job_workflow_ref` may have, as fnmatch patterns."""
        file = f"{self.full_name}/{FOLDER}{self.workflow}"
        return [
            *(f"{file}@refs/heads/{branch}" for branch in self.branches),
            *(f"{file}@refs/tags/{tag}" for tag in self.tags),
        ]

    @property
    def is_exact(self) -> bool:
        """Return whether each workflow ref is a name, without a pattern."""
        return not any(WILDCARDS & set(ref) for ref in self.workflow_refs)


def with_question_marks(pattern: str) -> str:
    """Return an fnmatch pattern for AWS, which knows `*` and `?` but no sets, and reads `${`."""
    return _SET.sub("?", _FOLDERS.sub("*", pattern)).replace("$", "?")


def with_stars(pattern: str) -> str:
    """Return an fnmatch pattern for Vault, which knows `*` alone."""
    plain = _SET.sub("*", _FOLDERS.sub("*", pattern)).replace("?", "*")
    return re.sub(r"\*+", "*", plain)


def joined(parts: Sequence[str], separator: str, *, allowed: str, most: int) -> str:
    """Return one name for ``parts``, which no other parts have.

    A hash is added where the parts alone could be misread, or do not fit.

    Args:
        parts: The names to join.
        separator: What stands between them.
        allowed: The characters that may be in a part, as in a regular expression's set.
        most: The largest length.
    """
    plain = separator.join(parts)
    written = separator.join(re.sub(rf"[^{allowed}]", "_", part) for part in parts)
    clear = all(
        separator not in part and re.fullmatch(r"\w(?:.*\w)?", part, re.ASCII) for part in parts
    )
    if written == plain and clear and len(plain) <= most:
        return plain
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    return f"{written[: most - len(digest) - len(separator)]}{separator}{digest}"

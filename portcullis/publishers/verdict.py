"""Who published a release, and whether that is the declared publisher."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.declaration.release.publishers import Publisher

Status = Literal["declared", "other", "unknown"]


@dataclass(frozen=True)
class Source:
    """Who published a file, as far as the registry publishes it."""

    words: str
    """For people, if it is no workflow on GitHub: `the npm account ana, with a token`."""
    repository: str | None = None
    """A repository on GitHub with its owner; None for anything else."""
    workflow: str | None = None
    """The name of the workflow file; None where the registry does not publish it."""
    environment: str | None = None
    """The environment; None where there is none, or where the registry does not publish it."""
    ref: str | None = None
    """The ref, such as `refs/tags/v1.0.0`; None where the registry does not publish it."""

    @property
    def shown(self) -> str:
        """Return it for people."""
        if self.repository is None:
            return self.words
        named = [self.repository, self.workflow or ""]
        named.append(f"environment {self.environment}" if self.environment else "")
        return ", ".join(filter(None, named))


@dataclass(frozen=True)
class Verdict:
    """What is known about the publisher of a package's latest release."""

    status: Status
    version: str | None = None
    """The latest release; None where there is none, or where it is not known."""
    source: Source | None = None
    """Who published it; None where that is not known."""
    reason: str | None = None
    """Why nothing is known, or what differs."""
    not_published: tuple[str, ...] = ()
    """What the registry does not publish, and so was not compared: `workflow`, `environment`."""
    notes: tuple[str, ...] = ()
    """What else is worth a person's attention."""


def workflow_of(
    repository: str, workflow: str | None = None, environment: str | None = None
) -> Source:
    """Return a workflow on GitHub as a source."""
    return Source("", repository, workflow, environment)


def compare(
    declared: Publisher,
    version: str,
    source: Source,
    *,
    not_published: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Verdict:
    """Compare who published a release with the declared publisher."""
    found = {
        "repository": source.repository,
        "workflow": source.workflow,
        "environment": source.environment,
    }
    wanted = {
        # GitHub and the registries do not distinguish upper from lower case in these two
        "repository": declared.full_name,
        "workflow": declared.workflow,
        "environment": declared.environment,
    }
    different = [
        name
        for name in wanted
        if name not in not_published and not _same(name, wanted[name], found[name])
    ]
    if source.ref is not None and not _is_release(declared, source.ref):
        different.append("ref")
    if not different:
        return Verdict(
            "declared", version, source, not_published=tuple(not_published), notes=tuple(notes)
        )
    return Verdict(
        "other",
        version,
        source,
        reason=_difference(declared, source, different),
        not_published=tuple(not_published),
        notes=tuple(notes),
    )


def _same(name: str, wanted: str, found: str | None) -> bool:
    if found is None:
        return False
    return wanted == found if name == "workflow" else wanted.lower() == found.lower()


def _is_release(declared: Publisher, ref: str) -> bool:
    tag = ref.removeprefix("refs/tags/")
    tags = declared.tags
    in_form = tag.startswith(tags.prefix) and re.fullmatch(tags.expression, tag)
    return tag != ref and bool(in_form)


def _difference(declared: Publisher, source: Source, different: Sequence[str]) -> str:
    if source.repository is None:
        return "it is no workflow on GitHub"
    old = declared.old_repository
    if old and source.repository.lower() == f"{declared.owner}/{old}".lower():
        return "it is the repository's old name: register the new one"
    if different == ["environment"] and source.environment is None:
        return "the publisher is registered without an environment"
    reasons = []
    if "ref" in different:
        reasons = [f"it ran on {source.ref}, which is no release tag ({declared.tags.described})"]
    others = [each for each in different if each != "ref"]
    return "; ".join([*([f"another {' and '.join(others)}"] if others else []), *reasons])

"""What the stack manages on GitHub, as the state has it before a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portcullis.pulumi_runs.events import DONE, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portcullis.pulumi_runs.events import Run

TAKEN_AWAY = frozenset({"deleted", "archived", "replaced"})
"""What takes a thing away on GitHub. What is only forgotten stays there as it is."""


GATES = frozenset({"OrganizationRuleset", "RepositoryRuleset", "BranchProtection"})
"""Rulesets, and classic branch protection."""


@dataclass(frozen=True)
class Managed:
    """One thing on GitHub that the stack manages."""

    urn: str
    kind: str
    """Such as `RepositoryEnvironment`."""
    path: str
    """Where it was declared, such as `repositories.api.environments.pypi`, or its title."""
    id: str
    inputs: Mapping[str, Any]
    component: Mapping[str, Any]
    """The inputs of the component that it belongs to."""

    @property
    def title(self) -> str:
        """The kind and the name, as previews have them."""
        return f"{self.kind} {name_of(self.urn)}"

    @property
    def is_secret(self) -> bool:
        """Whether it is a secret, whose value still exists in its source."""
        return self.kind.endswith("Secret")


def managed(state: Mapping[str, Any]) -> dict[str, Managed]:
    """Return what is on GitHub, by URN, in the order of the state.

    Args:
        state: The stack's state, exported.
    """
    resources = (state.get("deployment") or {}).get("resources") or []
    by_urn = {each["urn"]: each for each in resources}
    return {each.urn: each for each in _managed(by_urn)}


def _managed(by_urn: Mapping[str, Mapping[str, Any]]) -> Iterator[Managed]:
    for urn, each in by_urn.items():
        if each.get("custom") and each["type"].startswith("github:"):
            kind = each["type"].rsplit(":", 1)[-1]
            component = by_urn.get(each.get("parent", ""), {}).get("inputs") or {}
            inputs = each.get("inputs") or {}
            path = _path(kind, name_of(urn), inputs, component)
            yield Managed(urn, kind, path, str(each.get("id")), inputs, component)


def _path(kind: str, name: str, inputs: Mapping[str, Any], component: Mapping[str, Any]) -> str:
    """Return what the YAML calls a thing; a release environment is derived from `publish`."""
    if kind.startswith("RepositoryEnvironment"):
        return f"repositories.{inputs.get('repository')}.environments.{inputs.get('environment')}"
    if kind in GATES and component.get("path"):
        return ".".join(map(str, component["path"]))
    if kind in {"Team", "TeamMembers"}:
        return f"teams.{name}"
    return f"repositories.{name}" if kind == "Repository" else f"{kind} {name}"


def taken_away(planned: Run, before: Mapping[str, Managed]) -> list[Managed]:
    """Return what a preview takes away from GitHub, in the order of the state."""
    return [
        each
        for urn, each in before.items()
        if DONE.get(planned.resources.get(urn, "")) in TAKEN_AWAY
    ]

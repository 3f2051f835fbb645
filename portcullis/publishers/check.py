"""Ask the registries about each declared package, several at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.names.registries import ADDRESSES
from portcullis.publishers import crates, npm, pypi
from portcullis.publishers.asking import Registry, UnknownError
from portcullis.publishers.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from components.declaration.release.publishers import Publisher
    from components.organization import ResolvedOrganization

_AT_ONCE = 8
"""Packages that are asked about at the same time."""

_CHECKS: Mapping[str, tuple[str, Callable[[Registry, Publisher], Verdict]]] = {
    "PyPI": ("pypi", pypi.check),
    "TestPyPI": ("testpypi", pypi.check),
    "npm": ("npm", npm.check),
    "crates.io": ("crates", crates.check),
}
"""How each registry is asked, and the name of its address."""

_WITHOUT = {
    "the Go proxy": "a module is its tag: the Go proxy does not publish who made it",
    "Maven Central": "Maven Central has no trusted publishers: its files are signed with a key",
    "GitHub": "a release on GitHub has no trusted publisher",
}
_OF_IMAGES = "a registry of images does not publish who pushed one"


@dataclass(frozen=True)
class Checked:
    """A package at a registry, and what is known about its latest release."""

    declared: Publisher
    verdict: Verdict


def declared_publishers(resolved: ResolvedOrganization) -> list[Publisher]:
    """Return the publishers of all packages of an organization, in the order of its file."""
    return [each for found in resolved.repositories.values() for each in found.publishers]


def asked(publishers: Iterable[Publisher]) -> set[str]:
    """Return the names of the addresses that a check of these publishers asks."""
    return {_CHECKS[each.registry][0] for each in publishers if each.registry in _CHECKS}


def check(publishers: Sequence[Publisher], addresses: Mapping[str, str]) -> list[Checked]:
    """Return what the registries publish about the latest release of each package.

    Args:
        publishers: who is declared to publish each.
        addresses: the addresses of registries that are not at their usual one.
    """
    with ExitStack() as open_until_the_end, ThreadPoolExecutor(_AT_ONCE) as pool:
        registries = {
            name: open_until_the_end.enter_context(
                Registry(name, {**ADDRESSES, **addresses}[address])
            )
            for name, (address, _) in _CHECKS.items()
        }

        def verdict(declared: Publisher) -> Verdict:
            if declared.registry not in registries:
                return Verdict("unknown", reason=_WITHOUT.get(declared.registry, _OF_IMAGES))
            _, ask = _CHECKS[declared.registry]
            try:
                return ask(registries[declared.registry], declared)
            except UnknownError as error:
                return Verdict("unknown", reason=str(error))

        verdicts = pool.map(verdict, publishers)
        return [Checked(*each) for each in zip(publishers, verdicts, strict=True)]

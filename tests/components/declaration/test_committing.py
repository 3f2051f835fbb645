"""Who may commit managed files, by what the declaration says."""

from __future__ import annotations

import pytest

from components.declaration.guards import guards
from tests.components.building import Change, organization
from tests.components.declaration.resolved import resolved


def found(*changes: Change) -> dict[str, list[tuple[str, set[int], set[str], bool]]]:
    """The guards of the sound organization with ``changes``."""
    return {
        name: [
            (each.where.partition(" ")[2], set(each.apps), set(each.people), each.administrators)
            for each in these
        ]
        for name, these in guards(resolved(organization(*changes))).items()
    }


MAIN = "protection.main"


@pytest.mark.parametrize(
    ("changes", "guarded"),
    [
        ([], [(MAIN, {7}, set(), False)]),
        ([("automation", None)], [(MAIN, set(), set(), False)]),
        ([("protection.main.enforcement", "disabled")], []),
        ([("protection.main.branches", ["release/*"])], []),
        ([("protection.main.branches", ["m*"])], [(MAIN, {7}, set(), False)]),
        ([("protection.main.exclude_branches", ["ma*"])], []),
        (  # a star does not match a slash
            [
                ("repositories.app.default_branch", "release/main"),
                ("protection.main.exclude_branches", ["*"]),
            ],
            [(MAIN, {7}, set(), False)],
        ),
        ([("protection.main.exclude_repositories", ["app"])], []),
        (
            [("protection.main.bypass", [{"app": 8, "mode": "always"}, {"app": 9}])],
            [(MAIN, {7, 8}, set(), False)],
        ),
        (
            [("protection.main.bypass", [{"team": "devs", "mode": "always"}])],
            [(MAIN, {7}, {"ana", "ben"}, False)],
        ),
        ([("protection.main.bypass", [{"team": "devs"}])], [(MAIN, {7}, set(), False)]),
        (
            [("protection.main.bypass", [{"role": "organization-admin", "mode": "always"}])],
            [(MAIN, {7}, set(), True)],
        ),
        ([("protection.main.enforced_by", "classic")], [(MAIN, set(), set(), False)]),
        (
            [("repositories.app.protection.own", {"branches": ["all"]})],
            [(MAIN, {7}, set(), False), ("repositories.app.protection.own", {7}, set(), False)],
        ),
    ],
)
def test_what_guards_the_default_branch(
    changes: list[Change], guarded: list[tuple[str, set[int], set[str], bool]]
) -> None:
    """Active protection of the default branch, with whom it lets push."""
    assert found(*changes).get("app", []) == guarded


def test_a_repository_without_files_needs_no_guard() -> None:
    """Nothing is committed to `lib`, so nobody has to be let through."""
    assert "lib" not in found()


def test_an_archived_repository_needs_no_guard() -> None:
    """GitHub lets nobody change it, and nothing is kept in it."""
    assert "app" not in found(("repositories.app.archived", True))

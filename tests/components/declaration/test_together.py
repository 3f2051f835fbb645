"""All mistakes at once: those of shape, of rules and of references, in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.declaration.mistakes import DeclarationError
from tests.components.declaration.sound import SOUND, mistakes, outcome, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path


def test_mistakes_of_all_kinds_are_reported_in_one_run_top_to_bottom(tmp_path: Path) -> None:
    """A wrong type, an unknown field, a contradiction and unknown names hide none of each other."""
    text, marked = places(
        replaced(
            ("  display_name: Acme", "  »display_name: 7"),
            ("actions: {}", "actions: {»allowed_actions: any, sha_pinning_required: true}"),
            ("{members: [ana, ben]}", "{members: [ana, »'@ben'], »lead: ana}"),
            ("  main: {}", "  main: {»approvals: 99, bypass: [{»team: dev}]}"),
            ("{created_by: [security]}", "{created_by: [»securty]}"),
            ("visible_to: [app]", "visible_to: [app, »wep]"),
            ("value: info, ", "»value: 3, "),
            ("    environments: {}", "    environments: {x: {reviewers: {teams: [»devss]}}}"),
            (
                "  web: {}",
                "  web: {»archived: 'no', »files: {a: {}}}".replace("»files: {a", "files: {»a"),
            ),
        )
    )
    found = mistakes(written(tmp_path, text))
    assert [str(mistake.place) for mistake in found] == marked
    kinds = ("has to be a text", "is not known", "login", "not a field", "too large", "`dev`")
    reported = "\n".join(map(str, found))
    assert [kind for kind in kinds if kind not in reported] == []


def test_mistakes_of_the_organization_itself_hide_no_reference(tmp_path: Path) -> None:
    """A missing plan, a wrong e-mail address and an unknown team are reported together."""
    text, marked = places(
        replaced(
            ("organization: acme\nplan: enterprise", "»organization: Acme Inc."),
            ("  billing_email: billing@acme.example", "  »billing_email: none"),
            ("{created_by: [security]}", "{created_by: [»securty]}"),
        )
    )
    found = [str(mistake.place) for mistake in mistakes(written(tmp_path, text))]
    assert found == ["orgs/acme.yaml:1:1", *marked]


def test_a_wrong_item_makes_no_mistakes_of_those_that_name_it(tmp_path: Path) -> None:
    """Where a team or a repository is wrong in itself, the places that name it are right."""
    text, marked = places(
        replaced(
            ("  security: {members: [ines]}", "  security: {»members: ines}"),
            ("  web: {}", "  web: {»archived: 1}"),
        )
    )
    assert [str(mistake.place) for mistake in mistakes(written(tmp_path, text))] == marked


def test_a_wrong_tag_protection_makes_no_mistakes_of_approvals(tmp_path: Path) -> None:
    """An entry whose exclusions cannot be read causes no mistake about the two approvals."""
    text, marked = places(
        replaced(
            ("{created_by: [security]}", "{created_by: [devs], »exclude_repositories: app}"),
            ("approvers: [devs]", "approvers: [security, devs]"),
        )
    )
    assert [str(mistake.place) for mistake in mistakes(written(tmp_path, text))] == marked


def test_the_number_of_mistakes_is_reported(tmp_path: Path) -> None:
    """The last line counts, and says that nothing was changed."""
    text, _ = places(replaced(("  main: {}", "  main: {»approvals: 99, »x: 1}")))
    found = outcome(written(tmp_path, text))
    assert isinstance(found, DeclarationError)
    assert str(found).endswith("\n2 mistakes; nothing was changed")


def test_a_file_that_portcullis_writes_is_reported_beside_other_mistakes(tmp_path: Path) -> None:
    """A mistake in the teams hides no file that is written twice."""
    text, marked = places(
        replaced(
            ("  devs: {members: [ana, ben]}", "  devs: {members: [ana, ben], »parent: gone}"),
            ("    environments: {}", "    files: {».github/CODEOWNERS: {content: a}}"),
        )
    )
    found = mistakes(written(tmp_path, text))
    assert [str(mistake.place) for mistake in found] == marked


@pytest.mark.parametrize("section", ["teams", "repositories"])
@pytest.mark.parametrize("value", ["", "devs", "[devs]", "true"])
def test_a_section_that_is_no_mapping_is_one_mistake(
    section: str, value: str, tmp_path: Path
) -> None:
    """What names its items is not reported: one fault is one mistake (issue 13)."""
    head, _, rest = SOUND.partition(f"\n{section}:\n")
    items, _, tail = rest.partition("\nprotection:" if section == "teams" else "\nexemptions:")
    assert items
    key = "protection" if section == "teams" else "exemptions"
    text = f"{head}\n{section}: {value}\n{key}:{tail}"
    (mistake,) = mistakes(written(tmp_path, text))
    assert mistake.path == section


def test_patterns_of_no_repository_make_no_exclusion_wrong(tmp_path: Path) -> None:
    """An unknown repository is reported; that it leaves nothing to exclude is not."""
    main = "  main: {repositories: [»gone], exclude_repositories: [app]}"
    text, marked = places(replaced(("  main: {}", main)))
    found = mistakes(written(tmp_path, text))
    assert [str(mistake.place) for mistake in found] == marked

"""CODEOWNERS files of people beside the declared one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.organization import OrganizationConfig
from portcullis.files import owners
from tests.components.declaration.resolved import resolved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portcullis.files.live import Place

SETTINGS = {"display_name": "Acme", "billing_email": "billing@acme.example"}
IGNORES = "acme/x: GitHub ignores {}, which people wrote, because it reads .github/CODEOWNERS first"


@pytest.mark.parametrize(
    ("repository", "there", "expected"),
    [
        ({}, ["CODEOWNERS"], [IGNORES.format("CODEOWNERS")]),
        ({}, ["docs/CODEOWNERS"], [IGNORES.format("docs/CODEOWNERS")]),
        (
            {"code_owners": {"*": ["devs"]}},
            ["CODEOWNERS", "docs/CODEOWNERS"],
            [IGNORES.format("CODEOWNERS"), IGNORES.format("docs/CODEOWNERS")],
        ),
        ({}, [".github/CODEOWNERS"], []),
        ({"standard_files": {"workflow_owners": []}}, ["CODEOWNERS"], []),
        (
            {
                "standard_files": {"workflow_owners": []},
                "files": {"docs/CODEOWNERS": {"content": "* @acme/devs"}},
            },
            ["CODEOWNERS"],
            ["acme/x: GitHub ignores the declared docs/CODEOWNERS: people wrote CODEOWNERS"],
        ),
    ],
)
def test_a_file_that_github_ignores_is_named(
    monkeypatch: pytest.MonkeyPatch,
    repository: dict[str, Any],
    there: list[str],
    expected: list[str],
) -> None:
    """All three locations are looked at, under the name that GitHub has for the repository."""

    def oids(_client: object, _name: str, places: Iterable[Place]) -> dict[Place, str | None]:
        return {each: "o" if each.path in there else None for each in places}

    monkeypatch.setattr(owners, "oids", oids)
    data = {
        "organization": "acme",
        "plan": "team",
        "settings": SETTINGS,
        "teams": {"devs": {}},
        "standard_files": {"workflow_owners": ["devs"]},
        "repositories": {"x": {"workflows": False, "access": {"devs": "push"}, **repository}},
    }
    client: Any = None
    found = owners.ignored(client, resolved(OrganizationConfig.model_validate(data)), {"x": "old"})
    assert [each.partition(";")[0] for each in found] == expected

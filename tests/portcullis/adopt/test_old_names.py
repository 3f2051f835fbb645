"""What is declared under a new name is looked for under the one that GitHub has."""

from __future__ import annotations

from components.declaration.resolve import resolve
from components.organization import OrganizationConfig
from components.origin import Origin
from portcullis.adopt.old_names import OldNames, old_names
from portcullis.pulumi_runs.events import Planned

ORGANIZATION = {
    "organization": "acme",
    "plan": "team",
    "settings": {"display_name": "Acme", "billing_email": "a@acme.example"},
    "teams": {"makers": {}},
    "protection": {"trunk": {"renamed_from": "main"}, "other": {}},
    "tag_protection": {"versions": {"renamed_from": "tags", "created_by": ["makers"]}},
    "repositories": {
        "lib": {
            "protection": {"stable": {"renamed_from": "releases", "branches": ["release/*"]}},
            "tag_protection": {"own": {"renamed_from": "mine", "created_by": ["makers"]}},
        }
    },
}


def planned(kind: str, name: str, /, **inputs: str) -> Planned:
    """Return a resource that a preview would create."""
    type_ = f"github:index/{kind[0].lower()}{kind[1:]}:{kind}"
    return Planned(f"urn:pulumi:s::p::{type_}::{name}", type_, "", "", inputs)


def test_rulesets_are_found_under_their_old_names() -> None:
    """Those of the organization and of repositories; tag protection is several rulesets."""
    config = OrganizationConfig.model_validate(ORGANIZATION)
    found = old_names(resolve(config, {"": Origin("acme.yaml")}), {}).rulesets
    assert found == {
        "trunk": "main",
        "lib/stable": "releases",
        **{f"versions{x}": f"tags{x}" for x in ("", *SUFFIXES)},
        **{f"lib/own{x}": f"mine{x}" for x in ("", *SUFFIXES)},
    }


SUFFIXES = (" (immutable)", " (names)", " (strict names)")


def test_inputs_have_the_names_that_github_has() -> None:
    """The URNs keep the declared names, and so does everything that was not renamed."""
    names = OldNames({"repositories": {"manual": "handbook"}, "teams": {"authors": "writers"}})
    resources = {
        "a": planned("Repository", "manual", name="manual"),
        "b": planned("Team", "authors", name="authors"),
        "c": planned("TeamMembers", "authors"),
        "d": planned("RepositoryEnvironment", "manual/x", repository="manual", environment="x"),
        "e": planned("Repository", "authors", name="authors"),
        "f": planned("Team", "manual", name="manual"),
    }
    assert [dict(each.inputs) for each in names.on_github(resources).values()] == [
        {"name": "handbook"},
        {"name": "writers"},
        {"teamSlug": "writers"},
        {"repository": "handbook", "environment": "x"},
        {"name": "authors"},
        {"name": "manual"},
    ]

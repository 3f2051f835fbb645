"""`visible_to` on GitHub: the repositories that are meant see it, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import CANARY, seed
from tests.support.project import Project, without_colour

if TYPE_CHECKING:
    from tests.support.project import Outcome
    from tests.support.sandbox import Sandbox, World

ACME = """
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
automation: {app_id: 1001}
protection: {main: {required_checks: [ci]}}
properties:
  tier: {allowed: [one, two], default: one}
  area: {type: multi_select, allowed: [web, ml]}
secrets:
  BY_PATTERN: {from: {config: one}, visible_to: [web-*, lib]}
  BY_PROPERTY: {from: {config: one}, visible_to: {properties: {tier: [two], area: [web, ml]}}}
  BY_DEFAULT: {from: {config: one}, visible_to: {properties: {tier: [one]}}}
  EVERYWHERE:
    from: {config: two}
    visible_to: [web-*]
    stores: [actions, dependabot, codespaces]
  TWICE: {from: {config: one}, visible_to: [lib, web-b]}
variables:
  PATTERN: {value: north, visible_to: [web-*]}
  PROPERTY: {value: south, visible_to: {properties: {tier: [two]}}}
repositories:
  web-a:
    visibility: public
    properties: {tier: two, area: [web]}
  web-b:
    visibility: public
    properties: {area: [web]}
  lib:
    visibility: public
    properties: {tier: two}
    secrets:
      TWICE: {from: {config: one}}
      TO_HIDE: {from: {config: one}}
      MINE: {from: {config: two}, stores: [codespaces]}
    environments:
      staging:
        secrets:
          TO_HIDE: {from: {config: two}}
"""
NEW = "web-c: {visibility: public, properties: {tier: two, area: [ml]}}\n  lib:"
WANTED = {
    ("secrets", "actions", "BY_PATTERN"): {"web-a", "web-b", "lib"},
    ("secrets", "actions", "BY_PROPERTY"): {"web-a"},
    ("secrets", "actions", "BY_DEFAULT"): {"web-b"},
    ("secrets", "actions", "EVERYWHERE"): {"web-a", "web-b"},
    ("secrets", "dependabot", "EVERYWHERE"): {"web-a", "web-b"},
    ("secrets", "codespaces", "EVERYWHERE"): {"web-a", "web-b"},
    ("secrets", "actions", "TWICE"): {"lib", "web-b"},
    ("variables", "actions", "PATTERN"): {"web-a", "web-b"},
    ("variables", "actions", "PROPERTY"): {"web-a", "lib"},
}
"""By kind, store and name."""
WITH_NEW = {
    ("secrets", "actions", "BY_PATTERN"),
    ("secrets", "actions", "BY_PROPERTY"),
    ("secrets", "actions", "EVERYWHERE"),
    ("secrets", "dependabot", "EVERYWHERE"),
    ("secrets", "codespaces", "EVERYWHERE"),
    ("variables", "actions", "PATTERN"),
    ("variables", "actions", "PROPERTY"),
}
"""Those that a new repository that fits sees too."""


def visible(world: World) -> dict[tuple[str, str, str], set[str]]:
    """Who sees what, as GitHub lists it."""
    found = {}
    with world.client("owner") as api:

        def get(path: str) -> dict[str, Any]:
            answer = api.get(path)
            assert answer.status_code == 200, answer.text
            body: dict[str, Any] = answer.json()
            return body

        for kind, store in (
            *(("secrets", store) for store in ("actions", "dependabot", "codespaces")),
            ("variables", "actions"),
        ):
            base = f"/orgs/acme/{store}/{kind}"
            for each in get(base)[kind]:
                assert each["visibility"] == "selected"
                repositories = get(f"{base}/{each['name']}/repositories")["repositories"]
                found[kind, store, each["name"]] = {one["name"] for one in repositories}
    return found


@pytest.fixture(scope="module")
def first(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Outcome]:
    """The organization, and the run that made it."""
    world = sandbox.world("visibility", seed("acme", []))
    project = Project(tmp_path_factory.mktemp("visibility") / "project", world)
    project.write(ACME)
    project.create({"one": f"{CANARY}-one", "two": f"{CANARY}-two"})
    outcome = project.update()
    assert outcome.code == 0, outcome.text
    return project, outcome


def test_those_that_are_meant_and_no_other(first: tuple[Project, Outcome]) -> None:
    """By pattern, by property, by a property's default; in every store; variables too (S1, S2)."""
    project, _ = first
    assert visible(project.world) == WANTED
    with project.world.client("owner") as api:
        own = api.get("/repos/acme/lib/codespaces/secrets").json()["secrets"]
    assert [each["name"] for each in own] == ["MINE"]
    values = [
        project.world.secret("EVERYWHERE", org="acme", store=store)
        for store in ("actions", "dependabot", "codespaces")
    ]
    assert values == [f"{CANARY}-two"] * 3
    settled = project.preview("--expect-no-changes")
    assert settled.code == 0, settled.text


def test_names_that_hide_others_are_said(first: tuple[Project, Outcome]) -> None:
    """A repository's secret before the organization's, an environment's before both (S15)."""
    _, outcome = first
    said = {
        finding["resourceUrn"].rpartition("::")[2]: without_colour(finding["message"])
        for finding in outcome.findings()
        if finding["policyName"] == "SE011"
    }
    assert set(said) == {"lib/actions/TWICE", "lib/staging/TO_HIDE"}
    assert "the organization has a secret of the same name" in said["lib/actions/TWICE"]
    assert "the repository has a secret of the same name" in said["lib/staging/TO_HIDE"]
    line = ACME.splitlines().index("      TWICE: {from: {config: one}}") + 1
    assert f"orgs/test.yaml:{line}:" in said["lib/actions/TWICE"]
    for text in said.values():
        assert "orgs/test.yaml:" in text
        assert CANARY not in text


def test_a_repository_let_in_by_hand_is_reported_and_let_out(
    first: tuple[Project, Outcome],
) -> None:
    """Somebody shows a secret to one repository more: `up` says so, and lets it out (S1)."""
    project, _ = first
    with project.world.client("owner") as api:
        lib = api.get("/repos/acme/lib").json()["id"]
        added = api.put(f"/orgs/acme/actions/secrets/EVERYWHERE/repositories/{lib}")
    assert added.status_code == 204
    assert visible(project.world) != WANTED
    outcome = project.portcullis("up")
    assert outcome.code == 0, outcome.text
    assert "ActionsOrganizationSecret actions/EVERYWHERE was changed on GitHub" in outcome.text
    assert visible(project.world) == WANTED


def test_a_repository_that_fits_is_let_in_and_a_preview_says_so(
    first: tuple[Project, Outcome],
) -> None:
    """A preview names each secret and variable that a new repository will see; an up does it."""
    project, _ = first
    project.edit("lib:\n    visibility", f"{NEW}\n    visibility")
    preview = project.preview("--diff")
    assert preview.code == 0, preview.text
    shown = {
        name: preview.changed(name)
        for name in preview.operations()
        if name.split(" ")[0].endswith(("OrganizationSecret", "OrganizationVariable"))
    }
    kinds = {"secrets": "Secret", "variables": "Variable"}
    assert set(shown) == {
        f"{store.capitalize()}Organization{kinds[kind]} "
        + (f"{store}/{name}" if kind == "secrets" else name)
        for kind, store, name in WITH_NEW
    }
    # the provider cannot update one of Codespaces: it is made anew
    assert "CodespacesOrganizationSecret codespaces/EVERYWHERE" in shown
    del shown["CodespacesOrganizationSecret codespaces/EVERYWHERE"]
    for properties in shown.values():
        assert {name.partition("[")[0] for name in properties} == {"selectedRepositoryIds"}
    project.world.clear_journal()
    outcome = project.update()
    assert outcome.code == 0, outcome.text
    wanted = {key: {*seen, "web-c"} if key in WITH_NEW else seen for key, seen in WANTED.items()}
    assert visible(project.world) == wanted

"""Names that do not fit GitHub are reported before anything changes: old ones, and gone ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.end_to_end.conftest import seed
from tests.end_to_end.existing.test_renames import HEAD, ids, refuse, succeed
from tests.end_to_end.live import Live
from tests.support.extent import EVERY
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox, World

BOOK = """\
teams:
  authors: {renamed_from: writers, members: [ana, kim]}
  temps: {}
protection:
  trunk: {renamed_from: main, required_checks: [ci]}
"""
REPOSITORIES = """\
repositories:
  manual:
    renamed_from: handbook
    default_branch: keep
    workflows: false
    access: {authors: maintain}
    environments:
      prod:
        reviewers: {teams: [authors]}
        variables: {TIER: prod}
    protection:
      stable: {renamed_from: releases, branches: ["release/*"]}
"""
FRESH = "  fresh: {renamed_from: nowhere, workflows: false}\n"
TEAMS = "/orgs/acme/teams"
LIMITED = {"protected_branches": False, "custom_branch_policies": True}


def before(sandbox: Sandbox) -> World:
    """Return a world with a repository, a team and rulesets that Portcullis does not manage."""
    start: dict[str, Any] = seed("acme", ["ana", "ben", "kim"], "enterprise")
    start["organizations"][0]["teams"] = {"writers": {"members": ["ana", "ben"]}}
    start["organizations"][0]["repositories"] = {
        "handbook": {
            "visibility": "private",
            "default_branch": "master",
            "files": {"README.md": "old"},
            "teams": {"writers": "push"},
        }
    }
    world = sandbox.world("unmanaged-renames", start)
    environment = "/repos/acme/handbook/environments/prod"
    world.request("PUT", environment, {"deployment_branch_policy": LIMITED})
    policies = f"{environment}/deployment-branch-policies"
    world.request("POST", policies, {"name": "feature/*", "type": "branch"})
    world.request("POST", f"{environment}/variables", {"name": "TIER", "value": "test"})
    ruleset = {"target": "branch", "enforcement": "disabled"}
    world.request("POST", "/repos/acme/handbook/rulesets", {"name": "releases", **ruleset})
    world.request("POST", "/orgs/acme/rulesets", {"name": "main", **ruleset, **EVERYWHERE})
    return world


EVERYWHERE = {
    "conditions": {
        "ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []},
        "repository_name": {"include": ["~ALL"], "exclude": []},
    }
}


def test_a_rename_of_what_is_not_managed(  # noqa: PLR0915 - one made organization for all
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """`renamed_from` of an unmanaged repository or team asks for `make adopt`, which takes it in.

    The next `make up` renames it, with its environments and rulesets. A `renamed_from` that
    names nothing is reported: by a notice, or as a mistake where something managed leaves the YAML.

    What the state has and GitHub does not is reported before anything changes; if it is not
    declared any more, it only leaves the state.
    """
    world = before(sandbox)
    project = Project(tmp_path / "project", world, protect=True)
    project.write(HEAD + BOOK + REPOSITORIES + FRESH)
    project.create({})
    old = ids(project)
    rulesets = Live(world, "acme").rulesets()["main"]["id"]
    refuse(
        project,
        "repositories.manual.renamed_from",
        "acme/handbook exists on GitHub and is not managed yet",
        "teams.authors.renamed_from",
        "acme/writers exists on GitHub and is not managed yet",
        "make adopt",
        "2 mistakes",
    )
    plain = project.up()
    assert plain.code != 0
    assert "make adopt" in plain.text
    assert world.writes() == []
    for path, made in (("/orgs/acme/repos", "/repos/acme/manual"), (TEAMS, f"{TEAMS}/authors")):
        world.request("POST", path, {"name": made.rpartition("/")[2]})
    refuse(project, "manual both exist on GitHub", "authors both exist on GitHub")
    for made in ("/repos/acme/manual", f"{TEAMS}/authors"):
        world.request("DELETE", made)
    world.clear_journal()
    adopted = succeed(project.portcullis("adopt"))
    assert world.writes() == []
    assert "TeamRepository manual/writers" not in adopted
    assert (
        "extra      RepositoryEnvironmentDeploymentPolicy manual/prod/branch/feature/*" in adopted
    )
    preview = succeed(project.portcullis("preview"))
    assert world.writes() == []
    assert "renamed    repositories: handbook becomes manual" in preview
    assert "notice     repositories.fresh: renamed_from has no effect" in preview
    up = succeed(project.portcullis("up"))
    assert "delete   RepositoryEnvironmentDeploymentPolicy manual/prod/branch/feature/*" in up
    live = Live(world, "acme")
    assert {**ids(project), "fresh": 0, "temps": 0} == {
        "manual": old["handbook"],
        "authors": old["writers"],
        "fresh": 0,
        "temps": 0,
    }
    assert live.environments("manual")["prod"]["deploy_from"] == {"branch:master"}
    assert live.environments("manual")["prod"]["variables"] == {"TIER": "prod"}
    assert live.access("manual") == {"authors": "maintain"}
    assert live.teams()["authors"]["members"] == {"ana", "kim"}
    assert {name: each["id"] for name, each in live.rulesets().items()} == {"trunk": rulesets}
    assert live.repository_rulesets("manual").keys() == {"stable"}
    world.clear_journal()
    settled = project.preview("--refresh", "--expect-no-changes")
    assert settled.code == 0, settled.text

    # a name that nothing has, while something leaves the YAML
    project.write(
        HEAD + BOOK + REPOSITORIES.replace("manual:", "book:").replace("handbook", "hadbook")
    )
    refuse(project, "repositories.book.renamed_from", "no `hadbook`", "`manual`, `fresh`")

    # gone on GitHub
    project.write(HEAD + BOOK + REPOSITORIES + FRESH)
    world.request("DELETE", "/repos/acme/fresh")
    world.request("DELETE", "/orgs/acme/teams/temps")
    refuse(
        project,
        "repositories.fresh",
        "teams.temps",
        "is not on GitHub, or this token cannot see it",
        "restore it",
        "make adopt",
    )
    teams = BOOK.replace("  temps: {}\n", "")
    project.write(HEAD + teams + REPOSITORIES)
    if EVERY:
        preview = succeed(project.portcullis("preview"))
        assert preview.count("make up takes it out of the state") == len(("fresh", "temps"))
    up = succeed(project.portcullis("up"))
    assert up.count("taken out of the state") == len(("fresh", "temps"))
    assert world.writes() == []
    if EVERY:
        check_new_under_old_name(project, teams)
        assert ids(project)["guide"] == old["handbook"]


def check_new_under_old_name(project: Project, teams: str) -> None:
    """A rename on GitHub beside a new repository of the old name is refused with the steps.

    tests/portcullis/renames has the same without an engine.
    """
    world = project.world
    world.request("PATCH", "/repos/acme/manual", {"name": "guide"})
    both = teams + REPOSITORIES.replace("manual:\n    renamed_from: handbook", "guide:")
    project.write(HEAD + both + "  manual: {workflows: false}\n")
    refuse(project, "remove `manual` from the YAML, run `make up`", "then declare `manual` again")
    project.write(HEAD + both)
    succeed(project.portcullis("up"))

"""Renames: the same thing under another name, on GitHub and in the state; nothing is lost."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from tests.end_to_end.conftest import seed
from tests.end_to_end.live import Live
from tests.support.extent import EVERY
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.project import Outcome
    from tests.support.sandbox import Sandbox

HEAD = """\
organization: acme
plan: enterprise
settings:
  display_name: Acme
  billing_email: billing@acme.example
automation: {app_id: 1001}
"""
SOON = str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20))
BOOK = """\
exemptions:
  - {rule: RS002, resource: handbook/releases, reason: it goes along, expires: SOON}
teams:
  writers: {members: [ana, ben]}
protection:
  main: {required_checks: [ci]}
repositories:
  handbook:
    workflows: false
    access: {writers: maintain}
    environments:
      prod:
        reviewers: {teams: [writers]}
        variables: {TIER: prod}
    variables: {COLOUR: green}
    protection:
      releases: {branches: ["release/*"], bypass: [{team: writers}]}
    files:
      NOTE.md: {content: "note\\n"}
""".replace("SOON", SOON)
GONE = ("handbook", "guide")


def named(repository: str, team: str) -> str:
    """Return the organization with other names for the repository, the team and the rulesets."""
    text = BOOK.replace("handbook", repository).replace("writers", team)
    text = text.replace("  main:", "  trunk:")
    return text.replace("releases:", "stable:").replace("/releases", "/stable")


def made(sandbox: Sandbox, folder: Path, name: str) -> Project:
    """Return a project whose organization was made, with protection on."""
    world = sandbox.world(f"renames-{name}", seed("acme", ["ana", "ben"], "enterprise"))
    project = Project(folder / "project", world, protect=True)
    project.write(HEAD + BOOK)
    project.create({})
    project.make()
    world.clear_journal()
    return project


def succeed(outcome: Outcome) -> str:
    """Return the text of a run that went well."""
    assert outcome.code == 0, outcome.text
    return outcome.text


def refuse(project: Project, *words: str) -> None:
    """Check that `make up` changes nothing, and says these words."""
    project.world.clear_journal()
    outcome = project.portcullis("up")
    assert outcome.code != 0, outcome.text
    for word in words:
        assert word in outcome.text, outcome.text
    assert project.world.writes() == []


def ids(project: Project) -> dict[str, Any]:
    """Return the ids of repositories and teams by their names."""
    live = Live(project.world, "acme")
    teams = live.rest.teams.list("acme").parsed_data
    return {
        **{name: found["id"] for name, found in live.repositories().items()},
        **{team.slug: team.id for team in teams},
    }


def test_a_rename_keeps_everything(sandbox: Sandbox, tmp_path: Path) -> None:
    """`renamed_from` is one request for each thing; what lies in it stays as it is.

    Then the names change by hand on GitHub: without a word in the YAML nothing runs, and with the
    new name in the YAML the same things are recognized by their ids.
    """
    project = made(sandbox, tmp_path, "all")
    before = ids(project)
    text = named("manual", "authors")
    text = text.replace("  authors: {", "  authors: {renamed_from: writers, ")
    text = text.replace("  manual:", "  manual:\n    renamed_from: handbook")
    text = text.replace("  trunk: {", "  trunk: {renamed_from: main, ")
    text = text.replace("stable: {", "stable: {renamed_from: releases, ")
    project.write(HEAD + text)
    preview = succeed(project.portcullis("preview"))
    assert project.world.writes() == []
    for text_ in (preview, succeed(project.portcullis("up"))):
        assert "delete" not in text_
        assert "replace" not in text_
        assert "create" not in text_
        assert "Repository manual" in text_
        assert "Team authors" in text_
    live = Live(project.world, "acme")
    stable = live.repository_rulesets("manual")["stable"]
    assert sorted((each["method"], each["path"]) for each in project.world.writes()) == [
        ("PATCH", "/orgs/acme/teams/writers"),
        ("PATCH", "/repos/acme/handbook"),
        ("PUT", f"/orgs/acme/rulesets/{live.rulesets()['trunk']['id']}"),
        ("PUT", f"/repos/acme/manual/rulesets/{stable['id']}"),
    ]
    assert ids(project) == {"manual": before["handbook"], "authors": before["writers"]}
    assert Live(project.world, "acme").repositories()["manual"]["archived"] is False
    project.world.clear_journal()
    settled = project.preview("--refresh", "--expect-no-changes")
    assert settled.code == 0, settled.text

    # by hand on GitHub
    project.world.request("PATCH", "/repos/acme/manual", {"name": "guide"})
    project.world.request("PATCH", "/orgs/acme/teams/authors", {"name": "scribes"})
    project.write(HEAD + named("manual", "authors"))
    refuse(project, "repositories.manual", "`guide`", "teams.authors", "`scribes`", "renamed_from")
    project.write(HEAD + named("guide", "scribes"))
    assert "delete" not in succeed(project.portcullis("up"))
    assert project.world.writes() == []
    assert ids(project) == {"guide": before["handbook"], "scribes": before["writers"]}
    if EVERY:
        check_old_names(project, before)


def check_old_names(project: Project, before: dict[str, Any]) -> None:
    """A new repository may take the old name.

    One that took the name of a repository that is gone is never taken for it, and what is gone for
    good is made again. What is decided by ids is tested in tests/portcullis/renames, too.
    """
    second = named("guide", "scribes")
    project.write(HEAD + second + "  handbook: {workflows: false}\n")
    succeed(project.portcullis("up"))
    after = ids(project)
    assert after["guide"] == before["handbook"]
    assert after["handbook"] not in before.values()

    # another repository under the name of one that is gone
    for name in GONE:
        project.world.request("DELETE", f"/repos/acme/{name}")
    project.world.request("POST", "/orgs/acme/repos", {"name": "guide", "auto_init": True})
    refuse(project, "repositories.guide", "is not the one", "make adopt")
    without = second[: second.index("  guide:")]
    project.write(HEAD + without + "  handbook: {workflows: false}\n")
    refuse(project, "repositories.guide", "is not the one")
    project.write(HEAD + second + "  handbook: {workflows: false}\n")
    assert succeed(project.portcullis("adopt")).count("forgotten  repositories ") == len(GONE)
    succeed(project.portcullis("up"))
    assert ids(project).keys() == {"guide", "handbook", "scribes"}
    assert Live(project.world, "acme").environments("guide").keys() == {"prod"}

"""A finding leads to the line of the YAML file."""

import os
from pathlib import Path

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.exemptions import ORGANIZATION
from portcullis_policy.semantics import github as gh
from portcullis_policy.source_location import SourceLocation, locate

from tests.policy.harness import Pack, urn_of

FILE = """\
organization: guild
gates: &gates
  prevent_self_review: false
repositories:
  escai:
    environments:
      pypi-release:
        <<: *gates
        reviewers: {teams: []}
        deploy_from: {tags: ["v*"]}
exemptions:
  - rule: EN001
  - rule: EN002
"""
GATE = ("repositories", "escai", "environments", "pypi-release")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one organization."""
    (tmp_path / "orgs").mkdir()
    (tmp_path / "orgs" / "guild.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((*GATE, "reviewers"), "9:9"),
        ((*GATE, "deploy_from", "tags"), "10:23"),
        ((*GATE, "deploy_from", "tags", 0), "10:30"),
        ((*GATE, "not_there"), "7:7"),
        ((*GATE, "prevent_self_review"), "3:3"),
        (("repositories", "escai", "gone", "deeper"), "5:3"),
        (("exemptions", 1), "13:5"),
        (("exemptions", 9), "11:1"),
        (("nothing",), "1:1"),
        ((), "1:1"),
    ],
)
def test_longest_existing_part_of_the_path(root: Path, path: tuple[str, ...], place: str) -> None:
    """C3: file, line and column of the nearest thing that exists, through anchors and lists."""
    found = locate("orgs/guild.yaml", path, root, item=2)
    assert found.place == f"orgs/guild.yaml:{place}"
    assert found.path == path
    assert found.dotted_item == ".".join(map(str, path[:2]))


def test_a_changed_file_is_read_again(root: Path) -> None:
    """C3: lines are right after an edit."""
    locate("orgs/guild.yaml", GATE, root)
    file = root / "orgs" / "guild.yaml"
    file.write_text("# a new line\n" + FILE, encoding="utf-8")
    assert locate("orgs/guild.yaml", GATE, root).place == "orgs/guild.yaml:8:7"


@pytest.mark.parametrize("text", ["a: [", "\t- x", "\x00", "a: *nowhere", ""])
def test_unreadable_file_is_named_without_line(root: Path, text: str) -> None:
    """C3: what cannot be parsed is not a crash."""
    file = root / "orgs" / "guild.yaml"
    file.write_text(text, encoding="utf-8")
    assert locate("orgs/guild.yaml", GATE, root) == SourceLocation("orgs/guild.yaml", path=GATE)


@pytest.mark.parametrize(
    "name", ["orgs/gone.yaml", "orgs", "../secret.yaml", "/etc/hostname", "\0"]
)
def test_only_files_of_the_project_are_read(root: Path, name: str) -> None:
    """C3: a path that leads elsewhere is repeated without control characters, not opened."""
    (root.parent / "secret.yaml").write_text("repositories: {}", encoding="utf-8")
    assert locate(name, ("repositories",), root).place == name.replace("\0", "\\x00")


def test_message_names_place_remedy_and_reason(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: rule, place, what is wrong, what to do, where to read on."""
    monkeypatch.setitem(os.environ, "PORTCULLIS_ROOT", str(root))
    pack = Pack()
    organization = Declared(ORGANIZATION, {"declaredIn": "orgs/guild.yaml", "path": []}, "guild")
    component = Declared(
        "portcullis:index:Environment",
        {"declaredIn": "orgs/guild.yaml", "path": list(GATE)},
        "pypi-release",
    )
    gate = Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "pypi-release"})
    pack.analyze(organization)
    pack.analyze(component, parent=urn_of(organization))
    said = {item.policyName: item.message for item in pack.analyze(gate, urn_of(component))}
    assert said["EN001"].splitlines() == [
        "a release environment has no reviewers",
        "  orgs/guild.yaml:9:9  repositories.escai.environments.pypi-release",
        "    nobody has to approve a run (`reviewers`)",
        "  fix: Name at least one team: `reviewers: {teams: [release-managers]}`.",
        "  why: docs/rules/environments.md#en001",
    ]
    assert "orgs/guild.yaml:7:7 " in said["EN003"], "the item itself, where the field is not there"


def test_settings_are_found_from_the_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: a child of the root component itself is placed by the rule's own hint."""
    monkeypatch.setitem(os.environ, "PORTCULLIS_ROOT", str(root))
    pack = Pack()
    organization = Declared(ORGANIZATION, {"declaredIn": "orgs/guild.yaml", "path": []}, "guild")
    pack.analyze(organization)
    settings = Declared(gh.ORGANIZATION_SETTINGS, {"defaultRepositoryPermission": "admin"})
    said = {i.policyName: i.message for i in pack.analyze(settings, urn_of(organization))}
    assert "orgs/guild.yaml:1:1  settings.default_repository_permission" in said["OR001"]


def test_a_bypass_is_placed_where_the_file_has_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C3: the automation, which the file does not list, does not shift the entries that it does."""
    monkeypatch.setitem(os.environ, "PORTCULLIS_ROOT", str(root))
    text = "protection:\n  main:\n    bypass:\n      - {team: a}\n      - {team: b}\n"
    (root / "orgs" / "guild.yaml").write_text(text, encoding="utf-8")
    organization = Declared(
        ORGANIZATION, {"declaredIn": "orgs/guild.yaml", "path": [], "automationApp": 7}, "guild"
    )
    component = Declared(
        "portcullis:index:Ruleset",
        {"declaredIn": "orgs/guild.yaml", "path": ["protection", "main"]},
        "main",
    )
    actors = [
        {"actorType": "Integration", "actorId": 7, "bypassMode": "always"},
        {"actorType": "Team", "actorId": 1, "bypassMode": "pull_request"},
        {"actorType": "Team", "actorId": 2, "bypassMode": "always"},
    ]
    pack = Pack()
    pack.analyze(organization)
    pack.analyze(component, parent=urn_of(organization))
    ruleset = Declared(gh.ORGANIZATION_RULESET, {"target": "branch", "bypassActors": actors})
    said = {i.policyName: i.message for i in pack.analyze(ruleset, urn_of(component))}
    assert "orgs/guild.yaml:4:9 " in said["RS002"]
    assert "orgs/guild.yaml:5:9 " in said["RS001"]

"""What a run looks like to a person."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from portcullis import printed
from portcullis.project import UserError
from portcullis.pulumi_runs.events import Finding, Run
from tests.portcullis.engine_events import STACK, before, found, run_of, said, urn

if TYPE_CHECKING:
    from collections.abc import Callable

APP = urn("Repository", "app")


def shown(show: Callable[[Console], object]) -> str:
    """What ``show`` prints."""
    file = io.StringIO()
    show(Console(file=file, width=200, highlight=False))
    return file.getvalue()


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ([], "nothing to do"),
        (["same"], "1 unchanged"),
        (["create", "create", "delete"], "2 created, 1 deleted"),
        (["update", "same", "same"], "1 updated, 2 unchanged"),
        (["read"], "nothing to do"),
    ],
)
def test_the_headline_counts(operations: list[str], words: str) -> None:
    """One line says how much is done, and how long it took."""
    run = run_of(*(before(op, urn("Team", str(n))) for n, op in enumerate(operations)))
    run.seconds = 4.4
    assert printed.headline("preview", run) == f"preview    {words} in 4 s"


def test_policies_are_counted_by_level() -> None:
    """The pack's name and its findings; without a pack it says so."""
    run = run_of(found("A", APP), found("B", APP), found("C", APP, level="advisory"))
    run.policy_packs = {"portcullis|/some/where": "1"}
    assert printed.policies(run) == "policies   portcullis: 1 advisory, 2 mandatory findings"
    assert printed.policies(Run()) == "policies   none: no findings"


def test_deletions_come_first_and_updates_name_their_fields() -> None:
    """What is lost is read first; components, unchanged things and the stack are not listed."""
    run = run_of(
        before("create", STACK),
        before("create", urn("portcullis:index:Repository", "app")),
        before("create", urn("Team", "new")),
        before(
            "update",
            APP,
            diffs=["topics", "hasWiki"],
            old={"inputs": {"hasWiki": True, "topics": ["python"]}},
            new={"inputs": {"hasWiki": False, "topics": ["python", "cli"]}},
        ),
        before("same", urn("Team", "still")),
        before(
            "create-replacement",
            urn("Team", "moved"),
            diffs=["name"],
            old={"inputs": {"name": "red"}},
            new={"inputs": {"name": "blue"}},
        ),
        before("delete-replaced", urn("Team", "moved")),
        before("delete", urn("Team", "old")),
    )
    lines = shown(lambda console: printed.show_changes(console, run)).splitlines()
    assert [line for line in lines if "Stack" not in line] == [
        "  delete   Team old",
        "  replace  Team moved",
        "             name: red -> blue",
        "  update   Repository app",
        "             has wiki: true -> false",
        "             topics: cli added",
        "  create   Team new",
    ]


def test_protection_is_listed_by_kind() -> None:
    """Both directions: what may be deleted from now on is read first."""
    team, lost = urn("Team", "red"), urn("Team", "blue")
    run = run_of()
    run.protection = {team: True, APP: True, lost: False}
    assert shown(lambda console: printed.show_changes(console, run)).splitlines() == [
        "  unprotect 1 resource may be deleted from now on:",
        "             Team: blue",
        "  protect   2 resources cannot be deleted from now on:",
        "             Repository: app",
        "             Team: red",
    ]


@pytest.mark.parametrize(("count", "listed"), [(printed.FEW, True), (printed.FEW + 1, False)])
def test_many_creations_are_counted(count: int, listed: bool) -> None:  # noqa: FBT001 - a column of the table
    """A first run is a few lines, a small change is seen whole."""
    run = run_of(*(before("create", urn("Team", f"t{n}")) for n in range(count)))
    text = shown(lambda console: printed.show_changes(console, run))
    assert ("  create   Team t3\n" in text) is listed
    assert (text == f"  create   {count} Team\n") is not listed


def test_mandatory_findings_come_first_in_the_packs_words() -> None:
    """Then by rule and resource; each line of the message is there as it is."""
    findings = [
        Finding("BR002", "advisory", APP, "a"),
        Finding("EN004", "mandatory", urn("Team", "b"), "place\n  fix: [do] it"),
        Finding("EN004", "mandatory", urn("Team", "a"), "a"),
    ]
    text = shown(lambda console: printed.show_findings(console, findings))
    assert text.splitlines() == [
        *("", "mandatory  EN004  Team a", "    a"),
        *("", "mandatory  EN004  Team b", "    place", "      fix: [do] it"),
        *("", "advisory  BR002  Repository app", "    a"),
    ]


def test_advice_takes_a_line_a_rule_where_it_is_repeated() -> None:
    """It stays the same from run to run; what must be read at every run is shown whole."""
    findings = [
        Finding("RE013", "advisory", APP, "no SECURITY.md\n  place\n  fix: add one"),
        Finding("RE013", "advisory", urn("Repository", "b"), "no SECURITY.md\n  place"),
        Finding("PK003", "advisory", STACK, "a rule is off\n  EN007 is off until 2027-01-31: x"),
        Finding("EN004", "mandatory", APP, "a"),
    ]
    text = shown(lambda console: printed.show_findings(console, findings, briefly=True))
    assert text.splitlines() == [
        *("", "mandatory  EN004  Repository app", "    a"),
        *("", "advisory  PK003  Stack portcullis-test", "    a rule is off"),
        "      EN007 is off until 2027-01-31: x",
        *("", "advisory   RE013 x2  no SECURITY.md"),
        "           make check shows where, and the fix",
    ]


def test_a_preview_without_the_policy_pack_is_no_reason_to_update() -> None:
    """Whatever switched the pack off; another pack is not enough."""
    run = run_of()
    run.policy_packs = {"other|/some/where": "1"}
    with pytest.raises(UserError, match="ran without Portcullis's policy pack"):
        printed.require_pack(run)
    run.policy_packs["portcullis|/some/where"] = "1"
    printed.require_pack(run)


def test_errors_are_reported_once_and_without_the_engines_own() -> None:
    """The program's and GitHub's words stay; square brackets are no markup."""
    run = run_of(
        said("name [bold] is taken", APP),
        said("name [bold] is taken", APP),
        said("no such team", STACK),
        said("update failed"),
        said("rpc error: context canceled", APP),
        said("an unhandled error occurred: the program exited with 1"),
    )
    text = shown(lambda console: printed.show_errors(console, run, "all that was printed"))
    assert text == "Repository app: name [bold] is taken\nno such team\n"


def test_a_protected_resource_that_left_the_yaml_has_a_way_out() -> None:
    """A refused deletion leads to renames and to deletions on purpose, once."""
    texts = [f"{name} cannot be deleted because it is protected." for name in ("one", "two")]
    run = run_of(*(said(text, APP) for text in texts))
    text = shown(lambda console: printed.show_errors(console, run, ""))
    assert text.count("renamed_from: OLD-NAME") == 1
    assert text.count("docs/destroy.md") == 1


@pytest.mark.parametrize(("level", "reported"), [("mandatory", False), ("advisory", True)])
def test_a_failure_is_never_silent(level: str, reported: bool) -> None:  # noqa: FBT001 - a column of the table
    """Where neither an error nor a mandatory finding says why, Pulumi's own output does."""
    run = run_of(said("preview failed"), found("A", APP, level=level))
    text = shown(lambda console: printed.show_errors(console, run, "the state is locked"))
    assert text == ("the state is locked\n" if reported else "")


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (urn("RepositoryEnvironment", "app/pypi"), "RepositoryEnvironment app/pypi"),
        (urn("Team", "a::b"), "Team a::b"),
        ("no urn", "no urn"),
        ("", ""),
    ],
)
def test_a_resource_is_called_by_kind_and_name(where: str, name: str) -> None:
    """A URN is for machines."""
    assert printed.resource_name(where) == name


def state(where: str, parent: str = "") -> dict[str, Any]:
    """A resource in an exported state."""
    return {"urn": where, "type": where.split("::")[2].rsplit("$", 1)[-1], "parent": parent}


def test_the_tree_nests_components_and_sorts() -> None:
    """Resources by kind in a line, then components; names without their owner's."""
    root = "urn:pulumi:t::p::portcullis:index:Organization::acme"
    app = urn("portcullis:index:Repository", "app")
    gate = urn("portcullis:index:TagRuleset", "app/release: tags")
    states = [
        state(STACK),
        state(root, STACK),
        state(app, root),
        state(urn("portcullis:index:Team", "red"), root),
        state(gate, app),
        state(urn("RepositoryRuleset", "app/release: tags"), gate),
        state(urn("RepositoryFile", "app/b.md"), app),
        state(urn("RepositoryFile", "app/a.md"), app),
        state(urn("Repository", "app"), app),
        state(urn("OrganizationSettings", "acme"), root),
    ]
    text = shown(lambda console: console.print(printed.resource_tree("acme", states)))
    assert [line.rstrip() for line in text.splitlines()] == [
        "acme",
        "├── OrganizationSettings",
        "├── repository app",
        "│   ├── Repository",
        "│   ├── RepositoryFile: a.md, b.md",
        "│   └── tag ruleset release: tags",
        "│       └── RepositoryRuleset",
        "└── team red",
    ]


@pytest.mark.parametrize(
    "states", [[], [state(urn("Team", "red"), "urn:gone")], [state(STACK), {**state(APP)}]]
)
def test_a_state_that_is_not_as_usual_is_still_shown(states: list[dict[str, Any]]) -> None:
    """An empty state, or parents that are not in it, are no reason to fail after an update."""
    text = shown(lambda console: console.print(printed.resource_tree("acme", states)))
    assert text.startswith("acme\n")


def test_release_paths_and_registrations_are_reported() -> None:
    """Each path in a line; what a person has to register, with all that the form asks for."""
    publisher = {
        "registry": "PyPI",
        "package": "acme-tool",
        "owner": "acme",
        "repository": "tool",
        "workflow": "release.yml",
        "environment": "pypi-release",
        "before_first_release": "register it as a pending publisher",
        "also": "remove other publishers",
    }
    other = {**publisher, "package": "acme-lib", "also": "remove the token"}
    by_hand = [publisher, other]
    outputs = {"release_paths": {"tool": ["testpypi", "pypi"]}, "register_by_hand": by_hand}
    text = shown(lambda console: printed.show_outputs(console, outputs))
    assert "tool: release tag -> testpypi -> pypi\n" in text
    assert (
        "      PyPI acme-tool: owner acme, repository tool, workflow release.yml, "
        "environment pypi-release\n"
    ) in text
    assert (
        "           PyPI: before the first release: register it as a pending publisher\n"
        "           PyPI (acme-tool): remove other publishers\n"
        "           PyPI (acme-lib): remove the token\n"
    ) in text


def test_without_outputs_nothing_is_reported() -> None:
    """An organization that publishes nothing has nothing to be done by hand."""
    assert shown(lambda console: printed.show_outputs(console, {})) == ""


def test_the_outputs_come_from_the_exported_state() -> None:
    """No further run of `pulumi` is needed for them; a stack without any has none."""
    stack = {"type": "pulumi:pulumi:Stack", "outputs": {"release_paths": {"tool": ["pypi"]}}}
    other = {"type": "github:index/team:Team", "outputs": {"name": "red"}}
    assert printed.outputs([other, stack]) == {"release_paths": {"tool": ["pypi"]}}
    assert printed.outputs([]) == {}

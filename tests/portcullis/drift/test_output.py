"""What people read of drift."""

from collections.abc import Callable

import pytest
from portcullis_policy.diagnostic import Diagnostic
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Finding
from portcullis_policy.source_location import SourceLocation

from portcullis.drift.output import markdown, text
from portcullis.drift.report import Item, Report, lines_of
from portcullis.live.compare import Drift
from portcullis.live.resource import LiveResource
from portcullis.preview.names import Names


def _about(repository: str) -> Diagnostic:
    (rule,) = (each for each in RULES if each.id == "BR001")
    urn = f"urn:pulumi:dev::project::github:index/repository:Repository::{repository}"
    return Diagnostic(rule, Finding("nothing protects it"), urn, SourceLocation())


@pytest.mark.parametrize("rendered", [text.text, markdown.text])
def test_a_finding_about_the_whole_organization_names_its_resource(
    rendered: Callable[[Report], str],
) -> None:
    """Promise: unprotected repositories are named, and are not a line that repeats itself (E8)."""
    shown = rendered(
        Report("guild", "orgs/guild.yaml", findings=(_about("aegis"), _about("escai")))
    )
    assert "Repository aegis" in shown
    assert "Repository escai" in shown


@pytest.mark.parametrize(
    ("kind", "inputs", "declarable"),
    [
        ("RepositoryDeployKey", {"repository": "escai"}, False),
        ("RepositoryWebhook", {"repository": "escai"}, False),
        ("RepositoryCollaborator", {"repository": "escai"}, False),
        ("Membership", {"username": "olga", "role": "admin"}, False),
        ("Membership", {"username": "olga", "role": "member"}, True),
        ("RepositoryEnvironment", {"repository": "escai"}, True),
    ],
)
def test_nobody_is_asked_to_declare_what_the_yaml_cannot_declare(
    kind: str, inputs: dict[str, str], *, declarable: bool
) -> None:
    """Promise: the advice about an undeclared thing can be followed (E8)."""
    live = LiveResource(kind, "x", "x", inputs)
    shown = text.text(
        Report("guild", "orgs/guild.yaml", (Item(Drift("undeclared", kind, "x", None, live), ()),))
    )
    assert ("declare it" in shown) is declarable


def test_one_cause_is_one_line() -> None:
    """Promise: what one disabled ruleset does to many repositories is one finding (E8)."""
    many = tuple(_about(f"r{number}") for number in range(25))
    shown = text.text(Report("guild", "orgs/guild.yaml", findings=many))
    assert shown.count("nothing protects it") == 1
    assert "Repository r0, Repository r1" in shown
    assert "and 5 more: nothing" in shown


def test_what_is_known_is_one_quiet_line() -> None:
    """Promise: what the last update saw comes last, without advice, and is counted apart (E8)."""
    live = LiveResource("Team", "old", "1", {})
    item = Item(Drift("undeclared", "Team", "old", None, live), ("x",), news="known")
    report = Report("guild", "orgs/guild.yaml", (item,))
    shown = text.text(report).splitlines()
    assert shown == ["known      team old", "drift      guild: no drift; 1 known"]
    assert not report.has_news
    assert "| known |" in markdown.text(report)


@pytest.mark.parametrize(
    ("kind", "inputs", "lines"),
    [
        (
            "AppInstallation",
            {
                "repositorySelection": "all",
                "permissions": {"contents": "read", "administration": "write", "secrets": "write"},
            },
            (
                "repositories: all",
                "permissions to write: administration, secrets",
                "permissions to read: contents",
            ),
        ),
        (
            "RepositoryWebhook",
            {"configuration": {"insecureSsl": True}, "active": False, "events": ["push"]},
            ("certificates are not checked (insecure SSL)", "not active", "events: push"),
        ),
        ("RepositoryDeployKey", {"readOnly": False}, ("may write",)),
        ("Runner", {"labels": ["gpu", "big"]}, ("labels: big, gpu",)),
        ("Membership", {"role": "admin"}, ()),
    ],
)
def test_undeclared_things_tell_what_they_may_do(
    kind: str, inputs: dict[str, object], lines: tuple[str, ...]
) -> None:
    """Promise: permissions of Apps, events and certificates of webhooks, and keys that write."""
    live = LiveResource(kind, "x", "1", inputs)
    assert lines_of(Drift("undeclared", kind, "x", None, live), Names()) == lines

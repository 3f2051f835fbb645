"""The listing on a page, and as JSON."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from rich.console import Console

from portcullis.secrets.live import Live, LiveRepository
from portcullis.secrets.output import as_json, show
from tests.portcullis.secrets.cases import (
    INHERITING,
    NAMING,
    TODAY,
    having,
    listed,
    live_secret,
    organization,
    secret,
)

if TYPE_CHECKING:
    from portcullis.secrets.listing import ListedSecret

LONG = "A_NAME_OF_A_SECRET_THAT_IS_AS_LONG_AS_NAMES_OF_SECRETS_HARDLY_EVER_ARE"


def printed(secrets: list[ListedSecret], width: int = 200) -> str:
    """What people see."""
    file = io.StringIO()
    show(Console(file=file, width=width, soft_wrap=True, highlight=False), secrets, 7)
    return file.getvalue()


def everything() -> list[ListedSecret]:
    """Secrets of which there is much to say."""
    config = organization(
        {
            "app": {
                "secrets": {LONG: secret("a" * 60), "TOKEN": secret("b", stores=["codespaces"])},
                "environments": {"production": {"secrets": {"VAULT_TOKEN": secret("a" * 60)}}},
            },
            **{f"repository-{n}": {} for n in range(20)},
        },
        TOKEN=secret("a", visible_to="all", rotate_every="30d"),
    )
    live = having(app=NAMING)
    live.secrets = [live_secret("LEFT", "app")]
    facts = {"secrets__TOKEN": {"changed": "2026-01-01"}}
    return list(listed(config, live, **facts).values())


def test_a_page_is_at_most_100_columns_wide() -> None:
    """However long names, sources and lists are, and however wide the terminal (S12)."""
    text = printed(everything())
    assert max(len(line) for line in text.splitlines()) <= 100
    assert LONG[:20] in text


def test_no_line_ends_with_spaces() -> None:
    """A listing that is kept in a file has no padding (S12)."""
    assert not [line for line in printed(everything()).splitlines() if line != line.rstrip()]


def test_what_needs_somebody_is_marked() -> None:
    """Overdue, unused, seen without need, not declared, not on GitHub; and counted."""
    text = printed(everything())
    for words in (
        "OVERDUE 150 d",
        "USED BY NONE",
        "not declared",
        "seen without need",
        "not on GitHub: actions",
        "used by app ci.yml: test",
        "people's codespaces",
        "instead: a role of Vault",
    ):
        assert words in text
    assert text.splitlines()[-1].startswith("7 requests to GitHub")


def test_many_workflows_are_counted() -> None:
    """Four are named; the others are in the JSON."""
    files = {f".github/workflows/w{n}.yml": INHERITING for n in range(7)}
    live = Live(repositories={"app": LiveRepository(files=files)})
    config = organization({"app": {"secrets": {"TOKEN": secret()}}})
    found = list(listed(config, live).values())
    text = printed(found)
    assert "w3.yml: call (may use all)" in text
    assert "used by 3 more workflows" in text
    assert "w4.yml" not in text
    assert len(as_json("acme", found, TODAY)["secrets"][0]["used_by"]) == 7


def test_a_terminal_obeys_nothing_that_stands_in_a_workflow() -> None:
    """Names in a workflow are other people's: escape sequences in them are shown, not sent."""
    live = having(app='jobs: {"\\e[31mred": {env: {A: "${{ secrets.TOKEN }}"}}}')
    config = organization({"app": {"secrets": {"TOKEN": secret()}}})
    text = printed(list(listed(config, live).values()))
    assert "\x1b" not in text
    assert "?[31mred" in text


def test_an_organization_without_secrets_is_said() -> None:
    """No table, no findings."""
    assert "0 secrets: nothing to fix" in printed([])


def test_json_has_the_keys_that_the_docs_promise() -> None:
    """Machines rely on them; every value is JSON's own."""
    answer = json.loads(json.dumps(as_json("acme", everything(), TODAY)))
    assert set(answer) == {"organization", "date", "secrets"}
    assert answer["date"] == "2026-06-30"
    for each in answer["secrets"]:
        assert set(each) == KEYS
        assert set(each["target"]) == {"scope", "repository", "environment", "stores"}
        for use in each["used_by"]:
            assert set(use) == {"repository", "workflow", "job", "environment", "named"}


KEYS = {
    "name",
    "target",
    "declared_at",
    "source",
    "kind",
    "version",
    "changed",
    "dated_by",
    "age_days",
    "rotate_every_days",
    "due",
    "overdue_days",
    "visible_to",
    "used_by",
    "unused",
    "seen_without_need",
    "hides",
    "hidden_by",
    "same_source",
    "replaceable_by",
    "missing_in",
}

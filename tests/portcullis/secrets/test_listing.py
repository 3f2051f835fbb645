"""The listing: how old a secret is, who uses it, who need not see it, and what hides it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.secrets.listing import listing
from portcullis.secrets.live import Live, LiveRepository
from tests.components.declaration.resolved import resolved
from tests.portcullis.secrets.cases import (
    COMPUTING,
    DEPLOYING,
    INHERITING,
    NAMING,
    TODAY,
    having,
    listed,
    live_secret,
    only,
    organization,
    secret,
)

if TYPE_CHECKING:
    from portcullis.secrets.listing import ListedSecret


def users(found: ListedSecret) -> list[str]:
    """Repository and job of each use."""
    return [f"{use.repository} {use.job}" for use in found.used_by]


@given(st.integers(0, 4000), st.integers(1, 999))
def test_a_secret_is_due_when_its_days_are_over(age: int, every: int) -> None:
    """Overdue from the day after it was due, by the source's own date (R13, A7, S14)."""
    changed = TODAY - timedelta(days=age)
    config = organization({}, TOKEN=secret(visible_to="all", rotate_every=f"{every}d"))
    found = only(config, secrets__TOKEN={"changed": changed.isoformat(), "version": "3"})
    assert (found.age_days, found.dated_by, found.version) == (age, "source", "3")
    assert found.due == changed + timedelta(days=every)
    assert found.overdue_days == max(age - every, 0)


def test_without_a_date_of_the_source_it_is_githubs() -> None:
    """The oldest of its stores: one that was forgotten there is as old as that (E6)."""
    both = ["actions", "dependabot"]
    config = organization({}, TOKEN=secret(visible_to="all", rotate_every="10d", stores=both))
    old = live_secret(store="dependabot", updated=datetime(2026, 6, 10, 23, tzinfo=UTC))
    found = only(config, Live(secrets=[live_secret(updated=datetime.now(UTC)), old]))
    assert (found.changed, found.dated_by) == (date(2026, 6, 10), "github")
    assert (found.age_days, found.overdue_days) == (20, 10)


def test_a_date_that_nobody_knows_is_none() -> None:
    """Neither due nor overdue."""
    found = only(organization({}, TOKEN=secret(visible_to="all", rotate_every="10d")))
    assert (found.changed, found.age_days, found.due, found.overdue_days) == (None, None, None, 0)


def test_a_secret_that_is_not_on_github_is_reported() -> None:
    """By store: somebody deleted it there, or it was never made."""
    config = organization({"app": {"secrets": {"TOKEN": secret(stores=["actions", "dependabot"])}}})
    found = only(config, Live(secrets=[live_secret("TOKEN", "app")]))
    assert found.missing_in == ("dependabot",)


def test_who_uses_a_secret_of_the_organization_and_who_need_not_see_it() -> None:
    """The repositories that see it and whose workflows do not use it are named (S15)."""
    config = organization(
        {"app": {}, "lib": {}, "old": {"archived": True}}, TOKEN=secret(visible_to="all")
    )
    found = only(config, having(app=NAMING, lib="jobs: {a: {}}"))
    assert users(found) == ["app test"]
    assert found.seen_without_need == ("lib", "old")
    assert not found.unused


def test_a_job_that_may_use_all_counts_and_is_reported_apart() -> None:
    """`secrets: inherit` is a need that cannot be ruled out."""
    config = organization({"app": {}}, TOKEN=secret(visible_to=["app"]))
    (use,) = only(config, having(app=INHERITING)).used_by
    assert (use.job, use.named) == ("call", False)


def test_a_secret_that_no_job_uses_is_unused() -> None:
    """None of all workflows, live and declared."""
    found = only(organization({"app": {"secrets": {"TOKEN": secret()}}}), having(app="jobs: {}"))
    assert found.unused
    assert found.seen_without_need == ()  # only an organization's secret can be seen by others


def test_the_live_workflow_counts_before_the_declared_one() -> None:
    """Somebody changed it behind Portcullis: what runs is what is on GitHub."""
    path = ".github/workflows/ci.yml"
    repository = {"secrets": {"TOKEN": secret()}, "files": {path: {"content": NAMING}}}
    config = organization({"app": repository})
    assert users(only(config)) == ["app test"]
    assert only(config, having(app="jobs: {}")).unused


def test_tokens_of_the_release_path_are_used_by_its_workflow() -> None:
    """The derived environments and the rendered release workflow belong together."""
    package = {
        "python": "tool",
        "auth": "hybrid",
        "approvers": ["red"],
        "tokens": {"pypi": secret("a"), "testpypi": secret("b")},
    }
    found = listed(organization({"app": {"publish": [package]}}))
    assert list(found) == [
        "app/testpypi TEST_PYPI_API_TOKEN",
        "app/pypi-release PYPI_API_TOKEN",
    ]
    for each in found.values():
        assert {use.environment for use in each.used_by} == {each.environment}
        assert each.replaceable_by == "trusted publishing (auth: oidc)"


ALL_SCOPES = {
    "app": {
        "secrets": {"TOKEN": secret("b")},
        "environments": {"production": {"secrets": {"TOKEN": secret("c")}}},
    },
    "lib": {},
}


def test_the_narrowest_secret_hides_the_others() -> None:
    """An environment's hides a repository's, that hides the organization's (part 2 of issue 5)."""
    config = organization(ALL_SCOPES, TOKEN=secret("a", visible_to="all"))
    wide, middle, narrow = listed(config).values()
    assert (wide.hides, wide.hidden_by) == ((), ("app", "app/production"))
    assert (middle.hides, middle.hidden_by) == (("organization",), ("app/production",))
    assert (narrow.hides, narrow.hidden_by) == (("organization", "app"), ())


@pytest.mark.parametrize(
    ("workflow", "wide", "middle", "narrow"),
    [
        (NAMING, [], ["app test"], []),
        (DEPLOYING, [], [], ["app deploy"]),
        (COMPUTING, [], ["app deploy"], ["app deploy"]),
    ],
)
def test_a_job_uses_the_narrowest_secret_that_it_reaches(
    workflow: str, wide: list[str], middle: list[str], narrow: list[str]
) -> None:
    """Who uses the hiding one does not use the hidden one; a computed environment may be any."""
    config = organization(ALL_SCOPES, TOKEN=secret("a", visible_to="all"))
    found = listed(config, having(app=workflow)).values()
    assert [users(each) for each in found] == [wide, middle, narrow]


def test_another_name_or_another_store_hides_nothing() -> None:
    """Dependabot's secrets and those of Actions do not know each other."""
    repository = {
        "secrets": {"TOKEN": secret("b", stores=["dependabot"]), "OTHER": secret("c")},
    }
    config = organization({"app": repository}, TOKEN=secret("a", visible_to="all"))
    assert [each.hidden_by for each in listed(config).values()] == [(), (), ()]


def test_a_value_that_is_declared_twice_is_reported() -> None:
    """The same reference in two places is the same value: one secret could do."""
    config = organization(
        {"app": {"secrets": {"ONE": secret("x")}}, "lib": {"secrets": {"TWO": secret("x")}}}
    )
    one, two = listed(config).values()
    assert (one.same_source, two.same_source) == (
        ("repositories.lib.secrets.TWO",),
        ("repositories.app.secrets.ONE",),
    )


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("AWS_SECRET_ACCESS_KEY", {}, "AWS"),
        ("KEY", {"kind": "aws-access-key"}, "AWS"),
        ("VAULT_TOKEN", {}, "Vault"),
        ("UPLOAD", {"kind": "pypi-token", "project": "tool"}, "trusted publishing"),
        ("NPM_TOKEN", {}, "trusted publishing"),
        ("DATABASE_URL", {}, None),
    ],
)
def test_what_oidc_could_replace_is_named(
    name: str, more: dict[str, Any], words: str | None
) -> None:
    """Short-lived credentials instead of stored ones, by kind or by a usual name (part 7)."""
    found = only(organization({"app": {"secrets": {name: secret(**more)}}})).replaceable_by
    assert found is None if words is None else words in str(found)


def test_dependabots_own_file_uses_its_store() -> None:
    """A private registry's password in `dependabot.yml` is a use, of that store alone."""
    repository = {
        "secrets": {"TOKEN": secret(stores=["dependabot"]), "OTHER": secret("b")},
    }
    text = "registries: {r: {token: '${{ secrets.TOKEN }} ${{ secrets.OTHER }}'}}"
    live = Live(repositories={"app": LiveRepository(files={".github/dependabot.yml": text})})
    token, other = listed(organization({"app": repository}), live).values()
    assert [(use.workflow, use.job) for use in token.used_by] == [(".github/dependabot.yml", "*")]
    assert other.unused


def test_a_secret_for_codespaces_is_never_called_unused() -> None:
    """Nobody can look into people's codespaces."""
    config = organization({"app": {}}, TOKEN=secret(visible_to="all", stores=["codespaces"]))
    found = only(config, having(app=NAMING))
    assert (found.used_by, found.unused, found.seen_without_need) == ((), False, ())


def test_what_is_only_on_github_is_not_declared() -> None:
    """At every scope, and in a store that the declaration does not name."""
    config = organization({"app": {"secrets": {"TOKEN": secret()}}})
    live = having(app=NAMING)
    live.secrets = [
        live_secret("TOKEN", "app"),
        live_secret("TOKEN", "app", store="dependabot"),
        live_secret("LEFT", "app", environment="staging"),
        live_secret("WIDE"),
    ]
    found = [
        (each.target, each.name, each.stores, each.path, each.source)
        for each in listing(resolved(config), {}, live, TODAY)
    ]
    assert found == [
        ("app", "TOKEN", ("actions",), "repositories.app.secrets.TOKEN", "config token"),
        ("app", "TOKEN", ("dependabot",), None, None),
        ("app/staging", "LEFT", ("actions",), None, None),
        ("organization", "WIDE", ("actions",), None, None),
    ]


def test_a_repository_called_organization_is_not_mistaken_for_it() -> None:
    """Its secret is its own."""
    config = organization(
        {"organization": {"secrets": {"TOKEN": secret("b")}}},
        TOKEN=secret("a", visible_to="private"),
    )
    live = Live(secrets=[live_secret("TOKEN", "organization")])
    wide, narrow = listing(resolved(config), {}, live, TODAY)
    assert (wide.missing_in, narrow.missing_in) == (("actions",), ())

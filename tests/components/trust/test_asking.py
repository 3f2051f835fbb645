"""What is asked of GitHub before a trust is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pulumi
import pytest
from githubkit import GitHub, TokenAuthStrategy

from components.github_access import GitHubAccess
from components.organization import OrganizationConfig
from components.preflight import Names, Preflight, PreflightError
from components.trust import asking
from tests.components.building import data
from tests.components.declaration.resolved import resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from components.organization import ResolvedOrganization

READS = {"secrets": {"DSN": {"path": "kv/values", "key": "dsn"}}}


@pytest.mark.parametrize(
    ("address", "issuer"),
    [
        ("https://api.github.com/", "https://token.actions.githubusercontent.com"),
        ("https://github.acme.example/", "https://github.acme.example/_services/token"),
        ("https://api.acme.ghe.com/", "https://token.actions.acme.ghe.com"),
        ("http://127.0.0.1:8930/guild/", "http://127.0.0.1:8930/guild/_oidc"),
    ],
)
def test_issuers(address: str, issuer: str) -> None:
    """Each GitHub signs the tokens of its jobs itself."""
    assert asking.issuer(GitHubAccess(address, token="unused")) == issuer


def organization(**trust: object) -> ResolvedOrganization:
    """An organization whose repository app has a trust."""
    whole = data(
        ("trust", {"vault": {"address": "https://vault.example"}, **trust}),
        ("repositories.app.environments.staging.trust", {"run": "./x", "vault": READS}),
    )
    return resolved(OrganizationConfig.model_validate(whole))


def preflight() -> Preflight:
    """What is asked of GitHub in a run."""
    return Preflight("acme", GitHubAccess("https://api.github.com/", token="x"), Names())


def reach(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response]
) -> None:
    """Let ``answer`` be GitHub."""

    def client(_self: GitHubAccess) -> GitHub[Any]:
        return GitHub(
            TokenAuthStrategy("unused"), transport=httpx.MockTransport(answer), auto_retry=False
        )

    monkeypatch.setattr(GitHubAccess, "client", client)


def asked(
    monkeypatch: pytest.MonkeyPatch,
    template: Mapping[str, Any] | int,
    *,
    of_organization: Sequence[str] = ("repo", "context"),
    login: str = "acme",
    **trust: object,
) -> bool:
    """Say whether the subjects have ids, where GitHub answers ``template`` (or a status)."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/orgs/acme":
            return httpx.Response(200, json={"id": 1182, "login": login})
        if request.url.path == "/orgs/acme/actions/oidc/customization/sub":
            return httpx.Response(200, json={"include_claim_keys": of_organization})
        assert request.url.path == "/repos/acme/app/actions/oidc/customization/sub"
        if isinstance(template, int):
            return httpx.Response(template, json={"message": "no"})
        return httpx.Response(200, json=dict(template))

    reach(monkeypatch, answer)
    found = asking.ask(organization(**trust), preflight())
    assert found is not None
    assert found.owner_id == 1182
    return found.uses_ids("app")


@pytest.mark.parametrize(
    ("template", "ids"),
    [
        ({"use_default": True}, False),
        ({"use_default": True, "use_immutable_subject": True}, True),
        ({"use_default": True, "use_immutable_subject": False}, False),
        ({"use_default": True, "sub_claim_prefix": "repo:acme@1182/app@5521"}, True),
        ({"use_default": True, "sub_claim_prefix": "repo:acme/app"}, False),
        ({"use_immutable_subject": False, "sub_claim_prefix": "repo:acme@1182/app@5521"}, True),
        ({"use_immutable_subject": True, "sub_claim_prefix": "repo:acme/app"}, False),
        ({"use_default": False, "include_claim_keys": ["repo", "context"]}, False),
        (404, False),
    ],
    ids=str,
)
def test_the_form_is_what_github_uses(
    monkeypatch: pytest.MonkeyPatch,
    template: dict[str, Any] | int,
    ids: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    """The prefix decides, or the flag where no prefix is shown; GitHub's answer is not guessed."""
    assert asked(monkeypatch, template) is ids


@pytest.mark.parametrize(
    ("ids", "form", "warned"),
    [(False, "as_on_github", True), (True, "as_on_github", False), (False, "both", False)],
)
def test_a_preview_warns_about_subjects_without_ids(
    monkeypatch: pytest.MonkeyPatch, *, ids: bool, form: str, warned: bool
) -> None:
    """Another repository could take over a name, unless both forms are trusted for a time."""
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    asked(monkeypatch, {"use_immutable_subject": ids}, subject_form=form)
    assert [("repositories.app" in each, "has no ids" in each) for each in warnings] == [
        (True, True)
    ] * warned


def test_another_template_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that is not declared is named, with the field that declares it."""
    keys = {"use_default": False, "include_claim_keys": ["repo", "ref"]}
    with pytest.raises(PreflightError, match=r"made of repo, ref.*trust\.subject_claims"):
        asked(monkeypatch, keys)
    assert asked(monkeypatch, keys, subject_claims=["repo", "context"]) is False


def test_the_template_of_the_organization_counts_where_a_repository_opted_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A repository without claims of its own has the organization's, which may be no default."""
    opted_in = {"use_default": False}
    with pytest.raises(PreflightError, match=r"made of repo, ref.*trust\.subject_claims"):
        asked(monkeypatch, opted_in, of_organization=["repo", "ref"])
    assert asked(monkeypatch, opted_in) is False
    assert asked(monkeypatch, {"use_default": True}, of_organization=["repo", "ref"]) is False


def test_a_repository_that_the_run_renames_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """GitHub gives the subjects of a renamed repository ids: the old answer is out of date."""
    base, name = "repo:acme", "old"

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/orgs/acme":
            return httpx.Response(200, json={"id": 1182, "login": "acme"})
        if request.url.path != f"/repos/acme/{name}/actions/oidc/customization/sub":
            return httpx.Response(404, json={"message": "Not Found"})
        prefix = f"{base}/{name}" if name == "old" else f"{base}@1182/{name}@5521"
        return httpx.Response(200, json={"use_default": True, "sub_claim_prefix": prefix})

    reach(monkeypatch, answer)
    whole = data(
        ("trust", {"vault": {"address": "https://vault.example"}}),
        ("repositories.app.renamed_from", "old"),
        ("repositories.app.environments.staging.trust", {"run": "./x", "vault": READS}),
    )
    found = asking.ask(resolved(OrganizationConfig.model_validate(whole)), preflight())
    assert found is not None
    name = "app"
    assert found.uses_ids("app") is True


def test_what_all_repositories_share_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many repositories that opted in to the organization's template cost one request for it."""
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        known = {"id": 1182, "login": "acme", "use_default": False}
        return httpx.Response(200, json=known)

    reach(monkeypatch, answer)
    trust = {"run": "./x", "vault": READS}
    whole = data(
        ("trust", {"vault": {"address": "https://vault.example"}}),
        ("repositories.app.environments.staging.trust", trust),
        ("repositories.web.environments", {"staging": {"trust": trust}}),
    )
    assert asking.ask(resolved(OrganizationConfig.model_validate(whole)), preflight())
    template = "/actions/oidc/customization/sub"
    assert sorted(paths) == sorted(
        [
            "/orgs/acme",
            f"/orgs/acme{template}",
            f"/repos/acme/app{template}",
            f"/repos/acme/web{template}",
        ]
    )


def test_the_organization_is_written_as_in_its_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub takes any spelling of a login, and AWS and Vault compare exactly."""
    with pytest.raises(PreflightError, match=r"organization: GitHub writes this login as Acme"):
        asked(monkeypatch, {"use_default": True}, login="Acme")


def test_a_refusal_is_reported_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where GitHub may not be asked, nothing is declared, and the message says what to do."""
    with pytest.raises(PreflightError, match=r"403.*permission"):
        asked(monkeypatch, 403)


def test_nothing_is_asked_without_a_trust() -> None:
    """An organization without trust makes no request."""
    config = OrganizationConfig.model_validate(data())
    assert asking.ask(resolved(config), preflight()) is None

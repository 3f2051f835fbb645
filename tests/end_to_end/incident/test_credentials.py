"""The list of every credential that could publish, asked of the sandbox over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.bad_day import Day, make_day
from tests.sandbox.attempts.path import REPO, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import Sandbox

DECLARED = "secret:actions/sophia/pypi-release/PYPI_TOKEN"
STRAY = "secret:actions/sophia/NPM_TOKEN"
SHARED = "secret:actions/@guild/CI_TOKEN"
HIDDEN = "secret:actions/@guild/DOCS_TOKEN"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB5uqHcXQ1n1Z0Y6Kc3yJm6r0kqv4lqkq1mFz5x4bPq9"
OLD, INCIDENT, NEW = "2026-11-29T08:00:00Z", "2026-11-29T12:00:00Z", "2026-11-29T16:00:00Z"


@pytest.fixture(scope="module")
def day(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """An organization with one more secret, a key, and secrets of its own, all from before."""
    made = make_day(sandbox, tmp_path_factory.mktemp("credentials"), "credentials")
    path = made.path
    path.world.clock(set=OLD)
    path.secret(f"{REPO}/environments/pypi-release/secrets", "PYPI_TOKEN")
    path.secret(f"{REPO}/actions/secrets", "NPM_TOKEN")
    path.secret("/orgs/guild/actions/secrets", "CI_TOKEN", visibility="all")
    docs = [path.id_of("/repos/guild/docs")]
    of_docs = {"visibility": "selected", "selected_repository_ids": docs}
    path.secret("/orgs/guild/actions/secrets", "DOCS_TOKEN", **of_docs)
    made_key = path.as_("olga").post(
        f"{REPO}/keys", json={"title": "builder", "key": KEY, "read_only": False}
    )
    assert made_key.status_code == 201, made_key.text
    path.world.clock(set=NEW)
    yield made
    path.close()


@pytest.fixture(scope="module")
def first(day: Day) -> dict[str, Any]:
    """Return the list as it is at first, by id; later ones go on with it."""
    return listed(day, "--since", INCIDENT)


def listed(day: Day, *arguments: str, code: int = 1) -> dict[str, Any]:
    """Return the list by id."""
    done = day.incident("credentials", "--format", "json", *arguments)
    assert done.code == code, done.text
    assert TOKEN not in done.text + day.record()
    found: dict[str, Any] = json.loads(done.stdout)
    return {each["id"]: each for each in found["credentials"]}


def test_all_that_could_publish_is_open(day: Day, first: dict[str, Any]) -> None:
    """R16: secrets, declared or not, keys, registries and people are open after an incident."""
    found = first
    key = next(each for each in found if each.startswith("key:sophia/"))
    assert {DECLARED, STRAY, SHARED, key} <= set(found)
    assert {"registry:PyPI/sophia", "person:mia", "person:ria", "person:rolf"} <= set(found)
    assert HIDDEN not in found, "no repository that publishes sees it"
    assert {each["status"] for each in found.values()} == {"open"}
    assert found[DECLARED]["replace"].startswith("portcullis secrets rotate repositories.sophia")
    assert "/guild/sophia/settings/secrets/actions" in found[STRAY]["replace"]
    text = day.incident("credentials").text
    assert "--confirm person:mia" in text
    assert "--confirm secret:actions/sophia/NPM_TOKEN" not in text, "GitHub shows how old it is"


def test_what_is_seen_newer_is_closed(day: Day, first: dict[str, Any]) -> None:
    """R16: a value that GitHub got after the incident closes a secret, and a deleted key is gone.

    A declared secret stays open: an update may have written the old value again.
    """
    for base, name in (
        (f"{REPO}/actions/secrets", "NPM_TOKEN"),
        (f"{REPO}/environments/pypi-release/secrets", "PYPI_TOKEN"),
    ):
        day.path.secret(base, name)
    key = next(each for each in first if each.startswith("key:sophia/"))
    [there] = day.path.as_("olga").get(f"{REPO}/keys").json()
    deleted = day.path.as_("olga").delete(f"{REPO}/keys/{there['id']}")
    assert deleted.status_code == 204
    found = listed(day)
    assert found[STRAY]["status"] == "seen"
    assert found[key]["status"] == "seen"
    assert found[DECLARED]["status"] == "open"
    assert "maybe the old one again" in found[DECLARED]["why"]
    assert found[SHARED]["status"] == "open"


@pytest.mark.usefixtures("first")
def test_a_secret_that_was_removed_is_not_forgotten(day: Day) -> None:
    """R16: a lockdown removes secrets; the tokens in them are valid until they are revoked."""
    assert day.path.as_("olga").delete(f"{REPO}/actions/secrets/NPM_TOKEN").status_code == 204
    confirmed = listed(day, "--confirm", STRAY, "--by", "ines", "--note", "revoked at npm")
    assert confirmed[STRAY]["status"] == "confirmed"
    assert confirmed[STRAY]["why"].startswith("ines, 20")


@pytest.mark.usefixtures("first")
def test_nobody_confirms_what_an_api_shows(day: Day) -> None:
    """R16: a person's word counts only where no API shows the age, and no value is noted."""
    refused = day.incident("credentials", "--confirm", SHARED, "--confirm", "person:nobody")
    assert refused.code == 1
    assert f"{SHARED}: nobody has to confirm it" in refused.text
    assert "person:nobody: not on the list" in refused.text
    token = "npm_" + "Ab1" * 12
    leaked = day.incident("credentials", "--confirm", "person:mia", "--note", token)
    assert leaked.code == 1
    assert token not in leaked.text + day.record()


@pytest.mark.usefixtures("first")
def test_what_github_does_not_show_is_open(day: Day) -> None:
    """R16: a list that GitHub refuses or fails to show is open itself, and closes nothing."""
    day.path.world.fault(method="GET", path=f"{REPO}/keys", status=502, count=None)
    day.path.world.fault(method="GET", path="/orgs/guild/actions/secrets", status=403, count=None)
    try:
        found = listed(day)
    finally:
        day.path.world.clear_faults()
    assert found["unread:deploy-keys-of-sophia"]["status"] == "open"
    assert found["unread:Actions-secrets-of-the-organization"]["status"] == "open"
    keys = [each for key, each in found.items() if key.startswith("key:sophia/")]
    assert {each["status"] for each in keys} <= {"open"}
    assert "unread:deploy-keys-of-sophia" not in listed(day)


@pytest.mark.usefixtures("first")
def test_an_earlier_time_closes_nothing(day: Day) -> None:
    """R16: no list is emptied by a time before everything that could publish."""
    found = listed(day, "--since", "2020-01-01T00:00Z")
    assert found[SHARED]["status"] == "open"
    assert found[DECLARED]["status"] == "open"
    assert "allowed: a time with its zone" in day.incident("credentials", "--since", "now").text
    assert (
        "a time that has passed" in day.incident("credentials", "--since", "2999-01-01T00:00Z").text
    )


@pytest.mark.usefixtures("first")
def test_a_changed_record_is_refused(day: Day) -> None:
    """R16: nobody confirms by an editor: a file that was changed is refused."""
    file = day.project.folder / ".portcullis" / "incident" / "guild.credentials.json"
    text = file.read_text()
    file.write_text(text.replace(INCIDENT.rstrip("Z"), NEW.rstrip("Z")))
    refused = day.incident("credentials")
    file.write_text(text)
    assert refused.code == 1
    assert "is not the record that Portcullis wrote" in refused.text

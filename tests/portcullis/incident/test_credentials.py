"""When a credential is newer than an incident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.incident.credentials import state
from portcullis.incident.credentials.credential import (
    Confirmation,
    Credential,
    Facts,
    Kind,
    Status,
    judge,
)
from portcullis.project import UserError

BEGAN = datetime(2026, 11, 29, 12, tzinfo=UTC)
OLD, NEW = BEGAN - timedelta(hours=4), BEGAN + timedelta(hours=4)
WORD = Confirmation(by="ines", at=NEW, note="revoked")
DATES = st.none() | st.integers(-9, 9).map(lambda hours: BEGAN + timedelta(hours=hours))
FACTS = st.builds(
    Facts,
    there=st.booleans(),
    since=DATES,
    source=st.sampled_from(["", "vault ci/pypi"]),
    changed=DATES,
    unread=st.sampled_from(["", "GitHub answered 502"]),
)


def credential(kind: Kind = Kind.SECRET, name: str = "TOKEN") -> Credential:
    """Return a credential."""
    return Credential(id=f"{kind}:{name}", kind=kind, name=name, could="publish", replace="there")


@given(facts=FACTS, kind=st.sampled_from(list(Kind)), confirmed=st.none() | st.just(WORD))
def test_nothing_old_is_closed(facts: Facts, kind: Kind, confirmed: Confirmation | None) -> None:
    """R16: what an API shows to be old, or fails to show, is open unless a person may say more."""
    found = judge(credential(kind), facts, BEGAN, confirmed)
    known = [date for date in (facts.since if facts.there else None,) if date]
    if found.status is Status.SEEN:
        assert not facts.unread
        assert all(date > BEGAN for date in known)
        if facts.source and facts.there:
            assert facts.changed
            assert facts.changed > BEGAN
    if confirmed is None:
        assert found.status is not Status.CONFIRMED
    if found.status is Status.CONFIRMED and not facts.unread:
        assert all(date > BEGAN for date in known)


@given(facts=FACTS, kind=st.sampled_from(list(Kind)), hours=st.integers(0, 20))
def test_an_earlier_incident_opens_nothing(facts: Facts, kind: Kind, hours: int) -> None:
    """R16: what is newer than an incident is newer than an earlier one."""
    if judge(credential(kind), facts, BEGAN).status is Status.SEEN:
        earlier = BEGAN - timedelta(hours=hours)
        assert judge(credential(kind), facts, earlier).status is Status.SEEN


@pytest.mark.parametrize(
    ("facts", "status", "why"),
    [
        (Facts(since=OLD), Status.OPEN, "GitHub got its value on 2026-11-29 08:00:00"),
        (Facts(since=NEW), Status.SEEN, "new on GitHub"),
        (Facts(since=NEW, source="vault a/b", changed=OLD), Status.OPEN, "vault a/b has its value"),
        (Facts(since=NEW, source="vault a/b"), Status.OPEN, "maybe the old one again"),
        (Facts(since=NEW, source="vault a/b", changed=NEW), Status.SEEN, "new in vault a/b"),
        (
            Facts(since=BEGAN + timedelta(hours=1), source="vault a/b", changed=NEW),
            Status.OPEN,
            "portcullis up writes it",
        ),
        (Facts(there=False), Status.OPEN, "revoked where it was issued"),
        (Facts(there=False, source="vault a/b", changed=NEW), Status.SEEN, "new in vault"),
    ],
)
def test_a_secret(facts: Facts, status: Status, why: str) -> None:
    """R16, A7: a secret is new if GitHub and its source both have a value from afterwards."""
    found = judge(credential(), facts, BEGAN)
    assert found.status is status
    assert why in found.why


def test_what_github_checks_itself_ends_with_it() -> None:
    """R16: a deleted deploy key opens nothing; a deleted secret may, at its issuer."""
    assert judge(credential(Kind.DEPLOY_KEY), Facts(there=False), BEGAN).status is Status.SEEN
    assert judge(credential(Kind.SECRET), Facts(there=False), BEGAN).status is Status.OPEN


def test_a_deploy_key_that_is_added_again_is_as_old_as_before() -> None:
    """R16: GitHub dates a key by when it was added; the same key is no newer for that."""
    record = state.CredentialList(organization="guild", began=BEGAN)
    key = credential(Kind.DEPLOY_KEY)
    state.take(record, {key.id: (key, Facts(since=OLD))})
    again = state.CredentialList.model_validate_json(record.model_dump_json())
    facts = state.take(again, {key.id: (key, Facts(since=NEW))})
    assert judge(key, facts[key.id], BEGAN).status is Status.OPEN


def test_a_deploy_key_that_an_update_would_add_again_is_open() -> None:
    """R16: who deletes a declared key on GitHub has to take it out of the YAML, too."""
    facts = Facts(there=False, source="repositories.app.deploy_keys.bot")
    found = judge(credential(Kind.DEPLOY_KEY), facts, BEGAN, WORD)
    assert found.status is Status.OPEN
    assert "repositories.app.deploy_keys.bot has it" in found.why
    added = judge(credential(Kind.DEPLOY_KEY), Facts(since=NEW, source=facts.source), BEGAN)
    assert added.status is Status.OPEN


def test_what_is_gone_stays_on_the_list() -> None:
    """R16: what was on the list once stays there, but a list that is read again does not."""
    record = state.CredentialList(organization="guild", began=BEGAN)
    key, hidden = credential(), credential(Kind.UNREAD, "keys")
    state.take(record, {key.id: (key, Facts(since=OLD)), hidden.id: (hidden, Facts(unread="502"))})
    facts = state.take(record, {})
    assert set(facts) == {key.id}
    assert facts[key.id] == Facts(there=False)


def test_what_is_not_shown_is_not_gone() -> None:
    """R16: while a list is not read, a key that is missing in the answers is not closed."""
    record = state.CredentialList(organization="guild", began=BEGAN)
    key, hidden = credential(Kind.DEPLOY_KEY), credential(Kind.UNREAD, "keys")
    state.take(record, {key.id: (key, Facts(since=OLD))})
    facts = state.take(record, {hidden.id: (hidden, Facts(unread="GitHub answered 502"))})
    assert judge(key, facts[key.id], BEGAN).status is Status.OPEN


def test_a_word_for_an_earlier_incident_closes_nothing() -> None:
    """R16: what was confirmed before an incident began has to be replaced again."""
    person = credential(Kind.PERSON, "ana")
    assert judge(person, Facts(), BEGAN, WORD).status is Status.CONFIRMED
    assert judge(person, Facts(), NEW, WORD).status is Status.OPEN


def test_all_wrong_confirmations_are_named() -> None:
    """R16: each id that nobody may confirm is named, and none is noted then."""
    record = state.CredentialList(organization="guild", began=BEGAN)
    person, old = credential(Kind.PERSON, "ana"), credential()
    facts = state.take(record, {person.id: (person, Facts()), old.id: (old, Facts(since=OLD))})
    found = state.judged(record, facts)
    with pytest.raises(UserError) as refused:
        state.confirm(record, found, [person.id, old.id, "nothing"], WORD)
    assert old.id in str(refused.value)
    assert "nothing: not on the list" in str(refused.value)
    assert record.confirmed == {}
    state.confirm(record, found, [person.id], WORD)
    assert state.judged(record, facts)[-1].status is Status.CONFIRMED

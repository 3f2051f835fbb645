"""The texts of the issues: what is asked, what facts check, what stays."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.comment.body import LONGEST
from portcullis.drift.report import Report
from portcullis.live.asking import Unread
from portcullis.live.people.two_factor import TwoFactor
from portcullis.reviews import daily, review
from portcullis.reviews.boxes import left
from portcullis.reviews.facts import Facts, People
from portcullis.reviews.issues import Issue
from portcullis.reviews.periods import Kind, period
from tests.portcullis.reviews.made import checklist, drifted, exemption, facts, secret
from tests.portcullis.reviews.test_boxes import click

HIDDEN = TwoFactor(
    required=Unread(403, "organization_administration=read"),
    without=Unread(422, reason="only an owner's token may see it"),
)


def text(kind: Kind = Kind.MONTHLY, now: str = "", **given: object) -> str:
    """A review's text."""
    return review.text(kind, facts(**given), now, ())


def box(body: str, name: str) -> str:
    """The line of a box."""
    found = re.search(rf"^- \[.\] .*<!-- box {name} .*$", body, re.MULTILINE)
    assert found, name
    return found[0]


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 1, 1), ("", "2026-01", "2026-Q1", "2026")),
        (date(2026, 3, 31), ("", "2026-03", "2026-Q1", "2026")),
        (date(2026, 4, 1), ("", "2026-04", "2026-Q2", "2026")),
        (date(2026, 12, 31), ("", "2026-12", "2026-Q4", "2026")),
    ],
)
def test_periods(day: date, names: tuple[str, ...]) -> None:
    """R14: a month, a quarter and a year have one name each."""
    assert tuple(period(kind, day) for kind in Kind) == names


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("drift", {"drift": drifted()}, "1 "),
        ("drift", {"drift": Report("acme", "f", unread=("webhooks: 403",))}, "webhooks"),
        ("findings", {"refused": ("EN001 x: no reviewers",)}, "no reviewers"),
        ("two-factor", {"two_factor": TwoFactor(required=True, without=("eve",))}, "eve"),
        ("two-factor", {"two_factor": TwoFactor(required=False, without=())}, "require"),
        ("alerts-secret-scanning", {"alerts": {"secret-scanning": 3}}, "3 open"),
        ("rotation", {"secrets": (secret(due=date(2026, 11, 1)),)}, "overdue since 2026-11-01"),
        ("rotation", {"secrets": (secret(due=None, changed=None),)}, "nobody knows its age"),
        ("exemptions", {"exemptions": (exemption(date(2026, 12, 15)),)}, "2026-12-15"),
        ("checklist-e", {"checklists": (checklist("not met"),)}, "not met: no secret"),
    ],
)
def test_facts_check_a_box(name: str, given: dict[str, Any], says: str) -> None:
    """R14, R15: ticked while the facts say so, and not when they do not, with the evidence."""
    well = text(Kind.QUARTERLY, checklists=(checklist("met"),))
    assert box(well, name).startswith("- [x]")
    body = text(Kind.QUARTERLY, **given)
    assert box(body, name).startswith("- [ ]")
    below = body.partition(box(body, name))[2].partition("\n- [")[0]
    assert says in unescape(below)


def test_what_cannot_be_known_is_left_for_people() -> None:
    """R14, R15: no box is ticked on what the token may not see; people get the page to look at."""
    unknown = (checklist("cannot be known"),)
    hidden = {"dependabot": Unread(404)}
    body = text(Kind.QUARTERLY, two_factor=HIDDEN, alerts=hidden, checklists=unknown)
    for name in ("two-factor", "alerts-dependabot", "checklist-e"):
        assert box(body, name).startswith("- [ ]")
        assert box(click(body, name), name).startswith("- [x]"), "a person may tick it"
    assert body.count("cannot be known") == 4
    assert "<https://github.com/orgs/acme/people?query=two-factor%3Adisabled>" in body
    assert "<https://github.com/orgs/acme/security/alerts/dependabot>" in body


def test_failed_runs_are_looked_at_in_each_repository_that_publishes() -> None:
    """R14: the address is that of the repository's runs, whatever the package is called."""
    assert "<https://github.com/acme/tool/actions?query=is%3Afailure>" in text()


def test_a_known_lack_counts_though_the_rest_is_hidden() -> None:
    """R15: an organization that does not require it cannot be ticked by people."""
    found = TwoFactor(required=False, without=HIDDEN.without)
    assert box(text(two_factor=found), "two-factor").endswith("<!-- box two-factor facts -->")


def test_each_review_has_what_the_one_before_has() -> None:
    """R14: permissions and rotation each quarter, policies each year."""
    names = [set(re.findall(r"<!-- box (\S+) ", text(kind))) for kind in list(Kind)[1:]]
    assert names[0] < names[1] < names[2]
    assert {"owners", "administrators", "publishers", "rotation", "unused"} <= names[1]
    assert {"policy", "each-exemption", "exercise"} <= names[2]


def test_people_are_named() -> None:
    """R14: owners, administrators, outside collaborators, and who can publish with how many."""
    people = People(("owner",), ("ana", "owner"), ("tool: team makers",), ("tool: zoe",))
    body = text(Kind.QUARTERLY, people=people)
    for named in ("owner", "team makers", "zoe", "2 people"):
        assert named in body


def test_ticks_and_notes_survive_a_change_of_facts() -> None:
    """R14: what people ticked, and what they wrote below Notes, stands after the next run."""
    body = click(text(), "logs") + "ana: all well\n- [ ] mine\n"
    again = text(now=body, refused=("EN001 x: no reviewers",))
    assert box(again, "logs").startswith("- [x]")
    assert again.endswith(f"{review.NOTES}\nana: all well\n- [ ] mine\n")
    assert again.count(review.NOTES) == 1
    assert text(now=again, refused=("EN001 x: no reviewers",)) == again


def test_a_box_in_the_notes_keeps_no_review_open() -> None:
    """R14: only boxes of the review count."""
    body = text()
    for name in re.findall(r"<!-- box (\S+) ", body):
        body = click(body, name)
    assert review.is_finished(f"{body}- [ ] mine <!-- box mine 00000000 -->\n")


def test_the_next_review_names_what_is_not_finished() -> None:
    """R14: earlier reviews of the same kind and stack with boxes left, the last one first."""
    kinds = ((1, Kind.MONTHLY, "2026-10", "prod"), (2, Kind.MONTHLY, "2026-11", "prod"),
             (3, Kind.MONTHLY, "2026-11", "dev"), (4, Kind.QUARTERLY, "2026-Q3", "prod"),
             (5, Kind.MONTHLY, "2026-12", "prod"))  # fmt: skip
    issues = [
        Issue(number, "", f"{review.marker_of(kind, when, stack)}\n{text()}", True, "")  # noqa: FBT003 - open
        for number, kind, when, stack in kinds
    ]
    before = review.earlier(Kind.MONTHLY, "2026-12", "prod", issues)
    assert [issue.number for issue in before] == [2, 1]
    body = review.text(Kind.MONTHLY, facts(), "", before)
    assert f"- #2 (open): {left(text())} boxes are not ticked" in body


def test_new_members_since_the_review_before() -> None:
    """R14: compared with what the review before kept."""
    before = Issue(1, "", text(), False, "")  # noqa: FBT003 - closed
    people = People(("owner",), ("ana", "eve", "owner"), (), ())
    body = review.text(Kind.MONTHLY, facts(people=people), "", [before])
    new = body.partition("new-members")[2].partition("\n- [")[0]
    assert "eve" in new
    assert "ana" not in new


def test_the_largest_organization_fits() -> None:
    """R14: below GitHub's limit with thousands of everything and long notes; the notes stay."""
    long = "x" * 500
    many: dict[str, Any] = {
        "secrets": tuple(secret(name=f"{long}{n}", due=None) for n in range(3000)),
        "exemptions": tuple(exemption(date(2026, 12, 2), reason=long) for _ in range(3000)),
        "refused": tuple(f"{long}{n}" for n in range(3000)),
        "people": People(*[tuple(f"{long}{n}" for n in range(3000))] * 4),
    }
    body = text(Kind.YEARLY, **many)
    again = text(Kind.YEARLY, body + "n" * 15_000, **many)
    assert len(again) <= LONGEST
    assert again.endswith("n" * 15_000)
    few = re.findall(r"<!-- box (\S+) ", text(Kind.YEARLY))
    assert re.findall(r"<!-- box (\S+) ", again) == few, "no question is left out"
    assert len(daily.text(facts(**many))) <= LONGEST


PIECES = [*"<>&@#*_`|[]()!~\\:$\n\r", "-->", "<!--", "- [x] ", "@acme/team", "http://x", "a"]
NASTY = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def nasty(name: str) -> Facts:
    """Facts in which names are markup."""
    return facts(
        drift=Report("acme", "f", unread=(name,)),
        secrets=(secret(name=name, due=None),),
        exemptions=(exemption(date(2026, 12, 2), rule=name, resource=name, reason=name),),
        refused=(name,),
        people=People((name,), (name,), (name,), (name,)),
        two_factor=TwoFactor(required=False, without=(name,)),
    )


@given(NASTY)
def test_names_are_no_markup(name: str) -> None:
    """R14: whatever a name or a reason says, it makes no box, mention, link or markup."""
    body = review.text(Kind.YEARLY, nasty(name), "", ()) + daily.text(nasty(name))
    plain = re.sub(r"<https://github\.com/[^>]*>|<!-- [^\n]* -->", "", body)
    assert set(re.findall(r"<[^>]*>", plain)) <= {"<code>", "</code>"}
    assert "@" not in plain.replace("@&#8203;", "")
    assert "](" not in plain
    assert "`" not in plain
    assert body.count("<!-- box ") == text(Kind.YEARLY).count("<!-- box ")


def test_a_day_without_anything_has_no_text() -> None:
    """R14: the daily issue is for what has to be done; what cannot be known opens none."""
    assert daily.text(facts()) == ""
    assert daily.text(facts(two_factor=HIDDEN)) == ""


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"drift": drifted()}, "Drift of"),
        ({"secrets": (secret(due=date(2026, 12, 10)),)}, "due on 2026-12-10"),
        ({"secrets": (secret(due=date(2026, 11, 10)),)}, "overdue since 2026-11-10"),
        ({"exemptions": (exemption(date(2026, 12, 15)),)}, "expires on 2026-12-15"),
        ({"exemptions": (exemption(date(2026, 11, 15)),)}, "expired on 2026-11-15"),
        ({"two_factor": TwoFactor(required=True, without=("eve",))}, "has no two-factor"),
    ],
)
def test_each_of_these_is_to_be_done(given: dict[str, Any], says: str) -> None:
    """R14, R15: drift, rotation, exemptions within 14 days, members without a second factor."""
    assert says in daily.text(facts(**given))


def test_what_is_not_due_is_not_told() -> None:
    """R14: neither a secret nor an exemption with more than 14 days left."""
    far = date(2026, 12, 16)
    assert daily.text(facts(secrets=(secret(due=far),), exemptions=(exemption(far),))) == ""

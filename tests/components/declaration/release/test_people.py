"""The people of a team, nested teams included."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from components.organization import OrganizationConfig
from tests.components.declaration.resolved import resolved

TEAMS = ("a", "b", "c", "d", "e")


@given(st.dictionaries(st.sampled_from(TEAMS), st.sampled_from((*TEAMS, "gone"))))
@example({"a": "a"})
@example({"a": "b", "b": "a"})
@example({"a": "b", "b": "c", "c": "d", "d": "e"})
def test_members_are_those_of_all_teams_below(parents: dict[str, str]) -> None:
    """Whatever the nesting, circles too: a team's people are those of all teams below it."""
    config = OrganizationConfig.model_validate(
        {
            "organization": "acme",
            "plan": "team",
            "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
            "teams": {
                slug: {"members": [f"{slug.upper()}-1"], "maintainers": [f"{slug}-2"]}
                | ({"parent": parents[slug]} if slug in parents else {})
                for slug in TEAMS
            },
        }
    )
    people = resolved(config).people
    for team in TEAMS:
        expected = set()
        for slug in TEAMS:
            above = [slug]
            while (parent := parents.get(above[-1])) and parent not in above:
                above.append(parent)
            if team in above:
                expected |= {f"{slug}-1", f"{slug}-2"}
        assert people[team] == expected

"""Exemptions count until their date, cover what they name and nothing else, and are watched."""

import datetime as dt
from typing import Any

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.exemptions import LONGEST, ORGANIZATION, parse
from portcullis_policy.registry import RULES
from portcullis_policy.semantics import github as gh

from tests.policy.harness import TODAY, Pack, ids, urn_of

IDS = frozenset(rule.id for rule in RULES)
WEAK = Declared(gh.ENVIRONMENT, {"repository": "sophia", "environment": "pypi-release"}, "gate")
SECTIONS = (
    *("settings", "actions", "teams", "protection", "tag_protection", "secrets", "variables"),
    "repositories",
)
AT = ["repositories", "sophia", "environments", "pypi-release"]


def entry(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any YAML
    """An exemption that covers WEAK's missing reviewers."""
    sound = {
        "rule": "EN001",
        "resource": "repositories.sophia",
        "reason": "no second person until March",
        "expires": (TODAY + dt.timedelta(days=30)).isoformat(),
        "approvedBy": "ines",
    }
    return {key: value for key, value in {**sound, **changes}.items() if value is not None}


def run(exemptions: list[dict[str, Any]], path: list[str] = AT, **pack: Any) -> set[str]:  # noqa: ANN401
    """Register root, component and a weak environment as Portcullis does; the rules that spoke."""
    root = Declared(
        ORGANIZATION, {"declaredIn": "orgs/x.yaml", "path": [], "exemptions": exemptions}, "guild"
    )
    component = Declared(
        "portcullis:index:Environment", {"declaredIn": "orgs/x.yaml", "path": path}, "env"
    )
    started = Pack(**pack)
    said = list(started.started) + started.analyze(root)
    said += started.analyze(component, parent=urn_of(root))
    said += started.analyze(WEAK, parent=urn_of(component))
    parents = {"gate": urn_of(component), "env": urn_of(root)}
    return ids(said + started.analyze_stack([root, component, WEAK], parents))


@pytest.mark.parametrize("resource", ["gate", urn_of(WEAK), "repositories.sophia"])
@pytest.mark.parametrize("where", ["beside", "between", "around"])
def test_a_root_component_exempts_only_what_is_below_it(where: str, resource: str) -> None:
    """C3: a second component of the root's type exempts nothing of the first one's resources."""
    first = Declared(ORGANIZATION, {"path": [], "exemptions": []}, "guild")
    second = Declared(
        ORGANIZATION, {"path": AT, "exemptions": [entry(resource=resource)]}, "second"
    )
    parents = {
        "beside": {"guild": "", "second": "", "gate": urn_of(first)},
        "between": {"guild": "", "second": urn_of(first), "gate": urn_of(second)},
        "around": {"second": "", "guild": urn_of(second), "gate": urn_of(first)},
    }[where]
    by_name = {"guild": first, "second": second, "gate": WEAK}
    pack = Pack()
    said = [item for name in parents for item in pack.analyze(by_name[name], parents[name])]
    said += pack.analyze_stack([by_name[name] for name in parents], parents)
    assert {"EN001", "EX003"} <= ids(said)


def test_without_exemption_the_finding_stands() -> None:
    """C3: the environment of these tests is refused to begin with."""
    assert "EN001" in run([])


@pytest.mark.parametrize(
    "resource",
    [
        "repositories.sophia",
        "repositories.sophia.environments.pypi-release",
        "repositories.sophia.environments.pypi-release.reviewers",
        "gate",
        urn_of(WEAK),
    ],
)
def test_exemption_covers_what_it_names(resource: str) -> None:
    """C3: a path, everything below it, a Pulumi name and a URN all reach the finding."""
    said = run([entry(resource=resource)])
    assert not said & {"EN001", "EX001", "EX002", "EX003"}
    assert "EN004" in said, "other rules are not covered"


@pytest.mark.parametrize(
    "resource",
    [
        "repositories.soph",
        "repositories.sophia-docs",
        "repositories.sophia.environments.pypi",
        "gat",
    ],
)
def test_exemption_covers_whole_segments_only(resource: str) -> None:
    """C3: a name that merely begins alike is not covered, the exemption is reported as unused."""
    assert {"EN001", "EX003"} <= run([entry(resource=resource)])


def test_segments_may_contain_dots() -> None:
    """C3: `repositories.site` does not cover the repository `site.example`."""
    path = ["repositories", "site.example", "environments", "pypi-release"]
    assert "EN001" in run([entry(resource="repositories.site")], path)
    assert "EN001" not in run([entry(resource="repositories.site.example")], path)


def test_expired_exemption_does_not_count_and_is_a_finding() -> None:
    """C3: the day after its last day the finding is back."""
    yesterday = (TODAY - dt.timedelta(days=1)).isoformat()
    assert {"EN001", "EX002"} <= run([entry(expires=yesterday)])


def test_exemption_counts_on_its_last_day() -> None:
    """C3: `expires` is the last day."""
    said = run([entry(expires=TODAY.isoformat())])
    assert not said & {"EN001", "EX002"}


@pytest.mark.parametrize(
    "changes",
    [
        {"rule": None},
        {"rule": "EN999"},
        {"rule": "EX001"},
        {"rule": "PK001"},
        {"resource": None},
        *({"resource": section} for section in SECTIONS),
        {"resource": "*"},
        {"reason": None},
        {"reason": "  "},
        {"expires": None},
        {"expires": "next year"},
        {"expires": "20270331"},
        {"expires": 20270331},
        {"expires": (TODAY + LONGEST + dt.timedelta(days=1)).isoformat()},
    ],
)
def test_malformed_exemption_does_not_count_and_is_a_finding(changes: dict[str, Any]) -> None:
    """C3: rule, resource, reason and a date within 400 days, or it is not an exemption."""
    assert {"EN001", "EX001"} <= run([entry(**changes)])


def test_unused_exemption_is_reported() -> None:
    """C3: an exemption that covers nothing is reported, once the whole stack is known."""
    assert "EX003" in run([entry(rule="BR005")])


def test_exemption_by_policy_config() -> None:
    """C3: programs without our components exempt by policy config, under PK001."""
    given = {"PK001": {"exemptions": [entry(resource="gate")]}}
    assert "EN001" not in run([], given=given)


@pytest.mark.parametrize("changes", [{"reason": ""}, {"expires": "2024-01-01"}])
def test_bad_exemption_by_policy_config_is_refused_at_once(changes: dict[str, Any]) -> None:
    """C3: the stack itself is refused, before anything is applied."""
    pack = Pack({"PK001": {"exemptions": [entry(resource="gate", **changes)]}})
    assert "PK001" in ids(pack.started)
    assert "EN001" in ids(pack.analyze(WEAK))


def test_exempted_repository_is_left_out_of_a_shared_finding() -> None:
    """C3: a ruleset for many repositories is still refused for those that are not exempt."""
    rules = {"pullRequest": {"requiredApprovingReviewCount": 1}}
    everywhere = {
        "refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []},
        "repositoryName": {"includes": ["~ALL"], "excludes": []},
    }
    ruleset = Declared(
        gh.ORGANIZATION_RULESET,
        {"target": "branch", "enforcement": "active", "conditions": everywhere, "rules": rules},
        "main",
    )
    repositories = [Declared(gh.REPOSITORY, {"name": name}, name) for name in ("sophia", "escai")]
    pack = Pack({"PK001": {"exemptions": [entry(rule="BR005", resource="sophia")]}})
    said = [item for item in pack.run([ruleset, *repositories]) if item.policyName == "BR005"]
    assert len(said) == 1
    assert "concerns: escai\n" in said[0].message


@pytest.mark.parametrize("entries", [[None], ["text"], [7], [[]], [{}], [{"rule": []}]])
def test_anything_can_stand_in_the_list(entries: list[object]) -> None:
    """C3: what is no exemption at all is malformed, not a crash."""
    (exemption,) = parse(entries, IDS, TODAY)
    assert exemption.problems
    assert not exemption.counts(TODAY)

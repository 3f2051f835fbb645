"""Every source to every target: what a job sees is what the source has, bit for bit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.sources import organization
from tests.end_to_end.sources.places import SOURCES, VALUES

if TYPE_CHECKING:
    from tests.end_to_end.sources.places import Places
    from tests.support.project import Project
    from tests.support.sandbox import Sandbox


@pytest.fixture(scope="module")
def project(places: Places, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The organization after its first `pulumi up`."""
    declared = organization.declare(places, sandbox, tmp_path_factory.mktemp("all"), "all-sources")
    declared.make()
    return declared


@pytest.mark.parametrize("target", ["O", "R", "E"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_job_sees_what_the_source_has(project: Project, target: str, source: str) -> None:
    """Lines, other letters, 48 KB, a newline at the end: nothing is lost (S1, S2, S16, G1)."""
    job = organization.seen(project)
    wanted = {
        name: VALUES[value]
        for name, (from_, value) in organization.names(target).items()
        if from_ == source
    }
    assert {name: job.get(name) for name in wanted} == wanted


def test_each_path_is_read_once_and_nothing_written(project: Project, places: Places) -> None:
    """A preview without changes asks a source once per path, and GitHub for no change."""
    places.plugins.clear()
    project.world.clear_journal()
    outcome = project.preview("--expect-no-changes")
    assert outcome.code == 0, outcome.text
    assert project.world.writes() == []
    vault = Counter(each for each in places.plugins.requests("vault") if "/data/" in each)
    assert dict(vault) == {"GET kv/data/team/app": 1}
    aws = places.plugins.calls("aws")
    paths = len(VALUES) + 1 + len(VALUES) - 1  # whole secrets, one object, parameters
    assert len([each for each in aws if each != "Configure"]) == paths


def test_a_change_at_every_source_arrives_by_one_up(project: Project, places: Places) -> None:
    """New values are updates in place: no secret is missing on GitHub in between (S11, S14)."""
    new = "canary-of-a-source: the next value\n"
    for source in SOURCES:
        places.put(source, "LINES", new)
    project.world.clear_journal()
    outcome = project.update()
    assert outcome.code == 0, outcome.text
    job = organization.seen(project)
    changed = [
        name
        for target in ("O", "R", "E")
        for name, (_, value) in organization.names(target).items()
        if value == "LINES"
    ]
    assert {name: job[name] for name in changed} == dict.fromkeys(changed, new)
    assert [entry for entry in project.world.writes() if entry["method"] == "DELETE"] == []
    assert len(changed) == len(SOURCES) * 3

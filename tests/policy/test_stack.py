"""A stack of resources, and what is worked out of it once."""

from __future__ import annotations

from dataclasses import replace

from portcullis_policy.facts import Facts
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh


def resource(type_: str, name: str) -> Resource:
    """A resource without properties."""
    return Resource(type_, name, name, None, Facts({}))


def test_files_are_not_read_again_because_an_environment_is_marked() -> None:
    """What is worked out of one type of resources is kept until one of these changes."""
    file, gate = resource(gh.REPOSITORY_FILE, "file"), resource(gh.ENVIRONMENT, "gate")
    read: list[int] = []

    def count(stack: Stack) -> int:
        read.append(len(stack.resources))
        return len(read)

    stack = Stack((file, gate))
    assert stack.only(gh.REPOSITORY_FILE).once(count) == 1
    marked = stack.changed((file, replace(gate, release="used")))
    assert [each.release for each in marked.of(gh.ENVIRONMENT)] == ["used"]
    assert marked.only(gh.REPOSITORY_FILE).once(count) == 1
    assert marked.with_exemptions(()).only(gh.REPOSITORY_FILE).once(count) == 1
    changed = marked.changed((replace(file, plan="team"), gate))
    assert changed.only(gh.REPOSITORY_FILE).once(count) == 2
    assert read == [1, 1]

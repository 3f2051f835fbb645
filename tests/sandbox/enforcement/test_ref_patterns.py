"""Refs are matched as Ruby's `File.fnmatch` does, and no pattern stops a later write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portcullis_policy.semantics.languages.fnmatch import matches as pack_matches

from sandbox.enforcement.ref_patterns import matches, ref_matches
from tests.sandbox.enforcement.acting import REPO
from tests.support.fnmatch_cases import CASES, NAMES, PATTERNS

if TYPE_CHECKING:
    from tests.sandbox.enforcement.acting import Acting


@pytest.mark.parametrize(("pattern", "name", "fits"), CASES)
def test_patterns_fit_as_ruby_says(pattern: str, name: str, *, fits: bool) -> None:
    """Each pattern matches what Ruby's `File.fnmatch` with `FNM_PATHNAME` matches."""
    assert matches(pattern, name) is fits


@given(PATTERNS, NAMES)
def test_any_pattern_is_answered(pattern: str, name: str) -> None:
    """No pattern breaks the matching; one without special characters matches itself."""
    matches(pattern, name)
    matches(pattern, name, slashes=True)
    if not set(pattern) & set("*?[\\"):
        assert matches(pattern, pattern)


@given(PATTERNS, NAMES)
def test_the_policy_pack_reads_patterns_alike(pattern: str, name: str) -> None:
    """The pack, which is installed alone, has a matcher of its own that says the same."""
    assert matches(pattern, name) is pack_matches(pattern, name)


@given(st.text(), st.text())
def test_any_text_is_a_pattern(pattern: str, name: str) -> None:
    """Patterns and names may be any text at all."""
    matches(pattern, name)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*", ".github", True),
        ("octo-*/*@*", "octo-org/action/sub@v1", True),
        ("web-?", "web-1", True),
        ("web-*", "web", False),
    ],
)
def test_names_have_no_segments(pattern: str, name: str, *, fits: bool) -> None:
    """In patterns of repositories and actions, `*` crosses slashes and leading periods."""
    assert matches(pattern, name, slashes=True) is fits


def test_special_patterns_of_rulesets() -> None:
    """`~ALL` is every ref, `~DEFAULT_BRANCH` the default branch alone."""
    assert ref_matches("~ALL", "refs/tags/v1", "main")
    assert ref_matches("~DEFAULT_BRANCH", "refs/heads/main", "main")
    assert not ref_matches("~DEFAULT_BRANCH", "refs/heads/dev", "main")


def test_an_odd_pattern_stops_no_later_write(acting: Acting) -> None:
    """Rulesets, deployment policies, branch protections with them: writes go on as before."""
    ana = acting.as_("ana")
    policy = {"protected_branches": False, "custom_branch_policies": True}
    environment = f"{REPO}/environments/prod"
    answer = ana.put(environment, json={"deployment_branch_policy": policy})
    assert answer.status_code == 200
    for number, pattern in enumerate(["[z-a]*", "[", "x**", "a\\", "[]", "(", "{a", "+"]):
        ruleset = {
            "name": f"odd {number}",
            "target": "branch",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": [f"refs/heads/{pattern}"], "exclude": []}},
            "rules": [{"type": "creation"}],
        }
        assert ana.post(f"{REPO}/rulesets", json=ruleset).status_code == 201
        policies = f"{environment}/deployment-branch-policies"
        assert ana.post(policies, json={"name": pattern}).status_code == 200
        acting.protect(pattern)
    assert acting.write("ben").status_code == 201
    assert acting.create("ben", "heads/new").status_code == 201
    assert acting.create("ben", "heads/x/y").status_code == 201  # `**` alone is not recursive
    assert acting.create("ben", "heads/xy").status_code == 422


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("tag_name_pattern", {"operator": "regex", "pattern": "("}, "tag"),
    ("tag_name_pattern", {"operator": "regex", "pattern": "^(?!v)"}, "tag"),
    ("tag_name_pattern", {"operator": "regex", "pattern": r"(a)\1"}, "tag"),
    ("tag_name_pattern", {"operator": "regex", "pattern": 5}, "tag"),
    ("tag_name_pattern", {"operator": "like", "pattern": "v"}, "tag"),
    ("commit_message_pattern", {"operator": "contains", "pattern": ["fix"]}, "branch"),
    ("file_path_restriction", {"restricted_file_paths": [5]}, "push"),
    ("file_path_restriction", {"restricted_file_paths": "docs/*"}, "push"),
    ("file_extension_restriction", {"restricted_file_extensions": [None]}, "push"),
    ("max_file_path_length", {"max_file_path_length": "long"}, "push"),
    ("max_file_size", {"max_file_size": "1 MB"}, "push"),
    ("workflows", {"workflows": [{}]}, "branch"),
    ("code_scanning", {"code_scanning_tools": [{}]}, "branch"),
    ("code_scanning", {"code_scanning_tools": ["CodeQL"]}, "branch"),
    ("required_deployments", {"required_deployment_environments": [{}]}, "branch"),
    ("required_status_checks", {"required_status_checks": [{"context": 5}]}, "branch"),
]


def test_a_rule_that_cannot_be_judged_is_refused(acting: Acting) -> None:
    """What no push could be judged by is refused with 422 when the ruleset is made."""
    for kind, parameters, target in REFUSED:
        _refused(acting, kind, parameters, target)
    assert acting.write("ben").status_code == 201


def _refused(acting: Acting, kind: str, parameters: dict[str, Any], target: str) -> None:
    if kind == "required_status_checks":
        parameters = {"strict_required_status_checks_policy": False, **parameters}
    body: dict[str, Any] = {
        "name": "odd",
        "target": target,
        "enforcement": "active",
        "rules": [{"type": kind, "parameters": parameters}],
        "conditions": {"repository_name": {"include": ["~ALL"], "exclude": []}},
    }
    if target != "push":
        body["conditions"]["ref_name"] = {"include": ["~ALL"], "exclude": []}
    answer = acting.as_("ana").post("/orgs/acme/rulesets", json=body)
    assert answer.status_code == 422, answer.text
    assert kind in answer.text

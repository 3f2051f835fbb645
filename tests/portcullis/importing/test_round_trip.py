"""What a declaration says survives the way to GitHub and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from components.declaration.load import checked
from portcullis.importing import files
from portcullis.live.compare import same
from tests.portcullis.importing import form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from portcullis.check.recorder import Registered

PEOPLE = ("ana", "Ben", "kim")
REPOSITORIES = ("tool", "Site", ".github", "a.b", "on", "1.0", "null")
TEAMS = {"core": "core", "release-managers": "Release Managers", "null": "null"}


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


FLAG = st.booleans()
SECRET = st.fixed_dictionaries({"from": st.just("TODO")})
NAMES = st.sampled_from(["ON", "TOKEN", "A1"])
CHECKS = st.sampled_from([["ci"], ["ci", "on"]])
PROTECTION = maybe(
    branches=st.sampled_from([["default"], ["all"], ["release/*", "on"]]),
    exclude_branches=st.sampled_from([[], ["wip/*"]]),
    enforcement=st.sampled_from(["active", "evaluate", "disabled"]),
    approvals=st.integers(0, 10),
    dismiss_stale_reviews=FLAG,
    require_code_owner_review=FLAG,
    require_last_push_approval=FLAG,
    require_conversation_resolution=FLAG,
    require_signatures=FLAG,
    require_linear_history=FLAG,
    allow_force_pushes=FLAG,
    allow_deletions=FLAG,
    bypass=st.sampled_from(
        [[], [{"team": "core"}, {"role": "organization-admin", "mode": "always"}], [{"app": 7}]]
    ),
) | st.fixed_dictionaries(
    {"required_checks": CHECKS},
    optional={"strict_checks": FLAG, "checks_app": st.sampled_from([None, 77])},
)
TAGS = st.fixed_dictionaries(
    {"created_by": st.sampled_from([["core"], ["core", "null"]])},
    optional={
        "prefix": st.sampled_from(["v", "sdk-v"]),
        "scheme": st.sampled_from(["semver", "calver", "pep440"]),
    },
)
ENVIRONMENT = maybe(
    reviewers=st.sampled_from([{"teams": ["core"]}, {"users": ["Ben", "kim"]}]),
    deploy_from=st.sampled_from(
        [
            {"everything": True},
            {"protected_branches": True},
            {"tags": ["v*"]},
            {"branches": ["default", "release/*"], "tags": ["v*"]},
        ]
    ),
    can_admins_bypass=FLAG,
    wait_timer=st.integers(0, 43_200),
    secrets=st.dictionaries(NAMES, SECRET, max_size=2),
    variables=st.dictionaries(NAMES, st.text(max_size=9), max_size=2),
)
REPOSITORY = maybe(
    description=st.sampled_from(["", "on", '1.0: "x" # y', "é"]),
    visibility=st.sampled_from(["public", "private", "internal"]),
    topics=st.sampled_from([[], ["a", "on"]]),
    default_branch=st.sampled_from(["main", "master", "1.0"]),
    access=st.dictionaries(st.sampled_from(sorted(TEAMS)), st.sampled_from(["pull", "admin"])),
    features=maybe(issues=FLAG, wiki=FLAG, projects=FLAG, discussions=FLAG),
    merge=maybe(allow_merge_commit=FLAG, allow_auto_merge=FLAG, delete_branch_on_merge=FLAG),
    security=maybe(vulnerability_alerts=FLAG, secret_scanning=FLAG),
    protection=st.dictionaries(st.sampled_from(["main", "on"]), PROTECTION, max_size=2),
    tag_protection=st.dictionaries(st.sampled_from(["tags", "1.0"]), TAGS, max_size=1),
    environments=st.dictionaries(st.sampled_from(["prod", "on", "a/b"]), ENVIRONMENT, max_size=2),
    secrets=st.dictionaries(
        NAMES, st.just({"from": "TODO", "stores": ["actions", "dependabot"]}) | SECRET, max_size=2
    ),
    variables=st.dictionaries(NAMES, st.text(max_size=9), max_size=2),
    properties=st.sampled_from([{}, {"tier": "one"}]),
    archived=FLAG,
)


@st.composite
def organizations(draw: st.DrawFn) -> dict[str, Any]:
    """An organization, of which most are sound."""
    names = draw(st.lists(st.sampled_from(REPOSITORIES), min_size=1, max_size=3, unique=True))
    seen = st.sampled_from(["all", "private", [names[0]]])
    found: dict[str, Any] = {
        "organization": "acme",
        "plan": "enterprise",
        "settings": {"display_name": "on", "billing_email": "a@acme.example"}
        | draw(
            maybe(
                default_repository_permission=st.sampled_from(["none", "admin"]),
                web_commit_signoff_required=FLAG,
                description=st.sampled_from(["", "no"]),
                members_can_create_pages=st.just(False),  # noqa: FBT003 - a value
            )
        ),
        "actions": draw(
            maybe(patterns_allowed=st.sampled_from([["acme/*"], ["x/y@*"]]), verified_allowed=FLAG)
            | maybe(allowed_actions=st.sampled_from(["all", "local_only"]))
            | maybe(enabled_repositories=st.just("none") | st.just([names[0]]))
        )
        | draw(maybe(sha_pinning_required=FLAG, can_approve_pull_request_reviews=FLAG)),
        "teams": {
            slug: ({"name": name} if name != slug else {})
            | draw(maybe(members=st.sampled_from([["ana"], ["Ben", "kim"]])))
            for slug, name in TEAMS.items()
        },
        "properties": {"tier": {"allowed": ["one", "two"], "default": "two"}},
        "protection": draw(st.dictionaries(st.sampled_from(["base", "1.0"]), PROTECTION)),
        "tag_protection": draw(st.dictionaries(st.just("versions"), TAGS)),
        "secrets": draw(
            st.dictionaries(
                NAMES, st.fixed_dictionaries({"from": st.just("TODO"), "visible_to": seen})
            )
        ),
        "variables": draw(
            st.dictionaries(
                NAMES, st.fixed_dictionaries({"value": st.text(max_size=9), "visible_to": seen})
            )
        ),
        "repositories": {name: draw(REPOSITORY) for name in names},
    }
    return found


def resources(registered: list[Registered]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return what is declared, by kind and name."""
    return {
        (each.type, each.name): {k: v for k, v in each.inputs.items() if k != "exemptions"}
        for each in registered
        # the branch `main` need not be named
        if not each.type.endswith(":BranchDefault")
    }


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller example takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(organizations())
def test_an_import_declares_what_is_live(tmp_path: Path, data: dict[str, Any]) -> None:
    """Promise: whatever the YAML can declare, an import of it declares the same resources."""
    origins = files.origins("acme", data["repositories"])
    organization, problems = checked(data, origins, tmp_path)
    assume(organization and not problems)
    there = form.live(data, tmp_path, PEOPLE)
    proven = form.imported(there, tmp_path)
    assert not proven.left
    assert not proven.differs
    before = resources(list(form.recorded(form.resolved(data, tmp_path), tmp_path, there)))
    after = resources(list(proven.registered))
    assert before.keys() == after.keys()
    assert [key for key in before if not same(before[key], after[key])] == []
    # a second import, of an organization that is as the first one declares it
    again = form.imported(form.live(proven.data, tmp_path, PEOPLE), tmp_path)
    assert again.data == proven.data

"""After `pulumi up`, GitHub is what the YAML says, as a client reads it that nobody here wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.end_to_end.conftest import CANARY, ROOT, seed
from tests.end_to_end.live import Live
from tests.support.project import Project
from tests.support.tokens import TEST_PYPI, npm_token, pypi_token

if TYPE_CHECKING:
    from tests.support.sandbox import Sandbox

TOKENS = {
    "pypiToken": pypi_token("escai-framework", f"{CANARY}-pypiToken"),
    "testPypiToken": pypi_token("escai-framework", f"{CANARY}-testPypiToken", TEST_PYPI),
    "agentSdkPypiToken": pypi_token("agent-sdk", f"{CANARY}-agentSdkPypiToken"),
    "agentSdkTestPypiToken": pypi_token("agent-sdk", f"{CANARY}-agentSdkTestPypiToken", TEST_PYPI),
    "explorerNpmToken": npm_token(CANARY),
}
"""What the registries' tokens of orgs/guild.yaml have to be: of their package alone."""
SEMVER = "tag:v[0-9]*.[0-9]*.[0-9]*"


@pytest.fixture(scope="session")
def guild(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The five systems of orgs/guild.yaml, made by the real engine."""
    text = (ROOT / "orgs/guild.yaml").read_text(encoding="utf-8")
    people = sorted({"ines", "tom", "ana", "ben", "kim", "raj", "lea"})
    world = sandbox.world("guild", seed("guild", people, "enterprise"))
    project = Project(tmp_path_factory.mktemp("guild") / "project", world)
    project.write(text)
    keys = set(re.findall(r"\{config: (\w+)\}", text))
    project.create({key: f"{CANARY}-{key}" for key in sorted(keys)} | TOKENS)
    project.make()
    return project


@pytest.fixture(scope="session")
def declared() -> dict[str, Any]:
    """The YAML as a person reads it, without our models."""
    data: dict[str, Any] = YAML(typ="safe").load(ROOT / "orgs/guild.yaml")
    return data


@pytest.fixture(scope="session")
def live(guild: Project) -> Live:
    """The organization as it is after `up`."""
    return Live(guild.world, "guild")


def test_organization_settings_are_the_secure_defaults(live: Live) -> None:
    """What the YAML does not say is declared with its secure value, `false` included."""
    found = live.settings()
    expected = {
        "name": "The Guild",
        "billing_email": "billing@guild.example",
        "default_repository_permission": "none",
        "members_can_create_repositories": False,
        "members_can_create_public_repositories": False,
        "members_can_create_private_repositories": False,
        "members_can_create_pages": False,
        "members_can_fork_private_repositories": False,
        "web_commit_signoff_required": True,
        "secret_scanning_push_protection_enabled_for_new_repositories": True,
    }
    assert {key: found[key] for key in expected} == expected


def test_sign_off_is_left_to_the_organization(guild: Project) -> None:
    """Where the organization requires it, GitHub refuses a repository's own setting with 422."""
    sent = [each for each in guild.world.writes() if re.match(r"/(orgs|repos)/guild", each["path"])]
    bodies = [each["body"] or {} for each in sent if "/rulesets" not in each["path"]]
    assert [each for each in bodies if each.get("name") == "escai"]
    assert [each["web_commit_signoff_required"] for each in bodies if "billing_email" in each]
    others = [each for each in bodies if "billing_email" not in each]
    assert not [each for each in others if "web_commit_signoff_required" in each]


def test_actions_are_held_back(live: Live) -> None:
    """Only chosen, pinned actions run, with a token that reads (R5)."""
    found = live.actions()
    assert found["allowed_actions"] == "selected"
    assert found["github_owned_allowed"] is True
    assert found["verified_allowed"] is False
    assert set(found["patterns_allowed"]) == {
        "astral-sh/setup-uv@*",
        "pypa/gh-action-pypi-publish@*",
        "sigstore/cosign-installer@*",
        "codecov/codecov-action@*",
    }
    assert found["default_workflow_permissions"] == "read"
    assert found["can_approve_pull_request_reviews"] is False
    assert found["sha_pinning_required"] is True


def test_teams_have_exactly_their_members(live: Live, declared: dict[str, Any]) -> None:
    """Each team has the members that the YAML lists, and nobody else (A4)."""
    found = live.teams()
    assert found.keys() == declared["teams"].keys()
    for slug, team in declared["teams"].items():
        maintainers = set(team.get("maintainers", []))
        assert found[slug]["maintainers"] == maintainers
        assert found[slug]["members"] == set(team["members"]) - maintainers


def test_main_is_protected_in_all_repositories(live: Live) -> None:
    """One organization ruleset protects every default branch (G7, R1)."""
    main = live.rulesets()["main"]
    rules = {rule["type"]: rule.get("parameters", {}) for rule in main["rules"]}
    assert main["enforcement"] == "active"
    assert main["conditions"]["ref_name"]["include"] == ["~DEFAULT_BRANCH"]
    assert main["conditions"]["repository_name"]["include"] == ["~ALL"]
    assert {"deletion", "non_fast_forward"} <= rules.keys()
    assert {"required_linear_history", "required_signatures"} <= rules.keys()
    review = rules["pull_request"]
    assert review["required_approving_review_count"] == 2
    assert review["dismiss_stale_reviews_on_push"] is True
    assert review["require_code_owner_review"] is True
    assert review["require_last_push_approval"] is True
    checks = rules["required_status_checks"]
    assert checks["strict_required_status_checks_policy"] is True
    assert {c["context"] for c in checks["required_status_checks"]} == {"ci", "security-ci"}
    assert {c["integration_id"] for c in checks["required_status_checks"]} == {15368}
    actors = [(actor["actor_type"], actor["actor_id"]) for actor in main["bypass_actors"]]
    assert actors == [("Integration", 1001)]


def test_release_tags_are_made_by_release_managers_and_never_moved(live: Live) -> None:
    """Who may push a release tag cannot move it, and nobody makes one of another name (A1, R1)."""
    rulesets = live.rulesets()
    making = rulesets["release tags"]
    assert [rule["type"] for rule in making["rules"]] == ["creation"]
    assert [actor["actor_type"] for actor in making["bypass_actors"]] == ["Team"]
    immutable = rulesets["release tags (immutable)"]
    assert {rule["type"] for rule in immutable["rules"]} >= {"update", "deletion"}
    assert immutable["bypass_actors"] == []
    for name in ("release tags (names)", "release tags (strict names)"):
        assert rulesets[name]["bypass_actors"] == []
        assert [rule["type"] for rule in rulesets[name]["rules"]] == ["creation"]


def test_organization_secrets_reach_only_their_repositories(live: Live) -> None:
    """Visibility is what the YAML says, in each store (S1, E4)."""
    assert live.secrets() == {
        "actions/CODECOV_TOKEN": ("selected", {"escai", "riveter"}),
        "actions/OPENAI_API_KEY": ("selected", {"sophia"}),
        "actions/REGISTRY_READ_TOKEN": ("private", set()),
        "dependabot/REGISTRY_READ_TOKEN": ("private", set()),
    }
    assert live.variables() == {"PYTHON_DEFAULT_VERSION": ("3.13", "all")}


def test_values_arrive_bit_for_bit(guild: Project) -> None:
    """The value on GitHub is the source's (C2, S2)."""
    world = guild.world
    assert world.secret("CODECOV_TOKEN", org="guild") == f"{CANARY}-codecovToken"
    found = world.secret("PYPI_API_TOKEN", repository="guild/escai", environment="pypi-release")
    assert found == TOKENS["pypiToken"]
    found = world.secret("COSIGN_PUBKEY", repository="guild/aegis", store="dependabot")
    assert found == f"{CANARY}-aegisCosignPubkey"


def test_repositories_are_as_declared(live: Live, declared: dict[str, Any]) -> None:
    """Each repository has its visibility, topics, access, security features and safe merges."""
    found = live.repositories()
    assert found.keys() == declared["repositories"].keys()
    for name, repository in declared["repositories"].items():
        one = found[name]
        assert one["visibility"] == repository.get("visibility", "private")
        assert one["description"] == repository["description"]
        assert set(one["topics"]) == set(repository.get("topics", []))
        assert one["allow_merge_commit"] is False
        assert one["delete_branch_on_merge"] is True
        assert live.access(name) == repository["access"]
        assert live.security(name) == (True, True)
        if one["visibility"] == "public":
            security = one["security_and_analysis"]
            assert security["secret_scanning"]["status"] == "enabled"
            assert security["secret_scanning_push_protection"]["status"] == "enabled"


def gate(reviewers: set[str], **changes: object) -> dict[str, Any]:
    """A gate with secure defaults, as `Live.environments` tells it."""
    return {
        "reviewers": reviewers,
        "prevent_self_review": bool(reviewers),
        "wait_timer": 0,
        "can_admins_bypass": False,
        "deploy_from": {SEMVER},
        "limited": {"protected_branches": False, "custom_branch_policies": True},
        "secrets": set(),
        "variables": {},
        **changes,
    }


def test_trusted_publishing_with_a_fallback(live: Live) -> None:
    """ESCAI: the production environment is approved; tokens are the environments' (E1, E3)."""
    assert live.environments("escai") == {
        "testpypi": gate(set(), secrets={"TEST_PYPI_API_TOKEN"}),
        "pypi-release": gate({"security-team"}, secrets={"PYPI_API_TOKEN"}),
    }
    assert live.repository_secrets("escai") == set()


def test_two_teams_are_two_environments(live: Live) -> None:
    """AITBC: the publish jobs wait for one team each, in a row (A3, A4, A5)."""
    assert live.environments("aitbc") == {
        "release-approval": gate({"security-team"}),
        "testpypi": gate(set(), secrets={"TEST_PYPI_TOKEN"}),
        "pypi-release": gate({"release-managers"}, secrets={"PYPI_TOKEN"}),
        "npm-release": gate({"release-managers"}, secrets={"NPM_TOKEN"}),
    }


def test_environments_of_sophia(live: Live) -> None:
    """SOPHIA: one secret name, a value an environment; only the main branch gets there (S2, S9)."""
    main = {"branch:main"}
    assert live.environments("sophia") == {
        "development": gate(set(), deploy_from=main),
        "staging": gate({"sophia-maintainers"}, deploy_from=main, secrets={"DATABASE_URL"}),
        "production": gate(
            {"security-team"},
            deploy_from=main,
            wait_timer=10,
            secrets={"DATABASE_URL"},
            variables={"LOG_LEVEL": "info"},
        ),
    }


def test_aegis_has_its_own_protection_and_dependabot_secrets(live: Live) -> None:
    """Aegis: release branches are protected too, and Dependabot has what it needs (G2, G3, G7)."""
    rulesets = live.repository_rulesets("aegis")
    assert rulesets["release branches"]["conditions"]["ref_name"]["include"] == [
        "refs/heads/release/*"
    ]
    assert live.repository_secrets("aegis") == {"actions/COSIGN_PUBKEY", "dependabot/COSIGN_PUBKEY"}
    assert live.repository_variables("aegis") == {"VAULT_ADDR": "https://vault.guild.example"}


def test_managed_files_are_committed(live: Live) -> None:
    """Workflows, Dependabot, CODEOWNERS and own files are on the default branch (C2, G3, G4)."""
    assert 'name: "pypi-release"' in live.file("escai", ".github/workflows/release.yml")
    assert "release-approval" in live.file("aitbc", ".github/workflows/release.yml")
    assert "package-ecosystem: npm" in live.file("aitbc", ".github/dependabot.yml")
    assert "* @guild/escai-maintainers" in live.file("escai", ".github/CODEOWNERS")
    assert live.file("aegis", "SECURITY.md").startswith("# Security")


def test_what_is_to_be_registered_by_hand_is_listed(guild: Project) -> None:
    """The trusted publishers are listed exactly: one environment, one workflow file (E2)."""
    outcome = guild.pulumi("stack", "output", "register_by_hand", "--json", check=True)
    listed = YAML(typ="safe").load(outcome.stdout)
    publisher = {
        "registry": "PyPI",
        "package": "escai-framework",
        "owner": "guild",
        "repository": "escai",
        "workflow": "release.yml",
        "environment": "pypi-release",
    }
    assert any(publisher.items() <= entry.items() for entry in listed)
    assert all(entry["before_first_release"] and entry["also"] for entry in listed)
    assert not [entry for entry in listed if entry["repository"] == "aitbc"]


def test_second_up_and_refresh_change_nothing(guild: Project) -> None:
    """A second `up` makes no write; a refresh finds no drift (C4)."""
    guild.world.clear_journal()
    again = guild.up()
    assert again.code == 0, again.text
    assert again.operations() == {}
    assert guild.world.writes() == []
    refreshed = guild.refresh("--expect-no-changes")
    assert refreshed.code == 0, refreshed.text
    assert guild.world.writes() == []


def test_unchanged_preview_asks_github_once(guild: Project) -> None:
    """A preview without changes makes one request for the whole organization (C4)."""
    guild.world.clear_journal()
    preview = guild.preview("--expect-no-changes")
    assert preview.code == 0, preview.text
    assert [entry["path"] for entry in guild.world.journal()] == ["/orgs/guild"]


def test_nothing_was_asked_that_the_sandbox_does_not_have(guild: Project) -> None:
    """The provider met no unknown endpoint: what it saw as gone is gone."""
    assert guild.world.gaps() == []

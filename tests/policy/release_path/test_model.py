"""The model against GitHub's semantics: who suffices on small stacks, one rule of GitHub each."""

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.release_path.goals import GoalKind
from portcullis_policy.release_path.model import Repository
from portcullis_policy.semantics import aws_and_vault
from portcullis_policy.semantics import github as gh

from tests.policy.release_path.worlds import (
    answer,
    collaborators,
    gate,
    main,
    of_team,
    path_of,
    sets,
    steps,
    tags,
    team,
)

PUBLISH, SECRET, ROLE, TAG, WORKFLOW = (
    GoalKind.PACKAGE,
    GoalKind.SECRET,
    GoalKind.ROLE,
    GoalKind.TAG,
    GoalKind.WORKFLOW,
)
ALICE_TAGS = [*team(1, "alice"), *team(2, "bob"), tags(of_team(1))]
EVERYBODY = collaborators(alice="push", bob="push", carol="pull")
KEY = Declared(
    gh.REPOSITORY_DEPLOY_KEY,
    {"repository": "escai", "title": "mirror", "key": "k", "readOnly": False},
    "key",
)


def app(number: object) -> dict[str, object]:
    """An App that may bypass a ruleset."""
    return {"actorType": "Integration", "actorId": number, "bypassMode": "always"}


def one(*names: str) -> set[frozenset[str]]:
    """Single actors."""
    return {frozenset({name}) for name in names}


def together(*names: str) -> set[frozenset[str]]:
    """One set of actors."""
    return {frozenset(names)}


def writers(path: Repository) -> set[str]:
    """All people who may push, those who stand for others and the others."""
    return {name for each in path.alike if path.writers >= set(each.actors) for name in each.names}


def test_one_tags_and_another_approves() -> None:
    """A protected tag and an approval by another team take two people, and the steps name both."""
    found = answer(PUBLISH, *ALICE_TAGS, EVERYBODY, *gate("2"))
    assert sets(found) == together("alice", "bob")
    assert steps(found, "alice", "bob") == [
        "alice: create tag v0.0.0 (ruleset tags, bypass of team-1)",
        "bob: approve at pypi-release",
    ]


def test_the_token_of_a_job_starts_the_run_of_the_person_who_approves() -> None:
    """P13: prevention of self-review alone is no second person."""
    found = answer(PUBLISH, *ALICE_TAGS, EVERYBODY, *gate("1"))
    assert sets(found) == one("alice")
    assert steps(found, "alice")[1:] == [
        "dispatch by GITHUB_TOKEN",
        "alice: approve at pypi-release",
    ]


def test_without_reviewers_the_person_who_tags_publishes() -> None:
    """An environment without reviewers admits each run on its refs."""
    assert sets(answer(PUBLISH, *ALICE_TAGS, EVERYBODY, *gate())) == one("alice")


def test_unprotected_tags_are_created_by_everybody_who_may_push() -> None:
    """Without a ruleset for its creation, a tag needs write access and no more."""
    assert sets(answer(PUBLISH, EVERYBODY, *gate())) == one("alice", "bob")


def test_a_ruleset_that_does_not_restrict_creation_does_not_help() -> None:
    """Only the rule `creation` keeps people from creating tags."""
    found = answer(PUBLISH, EVERYBODY, tags(update=True, deletion=True), *gate())
    assert sets(found) == one("alice", "bob")


def test_a_tag_that_may_be_moved_is_as_good_as_a_new_one() -> None:
    """A ruleset restricts creation only: an existing tag is moved to the commit."""
    found = answer(PUBLISH, EVERYBODY, tags(creation=True), *gate())
    assert sets(found) == one("alice", "bob")
    assert steps(found, "bob") == ["bob: move tag v0.0.0"]


def test_all_rulesets_have_to_let_a_person_pass() -> None:
    """Two rulesets for the same tags: only the people in both lists create them."""
    both = [*team(1, "alice", "bob"), *team(2, "bob")]
    rulesets = [tags(of_team(1)), tags(of_team(2), name="more")]
    assert sets(answer(PUBLISH, *both, *rulesets, EVERYBODY, *gate())) == one("bob")


def test_who_may_only_read_creates_no_tag() -> None:
    """A bypass is no write access where a grant gives less."""
    found = answer(PUBLISH, *team(1, "carol"), tags(of_team(1)), EVERYBODY, *gate())
    assert sets(found) == set()


def test_a_bypass_by_pull_request_creates_no_tag() -> None:
    """A tag is not made by a pull request."""
    rulesets = [*team(1, "alice"), tags(of_team(1, "pull_request"))]
    assert sets(answer(PUBLISH, *rulesets, EVERYBODY, *gate())) == set()


def test_a_team_without_declared_members_is_one_member_of_it() -> None:
    """A team that the stack does not declare has as many members as it takes."""
    found = answer(PUBLISH, tags(of_team(1)), *gate("2"))
    assert sets(found) == together("a member of team 1", "a member of team 2")


def test_an_unseen_person_may_be_in_two_teams() -> None:
    """In doubt, one person is in all teams whose members are not declared."""
    path = path_of(tags(of_team(1)), *gate("2"), doubt=True)
    (environment,) = path.environments
    assert environment.reviewers & path.writers
    assert path.unseen


def test_administrators_bypass_an_approval_unless_it_is_switched_off() -> None:
    """`can_admins_bypass` counts for administrators of the repository, who start the run too."""
    people = [*ALICE_TAGS, collaborators(alice="admin", bob="push")]
    assert sets(answer(PUBLISH, *people, *gate("2", canAdminsBypass=True))) == one("alice")
    assert sets(answer(PUBLISH, *people, *gate("2"))) == together("alice", "bob")


def test_a_pull_request_takes_its_author_and_two_others() -> None:
    """Nobody approves a pull request that they opened."""
    people = collaborators(alice="push", bob="push", carol="push", dan="pull")
    found = answer(PUBLISH, people, main(), *gate(branch="main"))
    assert sets(found) == together("alice", "bob", "carol")


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({}, 3),
        ({"requiredApprovingReviewCount": 1}, 2),
        ({"requiredApprovingReviewCount": 0}, 1),
        ({"requireLastPushApproval": False}, 2),
        ({"requireLastPushApproval": False, "dismissStaleReviewsOnPush": False}, 1),
        ({"dismissStaleReviewsOnPush": False}, 3),
    ],
)
def test_reviews_save_people(changes: dict[str, object], number: int) -> None:
    """An approval after the last push by somebody else is what a review is worth."""
    people = collaborators(alice="push", bob="push", carol="push")
    found = answer(PUBLISH, people, main(**changes), *gate(branch="main"))
    assert found.fewest_people == number


def test_a_token_that_approves_saves_a_person() -> None:
    """Where GITHUB_TOKEN may approve pull requests, a job of the author is one reviewer."""
    approving = Declared(
        gh.WORKFLOW_REPOSITORY_PERMISSIONS,
        {"repository": "escai", "canApprovePullRequestReviews": True},
        "permissions",
    )
    people = collaborators(alice="push", bob="push", carol="push")
    found = answer(PUBLISH, people, approving, main(), *gate(branch="main"))
    assert found.fewest_people == 2


def test_a_bypass_by_pull_request_merges_alone() -> None:
    """A team that bypasses by pull request merges its own without a review."""
    people = [*team(1, "alice"), EVERYBODY, main(of_team(1, "pull_request"))]
    found = answer(PUBLISH, *people, *gate(branch="main"))
    assert frozenset({"alice"}) in sets(found)
    assert frozenset({"bob"}) not in sets(found)


def test_an_open_branch_is_pushed() -> None:
    """A branch that no protection is for takes every push."""
    assert sets(answer(PUBLISH, EVERYBODY, *gate(branch="main"))) == one("alice", "bob")


@pytest.mark.parametrize(
    ("props", "alone"),
    [
        ({"requiredPullRequestReviews": [{"requiredApprovingReviewCount": 1}]}, {"adam"}),
        (
            {
                "requiredPullRequestReviews": [{"requiredApprovingReviewCount": 1}],
                "enforceAdmins": True,
                "requireLastPushApproval": True,
            },
            set(),
        ),
        (
            {
                "requiredPullRequestReviews": [
                    {"requiredApprovingReviewCount": 1, "pullRequestBypassers": ["/alice"]}
                ]
            },
            {"adam", "alice"},
        ),
        ({"restrictPushes": [{"pushAllowances": ["/alice"]}]}, {"adam", "alice"}),
        ({"restrictPushes": [{"pushAllowances": []}], "enforceAdmins": True}, {"adam"}),
        ({"lockBranch": True, "enforceAdmins": True}, set()),
    ],
)
def test_classic_protection_has_two_gates(props: dict[str, object], alone: set[str]) -> None:
    """Reviews stop administrators only if enforced for them; a push restriction never does."""
    reviews = props.get("requiredPullRequestReviews")
    if isinstance(reviews, list):
        strict = {"dismissStaleReviews": True, "requireLastPushApproval": True}
        props = {**props, "requiredPullRequestReviews": [{**reviews[0], **strict}]}
    protection = Declared(
        gh.BRANCH_PROTECTION, {"repositoryId": "escai", "pattern": "main", **props}, "classic"
    )
    people = collaborators(adam="admin", alice="push", bob="push")
    found = answer(PUBLISH, people, protection, *gate(branch="main"))
    assert {name for way in found.ways if len(way.names) == 1 for name in way.names} == alone


def test_a_stolen_deploy_key_pushes_what_a_writer_pushes() -> None:
    """A deploy key that writes needs no person; one that reads does nothing."""
    assert "deploy key mirror" in {
        name for way in sets(answer(PUBLISH, KEY, *gate())) for name in way
    }
    reading = Declared(KEY.type, {**KEY.props, "readOnly": True}, "key")
    assert sets(answer(PUBLISH, reading, *gate())) == one("somebody with write access")


def test_a_deploy_key_passes_where_deploy_keys_do() -> None:
    """A ruleset lets all deploy keys pass, or none."""
    keys = {"actorType": "DeployKey", "actorId": 1, "bypassMode": "always"}
    assert sets(answer(PUBLISH, KEY, tags(keys), *gate())) == one("deploy key mirror")
    assert sets(answer(PUBLISH, KEY, tags(), *gate())) == set()


def test_an_app_that_creates_tags_needs_the_approval_all_the_same() -> None:
    """A stolen App key counts as an actor beside the person who approves."""
    found = answer(PUBLISH, *team(2, "bob"), tags(app(7)), EVERYBODY, *gate("2"))
    assert sets(found) == together("app 7", "bob")


def test_a_ruleset_that_lets_actions_pass_lets_every_writer_pass() -> None:
    """The App 15368 acts for every workflow, which every writer may write."""
    rulesets = [*team(2, "bob"), tags(app(gh.GITHUB_ACTIONS_APP))]
    assert sets(answer(PUBLISH, *rulesets, EVERYBODY, *gate())) == one("alice", "bob")
    assert sets(answer(PUBLISH, *rulesets, EVERYBODY, *gate("2"))) == one("bob")


def test_protected_branches_are_those_of_classic_protection() -> None:
    """`protected_branches` ignores rulesets; with no classic protection every branch may deploy."""
    policy = {"protectedBranches": True, "customBranchPolicies": False}
    assert sets(answer(PUBLISH, EVERYBODY, main(), *gate(deploymentBranchPolicy=policy))) == one(
        "alice", "bob"
    )
    locked = Declared(
        gh.BRANCH_PROTECTION,
        {"repositoryId": "escai", "pattern": "main", "lockBranch": True, "enforceAdmins": True},
        "classic",
    )
    assert sets(answer(PUBLISH, EVERYBODY, locked, *gate(deploymentBranchPolicy=policy))) == set()


def test_every_ref_deploys_without_a_policy() -> None:
    """Without a deployment policy a new branch is enough, whatever protects the tags."""
    found = answer(PUBLISH, *ALICE_TAGS, EVERYBODY, *gate(deploymentBranchPolicy=None))
    assert sets(found) == one("alice", "bob")


def test_a_secret_of_the_repository_is_read_by_every_writer() -> None:
    """Reviews never stop a writer from creating a branch with a workflow in it."""
    secret = Declared(gh.ACTIONS_SECRET, {"repository": "escai", "secretName": "TOKEN"}, "secret")
    found = answer(SECRET, *ALICE_TAGS, EVERYBODY, main(), secret, *gate("2"))
    assert sets(found) == one("alice", "bob")


def test_a_secret_of_an_environment_needs_the_environment() -> None:
    """What is in an environment is read by those who get a job into it."""
    secret = Declared(
        gh.ACTIONS_ENVIRONMENT_SECRET,
        {"repository": "escai", "environment": "PyPI-Release", "secretName": "TOKEN"},
        "secret",
    )
    found = answer(SECRET, *ALICE_TAGS, EVERYBODY, secret, *gate("2"))
    assert sets(found) == together("alice", "bob")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [("pypi-release", together("alice", "bob")), ("other", one("alice", "bob"))],
)
def test_a_role_is_assumed_by_jobs_of_its_environment(
    environment: str, expected: set[frozenset[str]]
) -> None:
    """An environment that the stack does not declare is made by everybody who may push."""
    role = Declared(
        aws_and_vault.VAULT_JWT_ROLE,
        {
            "roleName": "signing",
            "roleType": "jwt",
            "backend": "github",
            "boundClaims": {"repository": "guild/escai", "environment": environment},
        },
        "role",
    )
    assert sets(answer(ROLE, *ALICE_TAGS, EVERYBODY, role, *gate("2"))) == expected


def test_a_release_tag_is_moved_by_the_people_who_pass_update_or_all_else() -> None:
    """Moving takes the bypass of `update`, or that of both deletion and creation."""
    one_ruleset = answer(TAG, *ALICE_TAGS, EVERYBODY, *gate("2"))
    assert sets(one_ruleset) == one("alice")
    apart = [tags(of_team(1), creation=True), tags(name="keep", update=True, deletion=True)]
    people = [*team(1, "alice"), EVERYBODY]
    assert sets(answer(TAG, *people, *apart, *gate())) == set()


def test_workflow_files_are_changed_by_a_reviewed_change() -> None:
    """The default branch has the workflow files: its protection is theirs."""
    people = collaborators(alice="push", bob="push", carol="push")
    found = answer(WORKFLOW, people, main(), *gate())
    assert sets(found) == together("alice", "bob", "carol")


def test_an_outsider_needs_no_account_here() -> None:
    """Code from outside that runs in the release environment publishes."""
    text = changed(
        CI,
        ("[pull_request, push]", "pull_request_target"),
        ("persist-credentials: false", "ref: ${{ github.event.pull_request.head.sha }}"),
        ("    name: test", "    name: test\n    environment: pypi-release"),
    )
    workflow = file(text, CI_PATH)
    found = answer(PUBLISH, EVERYBODY, main(), workflow, *gate(branch="main"))
    assert frozenset({"an outsider"}) in sets(found)
    reviewed = answer(PUBLISH, *team(2, "bob"), workflow, main(), *gate("2", branch="main"))
    assert frozenset({"an outsider"}) not in sets(reviewed)
    assert frozenset({"an outsider", "bob"}) in sets(reviewed)
    private = Declared(gh.REPOSITORY, {"name": "escai", "visibility": "private"}, "repository")
    inside = answer(PUBLISH, private, EVERYBODY, main(), workflow, *gate(branch="main"))
    assert frozenset({"an outsider"}) not in sets(inside)


def test_people_who_can_do_the_same_are_worked_out_once() -> None:
    """Fifty people in one team stand for each other, and the class names all of them."""
    logins = [f"user{number:02}" for number in range(50)]
    path = path_of(*team(1, *logins), tags(of_team(1)), *gate("1"))
    (first, *_) = [each for each in path.alike if "user00" in each.names]
    assert len(first.actors) <= 3
    assert list(first.names) == logins


def test_equal_release_paths_are_equal() -> None:
    """The names of people, teams, rulesets and resources do not tell release paths apart."""
    here = [*team(1, "alice"), *team(2, "bob"), tags(of_team(1)), EVERYBODY, *gate("2")]
    there = [
        *(Declared(each.type, each.props, f"{each.name}-again") for each in team(7, "zoe")),
        *team(5, "adam"),
        tags(of_team(7), name="release tags"),
        collaborators(zoe="push", adam="push", carol="pull"),
        *gate("5"),
    ]
    assert path_of(*here) == path_of(*there)
    assert hash(path_of(*here)) == hash(path_of(*there))
    assert sets(answer(PUBLISH, *here)) == together("alice", "bob")
    found = answer(PUBLISH, *there)
    assert sets(found) == together("zoe", "adam")
    assert steps(found, "zoe", "adam")[0] == (
        "zoe: create tag v0.0.0 (ruleset release tags, bypass of team-7)"
    )


def test_unknown_values_accuse_nobody() -> None:
    """What is not known at preview gives nobody a way, and is remembered as unknown."""
    unknown = {"actorType": "Team", "actorId": UNKNOWN, "bypassMode": "always"}
    assert sets(answer(PUBLISH, EVERYBODY, tags(unknown), *gate("2"))) == set()
    assert path_of(tags(unknown), *gate("2")).unknown


def test_archived_repositories_publish_nothing() -> None:
    """An archived repository takes no push, so nothing is asked about it."""
    archived = Declared(gh.REPOSITORY, {"name": "escai", "archived": True}, "repository")
    with pytest.raises(AssertionError):
        answer(PUBLISH, archived, EVERYBODY, *gate())


@pytest.mark.parametrize(
    "granting",
    [
        Declared(gh.ORGANIZATION_ROLE_USER, {"login": "eve", "roleId": 8134}, "role"),
        Declared(gh.REPOSITORY_COLLABORATOR, {"repository": "escai", "username": "Eve"}, "user"),
        Declared(
            gh.REPOSITORY_COLLABORATORS,
            {"repository": "guild/escai", "users": [{"username": "eve"}], "teams": []},
            "users",
        ),
        Declared(
            gh.REPOSITORY_COLLABORATOR,
            {"repository": "escai", "username": "eve", "permission": "builders"},
            "custom",
        ),
    ],
    ids=lambda each: each.name,
)
def test_each_way_to_write_access_counts(granting: Declared) -> None:
    """A role for all repositories, the provider's default, and a custom role's base give it."""
    custom = Declared(
        gh.ORGANIZATION_REPOSITORY_ROLE, {"name": "builders", "baseRole": "write"}, "builders"
    )
    assert "eve" in writers(path_of(EVERYBODY, custom, granting))


def test_every_member_writes_by_the_base_permission() -> None:
    """Members of a team are members of the organization, and have its base permission."""
    base = Declared(gh.ORGANIZATION_SETTINGS, {"defaultRepositoryPermission": "write"}, "settings")
    found = answer(PUBLISH, base, collaborators(carol="pull"), *team(1, "fay"), *gate())
    assert sets(found) == one("fay")


def test_a_role_that_the_stack_does_not_know_is_doubted_not_believed() -> None:
    """A custom role of another stack gives nobody a way, and leaves a doubt."""
    unknown = Declared(
        gh.REPOSITORY_COLLABORATOR,
        {"repository": "escai", "username": "eve", "permission": "mystery"},
        "custom",
    )
    assert "eve" not in writers(path_of(EVERYBODY, unknown))
    doubted = path_of(EVERYBODY, unknown, doubt=True)
    assert "somebody whom the stack does not show" in writers(doubted)


@pytest.mark.parametrize("used", ["${{ secrets.TOKEN }}", "${{ toJSON(secrets) }}"])
def test_an_outsider_reads_the_secrets_of_the_job(used: str) -> None:
    """A secret that a job uses is read by the code from outside that the job runs."""
    secret = Declared(gh.ACTIONS_SECRET, {"repository": "escai", "secretName": "TOKEN"}, "secret")
    text = changed(
        CI,
        ("[pull_request, push]", "pull_request_target"),
        ("persist-credentials: false", "ref: ${{ github.event.pull_request.head.sha }}"),
        ("TITLE: ${{ github.event.pull_request.title }}", f"TOKEN: {used}"),
    )
    found = answer(SECRET, *ALICE_TAGS, EVERYBODY, secret, file(text, CI_PATH), *gate("2"))
    assert frozenset({"an outsider"}) in sets(found)
    assert steps(found, "an outsider") == [
        "an outsider: let the job test of .github/workflows/ci.yml run code from outside"
    ]
    without = answer(SECRET, *ALICE_TAGS, EVERYBODY, secret, file(CI, CI_PATH), *gate("2"))
    assert frozenset({"an outsider"}) not in sets(without)


@pytest.mark.parametrize(
    "condition",
    [
        "github.event.comment.author_association == 'MEMBER'",
        "contains(github.event.pull_request.labels.*.name, 'safe')",
        "github.actor == 'dependabot[bot]'",
    ],
)
def test_a_job_for_members_is_no_way_for_outsiders(condition: str) -> None:
    """A condition on the person, or on a label that members set, keeps outsiders out."""
    text = changed(
        CI,
        ("[pull_request, push]", "pull_request_target"),
        ("persist-credentials: false", "ref: ${{ github.event.pull_request.head.sha }}"),
        (
            "    name: test",
            f"    name: test\n    environment: pypi-release\n    if: {condition}",
        ),
    )
    found = answer(PUBLISH, EVERYBODY, main(), file(text, CI_PATH), *gate(branch="main"))
    assert frozenset({"an outsider"}) not in sets(found)


def test_classic_protection_that_names_a_branch_replaces_a_pattern() -> None:
    """One rule of classic protection holds for a branch: the one that names it in full first."""
    locked = {"repositoryId": "escai", "pattern": "m*", "lockBranch": True, "enforceAdmins": True}
    pattern = Declared(gh.BRANCH_PROTECTION, locked, "pattern")
    named = Declared(gh.BRANCH_PROTECTION, {"repositoryId": "escai", "pattern": "main"}, "named")
    assert sets(answer(PUBLISH, EVERYBODY, pattern, *gate(branch="main"))) == set()
    both = answer(PUBLISH, EVERYBODY, pattern, named, *gate(branch="main"))
    assert sets(both) == one("alice", "bob")

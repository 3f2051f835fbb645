"""Code owners: whose approval a change of workflow files needs."""

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import file
from portcullis_policy.release_path.goals import GoalKind
from portcullis_policy.semantics import github as gh

from tests.policy.release_path.worlds import (
    answer,
    collaborators,
    gate,
    main,
    of_team,
    sets,
    steps,
    team,
)

PEOPLE = [*team(1, "ana", "ben"), collaborators(cy="push", dee="push", eve="pull")]
ONE = {"requiredApprovingReviewCount": 1, "requireCodeOwnerReview": True}
OWNED = "/.github/ @guild/team-1\n"


def grant(permission: str = "push") -> Declared:
    """What team 1 may do in the repository."""
    props = {"repository": "escai", "teamId": "1", "permission": permission}
    return Declared(gh.TEAM_REPOSITORY, props, "access")


def people(privacy: str = "closed") -> list[Declared]:
    """Four people who write; ana and ben are a team."""
    return [
        Declared(each.type, {**each.props, "privacy": privacy}, each.name)
        if each.type == gh.TEAM
        else each
        for each in PEOPLE
    ]


def changing(
    owners: str, *declared: Declared, path: str = ".github/CODEOWNERS"
) -> set[frozenset[str]]:
    """Who changes the workflow files, with a CODEOWNERS file."""
    found = answer(GoalKind.WORKFLOW, *declared, file(owners, path, "owners"), *gate())
    return sets(found)


def asks_owners(found: set[frozenset[str]]) -> bool:
    """Whether each set has somebody of the team, and the others are a class of their own."""
    return len(found) > 1 and all(each & {"ana", "ben"} for each in found)


def asks_anybody(found: set[frozenset[str]]) -> bool:
    """Whether two people suffice who are not of the team, or all writers are alike."""
    return frozenset({"cy", "dee"}) in found or found == {frozenset({"ana", "ben"})}


@pytest.mark.parametrize(
    "owners",
    [
        OWNED,
        "*.yml @guild/nobody-else\n.github/ @Guild/Team-1\n",
        "* @cy\n/.github/ @cy @dee\n/.github/ @guild/team-1\n",
        "/.github/ @eve @guild/team-1\n",
    ],
)
def test_an_owner_approves_or_proposes(owners: str) -> None:
    """The last pattern counts, in any case; an owner who may only read is ignored.

    Nobody approves their own change, so an owner alone is not enough.
    """
    assert asks_owners(changing(owners, *people(), grant(), main(**ONE)))


@pytest.mark.parametrize(
    "owners",
    [
        "/src/ @guild/team-1\n",
        f"{OWNED}/.github/workflows/other.yml\n",
        f"{OWNED}.github/workflows/*.y?ml\n",
        "/.github/ @eve\n",
        "/.github/ @guild/unseen\n",
        "/.github/ ana@example.org\n",
        "/.github/ @somebody @guild/team-1\n",
    ],
    ids=[
        "other files",
        "one workflow without owners",
        "the longer ending without owners",
        "an owner who may only read",
        "a team that the stack does not show",
        "an address",
        "a person whom the stack does not show",
    ],
)
def test_files_without_known_owners_need_none(owners: str) -> None:
    """One workflow file without owners is enough, and what nobody knows counts as none."""
    assert asks_anybody(changing(owners, *people(), grant(), main(**ONE)))


def test_github_ignores_secret_teams_and_teams_that_only_read() -> None:
    """Then nobody is asked."""
    assert asks_anybody(changing(OWNED, *people("secret"), grant(), main(**ONE)))
    weak = changing(OWNED, *people(), grant("triage"), main(**ONE))
    assert weak == {frozenset({"cy", "dee"})}


def test_owners_count_where_their_review_is_required() -> None:
    """A ruleset that does not ask for it lets any two people change the files."""
    not_asked = {**ONE, "requireCodeOwnerReview": False}
    assert asks_anybody(changing(OWNED, *people(), grant(), main(**not_asked)))


def test_who_bypasses_needs_no_owner() -> None:
    """A bypass of the ruleset is one of the owners' review too."""
    found = changing(OWNED, *people(), grant(), *team(2, "dee"), main(of_team(2), **ONE))
    assert frozenset({"dee"}) in found


def test_owners_may_be_asked_where_no_number_is_required() -> None:
    """Nought approvals and the owners' review: an owner and somebody else."""
    found = changing(OWNED, *people(), grant(), main(**{**ONE, "requiredApprovingReviewCount": 0}))
    assert asks_owners(found)


def test_an_approval_by_a_token_is_not_that_of_an_owner() -> None:
    """A job's token saves an approval, and never the owner's."""
    approves = Declared(
        gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
        {"canApprovePullRequestReviews": True},
        "permissions",
    )
    found = changing(OWNED, *people(), grant(), main(**ONE), approves)
    assert asks_owners(found)


def test_an_owner_who_pushes_last_approves_alone() -> None:
    """Without the approval of the last push, an owner pushes to somebody's pull request."""
    open_ = {**ONE, "requireLastPushApproval": False}
    assert changing(OWNED, *people(), grant(), main(**open_)) == {frozenset({"ana"})}


def test_code_owners_without_owners_are_changed_first() -> None:
    """A first change takes the owners away, and a second one needs none."""
    owners = "/.github/workflows/ @guild/team-1\n"
    assert asks_anybody(changing(owners, *people(), grant(), main(**ONE)))
    found = answer(
        GoalKind.WORKFLOW,
        *people(),
        grant(),
        main(**ONE),
        file(owners, ".github/CODEOWNERS", "owners"),
        *gate(),
    )
    assert steps(found, "cy", "dee")[0].startswith("cy: change CODEOWNERS first, then merge")


def test_publishing_from_the_default_branch_needs_an_owner_where_all_files_have_one() -> None:
    """A change of any file publishes something of one's own."""
    gates = gate(branch="main", reviewers=[])
    declared = [*people(), grant(), main(**ONE), *gates]
    all_owned = file("* @guild/team-1\n", ".github/CODEOWNERS", "owners")
    some = file(OWNED, ".github/CODEOWNERS", "owners")
    assert sets(answer(GoalKind.PACKAGE, *declared, all_owned)) == {
        frozenset({"ana", "ben"}),
        frozenset({"ana", "cy"}),
    }
    assert asks_anybody(sets(answer(GoalKind.PACKAGE, *declared, some)))

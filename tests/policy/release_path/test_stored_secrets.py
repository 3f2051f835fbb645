"""Secrets that are in no environment: who reads them, and what they publish."""

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import CI, CI_PATH, RELEASE, changed, file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.release_path.goals import GoalKind, reached
from portcullis_policy.release_path.numbers import label
from portcullis_policy.semantics import github as gh

from tests.policy.release_path.worlds import (
    answer,
    collaborators,
    gate,
    main,
    of_team,
    sets,
    stack_of,
    steps,
    tags,
    team,
)

PEOPLE = [
    *team(1, "alice"),
    *team(2, "bob"),
    tags(of_team(1)),
    collaborators(alice="push", bob="push", dora="push"),
]
SOUND = [*PEOPLE, main(), *gate("2")]
ESCAI = Declared(gh.REPOSITORY, {"name": "escai", "repoId": 1, "visibility": "public"}, "escai")
OTHER = Declared(gh.REPOSITORY, {"name": "other", "repoId": 2, "visibility": "public"}, "other")
ELSEWHERE = "somebody with write access to another repository"
WRITERS = {frozenset({name}) for name in ("alice", "bob", "dora")}
TWO = {frozenset({"alice", "bob"})}
PASSWORD = (
    "    steps:\n      - uses: pypa",
    "    steps:\n      - with: {password: '${{ secrets.WAREHOUSE }}'}\n        uses: pypa",
)


def own(name: str, type_: str = gh.ACTIONS_SECRET) -> Declared:
    """A secret of the repository."""
    return Declared(type_, {"repository": "escai", "secretName": name}, f"own-{name}-{type_}")


def shared(
    name: str, visibility: str, type_: str = gh.ACTIONS_ORGANIZATION_SECRET, **more: object
) -> Declared:
    """A secret of the organization."""
    return Declared(type_, {"secretName": name, "visibility": visibility, **more}, f"org-{name}")


def secrets(*declared: Declared) -> dict[str, set[frozenset[str]]]:
    """Who reads each secret."""
    return {
        each.goal.name: sets(each.answer)
        for each in reached(*stack_of(*declared))
        if each.goal.kind is GoalKind.SECRET
    }


def published(*declared: Declared) -> dict[str, set[frozenset[str]]]:
    """Who publishes, by what."""
    return {
        each.goal.name: sets(each.answer)
        for each in reached(*stack_of(*declared))
        if each.goal.kind is GoalKind.PACKAGE
    }


def test_a_secret_of_the_organization_is_read_by_every_writer_who_sees_it() -> None:
    """Somebody who may push to another repository reads it there, without any right here."""
    alone = secrets(*SOUND, ESCAI, shared("TOKEN", "all"))
    assert alone == {"TOKEN": WRITERS}
    with_another = secrets(*SOUND, ESCAI, OTHER, shared("TOKEN", "all"))
    assert with_another == {"TOKEN": {*WRITERS, frozenset({ELSEWHERE})}}


@pytest.mark.parametrize(
    ("visibility", "changes", "seen"),
    [
        ("private", {}, False),
        ("private", {"visibility": "private"}, True),
        ("private", {"visibility": "internal"}, True),
        ("selected", {}, False),
    ],
)
def test_the_visibility_of_a_secret_counts(
    visibility: str,
    changes: dict[str, str],
    seen: bool,  # noqa: FBT001 - of a case
) -> None:
    """`private` is for private and internal repositories, `selected` for those on the list."""
    repository = Declared(gh.REPOSITORY, {**ESCAI.props, **changes}, "escai")
    assert bool(secrets(*SOUND, repository, shared("TOKEN", visibility))) is seen


@pytest.mark.parametrize(
    "listing",
    [
        [shared("TOKEN", "selected", selectedRepositoryIds=[1.0])],
        [
            Declared(
                gh.ACTIONS_ORGANIZATION_SECRET,
                {
                    "secretName": "TOKEN",
                    "visibility": "selected",
                    "selectedRepositoryIds": [UNKNOWN],
                },
                "secret",
                depends={"selectedRepositoryIds": "escai"},
            )
        ],
        [
            shared("TOKEN", "selected"),
            Declared(
                next(iter(gh.ORGANIZATION_SECRET_REPOSITORIES)),
                {"secretName": "token", "selectedRepositoryIds": ["1"]},
                "list",
            ),
        ],
    ],
    ids=["by id", "by what the list is made from", "by a list apart"],
)
def test_a_selected_repository_sees_the_secret(listing: list[Declared]) -> None:
    """A list at the secret counts as one in a resource of its own; others do not see it."""
    assert secrets(*SOUND, ESCAI, OTHER, *listing) == {"TOKEN": WRITERS}


def test_a_secret_of_the_repository_replaces_that_of_the_organization() -> None:
    """The nearer one counts, in any case of its letters."""
    assert secrets(*SOUND, ESCAI, OTHER, own("token"), shared("TOKEN", "all")) == {"token": WRITERS}


def test_secrets_of_dependabot_are_read_with_the_default_branch() -> None:
    """A run for Dependabot's pull request uses the workflow files of the default branch."""
    for secret in (
        own("TOKEN", gh.DEPENDABOT_SECRET),
        shared("TOKEN", "all", gh.DEPENDABOT_ORGANIZATION_SECRET),
    ):
        found = secrets(*SOUND, ESCAI, secret)
        assert found == {"TOKEN of Dependabot": {frozenset({"alice", "bob", "dora"})}}


def test_a_token_outside_publishes_without_the_environment() -> None:
    """Everybody who may push to any branch reads it, and no reviewer is asked."""
    for secret in (own("PYPI_API_TOKEN"), shared("PYPI_API_TOKEN", "all")):
        found = published(*SOUND, ESCAI, secret)
        assert found == {"pypi-release": WRITERS}
    way = steps(answer(GoalKind.PACKAGE, *SOUND, ESCAI, own("PYPI_API_TOKEN")), "dora")
    assert way == [
        "dora: create a branch",
        "read the secret PYPI_API_TOKEN in a workflow on any ref",
        "publish with the secret PYPI_API_TOKEN",
    ]


def test_a_token_of_another_registry_publishes_something_else() -> None:
    """It is a way to publish of its own."""
    assert published(*SOUND, own("NPM_TOKEN")) == {"pypi-release": TWO, "NPM_TOKEN": WRITERS}


def test_a_secret_publishes_by_its_use() -> None:
    """Whatever it is called: the job that publishes uses it. One in the environment is safe."""
    job = file(changed(RELEASE, PASSWORD))
    assert published(*SOUND, job, own("WAREHOUSE")) == {"pypi-release": WRITERS}
    inside = Declared(
        gh.ACTIONS_ENVIRONMENT_SECRET,
        {"repository": "escai", "environment": "pypi-release", "secretName": "WAREHOUSE"},
        "inside",
    )
    assert published(*SOUND, job, inside) == {"pypi-release": TWO}
    assert published(*SOUND, own("WAREHOUSE")) == {"pypi-release": TWO}


def test_a_repository_without_environments_publishes_by_its_token() -> None:
    """It has a release path, and everybody who may push is on it."""
    assert published(*PEOPLE, own("NPM_TOKEN")) == {"NPM_TOKEN": WRITERS}


def test_a_token_of_dependabot_publishes_too() -> None:
    """Who changes the workflow files of the default branch reads it: here, each writer."""
    token = own("PYPI_API_TOKEN", gh.DEPENDABOT_SECRET)
    assert published(*SOUND, token) == {"pypi-release": TWO}
    assert published(*PEOPLE, *gate("2"), token) == {"pypi-release": WRITERS}


def test_a_stored_login_acts_in_the_cloud() -> None:
    """A key of AWS or a token of Vault is as good as a role; in an environment, it waits there."""
    outside = [own("AWS_ACCESS_KEY_ID"), own("AWS_SECRET_ACCESS_KEY"), shared("VAULT_TOKEN", "all")]
    inside = Declared(
        gh.ACTIONS_ENVIRONMENT_SECRET,
        {"repository": "escai", "environment": "pypi-release", "secretName": "PROD_VAULT_TOKEN"},
        "inside",
    )
    found = {
        label(each.goal): sets(each.answer)
        for each in reached(*stack_of(*SOUND, ESCAI, *outside, inside))
        if each.goal.kind is GoalKind.ROLE
    }
    assert found == {
        "act in AWS by AWS_SECRET_ACCESS_KEY from escai": WRITERS,
        "act in Vault by VAULT_TOKEN from escai": WRITERS,
        "act in Vault by pypi-release/PROD_VAULT_TOKEN from escai": TWO,
    }


def test_an_outsider_reads_secrets_of_the_organization_and_publishes() -> None:
    """A job that runs an outsider's code holds what it names, also of the organization."""
    foreign = changed(
        CI,
        ("[pull_request, push]", "pull_request_target"),
        ("persist-credentials: false", "ref: ${{ github.event.pull_request.head.sha }}"),
        ("    name: test", "    name: test\n    env: {T: '${{ secrets.PYPI_API_TOKEN }}'}"),
    )
    found = answer(
        GoalKind.PACKAGE,
        *SOUND,
        ESCAI,
        shared("PYPI_API_TOKEN", "all"),
        file(foreign, CI_PATH, "ci"),
    )
    assert frozenset({"an outsider"}) in sets(found)

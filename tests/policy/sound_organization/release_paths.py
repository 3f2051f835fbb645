"""Release paths in the sound organization that one actor suffices for: rule, what, organization."""

from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import CI, CI_PATH, RELEASE_PATH, changed
from portcullis_policy.semantics import aws_and_vault
from portcullis_policy.semantics import github as gh

from tests.policy.sound_organization.files import RELEASE_FILE, file
from tests.policy.sound_organization.organization import APP, GATE, ORGANIZATION, SEMVER, refs
from tests.policy.sound_organization.trust import ISSUER, trust

DISPATCH = RELEASE_FILE[
    RELEASE_FILE.index("  workflow_dispatch") : RELEASE_FILE.index("permissions: {}")
]
ONLY_BY_TAG = file(RELEASE_PATH, changed(RELEASE_FILE, (DISPATCH, "")))
OUTSIDERS_CODE = file(
    CI_PATH,
    changed(
        CI,
        ("[pull_request, push]", "pull_request_target"),
        ("persist-credentials: false", "ref: ${{ github.event.pull_request.head.sha }}"),
        ("    name: test", "    name: test\n    environment: pypi-release"),
    ),
)
FROM_MAIN = Declared(
    gh.DEPLOYMENT_POLICY,
    {"repository": "escai", "environment": "pypi-release", "branchPattern": "main"},
)
UNREVIEWED = Declared(gh.ENVIRONMENT, {**GATE, "reviewers": []})


_SUB = {"StringEquals": {f"{ISSUER}:sub": "repo:guild/escai:environment:images"}}
_PUSHES = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["ecr:PutImage"],
            "Resource": "arn:aws:ecr:eu-central-1:123456789012:repository/escai",
        }
    ]
}
IMAGES = {
    **ORGANIZATION,
    "images": Declared(gh.ENVIRONMENT, {**GATE, "environment": "images", "reviewers": []}),
    "images-tags": Declared(
        gh.DEPLOYMENT_POLICY,
        {"repository": "escai", "environment": "images", "tagPattern": SEMVER},
    ),
    "images-role": Declared(
        aws_and_vault.ROLE, {"name": "images", "assumeRolePolicy": trust(_SUB)}
    ),
    "images-policy": Declared(aws_and_vault.ROLE_POLICY, {"role": "images", "policy": _PUSHES}),
}
"""An environment for release tags, without reviewers, behind a role that pushes images."""


def team(number: int) -> dict[str, object]:
    """A team that may bypass a ruleset."""
    return {"actorType": "Team", "actorId": number, "bypassMode": "always"}


def tags_of(repository: str, *actors: dict[str, object]) -> Declared:
    """A ruleset for release tags of one repository."""
    return Declared(
        gh.REPOSITORY_RULESET,
        {
            "name": "own tags",
            "repository": repository,
            "target": "tag",
            "enforcement": "active",
            "conditions": refs(f"refs/tags/{SEMVER}"),
            "bypassActors": list(actors),
            "rules": {"creation": True, "update": True, "deletion": True},
        },
    )


def by_one_team(release_file: Declared) -> dict[str, Declared]:
    """The team that approves creates the tags, too."""
    tags = ORGANIZATION["create-tags"]
    props = {**tags.props, "bypassActors": [team(11)]}
    return {
        **ORGANIZATION,
        "create-tags": Declared(tags.type, props),
        "release-file": release_file,
    }


def by_app() -> dict[str, Declared]:
    """An App creates the tags, and nobody has to approve."""
    tags = ORGANIZATION["create-tags"]
    props = {**tags.props, "bypassActors": [APP]}
    return {**ORGANIZATION, "create-tags": Declared(tags.type, props), "gate": UNREVIEWED}


EVASIONS: list[tuple[str, str, dict[str, Declared]]] = [
    ("RP001", "nobody has to approve", {**ORGANIZATION, "gate": UNREVIEWED}),
    (
        "RP001",
        "the members of both teams are one person each, and review their own runs",
        {
            **by_one_team(ONLY_BY_TAG),
            "gate": Declared(gh.ENVIRONMENT, {**GATE, "preventSelfReview": False}),
        },
    ),
    (
        "RP002",
        "the team that approves last creates the tags, and leaves out the first approval",
        {**ORGANIZATION, "two-tag-rules": tags_of("two", team(12))},
    ),
    (
        "RP003",
        "a pull request from outside runs in the release environment",
        {
            **ORGANIZATION,
            "gate": UNREVIEWED,
            "gate-main": FROM_MAIN,
            "ci-file": OUTSIDERS_CODE,
        },
    ),
    ("RP004", "one team does both, and only a tag starts the release", by_one_team(ONLY_BY_TAG)),
    ("RP005", "an App creates the tags", by_app()),
    ("RP007", "a role that pushes images, and nobody approves", IMAGES),
]

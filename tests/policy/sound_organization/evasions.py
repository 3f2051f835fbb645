"""What looks right in the sound organization and is not: rule, what is tried, organization."""

from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import CI
from portcullis_policy.examples.workflow_files import changed as replaced
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.release_environments import ENVIRONMENT

from tests.policy.sound_organization.organization import (
    ALL,
    APP,
    CLASSIC,
    GATE,
    ORGANIZATION,
    TWO,
    automated,
    changed,
    refs,
    said_to_be,
    without,
)


def named(environment: str) -> Declared:
    """A gate of another name that nobody guards."""
    return Declared(gh.ENVIRONMENT, {**GATE, "environment": environment, "reviewers": []})


def gate_named(environment: str, **changes: object) -> dict[str, Declared]:
    """The organization with a gate of another name, whose component says that it releases."""
    gate = {**GATE, "environment": environment, **changes}
    return {
        "component": Declared(ENVIRONMENT, {"release": "release"}),
        **ORGANIZATION,
        "x": Declared(gh.ENVIRONMENT, gate, parent="component"),
    }


def with_everybody(permission: str) -> dict[str, Declared]:
    """The organization with a team of everybody, which may write to the repository or more."""
    listed = [{"username": login, "role": "member"} for login in ("ana", "ben", "kim")]
    access = {"repository": "escai", "teamId": "15", "permission": permission}
    return {
        "everybody": Declared(gh.TEAM, {"id": "15", "name": "everybody", "slug": "everybody"}),
        "everybody-members": Declared(gh.TEAM_MEMBERS, {"teamId": "15", "members": listed}),
        "everybody-access": Declared(gh.TEAM_REPOSITORY, access),
    }


SAY = "runs: {using: composite, steps: [{run: 'echo ${{ inputs.text }}'}]}\n"
SAYS = "      - uses: ./say\n        with: {text: '${{ github.head_ref }}'}\n"
_FOR_PRIVATE = changed("codecov", "visibility", to="private")
EVASIONS: list[tuple[str, str, dict[str, Declared]]] = [
    (
        "SE015",
        "a secret for private repositories, of which each member makes one",
        {
            **_FOR_PRIVATE,
            "settings": changed("settings", "membersCanCreateRepositories", to=True)["settings"],
        },
    ),
    (
        "TG005",
        "a team of everybody creates release tags",
        {
            **changed("create-tags", "bypassActors", 0, "actorId", to=15),
            **with_everybody("push"),
        },
    ),
    (
        "OR015",
        "everybody is an owner",
        {
            **changed("member", "role", to="admin"),
            **{
                name: Declared(gh.MEMBERSHIP, {"username": name, "role": "admin"})
                for name in ("ana", "ben", "lea")
            },
        },
    ),
    ("RE017", "a team of everybody administers", {**ORGANIZATION, **with_everybody("admin")}),
    (
        "ST002",
        "a certificate that nobody checks",
        {"github": Declared(gh.PROVIDER, {"owner": "guild", "insecure": True}), **ORGANIZATION},
    ),
    ("AC006", "nothing about the organization's Actions", without("actions")),
    ("AC007", "nothing about the organization's tokens", without("tokens")),
    (
        "OR013",
        "forks of private repositories that have secrets",
        changed("settings", "membersCanForkPrivateRepositories", to=True),
    ),
    ("OR012", "nothing about the organization's members", without("settings")),
    (
        "BR015",
        "owners of workflow files who are not asked",
        changed("main", "rules", "pullRequest", "requireCodeOwnerReview", to=False),
    ),
    (
        "BR001",
        "a ruleset for ids that are unknown at preview, and of no declared repository",
        changed("main", "conditions", to={**refs("~DEFAULT_BRANCH"), "repositoryIds": UNKNOWN}),
    ),
    (
        "RE016",
        "owners of workflow files who only read",
        {
            **changed("access", "permission", to="triage"),
            "owners": changed("owners", "content", to="* @guild/releasers\n")["owners"],
        },
    ),
    (
        "RE014",
        "a last line that takes all owners away",
        changed("owners", "content", to="* @guild/devs\n/.github/ @guild/sec\n*\n"),
    ),
    (
        "SE018",
        "an environment for two registries",
        {
            **ORGANIZATION,
            "x": Declared(
                gh.ACTIONS_ENVIRONMENT_SECRET,
                {
                    "repository": "escai",
                    "environment": "PyPI-release",
                    "secretName": "NPM_TOKEN",
                    "value": "x",
                },
            ),
        },
    ),
    (
        "SE019",
        "a second list of a secret's repositories",
        {
            **ORGANIZATION,
            "x": Declared(
                "github:index/actionsOrganizationSecretRepository:ActionsOrganizationSecretRepository",
                {"secretName": "codecov_token", "repositoryId": 2},
            ),
        },
    ),
    (
        "RE013",
        "a CODEOWNERS file in which nobody stands",
        changed("owners", "content", to="# to be written\n"),
    ),
    (
        "WF004",
        "a workflow whose name has a space, under a path that begins with a slash",
        {
            **ORGANIZATION,
            "x": Declared(
                gh.REPOSITORY_FILE,
                {
                    "repository": "escai",
                    "file": "/.github//workflows/my ci.yml",
                    "content": "on: push\njobs: {a: {runs-on: u, steps: [{uses: a/b@main}]}}\n",
                },
            ),
        },
    ),
    (
        "WF028",
        "a branch's name for an action of the repository, which inserts it into a script",
        {
            **changed(
                "ci-file", "content", to=replaced(CI, ("      - env:", f"{SAYS}      - env:"))
            ),
            "x": Declared(
                gh.REPOSITORY_FILE,
                {"repository": "escai", "file": "say/action.yml", "content": SAY},
            ),
        },
    ),
    (
        "BR001",
        "all protection is disabled, a second one looks right",
        changed("main", "enforcement", to="disabled"),
    ),
    (
        "BR001",
        "a repository that only one of two rulesets names",
        {**changed("main", "conditions", "repositoryName", "includes", to=["escai"]), "two": TWO},
    ),
    (
        "BR001",
        "a default branch with another name",
        {
            **changed("main", "conditions", to={**refs("refs/heads/main"), **ALL}),
            "default": Declared(gh.BRANCH_DEFAULT, {"repository": "escai", "branch": "trunk"}),
        },
    ),
    (
        "BR001",
        "two stars that do not cross the slash of the default branch's name",
        {
            **changed("main", "conditions", to={**refs("refs/heads/**"), **ALL}),
            "default": Declared(gh.BRANCH_DEFAULT, {"repository": "escai", "branch": "rel/next"}),
        },
    ),
    (
        "BR001",
        "a set of letters that is never closed",
        changed("main", "conditions", to={**refs("refs/heads/[main"), **ALL}),
    ),
    (
        "BR001",
        "classic protection of a branch that is not the default one",
        without(
            "main",
            classic=Declared(
                gh.BRANCH_PROTECTION_V3,
                {"repository": "escai", "branch": "dev", "enforceAdmins": True},
            ),
        ),
    ),
    (
        "BR001",
        "a custom property that the repository does not have",
        {
            **changed(
                "main",
                "conditions",
                to={
                    **refs("~ALL"),
                    "repositoryProperty": {
                        "includes": [{"name": "tier", "propertyValues": ["gold"]}]
                    },
                },
            )
        },
    ),
    (
        "RS001",
        "a second actor of a role behind an app",
        changed(
            "main",
            "bypassActors",
            to=[APP, {"actorType": "RepositoryRole", "actorId": 2, "bypassMode": "always"}],
        ),
    ),
    (
        "RS001",
        "classic protection with a list of people who may force push",
        without(
            "main",
            classic=Declared(
                gh.BRANCH_PROTECTION,
                {**CLASSIC, "repositoryId": "escai", "forcePushBypassers": ["/kim"]},
            ),
        ),
    ),
    (
        "EN012",
        "tags made by the maintain role, which the approvers' team has",
        changed(
            "create-tags",
            "bypassActors",
            to=[{"actorType": "RepositoryRole", "actorId": 2, "bypassMode": "always"}],
        ),
    ),
    (
        "EN012",
        "tags made by owners, of whom one is an approver by a nested team",
        {
            **changed(
                "create-tags",
                "bypassActors",
                to=[{"actorType": "OrganizationAdmin", "actorId": 1, "bypassMode": "always"}],
            ),
            "nested": Declared(gh.TEAM, {"id": "13", "name": "more", "parentTeamId": "11"}),
            "nested-member": Declared(
                gh.TEAM_MEMBERSHIP, {"teamId": "13", "username": "INES", "role": "member"}
            ),
        },
    ),
    (
        "EN011",
        "two approvals by two teams with a member in common",
        {
            **ORGANIZATION,
            "common": Declared(gh.TEAM_MEMBERSHIP, {"teamId": "12", "username": "ben"}),
        },
    ),
    (
        "EN005",
        "any branch, admitted by a resource of an older name",
        {
            **ORGANIZATION,
            "x": Declared(
                gh.DEPLOYMENT_BRANCH_POLICY,
                {"repository": "escai", "environmentName": "PyPI-Release", "name": "**"},
            ),
        },
    ),
    ("EN001", "other case, and a word around it", {**ORGANIZATION, "x": named("My-PyPI-Gate")}),
    (
        "EN001",
        "a look-alike that also says test",
        {**ORGANIZATION, "x": named("pypi-release-test")},
    ),
    (
        "EN001",
        "a reviewers block that names nobody",
        changed("gate", "reviewers", to=[{"teams": [], "users": []}]),
    ),
    ("EN001", "a name that says nothing", gate_named("gate", reviewers=[])),
    ("EN001", "a name that says trial", gate_named("pypi-dev", reviewers=[])),
    ("EN002", "the first gate, started by its approver", gate_named("g", preventSelfReview=False)),
    ("EN003", "the first gate, for administrators", gate_named("g", canAdminsBypass=True)),
    ("EN007", "the first gate, with one person", gate_named("g", reviewers=[{"users": [7]}])),
    ("EN008", "a gate of another name that nothing can enter", gate_named("g")),
    (
        "EN006",
        "the policy of a gate of another name, declared outside of its component",
        {
            **gate_named("g"),
            "y": Declared(
                gh.DEPLOYMENT_POLICY,
                {"repository": "ESCAI", "environment": "G", "tagPattern": "v*"},
            ),
        },
    ),
    (
        "EN009",
        "the branch of a gate of another name",
        {
            **gate_named("g"),
            "y": Declared(
                gh.DEPLOYMENT_POLICY,
                {"repository": "escai", "environment": "g", "branchPattern": "develop"},
                parent="component",
            ),
        },
    ),
    (
        "TG001",
        "the tags of a gate of another name",
        {
            **gate_named("g"),
            "y": Declared(
                gh.DEPLOYMENT_POLICY,
                {"repository": "escai", "environment": "g", "tagPattern": "x1.2.3"},
                parent="component",
            ),
        },
    ),
    (
        "EN001",
        "a component that says something else than release or trial",
        said_to_be("no", "trial"),
    ),
    (
        "EN001",
        "a component that cannot be seen yet",
        said_to_be(UNKNOWN, "trial"),
    ),
    (
        "RS001",
        "an app that is not the automation",
        automated(2002),
    ),
    (
        "RS001",
        "an automation that cannot be seen yet",
        automated(UNKNOWN),
    ),
    (
        "OR002",
        "public repositories, where members may create no others",
        changed("settings", "membersCanCreatePublicRepositories", to=True),
    ),
    (
        "EN009",
        "`main` of a repository declared elsewhere, whose default branch is another",
        {
            **ORGANIZATION,
            "ship": Declared(
                gh.DEPLOYMENT_POLICY,
                {"repository": "elsewhere", "environment": "release", "branchPattern": "main"},
            ),
            "default": Declared(gh.BRANCH_DEFAULT, {"repository": "elsewhere", "branch": "trunk"}),
        },
    ),
    *(
        (
            "SE003",
            f"a publishing token as {type_.rpartition(':')[2]}",
            {
                **ORGANIZATION,
                "x": Declared(
                    type_,
                    {
                        "repository": "escai",
                        "secretName": "UV_PUBLISH_TOKEN",
                        "visibility": "selected",
                    },
                ),
            },
        )
        for type_ in gh.SECRETS
        if type_ != gh.ACTIONS_ENVIRONMENT_SECRET
    ),
    (
        "ST001",
        "a second resource for the same gate",
        {
            **ORGANIZATION,
            "again": Declared(gh.ENVIRONMENT, {**GATE, "environment": "PyPI-Release"}),
        },
    ),
    (
        "SE006",
        "the same secret in the repository",
        {
            **ORGANIZATION,
            "twin": Declared(
                gh.ACTIONS_SECRET, {"repository": "ESCAI", "secretName": "pypi_api_token"}
            ),
        },
    ),
    (
        "AC003",
        "a list with one unknown entry",
        changed("actions", "allowedActionsConfig", "patternsAlloweds", to=["pypa/*", UNKNOWN]),
    ),
    (
        "TG001",
        "the tag ruleset of another repository",
        changed("keep-tags", "conditions", "repositoryName", "includes", to=["aitbc"]),
    ),
]

"""The sound organization made otherwise, and as strict: what changes, organization."""

from portcullis_policy.examples.base import Declared
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.semantics import github as gh

from tests.policy.sound_organization.files import RELEASE_FILE
from tests.policy.sound_organization.organization import (
    ALL,
    BRANCH_RULES,
    CLASSIC,
    ORGANIZATION,
    SEMVER,
    TWO,
    automated,
    changed,
    made_from,
    refs,
    said_to_be,
    without,
)

TO_TEST_PYPI = f"{RELEASE_FILE}        with: {{repository-url: 'https://test.pypi.org/legacy/'}}\n"
REVIEWS = ("main", "rules", "pullRequest")
CHECKS = ("main", "rules", "requiredStatusChecks")
REPOSITORY_MAIN = Declared(
    gh.REPOSITORY_RULESET,
    {
        "name": "main",
        "repository": "ESCAI",
        "target": "branch",
        "enforcement": "active",
        "conditions": refs("refs/heads/main"),
        "rules": BRANCH_RULES,
    },
)

SOUND: list[tuple[str, dict[str, Declared]]] = [
    ("nothing changed", ORGANIZATION),
    ("base permission read", changed("settings", "defaultRepositoryPermission", to="read")),
    ("only local actions", changed("actions", "allowedActions", to="local_only")),
    (
        "no verified creators said",
        changed("actions", "allowedActionsConfig", "verifiedAllowed", to=...),
    ),
    ("actions switched off", changed("actions", to={"enabledRepositories": "none"})),
    ("three approvals", changed(*REVIEWS, "requiredApprovingReviewCount", to=3)),
    ("no bypass at all", changed("main", "bypassActors", to=[])),
    ("every branch", changed("main", "conditions", "refName", "includes", to=["~ALL"])),
    (
        "the branch by name",
        changed("main", "conditions", "refName", "includes", to=["refs/heads/main"]),
    ),
    ("by pattern", changed("main", "conditions", "refName", "includes", to=["refs/heads/ma*"])),
    (
        "another branch excluded",
        changed("main", "conditions", "refName", "excludes", to=["refs/heads/gh-pages"]),
    ),
    (
        "a range that runs backwards, and holds only its two ends, excluded",
        changed("main", "conditions", "refName", "excludes", to=["refs/heads/[z-a]*"]),
    ),
    (
        "the branch behind any number of slashes",
        changed("main", "conditions", "refName", "includes", to=["refs/**/main"]),
    ),
    (
        "repositories by pattern",
        changed("main", "conditions", "repositoryName", "includes", to=["esc*"]),
    ),
    (
        "another repository excluded",
        changed("main", "conditions", "repositoryName", "excludes", to=["docs"]),
    ),
    ("a ruleset of the repository", without("main", own=REPOSITORY_MAIN)),
    ("both", {**ORGANIZATION, "own": REPOSITORY_MAIN}),
    (
        "a second, weaker one that adds nothing",
        {
            **ORGANIZATION,
            "weak": Declared(
                gh.REPOSITORY_RULESET,
                {
                    **REPOSITORY_MAIN.props,
                    "name": "extra",
                    "rules": {"requiredLinearHistory": True},
                },
            ),
        },
    ),
    (
        "classic protection",
        without(
            "main", classic=Declared(gh.BRANCH_PROTECTION, {**CLASSIC, "repositoryId": "escai"})
        ),
    ),
    (
        "classic protection of an id not known yet",
        without(
            "main",
            classic=Declared(
                gh.BRANCH_PROTECTION,
                {**CLASSIC, "repositoryId": UNKNOWN},
                "c",
                {"repositoryId": "repository"},
            ),
        ),
    ),
    (
        "classic protection of a default branch not known yet",
        without(
            "main",
            "trial",
            "trial-branch",
            classic=Declared(
                gh.BRANCH_PROTECTION,
                {**CLASSIC, "repositoryId": UNKNOWN, "pattern": UNKNOWN},
                "c",
                {"repositoryId": "repository", "pattern": "repository"},
            ),
        ),
    ),
    (
        "another default branch",
        {
            **changed("trial-branch", "branchPattern", to="trunk"),
            "default": Declared(gh.BRANCH_DEFAULT, {"repository": "escai", "branch": "trunk"}),
        },
    ),
    (
        "by custom property",
        {
            **changed(
                "main",
                "conditions",
                to={
                    **refs("~DEFAULT_BRANCH"),
                    "repositoryProperty": {
                        "includes": [{"name": "tier", "propertyValues": ["gold"]}]
                    },
                },
            ),
            "tier": Declared(
                gh.REPOSITORY_CUSTOM_PROPERTY,
                {"repository": "escai", "propertyName": "tier", "propertyValues": ["gold"]},
            ),
        },
    ),
    (
        "by visibility",
        changed(
            "main",
            "conditions",
            to={
                **refs("~DEFAULT_BRANCH"),
                "repositoryProperty": {
                    "includes": [
                        {"name": "visibility", "source": "system", "propertyValues": ["public"]}
                    ]
                },
            },
        ),
    ),
    (
        "by repository ids not known yet",
        made_from(
            "repository",
            "conditions",
            "main",
            changed(
                "main", "conditions", to={**refs("~DEFAULT_BRANCH"), "repositoryIds": [UNKNOWN]}
            ),
        ),
    ),
    (
        "several checks",
        changed(
            *CHECKS,
            "requiredChecks",
            to=[{"context": name, "integrationId": 15368} for name in ("test", "Analyze (python)")],
        ),
    ),
    (
        "one ruleset for all tags",
        without(
            "create-tags",
            "keep-tags",
            tags=Declared(
                gh.REPOSITORY_RULESET,
                {
                    "name": "tags",
                    "repository": "escai",
                    "target": "tag",
                    "enforcement": "active",
                    "conditions": refs("~ALL"),
                    "rules": {"creation": True, "update": True, "deletion": True},
                },
            ),
        ),
    ),
    (
        "tags made by maintainers",
        {
            **changed(
                "create-tags",
                "bypassActors",
                to=[{"actorType": "RepositoryRole", "actorId": 2, "bypassMode": "always"}],
            ),
            "access": changed("access", "teamId", to="12")["access"],
        },
    ),
    (
        "tags made by a team not known yet",
        made_from(
            "taggers",
            "bypassActors",
            "create-tags",
            changed("create-tags", "bypassActors", 0, "actorId", to=UNKNOWN),
        ),
    ),
    (
        "tags made by a nested team",
        {
            **changed("create-tags", "bypassActors", 0, "actorId", to=13),
            "nested": Declared(
                gh.TEAM, {"id": "13", "name": "taggers of escai", "parentTeamId": "12"}
            ),
            "nested-members": Declared(
                gh.TEAM_MEMBERS, {"teamId": "13", "members": [{"username": "kim"}]}
            ),
        },
    ),
    (
        "a strict tag name pattern",
        changed(
            "create-tags",
            "rules",
            "tagNamePattern",
            to={"operator": "regex", "pattern": r"^v[0-9]+\.[0-9]+\.[0-9]+$"},
        ),
    ),
    (
        "prefixed tags",
        {
            **changed("gate-tags", "tagPattern", to="sdk-" + SEMVER),
            "sdk": Declared(
                gh.ORGANIZATION_RULESET,
                {
                    "name": "sdk",
                    "target": "tag",
                    "enforcement": "active",
                    "conditions": {**refs("refs/tags/sdk-*"), **ALL},
                    "rules": {"creation": True, "update": True, "deletion": True},
                },
            ),
        },
    ),
    (
        "reviewers not known yet",
        made_from(
            "releasers",
            "reviewers",
            "gate",
            changed("gate", "reviewers", to=[{"teams": [UNKNOWN]}]),
        ),
    ),
    ("reviewers as an object", changed("gate", "reviewers", to={"teams": [11]})),
    (
        "two people, where nobody makes tags",
        {
            **changed("gate", "reviewers", to=[{"users": [1, 2]}]),
            "create-tags": changed("create-tags", "bypassActors", to=[])["create-tags"],
        },
    ),
    ("a wait timer", changed("gate", "waitTimer", to=30)),
    (
        "released from the default branch",
        changed(
            "gate-tags",
            to={
                "repository": "escai",
                "environment": "pypi-release",
                "branchPattern": "main",
                "tagPattern": "",
            },
        ),
    ),
    (
        "an environment of another name",
        {
            **ORGANIZATION,
            "docs": Declared(
                gh.ENVIRONMENT, {"repository": "escai", "environment": "github-pages"}
            ),
        },
    ),
    ("a repository that publishes nothing", {**ORGANIZATION, "two": TWO}),
    (
        "an archived repository",
        {
            **ORGANIZATION,
            "old": Declared(
                gh.REPOSITORY, {"name": "old", "archived": True, "visibility": "public"}
            ),
        },
    ),
    (
        "an internal repository",
        {**ORGANIZATION, "in": Declared(gh.REPOSITORY, {"name": "in", "visibility": "internal"})},
    ),
    ("a secret for private repositories", changed("codecov", "visibility", to="private")),
    (
        "a Dependabot secret",
        {
            **ORGANIZATION,
            "npm": Declared(
                gh.DEPENDABOT_SECRET,
                {"repository": "escai", "secretName": "NPM_READ", "value": "x"},
            ),
        },
    ),
    (
        "the same secret in two environments",
        {
            **ORGANIZATION,
            "trial-token": Declared(
                gh.ACTIONS_ENVIRONMENT_SECRET,
                {
                    "repository": "escai",
                    "environment": "testpypi",
                    "secretName": "PYPI_API_TOKEN",
                    "value": "x",
                },
            ),
        },
    ),
    ("a variable about a token", changed("region", "variableName", to="TOKEN_URL")),
    ("a variable not known yet", changed("region", "value", to=UNKNOWN)),
    ("a webhook secret not known yet", changed("hook", "configuration", "secret", to=UNKNOWN)),
    ("a team that triages", changed("access", "permission", to="triage")),
    (
        "no repositories by members at all",
        changed("settings", "membersCanCreatePublicRepositories", to=...),
    ),
    (
        "a repository declared elsewhere, with a default branch of another name",
        {
            **ORGANIZATION,
            "ship": Declared(
                gh.DEPLOYMENT_POLICY,
                {"repository": "elsewhere", "environment": "release", "branchPattern": "trunk"},
            ),
            "default": Declared(gh.BRANCH_DEFAULT, {"repository": "elsewhere", "branch": "trunk"}),
        },
    ),
    (
        "a trial that is named as a release",
        said_to_be(
            "trial",
            "gate",
            {
                **changed("gate", "reviewers", to=...),
                "release-file": changed("release-file", "content", to=TO_TEST_PYPI)["release-file"],
            },
        ),
    ),
    (
        "the organization's automation",
        automated(1001),
    ),
    (
        "other resources",
        {**ORGANIZATION, "bucket": Declared("aws:s3/bucket:Bucket", {"acl": "public-read"})},
    ),
]

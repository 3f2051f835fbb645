"""What exists on GitHub already is found by the id under which the provider imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from githubkit import GitHub, TokenAuthStrategy
from githubkit.exception import GraphQLFailed, RequestFailed

from portcullis.adopt import import_ids
from portcullis.adopt.import_ids import live_id
from tests.support.github_client import BASE_URL, FakeGitHub
from tests.support.public_keys import ED25519
from tests.support.sandbox import Sandbox, World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENVIRONMENT = "eu/west: live"
"""Slash, colon, blank: all of them are allowed in an environment's name."""
ESCAPED = "eu%2Fwest%3A%20live"
SEED = {
    "organizations": [
        {
            "login": "acme",
            "plan": "enterprise",
            "owners": ["owner"],
            "teams": {"red": {}},
            "repositories": {"app": {"files": {"README.md": "x"}, "teams": {"red": "push"}}},
        }
    ]
}
RULESET = {
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["~ALL"], "exclude": []}},
    "rules": [{"type": "deletion"}],
}
ORGANIZATION_RULESET = {
    **RULESET,
    "conditions": {
        **RULESET["conditions"],  # type: ignore[dict-item]
        "repository_name": {"include": ["~ALL"], "exclude": []},
    },
}
PROTECTION = """mutation($id: ID!) {
  createBranchProtectionRule(input: {repositoryId: $id, pattern: "release/*"}) {
    branchProtectionRule { id }
  }
}"""


class Made:
    """An organization with one thing of each kind, and a client of it."""

    def __init__(self, world: World) -> None:
        """Make them."""
        self.world = world
        self.client = GitHub(TokenAuthStrategy(world.token), base_url=f"{world.rest_url}/")
        environment = f"/repos/acme/app/environments/{ESCAPED}"
        limited = {"protected_branches": False, "custom_branch_policies": True}
        self.node = self.get("/repos/acme/app")["node_id"]
        self.team = self.get("/orgs/acme/teams/red")["id"]
        self.send("PUT", environment, {"deployment_branch_policy": limited})
        policies = f"{environment}/deployment-branch-policies"
        self.branch = self.send("POST", policies, {"name": "v*", "type": "branch"})["id"]
        self.tag = self.send("POST", policies, {"name": "v*", "type": "tag"})["id"]
        variable = {"name": "COLOUR", "value": "green"}
        self.send("POST", f"{environment}/variables", variable)
        self.send("POST", "/repos/acme/app/actions/variables", variable)
        self.send("POST", "/orgs/acme/actions/variables", {**variable, "visibility": "all"})
        self.ruleset = self.send("POST", "/repos/acme/app/rulesets", {"name": "r", **RULESET})["id"]
        self.organization_ruleset = self.send(
            "POST", "/orgs/acme/rulesets", {"name": "r", **ORGANIZATION_RULESET}
        )["id"]
        body = {"title": "deploy", "key": ED25519, "read_only": True}
        self.key = self.send("POST", "/repos/acme/app/keys", body)["id"]
        self.client.graphql(PROTECTION, {"id": self.node})

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """What GitHub has."""
        return self.send("GET", path)

    def send(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - any JSON
        """Change something."""
        answer = self.world.request(method, path, body)
        assert answer["status"] < 300, answer
        return answer["body"]


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """The organization; tests only read it."""
    with Sandbox() as sandbox:
        yield Made(sandbox.world("live", SEED))


POLICY = {"repository": "app", "environment": ENVIRONMENT}
FOUND: list[tuple[str, dict[str, str], str]] = [
    ("Repository", {"name": "app"}, "app"),
    ("Team", {"name": "red"}, "{team}"),
    ("TeamMembers", {"teamSlug": "red"}, "{team}"),
    ("TeamRepository", {"teamId": "{team}", "repository": "app"}, "{team}:app"),
    ("RepositoryEnvironment", POLICY, "app:eu/west?? live"),
    ("OrganizationRuleset", {"name": "r"}, "{organization_ruleset}"),
    ("RepositoryRuleset", {"repository": "app", "name": "r"}, "app:{ruleset}"),
    ("BranchProtection", {"repositoryId": "{node}", "pattern": "release/*"}, "app:release/*"),
    (
        "RepositoryEnvironmentDeploymentPolicy",
        {**POLICY, "branchPattern": "v*"},
        "app:eu/west?? live:{branch}",
    ),
    (
        "RepositoryEnvironmentDeploymentPolicy",
        {**POLICY, "tagPattern": "v*"},
        "app:eu/west?? live:{tag}",
    ),
    ("RepositoryDeployKey", {"repository": "app", "key": ED25519}, "app:{key}"),
    ("ActionsOrganizationVariable", {"variableName": "COLOUR"}, "COLOUR"),
    ("ActionsVariable", {"repository": "app", "variableName": "COLOUR"}, "app:COLOUR"),
    (
        "ActionsEnvironmentVariable",
        {**POLICY, "variableName": "COLOUR"},
        "app:eu/west?? live:COLOUR",
    ),
]
"""Kind, inputs, id; `{}` in an id, and in an input, stands for what GitHub has chosen."""
OTHER = {
    "Repository": ("name", "web"),
    "Team": ("name", "blue"),
    "TeamMembers": ("teamSlug", "blue"),
    "TeamRepository": ("teamId", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
    "RepositoryEnvironment": ("environment", "none"),
    "OrganizationRuleset": ("name", "s"),
    "RepositoryRuleset": ("repository", "web"),
    "BranchProtection": ("pattern", "main"),
    "RepositoryEnvironmentDeploymentPolicy": ("environment", "none"),
    "RepositoryDeployKey": ("key", "ssh-ed25519 AAAA"),
    "ActionsOrganizationVariable": ("variableName", "SHAPE"),
    "ActionsVariable": ("variableName", "SHAPE"),
    "ActionsEnvironmentVariable": ("variableName", "SHAPE"),
}
"""The input of each kind that distinguishes a thing from others of its kind, and another value."""


def look(made: Made, kind: str, inputs: Mapping[str, str]) -> str | None:
    """The id that is found."""
    known = {key: value.format(**vars(made)) for key, value in inputs.items()}
    return live_id(made.client, "acme", f"github:index/x:{kind}", known)


def test_each_kind_is_tried() -> None:
    """A kind that is added to the look-ups gets its lines here."""
    assert {kind for kind, _, _ in FOUND} == set(OTHER) == set(import_ids._LOOK_UPS)  # noqa: SLF001 - the table itself


@pytest.mark.parametrize(("kind", "inputs", "number"), FOUND)
def test_what_exists_is_found(made: Made, kind: str, inputs: dict[str, str], number: str) -> None:
    """By the id that the provider's import takes."""
    assert look(made, kind, inputs) == number.format(**vars(made))


@pytest.mark.parametrize(("kind", "inputs", "number"), FOUND)
def test_what_is_not_there_is_none(
    made: Made, kind: str, inputs: dict[str, str], number: str
) -> None:
    """Something else of the same kind is not taken for it."""
    del number
    key, value = OTHER[kind]
    assert look(made, kind, {**inputs, key: value}) is None


def test_a_branch_pattern_is_no_tag_pattern(made: Made) -> None:
    """Policies of one name for branches and for tags are two."""
    assert made.branch != made.tag
    inputs = {**POLICY, "branchPattern": "main"}
    assert look(made, "RepositoryEnvironmentDeploymentPolicy", inputs) is None


def test_a_repository_that_is_not_managed_yet_has_no_known_id(made: Made) -> None:
    """A preview has a placeholder for it, which GitHub does not know."""
    inputs = {"repositoryId": "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "pattern": "release/*"}
    assert look(made, "BranchProtection", inputs) is None


@pytest.mark.parametrize(
    "kind",
    [
        "portcullis:index:Team",
        "portcullis:index:Repository",
        "github:index/teamMembers:TeamMembers",
        "pulumi:providers:github",
        "pulumi:pulumi:Stack",
    ],
)
def test_only_what_cannot_be_made_twice_is_asked_for(kind: str) -> None:
    """Our components share names with GitHub's things; what is a PUT finds the old one."""
    fake = FakeGitHub()
    assert live_id(fake.client(), "acme", kind, {"name": "red"}) is None
    assert fake.requests == []
    assert fake.queries == []


def answering(status: int, body: object) -> GitHub[Any]:
    """A client of a GitHub that answers everything so."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    return GitHub(TokenAuthStrategy("x"), base_url=BASE_URL, transport=transport, auto_retry=False)


def test_a_renamed_repository_is_not_the_one_of_its_old_name() -> None:
    """GitHub leads from the old name to the new one; the old name is free."""
    team = "github:index/repository:Repository"
    assert live_id(answering(200, {"name": "new"}), "acme", team, {"name": "old"}) is None
    assert live_id(answering(200, {"name": "Old"}), "acme", team, {"name": "old"}) == "old"


@pytest.mark.parametrize("status", [401, 403, 500])
def test_other_answers_than_404_are_errors(status: int) -> None:
    """What cannot be seen is not taken for what is not there."""
    with pytest.raises(RequestFailed):
        live_id(answering(status, {}), "acme", "github:index/team:Team", {"name": "red"})


@pytest.mark.parametrize("kind", ["FORBIDDEN", None])
def test_other_errors_than_not_found_are_errors(kind: str | None) -> None:
    """As with REST."""
    body = {"data": None, "errors": [{"type": kind, "message": "no"}]}
    inputs = {"repositoryId": "R", "pattern": "main"}
    with pytest.raises(GraphQLFailed):
        live_id(answering(200, body), "acme", "github:index/x:BranchProtection", inputs)

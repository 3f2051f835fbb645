"""What an adopted resource has beyond its declaration is found, renames or not."""

from __future__ import annotations

import httpx
from githubkit import GitHub, TokenAuthStrategy

from portcullis.adopt.extras import extras
from portcullis.pulumi_runs.events import Planned

_URN = "urn:pulumi:s::p::portcullis:index:Environment"
_TYPES = {
    kind: f"github:index/{kind[0].lower()}{kind[1:]}:{kind}"
    for kind in ("RepositoryEnvironment", "RepositoryEnvironmentDeploymentPolicy")
}


def test_a_branch_with_the_old_name_of_a_team_is_still_an_extra() -> None:
    """A renamed team clears its own grant alone: a foreign ref of its old name is removed."""
    parent = f"{_URN}::app/live"
    environment = Planned(
        f"{_URN}${_TYPES['RepositoryEnvironment']}::app/live",
        _TYPES["RepositoryEnvironment"],
        parent,
        "",
        {"repository": "app", "environment": "live"},
    )
    kind = _TYPES["RepositoryEnvironmentDeploymentPolicy"]
    declared = Planned(
        f"{_URN}${kind}::app/live/branch/authors", kind, parent, "", {"branchPattern": "authors"}
    )

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path.endswith("/environments/live/deployment-branch-policies")
        found = [{"id": 1, "name": "authors"}, {"id": 2, "name": "writers"}]
        return httpx.Response(200, json={"branch_policies": found})

    client = GitHub(TokenAuthStrategy("unused"), transport=httpx.MockTransport(answer))
    planned = {each.urn: each for each in (environment, declared)}
    found = extras(client, "acme", planned, {environment.urn: "app:live"}, {"writers": "authors"})
    assert [each.id for each in found] == ["app:live:2"]

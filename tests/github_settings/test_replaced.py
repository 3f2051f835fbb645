"""A setting whose resource the GitHub provider has by now: an alias takes the place of the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_settings.conftest import PROGRAM

if TYPE_CHECKING:
    from tests.github_settings.conftest import PlainProject

ROW = "RepositoryPrivateVulnerabilityReporting"
LATER = f"""
import pulumi_github as github

github.RepositoryVulnerabilityAlerts(
    "tool",
    repository="tool",
    enabled=True,
    opts=pulumi.ResourceOptions(
        provider=github_access("acme").provider("acme"),
        aliases=[pulumi.Alias(type_="github-settings:index:{ROW}")],
    ),
)
"""
"""A resource of the GitHub provider with the same inputs stands for the one that it will have."""


def test_an_alias_replaces_a_row_without_touching_github(plain: PlainProject) -> None:
    """The resource changes its type and provider in the state; the setting stays on GitHub."""
    path = "/repos/acme/tool/private-vulnerability-reporting"
    plain.declare((ROW, "tool", {"repository": "tool", "enabled": True}))
    assert plain.up("--skip-preview").code == 0
    (plain.folder / "__main__.py").write_text(PROGRAM.partition("for kind")[0] + LATER)
    outcome = plain.up("--skip-preview")
    assert outcome.code == 0, outcome.text
    changed = {name for name in outcome.operations() if not name.startswith("github")}
    assert changed == set()
    types = [each["type"] for each in plain.state()["resources"] if "::tool" in each["urn"]]
    assert types == ["github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts"]
    with plain.world.client() as client:
        assert client.get(path).json() == {"enabled": True}

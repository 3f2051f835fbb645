"""Teams: their members, their maintainers, and the team in which each is nested.

Source: https://docs.github.com/organizations/organizing-members-into-teams
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import pulumi
import pulumi_github as github

from components.base import Config, Logins, TeamSlug, one_line
from components.names import renames

if TYPE_CHECKING:
    from components.context import Context
    from components.origin import Origin


class TeamConfig(Config):
    """A team and all of its members. Portcullis removes everybody who is not listed."""

    renamed_from: TeamSlug | None = None
    """The team's slug before this one: `make up` renames it on GitHub, with all it has."""
    name: Annotated[str, one_line(255, least=1)] | None = None
    """The name that people see, such as `Security Team`, if it is not the slug. GitHub makes the
    slug from it."""
    description: str = ""
    """The text below the team's name."""
    members: Logins = []
    """Logins of the members."""
    maintainers: Logins = []
    """Members who may also add and remove members."""
    visibility: Literal["closed", "secret"] = "closed"
    """`closed`: every member of the organization sees it. `secret` teams cannot be nested."""
    parent: TeamSlug | None = None
    """The parent team, whose permissions this team inherits."""


class Team(pulumi.ComponentResource):
    """A team with exactly its declared members."""

    id_number: pulumi.Output[int]

    def __init__(
        self,
        slug: str,
        config: TeamConfig,
        *,
        origin: Origin,
        context: Context,
        parent_team: pulumi.Output[int] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the team ``slug``, nested in the team with the numeric id ``parent_team``."""
        opts = renames.renamed(opts, "teams", slug, config.renamed_from)
        super().__init__("portcullis:index:Team", slug, origin.inputs(), opts)
        team = github.Team(
            slug,
            name=config.name or slug,
            description=config.description,
            privacy=config.visibility,
            parent_team_id=parent_team.apply(str) if parent_team else None,
            opts=pulumi.ResourceOptions(
                parent=self, protect=context.protect, hooks=context.preflight.new_team(slug, origin)
            ),
        )
        self.id_number = team.id.apply(int)
        maintainers = {login.lower() for login in config.maintainers}
        everyone = {login.lower(): login for login in (*config.members, *config.maintainers)}
        if everyone:
            github.TeamMembers(
                slug,
                team_slug=team.slug,
                members=[
                    {
                        "username": login,
                        "role": "maintainer" if lower in maintainers else "member",
                    }
                    for lower, login in sorted(everyone.items())
                ],
                opts=pulumi.ResourceOptions(
                    parent=self, hooks=context.preflight.known_users(origin)
                ),
            )

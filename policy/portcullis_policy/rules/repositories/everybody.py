"""RE: what everybody may do because a team has everybody in it."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.release_paths import access, members, team
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.people.access import owners, with_permission
from portcullis_policy.semantics.people.groups import LOGIN
from portcullis_policy.semantics.people.teams import of_teams
from portcullis_policy.semantics.workflow_files.files import repository_of
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_SEVERAL = 2


_PEOPLE = (
    Declared(gh.MEMBERSHIP, {"username": "olga", "role": "admin"}, "olga"),
    team("developers", 11),
    members("developers", "ana", "ben"),
    team("leads", 12),
    members("leads", "ana"),
)


class NotEverybodyAdministers(StackRule):
    """Not everybody who writes to a repository administers it.

    An administrator can remove the rulesets and environments that protect releases. RE009 advises
    against any team of administrators. If everybody is in the team, no protection is left. The
    rule compares the members that the stack declares.
    """

    id = "RE017"
    title = "everybody who writes to a repository administers it"
    severity = Severity.HIGH
    maps = (*cis("1.2.3"), *ssdf("PS.1.1"))
    resource_types = (
        *(gh.TEAM_REPOSITORY, gh.REPOSITORY_COLLABORATORS, gh.TEAM),
        *(gh.TEAM_MEMBERS, gh.TEAM_MEMBERSHIP, gh.MEMBERSHIP),
    )
    remediation = "Give the team `push` or `maintain`."
    good = (
        stack(
            "everybody writes, and a few administer",
            *_PEOPLE,
            access(11, "push"),
            access(12, "admin"),
        ),
        stack("a team that is declared elsewhere", *_PEOPLE, access(77, "admin")),
    )
    bad = (
        stack(
            "a team with everybody in it",
            *_PEOPLE,
            access(11, "admin"),
            access(12, "maintain"),
        ),
        stack(
            "in a list of collaborators",
            *_PEOPLE,
            Declared(
                gh.REPOSITORY_COLLABORATORS,
                {"repository": "escai", "teams": [{"teamId": "11", "permission": "admin"}]},
                "all",
            ),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        for item in stack.of(gh.TEAM_REPOSITORY, gh.REPOSITORY_COLLABORATORS):
            teams = list(_administrators(item))
            repository = repository_of(item)
            if not teams or not isinstance(repository, str):
                continue
            property_ = "teamId" if item.type == gh.TEAM_REPOSITORY else "teams"
            found = of_teams(stack, item, property_, teams)
            writers = with_permission(stack, repository, gh.WRITE_ROLE)
            if writers.unseen:
                continue
            others = {each for each in writers.known if each[0] == LOGIN} - stack.once(owners).known
            if len(others) >= _SEVERAL and others <= found.known:
                yield Finding("a team with everybody in it has `admin`", ("access",), urn=item.urn)


def _administrators(item: Resource) -> Iterator[object]:
    """Yield the teams that a resource gives `admin`."""
    blocks = item.facts.blocks("teams")
    listed = item.type == gh.REPOSITORY_COLLABORATORS
    given: list[Facts] = ([] if blocks is UNKNOWN else blocks) if listed else [item.facts]
    for each in given:
        permission = each.text("permission")
        if isinstance(permission, str) and permission.lower() == "admin":
            yield each.at("teamId")


RULES = (NotEverybodyAdministers,)

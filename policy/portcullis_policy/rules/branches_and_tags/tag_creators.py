"""TG: who creates release tags, by the people in the teams that may."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.release_paths import access, gate, members, tags, team
from portcullis_policy.examples.rulesets import bypass
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.people.access import owners, with_permission
from portcullis_policy.semantics.people.groups import LOGIN, People
from portcullis_policy.semantics.people.passing import approvers, passing
from portcullis_policy.semantics.people.teams import own_members
from portcullis_policy.semantics.protection import tag_guards
from portcullis_policy.semantics.release_environments import is_release
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_SEVERAL = 2


def _people(parent: int | None = None) -> tuple[Declared, ...]:
    """Return an owner and two teams; the team of everybody may be below another one."""
    return (
        Declared(gh.MEMBERSHIP, {"username": "olga", "role": "admin"}, "olga"),
        team("developers", 12, parent=parent),
        members("developers", "ana", "ben", "kim"),
        team("releasers", 11),
        members("releasers", "ana", "ben"),
        access(12, "push"),
        access(11, "maintain"),
    )


class TagsNotForEverybody(StackRule):
    """The teams that create release tags do not have everybody in them.

    A tag ruleset forbids everybody to create release tags, and its bypass list allows it to a few
    people. A team with everybody in it, or a parent of such a team, allows it to everybody again.
    If everybody approves releases too, because there is only one team, the rule does not apply.
    """

    id = "TG005"
    title = "everybody with write access is in a team that creates release tags"
    severity = Severity.HIGH
    maps = (*cis("2.3.5"), *ssdf("PS.1.1"))
    resource_types = (
        *(*gh.RULESETS, gh.ENVIRONMENT, gh.TEAM, gh.TEAM_MEMBERS, gh.TEAM_MEMBERSHIP),
        *(gh.TEAM_REPOSITORY, gh.REPOSITORY_COLLABORATORS, gh.MEMBERSHIP),
    )
    remediation = "Name a smaller team in `created_by`, and nest no team of everybody below it."
    good = (
        stack("a few create tags", *_people(), gate(), tags(bypass("Team", "always", 11))),
        stack(
            "a team that is declared elsewhere",
            *_people(),
            gate(),
            tags(bypass("Team", "always", 77)),
        ),
        stack(
            "one team for everything",
            Declared(gh.MEMBERSHIP, {"username": "olga", "role": "admin"}, "olga"),
            team("releasers", 11),
            members("releasers", "ana", "ben"),
            access(11, "maintain"),
            gate(),
            tags(bypass("Team", "always", 11)),
        ),
    )
    bad = (
        stack(
            "the team of everybody",
            *_people(),
            gate(),
            tags(bypass("Team", "always", 12)),
        ),
        stack(
            "the team of everybody is nested in the one that creates tags",
            *_people(parent=11),
            gate(),
            tags(bypass("Team", "always", 11)),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        gates: dict[str, list[People]] = {}
        for item in stack.of(gh.ENVIRONMENT):
            repository = item.facts.text("repository")
            if isinstance(repository, str) and is_release(item, settings):
                gates.setdefault(repository.lower(), []).append(approvers(stack, item))
        for repository, approving in gates.items():
            writers = with_permission(stack, repository, gh.WRITE_ROLE)
            people = {each for each in writers.known if each[0] == LOGIN}
            people -= stack.once(owners).known
            if writers.unseen or len(people) < _SEVERAL:
                continue
            for guarding, _ in tag_guards(stack, repository):
                if guarding.rules["creation"] is not True:
                    continue
                creators = passing(stack, guarding.resource, repository)
                own = own_members(stack, creators)
                fewer = not all(people <= each.known for each in approving) or not people <= own
                if people <= creators.known and fewer:
                    detail = f"everybody who writes to `{repository}` may create them"
                    yield Finding(detail, ("tag_protection",), urn=guarding.resource.urn)


RULES = (TagsNotForEverybody,)

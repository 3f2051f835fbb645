"""OR: who owns the organization, and what its roles reach."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, Example, example, stack
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, scm, scorecard, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Parameter, Settings
from portcullis_policy.severity import Severity

FEWEST = 2
MOST = Parameter(
    "maximum",
    5,
    {"type": "integer", "minimum": 2, "maximum": 50},
    "The highest number of owners that is accepted.",
)
_ROLE = {"name": "auditors", "baseRole": "read", "permissions": ["read_audit_logs"]}
_WRITING_ROLES = ("write", "maintain", "admin")
_PAST_PROTECTION = ("bypass_", "push_protected_branch", "edit_repo_protections")
_DANGEROUS = ("write_organization_", "delete_", "manage_organization_", *_PAST_PROTECTION)
_REPOSITORY_ROLE = {"name": "builders", "baseRole": "write", "permissions": ["reopen_issue"]}
_WRITES_EVERYWHERE = (8134, 8135, 8136)
"""GitHub's own roles `all_repo_write`, `all_repo_maintain` and `all_repo_admin`. Source:
https://github.com/integrations/terraform-provider-github, the test of team assignments"""


def _owners(number: int) -> tuple[Declared, ...]:
    return tuple(
        Declared(gh.MEMBERSHIP, {"username": f"owner-{i}", "role": "admin"}, f"owner-{i}")
        for i in range(number)
    )


class OwnersCounted(StackRule):
    """The organization has a few owners: more than one, but not many.

    If the only owner leaves or loses a phone, the organization is locked out. Each additional owner
    is one more account that can change everything. The rule applies where the program manages
    owners.
    """

    id = "OR007"
    title = "the organization has too few or too many owners"
    severity = Severity.MEDIUM
    maps = (*cis("1.3.3"), *scm("member/organization_has_too_many_admins"))
    resource_types = (gh.MEMBERSHIP,)
    remediation = "Keep two to five owners, and give other people only the access they need."
    parameters = (MOST,)
    good = (
        stack("two owners", *_owners(2)),
        stack(
            "the stack declares no owners",
            Declared(gh.MEMBERSHIP, {"username": "kim", "role": "member"}),
        ),
    )
    bad = (
        stack("one owner", *_owners(1)),
        stack("six owners", *_owners(6)),
        Example(
            "three owners, where at most two are allowed", _owners(3), {"OR007": {"maximum": 2}}
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        owners = [
            item
            for item in stack.of(gh.MEMBERSHIP)
            if item.facts.text("role") in ("admin", UNKNOWN)
        ]
        most = settings.number(self.id, MOST)
        if owners and not FEWEST <= len(owners) <= most:
            detail = f"{len(owners)} owners; {FEWEST} to {int(most)} are right"
            yield Finding(detail, urn=owners[0].urn)


class NotEverybodyOwns(StackRule):
    """Not everybody in a large organization is an owner.

    An owner can change every ruleset, environment and team. OR007 advises to keep a few owners.
    This rule refuses an organization that has more, and no other members: each stolen account is
    then an owner's, and no protection holds against any person.
    """

    id = "OR015"
    title = "everybody in the organization is an owner"
    severity = Severity.HIGH
    maps = (*cis("1.3.3"), *scm("member/organization_has_too_many_admins"))
    resource_types = (gh.MEMBERSHIP,)
    remediation = "Keep two to five owners, and give other people the role `member`."
    good = (
        stack("a few people, all of them owners", *_owners(3)),
        stack(
            "many owners, whom OR007 reports, and a member",
            *_owners(6),
            Declared(gh.MEMBERSHIP, {"username": "kim", "role": "member"}, "kim"),
        ),
    )
    bad = (stack("six people, all of them owners", *_owners(6)),)

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        people = list(stack.of(gh.MEMBERSHIP))
        owners = [item for item in people if item.facts.text("role") == "admin"]
        if len(owners) == len(people) > settings.number(OwnersCounted.id, MOST):
            yield Finding(f"{len(owners)} owners, and nobody else", urn=owners[0].urn)


class RoleNarrow(ResourceRule):
    """An organization role cannot write to every repository or change the organization's settings.

    The base permission of such a role applies to every repository, including future ones,
    regardless of teams.
    """

    id = "OR008"
    title = "an organization role has too many permissions"
    severity = Severity.HIGH
    maps = (*cis("1.3.8"), *ssdf("PS.1.1"))
    resource_types = (gh.ORGANIZATION_ROLE,)
    remediation = "Use the base role `read`, `triage` or none, and no permission to write."
    good = (
        example("a role that reads", gh.ORGANIZATION_ROLE, _ROLE),
        example("a role without a base role", gh.ORGANIZATION_ROLE, _ROLE, baseRole="none"),
        example("no base role is given", gh.ORGANIZATION_ROLE, _ROLE, baseRole=None),
    )
    bad = (
        example("a role that writes everywhere", gh.ORGANIZATION_ROLE, _ROLE, baseRole="write"),
        example(
            "a role that changes roles",
            gh.ORGANIZATION_ROLE,
            _ROLE,
            permissions=["write_organization_custom_org_role"],
        ),
        example("unknown at preview", gh.ORGANIZATION_ROLE, _ROLE, baseRole=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        base = resource.facts.text("baseRole")
        if base in _WRITING_ROLES or base is UNKNOWN:
            yield finding("`baseRole` writes to every repository", value=base)
        yield from _permissions(resource, _DANGEROUS, "change the organization")


class RolesForTeams(ResourceRule):
    """An organization role is given to a team, not to a person.

    A role given to a person is easily forgotten when their work changes.
    """

    id = "OR009"
    title = "a person has a role of the organization by name"
    severity = Severity.LOW
    maps = ssdf("PS.1.1")
    resource_types = (gh.ORGANIZATION_ROLE_USER, gh.ORGANIZATION_ROLE)
    remediation = "Give the role to a team, and add the person to it."
    good = (example("a role that no single person has", gh.ORGANIZATION_ROLE, _ROLE),)
    bad = (
        example(
            "a role that a person has", gh.ORGANIZATION_ROLE_USER, {"login": "kim", "roleId": 8030}
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.type == gh.ORGANIZATION_ROLE_USER:
            yield finding("the role is given to a person")


class RoleForAllNotGiven(ResourceRule):
    """Nobody has one of GitHub's predefined roles that write to every repository.

    Such a role overrides what each repository declares about access, including future repositories.
    OR008 judges the roles that the program itself creates.
    """

    id = "OR010"
    title = "somebody may write to every repository by a role"
    severity = Severity.HIGH
    waits = True  # the number of a role that is made beside it
    maps = (*cis("1.3.8"), *ssdf("PS.1.1"))
    resource_types = (
        gh.ORGANIZATION_ROLE_USER,
        gh.ORGANIZATION_ROLE_TEAM,
        gh.ORGANIZATION_ROLE_TEAM_ASSIGNMENT,
    )
    remediation = "Give teams access to the repositories that they work on."
    good = (
        example(
            "a team reads all repositories",
            gh.ORGANIZATION_ROLE_TEAM,
            {"teamSlug": "audit"},
            roleId=8132,
        ),
        example(
            "a role that this stack declares",
            gh.ORGANIZATION_ROLE_TEAM,
            {"teamSlug": "audit"},
            roleId=UNKNOWN,
        ),
    )
    bad = (
        example(
            "a team administers all repositories",
            gh.ORGANIZATION_ROLE_TEAM,
            {"teamSlug": "all"},
            roleId=8136,
        ),
        example(
            "a team maintains all repositories",
            gh.ORGANIZATION_ROLE_TEAM_ASSIGNMENT,
            {"teamSlug": "all"},
            roleId="8135",
        ),
        example(
            "a person writes to all repositories",
            gh.ORGANIZATION_ROLE_USER,
            {"login": "kim"},
            roleId=8134,
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        role = resource.facts.number("roleId")
        if role is UNKNOWN or role in _WRITES_EVERYWHERE:
            yield finding("`roleId` is a role that writes to every repository", value=role)


class RepositoryRoleObeys(ResourceRule):
    """A custom repository role cannot bypass protection.

    It looks like an ordinary way to give write access, but everybody who has it can push past
    reviews or remove the protection.
    """

    id = "OR011"
    title = "a custom repository role may bypass protection"
    severity = Severity.HIGH
    maps = (*scorecard("Branch-Protection"), *ssdf("PS.1.1"))
    resource_types = (gh.ORGANIZATION_REPOSITORY_ROLE, gh.ORGANIZATION_CUSTOM_ROLE)
    remediation = (
        "Remove the permission. Only the declared automation App should bypass protection."
    )
    good = (
        example("a role that may reopen issues", gh.ORGANIZATION_REPOSITORY_ROLE, _REPOSITORY_ROLE),
    )
    bad = (
        *(
            example(
                "unknown at preview" if each is UNKNOWN else f"the permission `{each}`",
                gh.ORGANIZATION_REPOSITORY_ROLE,
                _REPOSITORY_ROLE,
                permissions=["reopen_issue", each],
            )
            for each in (
                "bypass_branch_protection",
                "push_protected_branch",
                "edit_repo_protections",
                UNKNOWN,
            )
        ),
        example(
            "in the deprecated resource",
            gh.ORGANIZATION_CUSTOM_ROLE,
            _REPOSITORY_ROLE,
            permissions=["bypass_branch_protection"],
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        yield from _permissions(resource, _PAST_PROTECTION, "reach past protection")


def _permissions(resource: Resource, refused: tuple[str, ...], what: str) -> Iterator[Finding]:
    """Find permissions that begin with one of ``refused``, or are not known yet."""
    permissions = resource.facts.entries("permissions")
    listed = [UNKNOWN] if permissions is UNKNOWN else permissions
    if any(each is UNKNOWN or str(each).startswith(refused) for each in listed):
        yield finding(f"`permissions` {what}", value=UNKNOWN if UNKNOWN in listed else None)


RULES = (
    OwnersCounted,
    NotEverybodyOwns,
    RoleNarrow,
    RolesForTeams,
    RoleForAllNotGiven,
    RepositoryRoleObeys,
)

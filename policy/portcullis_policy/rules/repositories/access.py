"""RE: who may write to a repository by name, and what an archived one still holds."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, example, stack
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.files import repository_of
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_READING = ("pull", "triage", "read")
_ARCHIVED = Declared(gh.REPOSITORY, {"name": "old", "archived": True, "visibility": "private"})
_LEFTOVERS = (
    gh.ACTIONS_SECRET,
    gh.ACTIONS_ENVIRONMENT_SECRET,
    gh.DEPENDABOT_SECRET,
    gh.CODESPACES_SECRET,
    gh.REPOSITORY_DEPLOY_KEY,
    gh.REPOSITORY_WEBHOOK,
)


class WritersAreTeams(ResourceRule):
    """Write access to a repository comes from a team.

    An outside collaborator is in no team, and is easily missed when somebody reviews who may write.
    """

    id = "RE010"
    title = "a person may write to a repository by name"
    severity = Severity.HIGH
    maps = (*cis("1.1.15"), *ssdf("PS.1.1"))
    resource_types = (gh.REPOSITORY_COLLABORATOR, gh.REPOSITORY_COLLABORATORS)
    remediation = "Give the access to a team, and add the person to it."
    good = (
        example(
            "a person may read",
            gh.REPOSITORY_COLLABORATOR,
            {"repository": "x", "permission": "pull"},
        ),
        example(
            "a team writes",
            gh.REPOSITORY_COLLABORATORS,
            {"repository": "x", "teams": [{"teamId": "a", "permission": "push"}]},
        ),
    )
    bad = (
        example(
            "a person may write",
            gh.REPOSITORY_COLLABORATOR,
            {"repository": "x", "permission": "push"},
        ),
        example(
            "left out: GitHub's default is to write",
            gh.REPOSITORY_COLLABORATOR,
            {"repository": "x"},
        ),
        example(
            "a person may write, in a list of collaborators",
            gh.REPOSITORY_COLLABORATORS,
            {"repository": "x", "users": [{"username": "kim", "permission": "maintain"}]},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule. `admin` is RE008's business."""
        del settings
        users = [resource.facts]
        if resource.type == gh.REPOSITORY_COLLABORATORS:
            blocks = resource.facts.blocks("users")
            users = [Facts(UNKNOWN)] if blocks is UNKNOWN else blocks
        for user in users:
            permission = user.text("permission")
            if permission not in (*_READING, "admin"):
                yield finding("a person may write", "access", value=permission)


class ArchivedIsEmpty(StackRule):
    """An archived repository holds no secrets, keys or webhooks.

    Nobody watches an archived repository, but its credentials still work.
    """

    id = "RE011"
    title = "an archived repository still holds secrets, keys or webhooks"
    severity = Severity.LOW
    resource_types = (gh.REPOSITORY, *_LEFTOVERS)
    remediation = "Remove them, and revoke them at their issuers."
    good = (
        stack("nothing is left in it", _ARCHIVED),
        stack(
            "a secret of another repository",
            _ARCHIVED,
            Declared(gh.ACTIONS_SECRET, {"repository": "new", "secretName": "A"}),
        ),
    )
    bad = (
        stack(
            "a secret",
            _ARCHIVED,
            Declared(gh.ACTIONS_SECRET, {"repository": "OLD", "secretName": "A"}),
        ),
        stack(
            "a deploy key",
            _ARCHIVED,
            Declared(gh.REPOSITORY_DEPLOY_KEY, {"repository": "old"}),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        archived = {
            name.lower()
            for item in stack.of(gh.REPOSITORY)
            if item.facts.flag("archived") is True
            and isinstance(name := item.facts.text("name"), str)
        }
        for item in stack.of(*_LEFTOVERS):
            if repository_of(item) in archived:
                yield Finding("its repository is archived", urn=item.urn)


RULES = (WritersAreTeams, ArchivedIsEmpty)

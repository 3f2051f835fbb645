"""OR: forks of private repositories, where there are secrets."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.files import repository_of
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_MAY_FORK = Declared(
    gh.ORGANIZATION_SETTINGS, {"membersCanForkPrivateRepositories": True}, "settings"
)
_PRIVATE = Declared(gh.REPOSITORY, {"name": "escai", "visibility": "private"}, "repository")
_SECRET = Declared(gh.ACTIONS_SECRET, {"repository": "escai", "secretName": "A"}, "secret")
_OF_REPOSITORIES = (gh.ACTIONS_SECRET, gh.ACTIONS_ENVIRONMENT_SECRET)


class NoForksBesideSecrets(StackRule):
    """A private repository with secrets cannot be forked by members.

    A fork has the workflows of the repository, belongs to one person, and remains outside of the
    organization's rulesets. A pull request from it may run with the secrets, depending on settings
    that the repository's administrators change.
    Source:
    https://docs.github.com/organizations/managing-organization-settings/managing-the-forking-policy-for-your-organization
    """

    id = "OR013"
    title = "members may fork a private repository that has secrets"
    severity = Severity.HIGH
    maps = cis("1.2.2")
    resource_types = (
        gh.ORGANIZATION_SETTINGS,
        gh.REPOSITORY,
        *_OF_REPOSITORIES,
        gh.ACTIONS_ORGANIZATION_SECRET,
    )
    remediation = (
        "Keep `members_can_fork_private_repositories: false` (the default); in plain programs "
        "`allowForking: false` of the repository does it, too."
    )
    good = (
        stack("nobody may fork", _PRIVATE, _SECRET, Declared(gh.ORGANIZATION_SETTINGS, {})),
        stack("no secrets", _MAY_FORK, _PRIVATE),
        stack(
            "a public repository",
            _MAY_FORK,
            Declared(gh.REPOSITORY, {"name": "escai", "visibility": "public"}, "repository"),
            _SECRET,
        ),
        stack(
            "this repository cannot be forked",
            _MAY_FORK,
            Declared(gh.REPOSITORY, {**_PRIVATE.props, "allowForking": False}, "repository"),
            _SECRET,
        ),
    )
    bad = (
        stack("a secret of the repository", _MAY_FORK, _PRIVATE, _SECRET),
        stack(
            "a secret of the organization for private repositories",
            _MAY_FORK,
            _PRIVATE,
            Declared(
                gh.ACTIONS_ORGANIZATION_SECRET,
                {"secretName": "A", "visibility": "private"},
                "secret",
            ),
        ),
        stack(
            "unknown at preview",
            Declared(
                gh.ORGANIZATION_SETTINGS, {"membersCanForkPrivateRepositories": UNKNOWN}, "settings"
            ),
            _PRIVATE,
            _SECRET,
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        own = {repository_of(item) for item in stack.of(*_OF_REPOSITORIES)}
        wide = any(stack.of(gh.ACTIONS_ORGANIZATION_SECRET))
        private = [
            item.facts
            for item in stack.of(gh.REPOSITORY)
            if gh.is_private(item.facts) and item.facts.flag("allowForking") is not False
        ]
        named = {_name(facts) for facts in private}
        if not private or not (wide or own & named or UNKNOWN in own):
            return
        for item in stack.of(gh.ORGANIZATION_SETTINGS):
            fork = item.facts.flag("membersCanForkPrivateRepositories")
            if fork not in (None, False):
                yield Finding(
                    "members may fork, and a private repository has secrets",
                    ("settings", "members_can_fork_private_repositories"),
                    unknown=fork is UNKNOWN,
                    urn=item.urn,
                )


def _name(facts: Facts) -> object:
    name = facts.text("name")
    return name.lower() if isinstance(name, str) else name


RULES = (NoForksBesideSecrets,)

"""RP: an outsider, or a stolen credential, suffices to publish."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.release_paths import (
    BOTH,
    BY_TAGGERS,
    POLICY,
    SOUND_PATH,
    gate,
    tags,
)
from portcullis_policy.examples.rulesets import bypass
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.mappings import cis, scorecard, ssdf
from portcullis_policy.release_path.derivation import ActorKind
from portcullis_policy.release_path.single import SEEN, published, reported, single
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_FROM_MAIN = Declared(
    gh.DEPLOYMENT_POLICY,
    {"repository": "escai", "environment": "pypi-release", "branchPattern": "main"},
    "policy",
)
_RUNS_THE_HEAD = changed(
    CI,
    ("[pull_request, push]", "pull_request_target"),
    ("persist-credentials: false", "ref: ${{ github.event.pull_request.head.sha }}"),
)
_IN_THE_ENVIRONMENT = changed(
    _RUNS_THE_HEAD, ("    name: test", "    name: test\n    environment: pypi-release")
)
_WITH_A_TOKEN = changed(_RUNS_THE_HEAD, ("contents: read", "contents: write\n  actions: write"))
_KEY = Declared(
    gh.REPOSITORY_DEPLOY_KEY,
    {"repository": "escai", "title": "mirror", "key": "k", "readOnly": False},
    "key",
)


class OutsiderPublishes(StackRule):
    """Publishing takes somebody of the organization.

    A workflow that anybody on GitHub can start, and that runs an outsider's code, gives them what
    its job has: its environment, its secrets, and its GITHUB_TOKEN. The rule works out whether that
    is enough to publish. WF005 and WF006 report the workflow itself.
    """

    id = "RP003"
    title = "an outsider can publish"
    severity = Severity.CRITICAL
    maps = (*scorecard("Dangerous-Workflow"), *ssdf("PO.5.1"))
    resource_types = SEEN
    remediation = (
        "Use `pull_request` for code from outside, give its jobs no environment and a token that "
        "only reads, and let release tags be created by a team (`created_by`)."
    )
    good = (
        stack("a sound workflow", *SOUND_PATH, file(CI, CI_PATH)),
        stack(
            "code from outside in a job that holds nothing",
            *SOUND_PATH,
            file(_RUNS_THE_HEAD, CI_PATH),
        ),
        stack(
            "a token that writes, where release tags are protected",
            *SOUND_PATH,
            file(_WITH_A_TOKEN, CI_PATH),
        ),
    )
    bad = (
        stack(
            "code from outside in the release environment",
            gate(reviewers=None),
            _FROM_MAIN,
            file(_IN_THE_ENVIRONMENT, CI_PATH),
        ),
        stack(
            "a token that creates release tags and starts the release",
            gate(reviewers=None),
            POLICY,
            file(_WITH_A_TOKEN, CI_PATH),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for repository, environment in published(stack, settings):
            ways = single(repository, environment, (ActorKind.OUTSIDER,), by_token=True)
            if ways:
                yield reported(repository, environment, ways)


class CredentialPublishes(StackRule):
    """A single stolen credential is not enough to publish.

    A deploy key that writes, or the private key of an App, acts without any person. If it may
    create release tags, and nobody has to approve, the one who steals it publishes.
    """

    id = "RP005"
    title = "one stolen credential is enough to publish"
    severity = Severity.HIGH
    maps = (*cis("2.3.5", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = SEEN
    remediation = "Require an approval by people (`approvers`, `reviewers`)."
    good = (
        stack("somebody has to approve", *SOUND_PATH, _KEY),
        stack(
            "a key that may not create release tags",
            *BOTH,
            gate(reviewers=None),
            POLICY,
            BY_TAGGERS,
            _KEY,
        ),
    )
    bad = (
        stack(
            "a deploy key that creates release tags",
            gate(reviewers=None),
            POLICY,
            tags(bypass("DeployKey", "always")),
            _KEY,
        ),
        stack(
            "an App that creates release tags",
            gate(reviewers=None),
            POLICY,
            tags(bypass("Integration", "always", 1001)),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        kinds = (ActorKind.APP, ActorKind.DEPLOY_KEY, ActorKind.CREDENTIAL)
        for repository, environment in published(stack, settings):
            ways = single(repository, environment, kinds, by_token=True)
            if ways:
                yield reported(repository, environment, ways)


RULES = (OutsiderPublishes, CredentialPublishes)

"""Public incidents as scenarios: each setting alone stops what happened, or limits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import CI, CI_PATH, RELEASE_PATH
from portcullis_policy.examples.workflow_files import changed as text
from portcullis_policy.semantics import github as gh

from tests.incidents.stops import Attempted, ByTest, Incident, Refused
from tests.policy.sound_organization.files import RELEASE_FILE, file
from tests.policy.sound_organization.organization import GATE, ORGANIZATION, changed, without
from tests.policy.sound_organization.weaker import KNOWN, ago

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHA = "a1" * 20
_BUILT = "- run: uv build"
_PUBLISHERS = "tests/portcullis/publishers/test_check.py"
_HEAD = ("persist-credentials: false", "ref: ${{ github.event.pull_request.head.sha }}")
_TARGET = ("[pull_request, push]", "pull_request_target")
_AGENT = f"""\
name: answer
on: {{issue_comment: {{types: [created]}}}}
permissions: {{}}
jobs:
  answer:
    name: answer
    runs-on: ubuntu-24.04
    permissions: {{contents: write, issues: write}}
    steps:
      - uses: guild/agent@{_SHA}
        with: {{prompt: "Do what the comment asks."}}
"""


def _ci(*changes: tuple[str, str]) -> Mapping[str, Declared]:
    """The sound organization with another CI workflow."""
    return {**ORGANIZATION, "ci-file": file(CI_PATH, text(CI, *changes))}


def _release(*changes: tuple[str, str]) -> Mapping[str, Declared]:
    """The sound organization with another release workflow."""
    return {**ORGANIZATION, "release-file": file(RELEASE_PATH, text(RELEASE_FILE, *changes))}


_BEFORE_PUBLISHING = ("    steps:\n      - env:", "    steps:\n      {}\n      - env:")


def _beside_publishing(step: str) -> Mapping[str, Declared]:
    """The release workflow with one step more in the job that publishes."""
    old, new = _BEFORE_PUBLISHING
    return _release((old, new.format(step)))


INCIDENTS = (
    Incident(
        "tj-actions/changed-files and reviewdog (2025-03), Trivy and KICS (2026-03)",
        "tags of actions were moved to malicious commits",
        (
            Refused(
                "actions pinned by commit",
                "WF007",
                _ci((f"actions/checkout@{_SHA}", "actions/checkout@v5")),
            ),
            Refused(
                "the organization requires pins",
                "AC004",
                changed("actions", "shaPinningRequired", to=False),
            ),
            Attempted("actions that have to be pinned"),
            Refused("release tags that nobody moves", "TG001", without("keep-tags", "create-tags")),
            Attempted("tags that nobody moves"),
        ),
        "immutable releases are not managed yet",
    ),
    Incident(
        "LiteLLM (2026-03)",
        "a scanner in the release job stole the PyPI token",
        (
            Refused(
                "the job that publishes does nothing else",
                "WF025",
                _beside_publishing(f"- uses: guild/scanner@{_SHA}"),
            ),
            Refused(
                "the token lies in the release environment",
                "SE003",
                {
                    **ORGANIZATION,
                    "stray": Declared(
                        gh.ACTIONS_SECRET,
                        {"repository": "two", "secretName": "PYPI_API_TOKEN", "value": "x"},
                    ),
                },
            ),
            Attempted("the secret lies in the environment, not in the repository"),
        ),
    ),
    Incident(
        "Ultralytics (2024-12), Nx (2025-08)",
        "a title or a branch name became a command in a `pull_request_target` workflow",
        (
            Refused(
                "no untrusted text in scripts",
                "WF006",
                _ci(_TARGET, ('echo "$TITLE"', "echo ${{ github.event.pull_request.title }}")),
            ),
            Refused("no outsider's code with secrets", "WF005", _ci(_TARGET, _HEAD)),
            Attempted("no workflow on pull_request_target"),
            Attempted("runs of outsiders that wait for an approval"),
        ),
    ),
    Incident(
        "TanStack (2026-05)",
        "a fork filled the cache that the release restored, and the package was published by OIDC",
        (
            Refused(
                "no cache in a release",
                "WF010",
                _release((_BUILT, f"- uses: actions/cache@{_SHA}\n      {_BUILT}")),
            ),
            Refused("build apart from publish", "WF025", _beside_publishing(_BUILT)),
            Refused("no outsider's code with secrets", "WF005", _ci(_TARGET, _HEAD)),
        ),
    ),
    Incident(
        "Shai-Hulud (2025-09, 2025-11)",
        "install scripts stole tokens, made repositories public and registered runners",
        (
            ByTest(
                "install scripts do not run",
                "tests/incidents/test_incidents.py::test_install_scripts_do_not_run",
            ),
            Refused(
                "members cannot create public repositories",
                "OR002",
                changed("settings", "membersCanCreatePublicRepositories", to=True),
            ),
            Refused(
                "no self-hosted runners for public repositories",
                "AC005",
                changed("runners", "allowsPublicRepositories", to=True),
            ),
            Attempted("files that nobody pushes"),
        ),
        "whether members may change a repository's visibility is not managed yet",
    ),
    Incident(
        "axios (2026-03)",
        "a maintainer's own npm token published beside trusted publishing",
        (
            ByTest(
                "`publishers check` names another publisher",
                f"{_PUBLISHERS}::test_a_token_in_the_declared_workflow_is_another_publisher",
            ),
            ByTest(
                "`publishers check` wants a release tag",
                f"{_PUBLISHERS}::test_the_release_at_npm_has_to_run_on_a_release_tag",
            ),
        ),
        "that the registry takes no tokens has to be set there",
    ),
    Incident(
        "chalk and debug (2025-09)",
        "one maintainer was phished, and published alone",
        (
            Refused(
                "reviewers of the release environment",
                "EN001",
                {**ORGANIZATION, "gate": Declared(gh.ENVIRONMENT, {**GATE, "reviewers": []})},
            ),
            Refused(
                "who starts a release does not approve it",
                "EN002",
                changed("gate", "preventSelfReview", to=False),
            ),
            Attempted("required reviewers"),
            Attempted("self-review prevented"),
            Attempted("makers of release tags and approvers who share nobody"),
        ),
    ),
    Incident(
        "Megalodon (2026-05)",
        "stolen personal tokens and deploy keys pushed workflows to thousands of repositories",
        (
            Refused("deploy keys only read", "RE007", changed("key", "readOnly", to=False)),
            Refused(
                "changes only by pull request",
                "BR004",
                changed("main", "rules", "pullRequest", to=...),
            ),
            Attempted("a rule that takes pull requests only"),
            Attempted("reviews by code owners"),
            Attempted("files that nobody pushes"),
        ),
    ),
    Incident(
        "Trivy's first theft (2026-03)",
        "one of many stolen tokens was not replaced",
        (
            Refused(
                "secrets are replaced in time",
                "SE008",
                changed(*KNOWN, "changed", to=ago(400)),
            ),
            ByTest(
                "a rotation reaches all that share a value",
                "tests/portcullis/secrets/test_rotation.py"
                "::test_all_that_share_a_reference_depend_on_it",
            ),
            ByTest(
                "each credential is open until it is newer than the incident",
                "tests/end_to_end/incident/test_credentials.py"
                "::test_all_that_could_publish_is_open",
            ),
        ),
    ),
    Incident(
        "agents in CI (2026)",
        "the text of an issue steered an agent that had a token with write access",
        (
            Refused(
                "no outsider's text starts an agent that may write",
                "WF017",
                {**ORGANIZATION, "agent-file": file(".github/workflows/answer.yml", _AGENT)},
            ),
            Attempted("a workflow's token that only reads"),
        ),
    ),
    Incident(
        "xz (2024-03)",
        "the published archive was not what the repository held",
        (
            Refused(
                "a release contains only what was reviewed",
                "WF024",
                _release(
                    (
                        "persist-credentials: false",
                        "persist-credentials: false\n          repository: other/xz",
                    )
                ),
            ),
            Refused(
                "two approvals of each change",
                "BR005",
                changed("main", "rules", "pullRequest", "requiredApprovingReviewCount", to=1),
            ),
            Attempted("two required approvals"),
        ),
        "malicious code that two reviewers accept is published",
    ),
)

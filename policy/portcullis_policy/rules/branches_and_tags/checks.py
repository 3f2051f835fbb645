"""BR: what a protected branch waits for is reported by somebody."""

import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.rulesets import (
    CLASSIC,
    ESCAI,
    organization_ruleset,
    ruleset_rules,
)
from portcullis_policy.examples.workflow_files import CI, CI_PATH, RELEASE, changed, file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import osps
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.rules.branches_and_tags.branches import PROTECTIONS, guarded
from portcullis_policy.rules.branches_and_tags.check_names import is_made, patterns
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.protection import Protection, required_checks
from portcullis_policy.semantics.workflow_files.files import (
    workflow_files,
    workflow_files_of,
    workflow_path,
)
from portcullis_policy.semantics.workflow_files.workflows import Workflow
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_OF_GITHUB = re.compile(r"CodeQL|Analyze \(.+\)")
"""Checks of code scanning's default setup, for which no repository has a workflow file."""


def _required(*contexts: str, app: object = gh.GITHUB_ACTIONS_APP) -> Mapping[str, object]:
    checks = [{"context": each, "integrationId": app} for each in contexts]
    return {"requiredChecks": checks, "strictRequiredStatusChecksPolicy": True}


def _ruleset(*contexts: str, app: object = gh.GITHUB_ACTIONS_APP) -> Declared:
    return ruleset_rules(requiredStatusChecks=_required(*contexts, app=app))


_CI = file(CI, CI_PATH, "ci")
_MATRIX = file(
    changed(
        CI,
        (
            "    name: test\n",
            "    name: test\n    strategy:\n      matrix:\n        python: ['3.12', '3.13']\n",
        ),
    ),
    CI_PATH,
    "ci",
)
_CALLED_PATH = ".github/workflows/called.yml"
_CALLED = file(
    changed(CI, ("on: [pull_request, push]", "on: workflow_call")), _CALLED_PATH, "called"
)
_CALLER = file(
    f"on: pull_request\njobs:\n  all:\n    name: everything\n    uses: ./{_CALLED_PATH}\n",
    CI_PATH,
    "caller",
)


class ChecksAreMade(StackRule):
    """A workflow makes each check that is required before a change is merged.

    A pull request waits for good for a check that nothing reports. The rule looks at repositories
    whose workflow files the stack keeps and can read. It is silent about checks of other Apps,
    about repositories without such files, and where a job may report checks under any name. A
    workflow file that is only on GitHub, or an App that is not named by its id, may still report
    the check, so the rule advises. Source:
    https://docs.github.com/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
    """

    id = "BR014"
    title = "no workflow makes a required check"
    severity = Severity.MEDIUM
    maps = osps("QA-03.01")
    resource_types = (*PROTECTIONS, gh.REPOSITORY_FILE)
    remediation = (
        "Require a job's name as GitHub shows it, or give the id of the App that reports the check "
        "(`checks_app`)."
    )
    good = (
        stack("made by a job", ESCAI, _ruleset("test"), _CI),
        stack("no workflow file in the stack", ESCAI, _ruleset("other")),
        stack("a check of another App", ESCAI, _ruleset("codecov/patch", app=254), _CI),
        stack(
            "checks of another App in classic protection, as GitHub returns them",
            Declared(gh.REPOSITORY, {"name": "escai", "defaultBranch": "main"}),
            Declared(
                gh.BRANCH_PROTECTION_V3,
                {
                    "repository": "escai",
                    "branch": "main",
                    "requiredStatusChecks": {
                        "checks": ["test:15368", "codecov:254"],
                        "contexts": ["test", "codecov"],
                    },
                },
            ),
            _CI,
        ),
        stack("no check required", ESCAI, ruleset_rules(requiredStatusChecks=None), _CI),
        stack("a matrix", ESCAI, _ruleset("test (3.12)", "test (3.13)"), _MATRIX),
        stack(
            "an expression in the name",
            ESCAI,
            _ruleset("test on 3.13"),
            file(changed(CI, ("name: test", "name: test on ${{ matrix.python }}")), CI_PATH, "ci"),
        ),
        stack("a called workflow", ESCAI, _ruleset("everything / test"), _CALLER, _CALLED),
        stack("a called workflow elsewhere", ESCAI, _ruleset("everything / any"), _CALLER),
        stack(
            "a job that may report anything",
            ESCAI,
            _ruleset("other"),
            file(changed(CI, ("contents: read", "statuses: write")), CI_PATH, "ci"),
        ),
        stack("a file that is not known yet", ESCAI, _ruleset("other"), file(UNKNOWN, CI_PATH)),
        stack("code scanning's own", ESCAI, _ruleset("Analyze (python)"), _CI),
        stack("not known yet", ESCAI, ruleset_rules(requiredStatusChecks=UNKNOWN), _CI),
        stack(
            "a workflow that the organization requires",
            ESCAI,
            _ruleset("licenses"),
            organization_ruleset(
                rules={"requiredWorkflows": {"requiredWorkflows": [{"repositoryId": 1}]}}
            ),
            _CI,
        ),
    )
    bad = (
        stack("no such job", ESCAI, _ruleset("test", "other"), _CI),
        stack(
            "required by the organization",
            ESCAI,
            organization_ruleset(rules={"requiredStatusChecks": _required("other")}),
            _CI,
        ),
        stack(
            "by classic protection",
            Declared(gh.REPOSITORY, {"name": "escai", "defaultBranch": "main"}),
            Declared(gh.BRANCH_PROTECTION, {**CLASSIC}),
            _CI,
        ),
        stack(
            "by classic protection, in the REST resource",
            Declared(gh.REPOSITORY, {"name": "escai", "defaultBranch": "main"}),
            Declared(
                gh.BRANCH_PROTECTION_V3,
                {
                    "repository": "escai",
                    "branch": "main",
                    "requiredStatusChecks": {"checks": ["ci:15368", "codecov:254"]},
                },
            ),
            _CI,
        ),
        stack("without an App", ESCAI, _ruleset("other", app=None), _CI),
        stack("a job's key beside its name", ESCAI, _ruleset("tests"), _CI),
        stack("a matrix without its values", ESCAI, _ruleset("test"), _MATRIX),
        stack("another value of the matrix", ESCAI, _ruleset("test (3.11)"), _MATRIX),
        stack("the caller alone", ESCAI, _ruleset("everything"), _CALLER, _CALLED),
        stack("the called job alone", ESCAI, _ruleset("test"), _CALLER, _CALLED),
        stack(
            "a workflow that a schedule starts",
            ESCAI,
            _ruleset("test"),
            file(
                changed(CI, ("[pull_request, push]", "{schedule: [{cron: '0 4 * * *'}]}")),
                CI_PATH,
                "ci",
            ),
        ),
        stack(
            "a workflow that a tag starts",
            ESCAI,
            _ruleset("build"),
            file(changed(RELEASE, ("  workflow_dispatch:\n", "  release:\n")), name="release"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if any(each.repository is UNKNOWN for each in workflow_files(stack)):
            return
        for subject, guards in guarded(stack):
            files = _readable_files(stack, subject.name)
            if not files or any(_requires_workflows(each) for each in guards):
                continue
            made = patterns(files)
            if made is None:
                continue
            for guard in guards:
                missing = [
                    context
                    for context in _required_of_workflows(guard)
                    if not _OF_GITHUB.fullmatch(context) and not is_made(context, made)
                ]
                if missing:
                    yield Finding(
                        f"no workflow file in the stack makes {_listed(missing)}",
                        ("required_checks",),
                        urn=guard.resource.urn,
                        subject=subject.name,
                        subject_urn=subject.urn,
                    )


def _readable_files(stack: Stack, repository: str) -> dict[str, Workflow]:
    """Return a repository's workflow files by path; none if one of them cannot be read."""
    found: dict[str, Workflow] = {}
    for each in workflow_files_of(stack, repository):
        path = workflow_path(each.resource)
        if each.workflow is None or path is None:
            return {}
        found[path] = each.workflow
    return found


def _requires_workflows(protection: Protection) -> bool:
    """Say whether a ruleset runs workflows of another repository, which make checks here."""
    return protection.resource.facts.block("rules", "requiredWorkflows") is not None


def _required_of_workflows(protection: Protection) -> Iterator[str]:
    """Yield the required checks that no other App is named for."""
    for check in required_checks(protection.resource):
        if isinstance(check.context, str) and check.app in (None, gh.GITHUB_ACTIONS_APP):
            yield check.context


def _listed(contexts: list[str]) -> str:
    return ", ".join(f"`{each}`" for each in contexts)


RULES = (ChecksAreMade,)

"""What a job that may take an identity token (`id-token: write`) does with it.

A service that records what a workflow did, such as a transparency log, takes the token of any
workflow and gives nothing for it. A registry, a cloud or a vault gives access.
"""

import re

from portcullis_policy.semantics.publishing.jobs import publishing_line
from portcullis_policy.semantics.workflow_files.workflows import Job, Step, Workflow

_REPORTS = re.compile(
    r"ossf/scorecard-action|codecov/(codecov|test-results)-action|codspeedhq/action"
    r"|actions/attest(-build-provenance|-sbom)?|sigstore/gh-action-sigstore-python"
    r"|sigstore/cosign-installer|sigstore/sigstore-conformance"
    r"|hynek/build-and-inspect-python-package"
)
"""Actions that sign, or report results, with the workflow's identity."""
_HELPERS = re.compile(
    r"actions/(checkout|cache|setup-[\w-]+|(upload|download)-artifact)(/.*)?"
    r"|github/codeql-action/[\w-]+|step-security/harden-runner|\./.*"
    r"|[\w.-]+/([\w-]*-)?(setup|install|installer|cache|toolchain)(-[\w-]+)?(-action)?"
    r"|[\w.-]+/gh-action-setup[\w-]*|docker/(setup-[\w-]+|metadata)-?action"
    r"|anchore/sbom-action(/.*)?|gradle/actions/(setup-gradle|wrapper-validation)"
)
"""Actions that prepare a runner or move files, by the names that such actions have."""
_SIGNS = re.compile(r"\bcosign\s+(sign|attest)|\bsigstore\s+(sign|attest)|\bgh\s+attestation\b")
_ASKS = re.compile(r"actions_id_token_request_url|getidtoken", re.IGNORECASE)
_FIXED_AUDIENCE = re.compile(r"audience=(https://)?(codecov\.io|sigstore)\b", re.IGNORECASE)
_LOGS_IN = re.compile(
    r"assume-role-with-web-identity|\bgcloud\s+auth\b|\baz\s+login\b|\bvault\s+(write|login)\b"
    r"|\bnpm\s+trust|\boidc\b[^#\n]*\bexchange",
    re.IGNORECASE,
)
_MAY_WRITE = frozenset(
    {
        *("id-token", "attestations", "artifact-metadata", "security-events", "contents"),
        *("checks", "statuses", "issues", "pull-requests"),
    }
)
_OUTSIDERS_START = frozenset({"pull_request_target", "workflow_run", "issue_comment"})


def taken_at(job: Job, workflow: Workflow) -> int | None:
    """Return the line that lets a job take a token; None if none does."""
    own = job.at.get("permissions")
    permissions = own if own.given else workflow.at.get("permissions")
    token = permissions.get("id-token")
    if token.text.lower() == "write":
        return token.line
    return permissions.line if permissions.text.lower() == "write-all" else None


def only_reports(job: Job, workflow: Workflow) -> bool:
    """Say whether a job is known to sign or to report with its token, and to do no more with it."""
    own = job.at.get("permissions")
    permissions = (own if own.given else workflow.at.get("permissions")).items()
    may_write = {name for name, level in permissions.items() if level.text.lower() == "write"}
    used = [step for step in job.steps if step.uses]
    return (
        bool(permissions)
        and may_write <= _MAY_WRITE
        and not set(workflow.triggers) & _OUTSIDERS_START
        and any(map(_reports, job.steps))
        and all(_REPORTS.fullmatch(step.action) or _is_helper(step) for step in used)
        and not any(map(_takes_it_elsewhere, job.steps))
    )


def _reports(step: Step) -> bool:
    """Say whether a step signs or reports."""
    return bool(_REPORTS.fullmatch(step.action) or _SIGNS.search(step.run.text))


def _is_helper(step: Step) -> bool:
    """Say whether an action only prepares the job: it is given no role, audience or identity."""
    given = " ".join(step.at.get("with").items()).lower()
    return bool(_HELPERS.fullmatch(step.action)) and not re.search(
        r"role|audience|oidc|identity|tenant|provider", given
    )


def _takes_it_elsewhere(step: Step) -> bool:
    """Say whether a step publishes, logs in somewhere, or asks for a token itself."""
    asks = any(
        _ASKS.search(text) and not _FIXED_AUDIENCE.search(text) for _, text in step.run.lines()
    )
    return asks or bool(_LOGS_IN.search(step.run.text)) or publishing_line(step) is not None

"""EX: the waivers in force: exemptions, and comments that silence zizmor."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.environments import PYPI_RELEASE
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.exemptions import LONGEST, ORGANIZATION, date_of
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.files import workflow_path
from portcullis_policy.semantics.workflow_files.waivers import COMMENT, DATE, is_reason, reason_of
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_OF_MANAGED_FILES = re.compile(
    r"use-trusted-publishing\] - declared: auth (token|hybrid)"
    r"|secrets-outside-env\] - expected to be empty"
)
"""What Portcullis writes into its workflow files: the organization's file decides it, and shows it
where it is read. Such a comment has no last day."""
_SHOWN = 120


def _soon() -> str:
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=90)).isoformat()


def _ignored(rest: str) -> str:
    """Return the CI workflow with a comment that silences zizmor."""
    return changed(
        CI, ("runs-on: ubuntu", f"# zizmor: ignore[artipacked]{rest}\n    runs-on: ubuntu")
    )


def _declared() -> str:
    """Return the CI workflow with the comment of a managed file."""
    comment = "# zizmor: ignore[use-trusted-publishing] - declared: auth token"
    return changed(CI, ("runs-on: ubuntu", f"{comment}\n    runs-on: ubuntu"))


_ROOT = Declared(
    ORGANIZATION,
    {
        "path": [],
        "exemptions": [
            {
                "rule": "EN001",
                "resource": "pypi",
                "reason": "one maintainer until the second is hired",
                "expires": _soon(),
            }
        ],
    },
    "root",
)
_GATE = Declared(gh.ENVIRONMENT, {**PYPI_RELEASE, "reviewers": []}, "pypi", parent="root")


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment that silences zizmor.

    Attributes:
        line: counted from 1.
        rules: zizmor's names of what it silences.
        reason: the text behind it, without the date.
        expires: its last day, if it has one.
    """

    line: int
    rules: str
    reason: str
    expires: dt.date | None

    def problem(self, today: dt.date) -> str | None:
        """Return why it does not count as a decision; None if it does."""
        if not is_reason(self.reason):
            return "gives no reason"
        if self.expires is None:
            return "has no last day, such as 2027-03-31"
        if self.expires < today:
            return f"ended on {self.expires}"
        if self.expires - today > LONGEST:
            return f"ends more than {LONGEST.days} days ahead"
        return None


def _comments(text: object) -> Iterator[_Comment]:
    """Yield the comments of a workflow file that silence zizmor."""
    for number, line in enumerate(text.splitlines() if isinstance(text, str) else (), 1):
        for found in COMMENT.finditer(line):
            if _OF_MANAGED_FILES.fullmatch(found[0].partition("[")[2].strip()):
                continue
            date = DATE.search(found["rest"])
            reason = reason_of(found["rest"])
            yield _Comment(number, found["rules"].strip(), reason, date_of(date[0] if date else ""))


class InForce(StackRule):
    """Every exemption and every comment that silences zizmor is listed, with its reason and date.

    What is accepted looks like what is sound. The list shows each decision in every preview, in
    `portcullis check` and in the comment on a pull request.
    """

    id = "EX004"
    title = "a finding is accepted until a date"
    severity = Severity.LOW
    resource_types = (ORGANIZATION, gh.REPOSITORY_FILE)
    remediation = "Fix what it covers, and remove it."
    good = (
        stack("no exemptions", Declared(ORGANIZATION, {"path": [], "exemptions": []})),
        stack("a workflow file without such comments", file(CI, CI_PATH)),
    )
    bad = (
        stack("an exemption", _ROOT, _GATE),
        stack("a comment in a workflow file", file(_ignored(f" test data, {_soon()}"), CI_PATH)),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        today = settings.today()
        for known in stack.exemptions:
            exemption = known.exemption
            if known.used and exemption.counts(today):
                detail = (
                    f"{exemption.rule} at {exemption.resource} until {exemption.expires}: "
                    f"{exemption.reason[:_SHOWN]}"
                )
                yield Finding(detail, ("exemptions", exemption.position), urn=known.urn)
        for item in stack.of(gh.REPOSITORY_FILE):
            path = workflow_path(item)
            if path is None:
                continue
            for each in _comments(item.facts.text("content")):
                if each.problem(today) is None:
                    detail = f"zizmor's {each.rules} in {path}, line {each.line}"
                    until = f"until {each.expires}: {each.reason[:_SHOWN]}"
                    yield Finding(f"{detail}, {until}", ("files", path), urn=item.urn)


class CommentDecided(StackRule):
    """A comment that silences zizmor gives a reason and a last day.

    Without them nobody can tell a decision from a finding that was in the way. A comment without a
    reason silences nothing: WF017 and WF018 report what it covers. After its last day the comment
    is a finding. Write them behind the brackets:
    `# zizmor: ignore[artipacked] pushes the tag, until 2027-03-31`.
    """

    id = "EX005"
    title = "a comment silences zizmor without a reason and a date"
    severity = Severity.MEDIUM
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = "Write the reason and the last day behind the brackets, or remove the comment."
    good = (
        stack("a reason and a date", file(_ignored(f" test data until {_soon()}"), CI_PATH)),
        stack("no such comment", file(CI, CI_PATH)),
        stack("a declared token", file(_declared(), CI_PATH)),
        stack("another file", file("# zizmor: ignore[artipacked]", "README.md")),
    )
    bad = (
        stack("neither", file(_ignored(""), CI_PATH)),
        stack("a date alone", file(_ignored(f" {_soon()}"), CI_PATH)),
        stack("a reason alone", file(_ignored(" test data"), CI_PATH)),
        stack("a day that is over", file(_ignored(" test data until 2024-01-31"), CI_PATH)),
        stack("a day far ahead", file(_ignored(" test data until 2099-01-31"), CI_PATH)),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for item in stack.of(gh.REPOSITORY_FILE):
            path = workflow_path(item)
            if path is None:
                continue
            for each in _comments(item.facts.text("content")):
                problem = each.problem(settings.today())
                if problem is not None:
                    detail = f"the comment {problem}: {path}, line {each.line}"
                    yield Finding(detail, ("files", path), urn=item.urn)


RULES = (InForce, CommentDecided)

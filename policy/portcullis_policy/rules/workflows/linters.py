"""WF: what zizmor and actionlint say of the workflow files of a stack."""

from collections.abc import Iterator
from typing import ClassVar

from portcullis_policy.examples.base import Example, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.mappings import cis, osps, scorecard
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.linters import ACTIONLINT, ZIZMOR, Linter, Remark, asked
from portcullis_policy.semantics.second_look import matters
from portcullis_policy.semantics.workflow_files.files import (
    WorkflowFile,
    at_lines,
    workflow_files,
    workflow_path,
)
from portcullis_policy.semantics.workflow_files.waivers import without_bare_ones
from portcullis_policy.semantics.workflow_files.workflows import Workflow
from portcullis_policy.settings import Parameter, Settings
from portcullis_policy.severity import Severity

REQUIRED = Parameter(
    "required",
    default=False,
    schema={"type": "boolean"},
    meaning="Report it as a finding if the tool is not installed.",
)
PERSONA = Parameter(
    "persona",
    "regular",
    {"type": "string", "enum": ["regular", "auditor"]},
    "The persona that zizmor uses; `auditor` turns this rule on.",
)
LEFT_OUT = Parameter(
    "leaveOut",
    (),
    {"type": "array", "items": {"type": "string", "pattern": r"^[\w-]{1,40}$"}},
    "Names of zizmor checks that this rule leaves out.",
)

_ONE_AT_A_TIME = """\
concurrency:
  group: ci-${{ github.ref }}
  cancel-in-progress: true
"""


_TAGGED = changed(
    CI,
    ("[pull_request, push]", '{push: {tags: ["v*"]}}'),
    ("      - env:", f"      - uses: actions/setup-go@{'d4' * 20}\n      - env:"),
)
_IGNORED = "pull_request_target # zizmor: ignore[dangerous-triggers]"
_LABELS = f"""\
name: labels
on: pull_request_target
permissions: {{}}
jobs:
  label:
    name: label
    runs-on: ubuntu-24.04
    permissions:
      pull-requests: write # to add labels
    steps:
      - uses: actions/labeler@{"c3" * 20}
"""


def _text(item: WorkflowFile) -> str:
    return without_bare_ones(str(item.resource.facts.text("content")))


def _texts(stack: Stack) -> tuple[str, ...]:
    """Return the texts of a stack's workflow files that can be read, those that are alike once."""
    readable = (item for item in workflow_files(stack) if item.workflow is not None)
    return tuple(dict.fromkeys(map(_text, readable)))


class Tool(StackRule, abstract=True):
    """The base of the rules that hand on what a tool says of all workflow files."""

    linter: ClassVar[Linter]
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = "Fix the line. The tool's documentation explains each check by name."
    parameters: ClassVar[tuple[Parameter, ...]] = (REQUIRED,)

    def start(self, stack: Stack) -> None:
        """Start the tool, which runs while other rules judge the stack."""
        texts = stack.once(_texts)
        if texts:
            asked(self.linter, texts)

    def said(
        self, settings: Settings, stack: Stack, but: frozenset[str] = frozenset()
    ) -> Iterator[Finding]:
        """Yield the tool's remarks as findings, but for some checks; a tool that fails is one."""
        texts, name = stack.once(_texts), self.linter.name
        if not texts:
            return
        answer = asked(self.linter, texts).result()
        if answer.late:
            yield Finding(f"{name} was ended: it took too long for the workflow files")
        elif answer.failed:
            yield Finding(f"{name} is installed and could not be run")
        elif not answer.installed and self.is_required(settings):
            yield Finding(
                f"{name} is not installed, so the workflow files were not checked with it"
            )
        remarks: dict[str, list[Remark]] = {}
        for each in answer.remarks:
            remarks.setdefault(texts[each.file], []).append(each)
        for item in workflow_files(stack):
            path, workflow = workflow_path(item.resource) or "", item.workflow
            known = remarks.get(_text(item), ())
            mine = [each for each in known if workflow and self.takes(each, workflow)]
            found = [(each.line, f"{name} {each.check}") for each in mine if each.check not in but]
            yield from at_lines(item.resource, path, found, item.resource.urn)

    def is_required(self, settings: Settings) -> bool:
        """Say whether it is a finding that the tool is not installed."""
        return settings.value(self.id, REQUIRED) is True

    def takes(self, remark: Remark, workflow: Workflow) -> bool:
        """Say whether a remark is this rule's to tell."""
        del remark, workflow
        return True


class ZizmorSevere(Tool):
    """zizmor finds nothing of high severity in a workflow file.

    zizmor checks workflows for weaknesses that attackers have used. WF018 reports those that an
    attacker cannot use here: a cache where nothing is published, a trigger whose jobs run nothing
    of an outsider's, a value that GitHub itself fills. A comment silences zizmor only with a
    reason behind its brackets. zizmor runs once for all files of a preview,
    without network access. It is installed with the pack; a pack that cannot find it reports that.
    See https://docs.zizmor.sh/audits/.
    """

    linter = ZIZMOR
    id = "WF017"
    title = "zizmor finds a severe weakness in a workflow file"
    severity = Severity.HIGH
    maps = (*scorecard("Dangerous-Workflow"), *cis("2.3.7"), *osps("BR-01.01", "BR-01.03"))
    parameters = ()
    good = (
        stack("a sound workflow", file(CI, CI_PATH)),
        stack(
            "a cache where nothing is published",
            file(changed(_TAGGED, ("uv run pytest", "go test ./...")), CI_PATH),
        ),
        stack(
            "labels for pull requests, without any of their code",
            file(_LABELS, ".github/workflows/labels.yml"),
        ),
        stack(
            "a dangerous trigger with a reason",
            file(
                changed(
                    CI,
                    ("[pull_request, push]", f"{_IGNORED} labels only"),
                    ("uv run pytest", "true"),
                ),
                CI_PATH,
            ),
        ),
        stack(
            "the name of the branch to merge into",
            file(changed(CI, ("uv run pytest", "git diff origin/${{ github.base_ref }}")), CI_PATH),
        ),
    )
    bad = (
        Example(
            "a cache in a workflow that publishes",
            (file(changed(_TAGGED, ("uv run pytest", "uv publish")), CI_PATH),),
        ),
        Example(
            "a dangerous trigger",
            (file(changed(CI, ("[pull_request, push]", "pull_request_target")), CI_PATH),),
        ),
        Example(
            "the same with a comment that gives no reason",
            (
                file(
                    changed(CI, ("[pull_request, push]", f"pull_request_target {_IGNORED}")),
                    CI_PATH,
                ),
            ),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        yield from self.said(settings, stack)

    def is_required(self, settings: Settings) -> bool:
        """See Tool. It is a package that the pack needs."""
        del settings
        return True

    def takes(self, remark: Remark, workflow: Workflow) -> bool:
        """See Tool."""
        return matters(remark, workflow) and not remark.strict


class ZizmorOther(Tool):
    """zizmor finds nothing of lower severity in a workflow file.

    This covers findings of medium, low and informational severity, and severe ones that WF017
    leaves out. zizmor's own ignore comments are honoured if they give a reason: it is reviewed
    together with the line that they excuse.
    """

    linter = ZIZMOR
    id = "WF018"
    title = "zizmor finds a weakness in a workflow file"
    severity = Severity.MEDIUM
    maps = cis("2.3.7")
    parameters = ()
    good = (stack("a sound workflow", file(CI, CI_PATH)),)
    bad = (
        Example(
            "credentials are kept",
            (file(changed(CI, ("persist-credentials: false", "fetch-depth: 0")), CI_PATH),),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. WF017 reports that zizmor could not run."""
        for item in self.said(settings, stack):
            if item.urn is not None:
                yield item

    def takes(self, remark: Remark, workflow: Workflow) -> bool:
        """See Tool."""
        return not matters(remark, workflow) and not remark.strict


class ZizmorStrict(Tool):
    """zizmor finds nothing in a workflow file with its strictest persona.

    The personas `pedantic` and `auditor` also report habits that are not weaknesses, such as a
    permission without a reason, and places that need a person's judgement, such as a secret outside
    of an environment. They may be wrong, so this rule reports them only if `persona` is `auditor`.
    `leaveOut` names checks to leave out. See https://docs.zizmor.sh/usage/#using-personas.
    """

    linter = ZIZMOR
    id = "WF022"
    title = "zizmor, at its strictest, finds something in a workflow file"
    severity = Severity.LOW
    maps = cis("2.3.7")
    parameters = (PERSONA, LEFT_OUT)
    good = (
        Example("a sound workflow", (file(CI, CI_PATH),), {"WF022": {"persona": "auditor"}}),
        stack(
            "the configuration does not ask for it",
            file(changed(CI, ("    name: test\n", "")), CI_PATH),
        ),
        Example(
            "a check that the configuration leaves out",
            (file(changed(CI, ("    name: test\n", "")), CI_PATH),),
            {"WF022": {"persona": "auditor", "leaveOut": ["anonymous-definition"]}},
        ),
    )
    bad = (
        Example(
            "a job without a name",
            (file(changed(CI, ("    name: test\n", "")), CI_PATH),),
            {"WF022": {"persona": "auditor"}},
        ),
        Example(
            "runs of outdated commits are not cancelled",
            (file(changed(CI, (_ONE_AT_A_TIME, "")), CI_PATH),),
            {"WF022": {"persona": "auditor"}},
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. WF017 reports that zizmor could not run."""
        if settings.value(self.id, PERSONA) != "auditor":
            return
        named = settings.value(self.id, LEFT_OUT)
        but = frozenset(map(str, named)) if isinstance(named, list | tuple) else frozenset()
        for item in self.said(settings, stack, but):
            if item.urn is not None:
                yield item

    def takes(self, remark: Remark, workflow: Workflow) -> bool:
        """See Tool."""
        del workflow
        return remark.strict


class Actionlint(Tool):
    """actionlint finds nothing in a workflow file.

    It finds what GitHub would reject or understand differently: unknown keys, wrong types,
    expressions that are always true. It runs once for all files of a preview. If it is not
    installed, nothing is reported, unless `required` is set.
    """

    linter = ACTIONLINT
    id = "WF019"
    title = "actionlint finds a mistake in a workflow file"
    severity = Severity.MEDIUM
    good = (stack("a sound workflow", file(CI, CI_PATH)),)
    bad = (
        Example(
            "not installed where it is required, or a wrong key",
            (file(changed(CI, ("runs-on:", "run-on:")), CI_PATH),),
            {"WF019": {"required": True}},
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        yield from self.said(settings, stack)


RULES = (ZizmorSevere, ZizmorOther, Actionlint, ZizmorStrict)

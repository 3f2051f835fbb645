"""Which of zizmor's severe remarks an attacker can use, by what the workflow does beside them.

zizmor judges a line by itself. A cache matters where something is published, a trigger where the
code or the text of an outsider gets in, an inserted value where somebody can choose it.
"""

import re

from portcullis_policy.semantics.commands.understood import first_not_understood, hands_on
from portcullis_policy.semantics.linters import Remark
from portcullis_policy.semantics.publishing.jobs import only_tries, publishes, publishing_steps
from portcullis_policy.semantics.workflow_files.expression_values import values
from portcullis_policy.semantics.workflow_files.expressions import in_braces
from portcullis_policy.semantics.workflow_files.pasted import pasted_lines
from portcullis_policy.semantics.workflow_files.pins import by_version_only
from portcullis_policy.semantics.workflow_files.untrusted import inserts_text, typed_inputs
from portcullis_policy.semantics.workflow_files.workflows import Job, Step, Workflow

_RELEASING = frozenset({"contents", "packages", "id-token", "attestations", "deployments"})
"""Permissions with which a job can put something where others take it from."""
_RELEASES = re.compile(r"release|publish|deploy|upload-to|push")
_CHOSEN_BY_WRITERS = ("github.ref", "github.ref_name", "github.head_ref", "github.event", "github")
_KNOWN_BY_GITHUB = re.compile(r"github\.(?!event|head_ref)\w+|github\.event\..*|inputs\..*")
_AGENTS = re.compile(
    r"\b(ai|agents?|claude|gemini|codex|copilot|openai|anthropic|llm|gpt|aider|cursor|inference)\b"
)
"""Words in the names of actions that let a language model act."""
_SAYS = re.compile(
    r"\s*((echo|printf|set|exit|true)\b[^$`|&;<>(]*"
    r"|gh\s+\S+\s+(edit|comment|close|reopen|lock|unlock|pin)\b[^`|&;<>()]*"
    r"|gh\s+\$\{\{[^}]*\}\}\s+(edit|comment|close|reopen)\b[^`|&;<>()]*)?"
)
"""A line of a script that only prints words of its own, or that labels and answers."""
_RUNS_WHAT_IT_READS = re.compile(
    r"exec|spawn|eval|fork|Function|import\b|require\(\s*(?!['\"`](?:node:)?(?:fs|path)(?:/promises)?['\"`])"
    r"|process\b|\bcore\.(?!info|notice|warning|error|debug|setFailed)|createRef|git\.|merge|contents",
    re.IGNORECASE,
)
"""What a script could do with foreign files, beyond reading them and answering."""
_HEAD = re.compile(r"\bhead\b|head_(ref|sha|branch|repo)|refs/pull|merge_commit")


def matters(remark: Remark, workflow: Workflow) -> bool:
    """Say whether a remark is severe, and the workflow gives an attacker the use of it."""
    if not remark.severe or remark.check not in _LOOKS:
        return remark.severe
    return _LOOKS[remark.check](remark, workflow)


def _cache(remark: Remark, workflow: Workflow) -> bool:
    """Say whether anything that others take comes out of the workflow, by way of the cache."""
    if not publishes(workflow) and not any(_can_release(job, workflow) for job in workflow.jobs):
        return False
    jobs = _jobs_at(remark.line, workflow)
    return not jobs or not all(_keeps_to_itself(job, workflow) for job in jobs)


def _jobs_at(line: int, workflow: Workflow) -> tuple[Job, ...]:
    """Return the jobs that have the step on a line; an anchor is a step of several."""
    begun = [step.at.line for _, step in workflow.steps() if step.at.line <= line]
    last = max(begun, default=0)
    return tuple(dict.fromkeys(job for job, step in workflow.steps() if step.at.line == last))


def _keeps_to_itself(job: Job, workflow: Workflow) -> bool:
    """Say whether nothing that a job makes gets to another job, or to anybody else."""
    return not (
        _can_release(job, workflow)
        or job.at.get("outputs").given
        or publishing_steps(job, workflow)
        or any(_hands_over(step) for step in job.steps)
    )


def _hands_over(step: Step) -> bool:
    """Say whether a step may keep files for others: by an action, or by a program for it."""
    if not step.uses:
        return first_not_understood(step) is not None
    if step.action.startswith((".", "docker:", "$")) or re.search(r"upload|save|push", step.action):
        return True
    return hands_on(step)


def _can_release(job: Job, workflow: Workflow) -> bool:
    own = job.at.get("permissions")
    permissions = own if own.given else workflow.at.get("permissions")
    may_write = {name for name, level in permissions.items().items() if level.text == "write"}
    return bool(
        (job.environment.given and any(map(_hands_over, job.steps)))
        or job.uses.given
        or permissions.text.lower() == "write-all"
        or may_write & _RELEASING
        or any(_RELEASES.search(step.action) and not only_tries(step) for step in job.steps)
    )


def _trigger(remark: Remark, workflow: Workflow) -> bool:
    """Say whether an outsider's code or text may get into a job: it runs more than pinned tools."""
    del remark
    return any(
        job.uses.given
        or any(_takes_in(step) for step in job.steps if not _only_downloads(step, job))
        for job in workflow.jobs
    )


def _only_downloads(step: Step, job: Job) -> bool:
    """Say whether a step downloads an artifact that its job only reads, by scripts for GitHub."""
    scripts = [each for each in job.steps if each is not step]
    return step.action == "actions/download-artifact" and all(
        each.action == "actions/github-script" and not _RUNS_WHAT_IT_READS.search(each.run.text)
        for each in scripts
    )


def _takes_in(step: Step) -> bool:
    """Say whether a step runs a script, fetches something, or asks an agent."""
    name = step.action
    if not step.uses:
        return not all(_SAYS.fullmatch(text) for _, text in step.at.get("run").lines())
    if name.startswith((".", "$", "docker:")) or step.at.get("run").given:
        return True
    given = step.at.get("with").items()
    fetches = re.search(r"checkout|clone|download|cache|setup", name)
    asks = _AGENTS.search(name) or any("prompt" in key.lower() for key in given)
    return bool(fetches or asks or any(_HEAD.search(value.text) for value in given.values()))


def _inserted(remark: Remark, workflow: Workflow) -> bool:
    """Say whether somebody can choose one of the values on that line of a script."""
    typed = typed_inputs(workflow.at.get("on"))
    texts = [
        text
        for job, step in workflow.steps()
        for line, text in pasted_lines(step, workflow.at.get("env"), job.at.get("env"))
        if line == remark.line
    ]
    expressions = [each for text in texts for each in in_braces(text)]
    return not expressions or any(
        inserts_text(each, typed) or not all(map(_is_filled_by_github, values(each)))
        for each in expressions
    )


def _is_filled_by_github(path: str) -> bool:
    """Say whether a value is GitHub's, and no name of a branch or tag."""
    return bool(_KNOWN_BY_GITHUB.fullmatch(path)) and path not in _CHOSEN_BY_WRITERS


def _unpinned(remark: Remark, workflow: Workflow) -> bool:
    """Say whether the line names something that could be pinned to a commit."""
    called = [job.uses for job in workflow.jobs if job.uses.line == remark.line]
    return not any(by_version_only(uses.text.strip()) for uses in called)


def _permissions(remark: Remark, workflow: Workflow) -> bool:
    """Leave permissions to WF004, which looks at all jobs."""
    del remark, workflow
    return False


_LOOKS = {
    "cache-poisoning": _cache,
    "dangerous-triggers": _trigger,
    "template-injection": _inserted,
    "unpinned-uses": _unpinned,
    "excessive-permissions": _permissions,
}

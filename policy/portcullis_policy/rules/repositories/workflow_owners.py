"""RE: who owns the workflow files and CODEOWNERS itself, by the line that decides."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Example, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, file
from portcullis_policy.mappings import cis
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.code_owners import (
    WORKFLOWS,
    Line,
    deciding,
    guarded_paths,
    in_force,
)
from portcullis_policy.semantics.files import repository_of
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_PATH = ".github/CODEOWNERS"
_OWNED = "* @guild/developers\n/.github/ @guild/security\n"


def _owners(note: str, text: str, path: str = _PATH) -> Example:
    return stack(note, file(CI, CI_PATH, "ci"), file(text, path, "owners"))


class OwnersStay(StackRule):
    """The owners of workflow files and of CODEOWNERS are not taken away by a later line.

    GitHub asks the owners of the last line that matches a file. A last line `*` without an owner
    takes the owners of all files away, and looks harmless below the lines that name them.
    """

    id = "RE014"
    title = "a later line of CODEOWNERS takes the owners of workflow files away"
    severity = Severity.HIGH
    maps = cis("1.1.7")
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = "Remove the line, give it owners, or move it above the lines of `/.github/`."
    good = (
        _owners("owners of all files", _OWNED),
        _owners("documents without owners", f"{_OWNED}*.md\n/docs/\n"),
        _owners("a line with a mistake is skipped", f"{_OWNED}* somebody\n"),
        _owners("owners of sources alone", "/src/ @guild/developers\n"),
        _owners("no owners above, and owners below", f"*\n{_OWNED}"),
    )
    bad = (
        _owners("a last line for all files", f"{_OWNED}*\n"),
        _owners("a last line with only a comment", f"{_OWNED}/.github/ # @guild/security\n"),
        _owners("of one kind of file", f"{_OWNED}*.yml\n"),
        _owners("of the release alone", f"{_OWNED}/.github/workflows/release*\n"),
        _owners("of CODEOWNERS itself", f"{_OWNED}CODEOWNERS\n"),
        _owners("at the root, at any depth", f"{_OWNED}**/workflows/**\n", "CODEOWNERS"),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        managed: dict[object, list[str]] = {}
        for item in stack.of(gh.REPOSITORY_FILE):
            path = item.facts.text("file")
            if isinstance(path, str):
                managed.setdefault(repository_of(item), []).append(path.lstrip("/"))
        for repository, (item, lines) in in_force(stack).items():
            own = str(item.facts.text("file")).lstrip("/")
            paths = [own, *guarded_paths(lines, managed[repository])]
            for number in sorted({*_taken_away(lines, paths)}):
                detail = f"line {number} names nobody for workflow files or CODEOWNERS"
                yield Finding(detail, ("code_owners",), urn=item.urn)


def _taken_away(lines: tuple[Line, ...], paths: list[str]) -> Iterator[int]:
    """Yield the numbers of lines that decide for a path and name nobody, below one that does."""
    for path in paths:
        last = deciding(lines, path)
        if last is None or last.owners:
            continue
        if any(line.owners and line.matches(path) for line in lines[: lines.index(last)]):
            yield last.number


class WorkflowsOwned(StackRule):
    """A CODEOWNERS file gives workflow files an owner.

    A workflow file decides what a release is made of. If CODEOWNERS names owners for other files
    only, anybody's approval is enough to change it.
    """

    id = "RE015"
    title = "CODEOWNERS names no owner of workflow files"
    severity = Severity.MEDIUM
    maps = cis("1.1.7")
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = "Add a line for `/.github/` with the people who understand the release."
    good = (
        _owners("owners of all files", "* @guild/developers\n"),
        _owners("owners of workflow files", "/.github/workflows/ @guild/security\n"),
        stack("no workflow files in the stack", file("/src/ @guild/a\n", _PATH, "owners")),
    )
    bad = (_owners("owners of sources alone", "/src/ @guild/developers\n"),)

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        with_workflows = {
            repository_of(item)
            for item in stack.of(gh.REPOSITORY_FILE)
            if isinstance(path := item.facts.text("file"), str)
            and path.lstrip("/").startswith(WORKFLOWS)
        }
        for repository, (item, lines) in in_force(stack).items():
            owned = any(line.owners for line in lines)
            if (
                owned
                and repository in with_workflows
                and not deciding(lines, f"{WORKFLOWS}any.yml")
            ):
                yield Finding("no line is about them", ("code_owners",), urn=item.urn)


RULES = (OwnersStay, WorkflowsOwned)

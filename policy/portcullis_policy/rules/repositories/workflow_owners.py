"""RE: who owns the workflow files and CODEOWNERS itself, by the line that decides."""

from collections.abc import Iterator
from functools import partial

from portcullis_policy.examples.base import Declared, Example, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.code_owners import (
    WORKFLOWS,
    Line,
    deciding,
    guarded_paths,
    ignored,
    in_force,
)
from portcullis_policy.semantics.people.access import with_permission
from portcullis_policy.semantics.people.groups import LOGIN
from portcullis_policy.semantics.workflow_files.files import repository_of
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_PATH = ".github/CODEOWNERS"
_OWNED = "* @guild/developers\n/.github/ @guild/security\n"


_READING = ("pull", "read", "triage")
_TEAM = Declared(gh.TEAM, {"id": "11", "name": "Security", "slug": "security"}, "team")


def _access(permission: str | None) -> Declared:
    """Return the grant of the team."""
    grant = {"repository": "escai", "teamId": "11", "permission": permission}
    given = {key: value for key, value in grant.items() if value is not None}
    return Declared(gh.TEAM_REPOSITORY, given, "access")


def _owned_by(team: str) -> Declared:
    """Return a CODEOWNERS file."""
    return file(f"* @guild/developers\n/.github/ @guild/{team}\n", _PATH, "owners")


def _owners(note: str, text: str, path: str = _PATH) -> Example:
    return stack(note, file(CI, CI_PATH, "ci"), file(text, path, "owners"))


def managed_paths(stack: Stack) -> dict[object, list[str]]:
    """Return the paths of the files that the program keeps, by repository."""
    managed: dict[object, list[str]] = {}
    for item in stack.of(gh.REPOSITORY_FILE):
        path = item.facts.text("file")
        if isinstance(path, str):
            managed.setdefault(repository_of(item), []).append(path.lstrip("/"))
    return managed


class OwnersStay(StackRule):
    """The owners of workflow files and of CODEOWNERS are not taken away by a later line.

    GitHub asks the owners of the last line that matches a file. A last line `*` without an owner
    takes the owners of all files away, and looks harmless below the lines that name them. GitHub
    reads one file only: `.github/CODEOWNERS` before the one at the root and the one in `docs/`, so
    a second file can take them away too.
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
        stack(
            "a second file, which GitHub reads first",
            file(CI, CI_PATH, "ci"),
            file(_OWNED, "docs/CODEOWNERS", "docs"),
            file("/docs/ @guild/writers\n", _PATH, "owners"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        managed = managed_paths(stack)
        for repository, (item, lines) in in_force(stack).items():
            own = str(item.facts.text("file")).lstrip("/")
            paths = [own, *guarded_paths(lines, managed[repository])]
            for number in sorted({*_taken_away(lines, paths)}):
                detail = f"line {number} names nobody for workflow files or CODEOWNERS"
                yield Finding(detail, ("code_owners",), urn=item.urn)
            hidden = ignored(stack).get(repository, [])
            if not any(map(partial(deciding, lines), paths[1:])) and any(
                (line := deciding(each, path)) is not None and line.owners
                for each in hidden
                for path in paths[1:]
            ):
                detail = "GitHub does not read the CODEOWNERS file that names owners of workflows"
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


class OwnersMayReview(StackRule):
    """The owners of workflow files may write to the repository.

    GitHub ignores code owners without write access, and says so only on the page of the file. A
    team with `triage` looks like an owner in a review, and is never asked. The rule looks at teams
    and their access that the stack declares, at people where it declares all who write, and at
    teams of another organization, which own nothing here.
    """

    id = "RE016"
    title = "the owners of workflow files have no write access, so nobody is asked"
    severity = Severity.HIGH
    maps = cis("1.1.7")
    resource_types = (gh.REPOSITORY_FILE, gh.TEAM, gh.TEAM_REPOSITORY)
    remediation = "Give the team `push` or `maintain`, or name another owner of `/.github/`."
    good = (
        stack("a team that writes", _TEAM, _access("push"), _owned_by("security")),
        stack("a team with a role of its own", _TEAM, _access("reviewer"), _owned_by("security")),
        stack("a team that is declared elsewhere", _TEAM, _access("triage"), _owned_by("other")),
        stack(
            "a person in a team that writes, and an owner",
            Declared(gh.MEMBERSHIP, {"username": "olga", "role": "admin"}, "olga"),
            _TEAM,
            Declared(
                gh.TEAM_MEMBERS,
                {"teamId": "11", "members": [{"username": "Kim", "role": "member"}]},
                "members",
            ),
            _access("push"),
            file("/.github/ @kim\n/.github/workflows/ @olga\n", _PATH, "owners"),
        ),
        stack(
            "another owner besides",
            _TEAM,
            _access("triage"),
            file("/.github/ @guild/security @kim\n", _PATH, "owners"),
        ),
        stack(
            "access by the team above it",
            Declared(gh.TEAM, {**_TEAM.props, "parentTeamId": "7"}, "team"),
            _access("triage"),
            _owned_by("security"),
        ),
    )
    bad = (
        stack(
            "a team that is new",
            Declared(gh.TEAM, {**_TEAM.props, "slug": UNKNOWN, "id": UNKNOWN}, "team"),
            Declared(
                gh.TEAM_REPOSITORY,
                {"repository": "escai", "teamId": UNKNOWN, "permission": "triage"},
                "access",
                depends={"teamId": "team"},
            ),
            _owned_by("security"),
        ),
        stack("a team that may triage", _TEAM, _access("triage"), _owned_by("Security")),
        stack(
            "a person who is in no team that writes",
            Declared(gh.MEMBERSHIP, {"username": "olga", "role": "admin"}, "olga"),
            _TEAM,
            Declared(
                gh.TEAM_MEMBERS,
                {"teamId": "11", "members": [{"username": "kim", "role": "member"}]},
                "members",
            ),
            _access("push"),
            file("* @guild/security\n/.github/ @mallory\n", _PATH, "owners"),
        ),
        stack("left out: the team may read", _TEAM, _access(None), _owned_by("security")),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        weak = {(repository_of(item), _team(stack, item)) for item in _weak(stack)}
        managed = managed_paths(stack)
        for repository, (item, lines) in in_force(stack).items():
            account, says, _ = (item.provider or "").partition(" ")
            wrong = set()
            for path in guarded_paths(lines, managed.get(repository, ())):
                line = deciding(lines, path)
                owners = [owner.lower() for owner in line.owners] if line else []
                if owners and all(
                    (repository, owner.rpartition("/")[2]) in weak
                    if "/" in owner and not _is_of_others(owner, account if says else "")
                    else "/" in owner or _is_stranger(stack, repository, owner)
                    for owner in owners
                ):
                    wrong.add(line.number if line else 0)
            if wrong:
                detail = "none of those who own workflow files may write to the repository"
                yield Finding(detail, ("code_owners",), urn=item.urn)


def _is_of_others(owner: str, account: str) -> bool:
    """Say whether a team is surely of another organization than the file's."""
    return bool(account) and "/" in owner and owner[1:].partition("/")[0] != account


def _is_stranger(stack: Stack, repository: object, owner: str) -> bool:
    """Say whether a person surely may not write: the stack shows all who may."""
    if not owner.startswith("@") or not isinstance(repository, str):
        return False  # an address may be anybody's
    writers = with_permission(stack, repository, gh.WRITE_ROLE)
    if writers.unseen or writers.by_id:
        return False
    return (LOGIN, owner[1:]) not in writers.known


def _weak(stack: Stack) -> Iterator[Resource]:
    """Yield the grants of teams that are surely not enough to own files."""
    for item in stack.of(gh.TEAM_REPOSITORY):
        permission = item.facts.text("permission")
        if isinstance(permission, str | None) and (permission or "pull").lower() in _READING:
            yield item


def _team(stack: Stack, grant: Resource) -> str | None:
    """Return the slug of the team that a grant is for; None for one that may have more access."""
    wanted = grant.facts.text("teamId")
    for team in stack.of(gh.TEAM):
        given = (team.facts.text("slug"), team.facts.text("name"))  # a new team has no slug yet
        name = next((each for each in given if isinstance(each, str) and each), None)
        if name is None or team.facts.at("parentTeamId") not in (None, ""):
            continue
        slug = name.lower().replace(" ", "-")
        named = isinstance(wanted, str) and wanted in (team.facts.text("id"), slug)
        if named or team.urn in grant.depends.get("teamId", ()):
            return slug
    return None


RULES = (OwnersStay, WorkflowsOwned, OwnersMayReview)

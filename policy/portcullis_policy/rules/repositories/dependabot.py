"""DB: `dependabot.yml`, kept as a file of the program, judged on its text."""

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from portcullis_policy.examples.base import Declared, Example, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, scorecard, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.protection import subject_named
from portcullis_policy.semantics.workflow_files.files import (
    at_lines,
    dependabot_path,
    repository_of,
    workflow_path,
)
from portcullis_policy.semantics.workflow_files.workflows import At, UnreadableError, compose
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

DEPENDABOT = """\
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule: {interval: weekly}
    cooldown: {default-days: 7}
"""
PATH = ".github/dependabot.yml"
_LIMIT = "open-pull-requests-limit"
_RUNS_CODE = "insecure-external-code-execution"
_EVERY_VERSION = re.compile(r"\s*(\*|>=?\s*0(\.0)*)\s*")
_MANIFESTS: Mapping[str, tuple[str, ...]] = {
    "pyproject.toml": ("pip", "uv"),
    "requirements.txt": ("pip", "uv"),
    "uv.lock": ("uv",),
    "package.json": ("npm", "bun"),
    "package-lock.json": ("npm",),
    "go.mod": ("gomod",),
    "cargo.toml": ("cargo",),
    "gemfile": ("bundler",),
    "composer.json": ("composer",),
    "dockerfile": ("docker",),
    "pom.xml": ("maven",),
    "build.gradle": ("gradle",),
    "main.tf": ("terraform", "opentofu"),
}
"""Which ecosystems may cover a file, by its name in lower case.
Source: https://docs.github.com/code-security/reference/supply-chain-security/supported-ecosystems-and-repositories"""


def _dependabot(note: str, *changes: tuple[str, str]) -> Example:
    return Example(note, (file(changed(DEPENDABOT, *changes), PATH),))


_GOOD = _dependabot("weekly, with a cooldown")


@lru_cache(maxsize=4096)
def _read(text: str) -> At | None:
    """Return a configuration's top, read once for all rules; None if it cannot be read."""
    try:
        return compose(text)
    except UnreadableError:
        return None


def _updates(text: str) -> list[At]:
    """Return the entries of `updates`; none for a file that cannot be read."""
    top = _read(text)
    return [] if top is None else top.get("updates").entries()


def _is_complete(top: At) -> bool:
    """Say whether a configuration is of version 2, and requests updates."""
    return top.get("version").text == "2" and bool(top.get("updates").entries())


class DependabotReadable(ResourceRule):
    """`dependabot.yml` is readable and requests updates.

    GitHub shows a mistake in it only on a page that few people visit. Until somebody looks there,
    no updates arrive.
    """

    id = "DB001"
    title = "a Dependabot configuration cannot be read, or asks for nothing"
    severity = Severity.HIGH
    maps = (*scorecard("Dependency-Update-Tool"), *ssdf("PW.4.1"))
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = "Write `version: 2` and at least one entry of `updates`."
    good = (_GOOD, Example("another file", (file("x", "README.md"),)))
    bad = (
        Example("not YAML", (file("updates: [", PATH),)),
        Example("no list of updates", (file("version: 2\nupdates: []\n", PATH),)),
        _dependabot("an old version", ("version: 2", "version: 1")),
        Example("unknown at preview", (file(UNKNOWN, PATH),)),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        path, content = dependabot_path(resource), resource.facts.text("content")
        if path is None:
            return
        if not isinstance(content, str):
            yield finding("its content cannot be seen", "files", path, value=UNKNOWN)
        elif (top := _read(content)) is None or not _is_complete(top):
            yield finding("it is no configuration of version 2 with updates", "files", path)


class EcosystemsCovered(StackRule):
    """Each ecosystem that a repository uses gets updates.

    The rule looks at the files that the program manages: workflow files use actions, a
    `package.json` uses npm.
    """

    id = "DB002"
    title = "an ecosystem in use gets no updates"
    severity = Severity.HIGH
    maps = (*scorecard("Dependency-Update-Tool"), *ssdf("PW.4.1"))
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = "Add an entry of `updates` for it; with Portcullis: `ecosystems: [...]`."
    good = (
        stack("an entry for github-actions", file(CI, CI_PATH, "ci"), file(DEPENDABOT, PATH)),
        stack("the stack does not manage dependabot.yml", file(CI, CI_PATH)),
    )
    bad = (
        stack(
            "workflow files, but no entry for github-actions",
            file(CI, CI_PATH, "ci"),
            file(changed(DEPENDABOT, ("github-actions", "npm")), PATH),
        ),
        stack(
            "a manifest without an entry",
            file("{}", "web/package.json", "web"),
            file(DEPENDABOT, PATH),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        used: dict[object, dict[tuple[str, ...], None]] = {}
        for item in stack.of(gh.REPOSITORY_FILE):
            needed = _ecosystems_of(item)
            if needed:
                used.setdefault(repository_of(item), {})[needed] = None
        for item in stack.of(gh.REPOSITORY_FILE):
            path, content = dependabot_path(item), item.facts.text("content")
            if path is None or not isinstance(content, str):
                continue
            covered = {each.get("package-ecosystem").text for each in _updates(content)}
            for choices in used.get(repository_of(item), {}):
                if not covered & set(choices):
                    detail = f"no updates for {' or '.join(choices)}, which it uses"
                    yield Finding(detail, ("ecosystems",), urn=item.urn)


class EntryUpdates(StackRule):
    """Each entry of `updates` leads to pull requests on the default branch.

    An entry that allows no open pull requests, ignores every dependency or reads a folder without
    files looks like protection in a review. Nothing is ever proposed.
    Source:
    https://docs.github.com/code-security/reference/supply-chain-security/dependabot-options-reference
    """

    id = "DB005"
    title = "an entry of Dependabot's configuration proposes no updates"
    severity = Severity.HIGH
    maps = (*scorecard("Dependency-Update-Tool"), *ssdf("PW.4.1"))
    resource_types = (gh.REPOSITORY_FILE, gh.REPOSITORY, gh.BRANCH_DEFAULT)
    remediation = (
        "Remove what switches the entry off, or the entry itself; `open-pull-requests-limit` is 1 "
        "or more."
    )
    _SCHEDULE = "    schedule:"
    _ACTIONS = "    directory: /\n"
    good = (
        _GOOD,
        _dependabot("a limit", (_SCHEDULE, "    open-pull-requests-limit: 3\n" + _SCHEDULE)),
        _dependabot(
            "some dependencies ignored",
            (_SCHEDULE, "    ignore: [{dependency-name: 'a*'}]\n" + _SCHEDULE),
        ),
        _dependabot(
            "major versions ignored",
            (
                _SCHEDULE,
                "    ignore: [{dependency-name: '*', update-types: "
                "['version-update:semver-major']}]\n" + _SCHEDULE,
            ),
        ),
        stack(
            "folders of actions, and the workflow files",
            file(CI, CI_PATH, "ci"),
            file(
                changed(DEPENDABOT, (_ACTIONS, "    directories: [/, '/.github/actions/*']\n")),
                PATH,
            ),
        ),
        stack(
            "the folder of the workflow files itself",
            file(CI, CI_PATH, "ci"),
            file(changed(DEPENDABOT, (_ACTIONS, "    directory: /.github/workflows\n")), PATH),
        ),
    )
    bad = (
        _dependabot("no open pull requests", (_SCHEDULE, f"    {_LIMIT}: 0\n" + _SCHEDULE)),
        _dependabot(
            "every dependency ignored",
            (_SCHEDULE, "    ignore: [{dependency-name: '*'}]\n" + _SCHEDULE),
        ),
        _dependabot(
            "every version ignored",
            (
                _SCHEDULE,
                "    ignore: [{dependency-name: '*', versions: ['>= 0']}]\n" + _SCHEDULE,
            ),
        ),
        _dependabot("every path excluded", (_SCHEDULE, "    exclude-paths: ['**']\n" + _SCHEDULE)),
        stack(
            "another branch than the default one",
            Declared(gh.BRANCH_DEFAULT, {"repository": "escai", "branch": "main"}, "main"),
            file(changed(DEPENDABOT, (_SCHEDULE, "    target-branch: old\n" + _SCHEDULE)), PATH),
        ),
        stack(
            "a folder without workflow files",
            file(CI, CI_PATH, "ci"),
            file(changed(DEPENDABOT, (_ACTIONS, "    directory: /nowhere\n")), PATH),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        folders = _managed_folders(stack)
        for item in stack.of(gh.REPOSITORY_FILE):
            path, content = dependabot_path(item), item.facts.text("content")
            if path is None or not isinstance(content, str):
                continue
            repository = repository_of(item)
            default = _default_branch(stack, repository)
            updates = _updates(content)
            wrong = [(each.line, why) for each in updates for why in _switched_off(each, default)]
            wrong += _misplaced(updates, folders.get(repository, {}))
            yield from at_lines(item, path, wrong, item.urn)


def _switched_off(update: At, default: str | None) -> Iterator[str]:
    """Yield why an entry proposes nothing for the default branch."""
    if re.fullmatch(r"-?0+", update.get(_LIMIT).text):
        yield f"`{_LIMIT}: 0` switches the entry off"
    if _ignores_all(update):
        yield "the entry ignores every dependency"
    if any(each.text.strip("/.") in ("", "*", "**", "**/*") for each in _excluded(update)):
        yield "the entry excludes every path"
    target = update.get("target-branch").text
    if target and default and target != default:
        yield "the entry is for another branch than the default one"


def _excluded(update: At) -> list[At]:
    return update.get("exclude-paths").entries()


def _ignores_all(update: At) -> bool:
    """Say whether the list of ignored dependencies leaves none."""
    kinds: set[str] = set()
    for each in update.get("ignore").entries():
        if each.get("dependency-name").text.strip("*") or not each.get("dependency-name").text:
            continue
        versions = [version.text for version in each.get("versions").entries()]
        types = [type_.text.rpartition("-")[2] for type_ in each.get("update-types").entries()]
        if any(map(_EVERY_VERSION.fullmatch, versions)) or not (versions or types):
            return True
        kinds |= {*types}
    return {"major", "minor", "patch"} <= kinds


def _misplaced(
    updates: list[At], folders: Mapping[tuple[str, ...], set[str]]
) -> Iterator[tuple[int, str]]:
    """Yield the first entry of each ecosystem whose entries read none of the managed files."""
    for ecosystems, known in folders.items():
        entries = [each for each in updates if each.get("package-ecosystem").text in ecosystems]
        read = [place.text for each in entries for place in _places(each)]
        if entries and not any(_reads(place, folder) for place in read for folder in known):
            yield entries[0].line, "no entry of this ecosystem reads the folder of its files"


def _places(update: At) -> list[At]:
    return [*update.get("directory").entries(), *update.get("directories").entries()]


def _reads(place: str, folder: str) -> bool:
    """Say whether an entry for a place reads a folder; places may have wildcards."""
    wanted = posixpath.normpath(f"/{place.strip('/')}").lower()
    return wanted == folder or fnmatch.fnmatchcase(folder, wanted)


def _managed_folders(stack: Stack) -> dict[object, dict[tuple[str, ...], set[str]]]:
    """Return the folders of the files that Dependabot reads, by repository and ecosystems."""
    found: dict[object, dict[tuple[str, ...], set[str]]] = {}
    for item in stack.of(gh.REPOSITORY_FILE):
        needed, path = _ecosystems_of(item), item.facts.text("file")
        if needed and isinstance(path, str):
            folder = f"/{path.lstrip('/').rpartition('/')[0]}".lower()
            places = {"/", folder} if workflow_path(item) is not None else {folder}
            found.setdefault(repository_of(item), {}).setdefault(needed, set()).update(places)
    return found


def _default_branch(stack: Stack, repository: object) -> str | None:
    return subject_named(stack, repository).default if isinstance(repository, str) else None


class RunsNoCode(ResourceRule):
    """Dependabot does not run the code of dependencies.

    With `insecure-external-code-execution: allow`, a package runs code before anybody reviewed it,
    where the credentials of private registries are.
    """

    id = "DB006"
    title = "Dependabot may run the code of dependencies"
    severity = Severity.HIGH
    maps = ssdf("PW.4.1")
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = "Remove `insecure-external-code-execution`, or write `deny`."
    _SCHEDULE = "    schedule:"
    good = (
        _GOOD,
        _dependabot("denied", (_SCHEDULE, f"    {_RUNS_CODE}: deny\n" + _SCHEDULE)),
    )
    bad = (_dependabot("allowed", (_SCHEDULE, f"    {_RUNS_CODE}: allow\n" + _SCHEDULE)),)

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        path, content = dependabot_path(resource), resource.facts.text("content")
        if path is not None and isinstance(content, str):
            allowed = [
                (update.get(_RUNS_CODE).line, "an entry runs code of dependencies")
                for update in _updates(content)
                if update.get(_RUNS_CODE).text not in ("", "deny")
            ]
            yield from at_lines(resource, path, allowed)


class CooldownSet(ResourceRule):
    """A new version waits some days before Dependabot proposes it.

    Most malicious releases are found and removed within days. A cooldown does not delay security
    updates.
    Source:
    https://docs.github.com/code-security/reference/supply-chain-security/dependabot-options-reference
    """

    id = "DB003"
    title = "updates are proposed on the day they are published"
    severity = Severity.MEDIUM
    maps = ssdf("PW.4.1")
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = "Write `cooldown: {default-days: 7}` in each entry of `updates`."
    good = (_GOOD,)
    bad = (
        _dependabot("no cooldown", ("    cooldown: {default-days: 7}\n", "")),
        _dependabot("a cooldown of no days", ("default-days: 7", "default-days: 0")),
        _dependabot("a negative cooldown", ("default-days: 7", "default-days: -1")),
        _dependabot(
            "none for patches", ("default-days: 7", "default-days: 7, semver-patch-days: 0")
        ),
        _dependabot("none for anything", ("default-days: 7", "default-days: 7, exclude: ['*']")),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        path, content = dependabot_path(resource), resource.facts.text("content")
        if path is not None and isinstance(content, str):
            without = [
                (update.line, "an entry without cooldown")
                for update in _updates(content)
                if not _waits(update.get("cooldown"))
            ]
            yield from at_lines(resource, path, without)


class SecurityUpdatesAlone(ResourceRule):
    """Security updates arrive one by one.

    In a group, one update that breaks a test delays all others, including the one that fixes the
    vulnerability.
    """

    id = "DB004"
    title = "security updates are grouped, so one holds up the others"
    severity = Severity.LOW
    maps = (*scorecard("Vulnerabilities"), *cis("1.5.5"))
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = "Group version updates alone: `applies-to: version-updates` (the default)."
    _GROUP = "    schedule:"
    good = (
        _GOOD,
        _dependabot(
            "version updates in a group", (_GROUP, "    groups: {a: {patterns: ['*']}}\n" + _GROUP)
        ),
    )
    bad = (
        _dependabot(
            "security updates in a group",
            (_GROUP, "    groups: {a: {applies-to: security-updates, patterns: ['*']}}\n" + _GROUP),
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        path, content = dependabot_path(resource), resource.facts.text("content")
        if path is not None and isinstance(content, str):
            grouped = [
                (group.line, "a group of security updates")
                for update in _updates(content)
                for group in update.get("groups").items().values()
                if group.get("applies-to").text == "security-updates"
            ]
            yield from at_lines(resource, path, grouped)


def _waits(cooldown: At) -> bool:
    """Say whether a cooldown holds for each kind of update of every dependency."""
    days = [cooldown.get("default-days").text]
    kinds = (cooldown.get(f"semver-{kind}-days") for kind in ("major", "minor", "patch"))
    days += [kind.text for kind in kinds if kind.given]
    nothing = any(each.text.strip("*") == "" for each in cooldown.get("exclude").entries())
    return all(re.fullmatch(r"0*[1-9]\d*", each) for each in days) and not nothing


def _ecosystems_of(item: Resource) -> tuple[str, ...]:
    """Return the ecosystems of which one has to cover a file; none for most files."""
    if workflow_path(item) is not None:
        return ("github-actions",)
    path = item.facts.text("file")
    name = path.rpartition("/")[2].lower() if isinstance(path, str) else ""
    return _MANIFESTS.get(name, ())


RULES = (
    DependabotReadable,
    EcosystemsCovered,
    CooldownSet,
    SecurityUpdatesAlone,
    EntryUpdates,
    RunsNoCode,
)

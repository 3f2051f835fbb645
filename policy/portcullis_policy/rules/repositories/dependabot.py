"""DB: `dependabot.yml`, kept as a file of the program, judged on its text."""

import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Example, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, scorecard, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.files import (
    at_lines,
    dependabot_path,
    repository_of,
    workflow_path,
)
from portcullis_policy.semantics.workflows import At, UnreadableError, compose
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


def _updates(text: str) -> list[At]:
    """Return the entries of `updates`; none for a file that cannot be read."""
    try:
        return compose(text).get("updates").entries()
    except UnreadableError:
        return []


class DependabotReadable(ResourceRule):
    """`dependabot.yml` is readable and requests updates.

    GitHub shows a mistake in it only on a page that few people visit. Until somebody looks there,
    no updates arrive.
    """

    id = "DB001"
    title = "a Dependabot configuration cannot be read, or asks for nothing"
    severity = Severity.MEDIUM
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
        elif not _updates(content) or compose(content).get("version").text != "2":
            yield finding("it is no configuration of version 2 with updates", "files", path)


class EcosystemsCovered(StackRule):
    """Each ecosystem that a repository uses gets updates.

    The rule looks at the files that the program manages: workflow files use actions, a
    `package.json` uses npm.
    """

    id = "DB002"
    title = "an ecosystem in use gets no updates"
    severity = Severity.MEDIUM
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
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        path, content = dependabot_path(resource), resource.facts.text("content")
        if path is not None and isinstance(content, str):
            without = [
                (update.line, "an entry without cooldown")
                for update in _updates(content)
                if not re.fullmatch(r"0*[1-9]\d*", update.get("cooldown", "default-days").text)
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


def _ecosystems_of(item: Resource) -> tuple[str, ...]:
    """Return the ecosystems of which one has to cover a file; none for most files."""
    if workflow_path(item) is not None:
        return ("github-actions",)
    path = item.facts.text("file")
    name = path.rpartition("/")[2].lower() if isinstance(path, str) else ""
    return _MANIFESTS.get(name, ())


RULES = (DependabotReadable, EcosystemsCovered, CooldownSet, SecurityUpdatesAlone)

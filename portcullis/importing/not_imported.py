"""What an import leaves out, as a file for people: nothing is dropped silently."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from components.names.printable import printable
from portcullis.importing.seen import STAYS, Left, Seen
from portcullis.live.jobs import subjects
from portcullis.live.kinds import KINDS
from portcullis.live.resource import token
from portcullis.preview.differences import is_unset
from portcullis.preview.words import spaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portcullis.importing.proof import Proven
    from portcullis.live.compare import Drift
    from portcullis.live.resource import Live

_NO_FIELD = "the YAML has no field for it"
_USUAL: Mapping[str, Any] = {
    "mergeCommitTitle": "MERGE_MESSAGE",
    "mergeCommitMessage": "PR_TITLE",
    "squashMergeCommitTitle": "COMMIT_OR_PR_TITLE",
    "squashMergeCommitMessage": "COMMIT_MESSAGES",
    "notificationSetting": "notifications_enabled",
}
"""What a new repository or team has; it is not listed."""
_SELF = frozenset({"slug", "parentTeamReadId", "parentTeamReadSlug", "webCommitSignoffRequired"})


def leftovers(proven: Proven, live: Live) -> list[Left]:
    """Return everything that the crawl has and the YAML does not, in a stable order."""
    named = {each.what for each in proven.left}
    found = [*proven.left, *_undeclared(proven.undeclared, named, proven), *_fields(proven, live)]
    found += [
        Left(gap.what, str(gap.why), "not read, so not imported; it stays on GitHub as it is")
        for gap in live.gaps
    ]
    return sorted(set(found))


def text(organization: str, left: Sequence[Left], differs: Sequence[Left]) -> str:
    """Return the file."""
    lines = [
        f"# {organization}: what the import left out",
        "",
        "Written by `portcullis import`; the next import writes it again. What is not listed here",
        "is in the YAML, or has the default that docs/reference.md names.",
        "",
    ]
    if differs:
        lines += ["## Would be changed by the next update", ""]
        lines += [f"- **{_safe(each.what)}**: {_safe(each.why)}; {each.then}" for each in differs]
        lines.append("")
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in left:
        groups[each.then, each.why].append(each.what)
    outcomes = sorted({then for then, _ in groups}, key=lambda then: (then != STAYS, then))
    for then in outcomes:
        lines += [f"## {then[0].upper()}{then[1:]}", ""]
        for (outcome, why), names in sorted(groups.items()):
            if outcome == then:
                lines.append(f"- {_safe(why)}:")
                lines += [f"  - {_safe(name)}" for name in sorted(names)]
        lines.append("")
    if not left and not differs:
        lines += ["Nothing: all that GitHub shows is in the YAML.", ""]
    return "\n".join(lines)


def _safe(value: str) -> str:
    """Return a text that Markdown shows as it is: names are other people's."""
    shown = printable(value).replace("\n", " ")
    for sign in "\\`*_[]<>|":
        shown = shown.replace(sign, f"\\{sign}")
    return shown


def _undeclared(found: Iterable[Drift], named: set[str], proven: Proven) -> Iterator[Left]:
    """Yield what exists and is not declared, but for what is noted already."""
    declared = proven.data.get("repositories") or {}
    for each in found:
        if each.live is None or _title(each) in named or _is_declared(each, proven):
            continue
        inputs = each.live.inputs
        repository = str(inputs.get("repository") or "")
        if each.kind == "BranchProtection":
            repository = each.name.partition("/")[0]
        if repository:
            environments = declared.get(repository, {}).get("environments") or {}
            inside = each.kind != "RepositoryEnvironment" and "environment" in inputs
            if repository not in declared or (inside and inputs["environment"] not in environments):
                continue  # it comes with its repository or environment
        yield Left(f"{_noun(each)} {each.name}", _WHY.get(each.kind, _NO_FIELD))


def _is_declared(drift: Drift, proven: Proven) -> bool:
    """Say whether the YAML has it in another form: a member in a team, a default of GitHub's."""
    inputs = drift.live.inputs if drift.live else {}
    if drift.live and drift.kind == subjects.ORGANIZATION:
        return not subjects.is_customized(drift.live)
    if drift.kind != "Membership":
        return bool(inputs.get("byDefault"))
    login = str(inputs["username"]).lower()
    known = any(login in people for people in proven.resolved.people.values())
    return known and inputs["role"] == "member" and not inputs.get("pending")


_WHY = {
    subjects.ORGANIZATION: "it belongs to what trusts jobs (`trust`), and no trust is imported",
    "RepositoryCustomProperty": "the value is the default of the property",
    "RepositoryFile": "people wrote it, so Portcullis does not manage it",
}


def _title(drift: Drift) -> str:
    """Return what the import itself calls a ruleset or classic protection that it left out."""
    inputs = drift.live.inputs if drift.live else {}
    repository = inputs.get("repository") or "the organization"
    if drift.kind.endswith("Ruleset"):
        return f"ruleset {inputs['name']} of {repository}"
    if drift.kind == "BranchProtection":
        return f"classic protection {inputs['pattern']} of {drift.name.partition('/')[0]}"
    return ""


def _noun(drift: Drift) -> str:
    inputs = drift.live.inputs if drift.live else {}
    noun = KINDS[drift.kind].noun
    if drift.kind == "Membership":
        noun = "owner" if inputs["role"] == "admin" else "member"
    return f"invited {noun}" if inputs.get("pending") else noun


_NAMES_SHOWN = 20


def _fields(proven: Proven, live: Live) -> Iterator[Left]:
    """Yield settings without a field in the YAML, by value."""
    seen = Seen(live)
    for kind in ("OrganizationSettings", "Repository", "Team"):
        declared = {
            _key(kind, each.inputs): each.inputs
            for each in proven.registered
            if each.type == token(kind)
        }
        values: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in seen.of(kind):
            key = _key(kind, each.inputs)
            for name, value in each.inputs.items() if key in declared else ():
                ignored = name in KINDS[kind].ignored | _SELF
                if not (ignored or name in declared[key] or _is_usual(name, value)):
                    values[name, str(value)].append(key or live.organization)
        for (name, value), holders in sorted(values.items()):
            several = len(holders) > _NAMES_SHOWN
            whom = f"{len(holders)} of them" if several else ", ".join(sorted(holders))
            yield Left(f"{spaced(kind)} setting {spaced(name)}: {value} ({whom})", _NO_FIELD)


def _key(kind: str, inputs: Mapping[str, Any]) -> str:
    """Return by what a thing is recognized; an organization has one of its settings."""
    return "" if kind == "OrganizationSettings" else str(inputs.get("slug") or inputs["name"])


def _is_usual(name: str, value: Any) -> bool:  # noqa: ANN401 - any JSON
    return is_unset(value) or value == _USUAL.get(name, _NO_FIELD)
